"""A volume as a DICOM series: one CT Image Storage instance per slice (PS3.3 A.3)."""

import hashlib
import os
from functools import partial
from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pydicom.valuerep import format_number_as_ds

from hemoscope.terms import MANUFACTURER
from hemoscope.writing.atomic import write_atomically

INTERCEPT = -1024


def write_series(
    hu: np.ndarray,
    folder: str | os.PathLike[str],
    *,
    spacing: tuple[float, float, float],
    name: str,
    tilt_degrees: float = 0.0,
    transfer_syntax: str = ExplicitVRLittleEndian,
) -> list[Path]:
    """Write a volume as an anonymous CT series, 12 bits stored in 16, unsigned, with an intercept of -1024.

    All UIDs follow from `name`, so that writing again gives the same instances.

    Args:
        hu: Shape (slices, rows, columns), from -1024 to 3071 HU, feet to head.
        folder: Is made; gets slice-001.dcm and so on.
        spacing: (slices, rows, columns) in mm.
        name: Names the study.
        tilt_degrees: Gantry tilt about the left-right axis.
        transfer_syntax: UID; compressed ones need a pydicom encoder.

    Returns:
        The files, feet to head.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, pixels in enumerate(hu):
        dataset = _instance(pixels, index, spacing=spacing, name=name, tilt_degrees=tilt_degrees)
        if transfer_syntax != ExplicitVRLittleEndian:
            dataset.compress(transfer_syntax, generate_instance_uid=False)
        paths.append(target / f"slice-{index + 1:03d}.dcm")
        write_atomically(paths[-1], partial(dataset.save_as, enforce_file_format=True))
    return paths


def uid(*parts: object) -> str:
    """Derive a UID from text: 2.25 and 128 bits of a SHA-256 (PS3.5 B.2)."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _instance(
    pixels: np.ndarray, index: int, *, spacing: tuple[float, float, float], name: str, tilt_degrees: float
) -> Dataset:
    dataset = _identity(name, index)
    _place(dataset, index, pixels.shape, spacing=spacing, tilt_degrees=tilt_degrees)
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, INTERCEPT, "HU"
    dataset.WindowCenter, dataset.WindowWidth = 40, 80
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    stored = np.clip(np.round(pixels) - INTERCEPT, 0, 4095).astype("<u2")
    dataset.PixelData = stored.tobytes()
    return dataset


def _identity(name: str, index: int) -> Dataset:
    """Fill what names the instance: no person, and UIDs that follow from the name."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, uid(name, "instance", index)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid(name, "study"), uid(name, "series")
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = uid(name, "frame"), ""
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate, dataset.PatientSex = "PHANTOM", "PHANTOM", "", ""
    dataset.PatientIdentityRemoved, dataset.DeidentificationMethod = "YES", "Synthetic"
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID, dataset.AccessionNumber = "", "", "1", ""
    dataset.ReferringPhysicianName, dataset.StudyDescription = "", "HEMOSCOPE PHANTOM"
    dataset.Modality, dataset.Manufacturer, dataset.SeriesNumber = "CT", MANUFACTURER, 1
    dataset.SeriesDescription, dataset.BodyPartExamined = "SYNTHETIC HEAD", "HEAD"
    dataset.ImageType, dataset.BurnedInAnnotation = ["DERIVED", "SECONDARY", "AXIAL"], "NO"
    dataset.InstanceNumber, dataset.AcquisitionNumber, dataset.KVP = index + 1, 1, "120"
    return dataset


def _place(
    dataset: Dataset, index: int, shape: tuple[int, ...], *, spacing: tuple[float, float, float], tilt_degrees: float
) -> None:
    """Place the slice in the patient (PS3.3 C.7.6.2.1.1): x to the left, y to the back, z to the head."""
    tilt = np.deg2rad(tilt_degrees)
    down = np.array([0.0, np.cos(tilt), np.sin(tilt)])
    normal = np.array([0.0, -np.sin(tilt), np.cos(tilt)])
    across = np.array([1.0, 0.0, 0.0])
    middle = index * spacing[0] * normal
    corner = middle - across * spacing[2] * (shape[1] - 1) / 2 - down * spacing[1] * (shape[0] - 1) / 2
    dataset.ImagePositionPatient = [f"{value:.6f}" for value in corner]
    dataset.ImageOrientationPatient = [f"{value:.6f}" for value in (*across, *down)]
    # a decimal string holds 16 characters at most (PS3.5 6.2): 2.3040000000000003 would be one too long
    dataset.PixelSpacing = [format_number_as_ds(float(value)) for value in spacing[1:]]
    dataset.SliceThickness = format_number_as_ds(float(spacing[0]))
    dataset.GantryDetectorTilt, dataset.PatientPosition = format_number_as_ds(float(tilt_degrees)), "HFS"
