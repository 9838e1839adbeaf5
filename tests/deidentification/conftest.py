"""A drawn head as a scanner would send it: with a patient, a hospital, private attributes, an overlay."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.deidentification import Key
from hemoscope.writing.dicom import write_series

pytest.importorskip("dicomanonymizer")
KEY = Key(bytes(range(32)))
NAME = "Quixotewicz^Barnabas^Leonidas"


def identify(dataset: Dataset) -> Dataset:
    """Name a patient in many places."""
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = NAME, "MRN-7731904", "19520317"
    dataset.PatientSex, dataset.PatientAge, dataset.AccessionNumber = "M", "072Y", "ACC0099812"
    dataset.InstitutionName, dataset.ReferringPhysicianName = "Hospital Zubrowka", "Strangelove^Merkwuerdig"
    dataset.StudyDate, dataset.StudyTime, dataset.StudyDescription = "20240301", "101500", "Head of Quixotewicz"
    dataset.AcquisitionDateTime = "20240301101500.25"
    dataset.ImageComments = "seen by Dr Strangelove"
    request = Dataset()
    request.RequestedProcedureDescription, request.PatientComments = "CT", "calls himself Barnabas"
    request.ReferencedStudySequence = [reference(dataset.StudyInstanceUID)]
    dataset.RequestAttributesSequence = [request]
    source = Dataset()
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = dataset.SOPClassUID, "1.2.3.4.5"
    source.PatientID = "MRN-7731904"
    dataset.SourceImageSequence = [source]
    dataset.private_block(0x0009, "ACME", create=True).add_new(1, "LO", NAME)
    dataset.add_new(0x60003000, "OW", bytes(8))
    dataset.add_new(0x60004000, "LT", NAME)
    dataset.file_meta.SourceApplicationEntityTitle = "ZUBROWKA1"
    dataset.preamble = NAME.encode().ljust(128, b"\0")
    return dataset


def reference(uid: str) -> Dataset:
    made = Dataset()
    made.ReferencedSOPClassUID, made.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", uid
    return made


def write(folder: Path, volume: np.ndarray, name: str = "drawn") -> list[Path]:
    """Write identified slices."""
    paths = write_series(volume, folder, spacing=(5.0, 0.9, 0.9), name=name)
    for path in paths:
        identify(dcmread(path)).save_as(path)
    return paths


@pytest.fixture(scope="session")
def head_hu() -> np.ndarray:
    """Return the middle of a drawn head, in HU."""
    volume = make_phantom(PhantomSettings(seed=3)).hu
    return volume[len(volume) // 2]


@pytest.fixture
def dataset(tmp_path: Path, head_hu: np.ndarray) -> Dataset:
    """Return one identified slice."""
    return dcmread(write(tmp_path / "one", head_hu[np.newaxis])[0])


def written(picture: np.ndarray, text: str, scale: float = 0.5) -> np.ndarray:
    """Write on a strip of air above a slice, as bright as bone."""
    above = cv2.copyMakeBorder(picture, 60, 10, 10, 10, cv2.BORDER_CONSTANT, value=-1000.0)
    letters = cv2.putText(np.zeros(above.shape, np.uint8), text, (6, 24), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, 1)
    return np.where(letters > 127, np.float32(2000), above)
