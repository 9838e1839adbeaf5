"""Builders for DICOM files and pictures that the reading tests share."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big_endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


def ct_dataset(stored: np.ndarray, **attributes: Any) -> Dataset:
    """A CT image of these stored values, 16 bits, intercept -1024; attributes set to None are left out."""
    dataset = Dataset()
    values = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": generate_uid(),
        "PatientName": "Secret^Person",
        "PatientID": "4711-SECRET",
        "Modality": "CT",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "SamplesPerPixel": 3 if stored.ndim == 3 else 1,
        "PhotometricInterpretation": "RGB" if stored.ndim == 3 else "MONOCHROME2",
        "Rows": stored.shape[0],
        "Columns": stored.shape[1],
        "BitsAllocated": stored.dtype.itemsize * 8,
        "BitsStored": stored.dtype.itemsize * 8,
        "HighBit": stored.dtype.itemsize * 8 - 1,
        "PixelRepresentation": int(stored.dtype.kind == "i"),
        "PlanarConfiguration": 0 if stored.ndim == 3 else None,
        "RescaleIntercept": -1024,
        "RescaleSlope": 1,
        "PixelSpacing": [0.5, 0.25],
        **attributes,
    }
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    return dataset


def save(dataset: Dataset, stored: np.ndarray, path: Path, syntax: str = "explicit") -> Path:
    """Write it in an uncompressed transfer syntax."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = SYNTAXES[syntax]
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3")
    dataset.file_meta = meta
    dataset.add_new("PixelData", "OB" if stored.dtype.itemsize == 1 else "OW", _bytes(stored, syntax))
    dataset.save_as(path, enforce_file_format=True)
    return path


def _bytes(stored: np.ndarray, syntax: str) -> bytes:
    order = ">" if syntax == "big_endian" else "<"
    data = stored.astype(stored.dtype.newbyteorder(order)).tobytes()
    return data + b"\x00" * (len(data) % 2)


def head(rows: int = 64, columns: int = 64) -> np.ndarray:
    """HU of a crude head: air at about -1000, a skull from 300 to 1800, brain at about 35."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    radius = np.hypot(x, y)
    noise = np.random.default_rng(7).integers(-5, 6, (rows, columns))
    return (np.where(radius < 0.6, 35, np.where(radius < 0.7, 300 + 15_000 * (radius - 0.6), -1000)) + noise).astype(
        np.int16
    )


@pytest.fixture(scope="session")
def make_dicom(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a CT slice: make_dicom(stored, syntax="explicit", **attributes) -> path of slice.dcm in a new folder."""
    folder = tmp_path_factory.mktemp("dicom")
    counter = itertools.count()

    def make(stored: np.ndarray, syntax: str = "explicit", **attributes: Any) -> Path:
        place = folder / str(next(counter))
        place.mkdir()
        return save(ct_dataset(stored, **attributes), stored, place / "slice.dcm", syntax)

    return make


@pytest.fixture(scope="session")
def head_hu() -> np.ndarray:
    """HU of a crude head, int16, shape (64, 64)."""
    return head()


@pytest.fixture(scope="session")
def pydicom_files() -> Path:
    """The folder of test files that comes inside the pydicom package; nothing is downloaded."""
    return Path(pydicom.__file__).parent / "data" / "test_files"
