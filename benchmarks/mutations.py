"""Files of every kind that can be read, and damage of every kind that may be done to them.

An input follows from its seed and its number alone, so that what was found once can be made again.
"""

import gzip
import io
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom import config, dcmread
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from hemoscope.datasets.phantom import FIELD_MM, PhantomSettings, make_phantom
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.writing.dicom import write_series
from hemoscope.writing.nifti import write_nifti
from hemoscope.writing.recompress import recompress

SYNTAXES = {
    "deflated": DeflatedExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "jpeg": JPEGLosslessSV1,
    "jpeg2000": JPEG2000Lossless,
    "jpegls": JPEGLSLossless,
    "rle": RLELossless,
}
"""What a slice is written in, besides plain."""
SIZE = 96
"""Rows and columns of the drawn head."""
OFTEN = 4
"""How much more often a file of the drawn head is taken than one of pydicom's, which show no head."""
LARGEST = 64_000
"""Bytes of a test file of pydicom that is taken: larger ones only take longer."""
HEADER = 2_048
"""Bytes at the front that hold most of what can go wrong; every other change falls there."""
ODD_NUMBERS = (0, 1, 2, 3, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 62)
ODD_TEXTS = (
    "",
    "0",
    "-1",
    "nan",
    "inf",
    "1e308",
    "-1e308",
    "1e-308",
    "abc",
    "\\",
    "1\\2\\3\\4\\5\\6\\7",
    "9" * 16,
    "ä",
)
VALUES: dict[str, tuple[object, ...]] = {
    "Rows": (0, 1, 3, 65_535),
    "Columns": (0, 1, 3, 65_535),
    "BitsAllocated": (0, 1, 8, 12, 16, 32, 64, 65_535),
    "BitsStored": (0, 1, 8, 12, 17, 65_535),
    "HighBit": (0, 7, 16, 65_535),
    "PixelRepresentation": (0, 1, 7),
    "SamplesPerPixel": (0, 2, 3, 4, 65_535),
    "PlanarConfiguration": (0, 1, 9),
    "PhotometricInterpretation": ("RGB", "PALETTE COLOR", "YBR_FULL_422", "MONOCHROME1", "", "X" * 70),
    "NumberOfFrames": ODD_TEXTS,
    "RescaleSlope": ODD_TEXTS,
    "RescaleIntercept": ODD_TEXTS,
    "WindowCenter": ODD_TEXTS,
    "WindowWidth": ODD_TEXTS,
    "PixelSpacing": (*ODD_TEXTS, "0\\0", "nan\\1", "-1\\1", "1e9\\1e-9"),
    "SliceThickness": ODD_TEXTS,
    "ImagePositionPatient": (*ODD_TEXTS, "nan\\nan\\nan", "1e300\\0\\0", "0\\0"),
    "ImageOrientationPatient": (*ODD_TEXTS, "0\\0\\0\\0\\0\\0", "1\\0\\0\\1\\0\\0", "nan\\0\\0\\0\\1\\0"),
    "GantryDetectorTilt": ODD_TEXTS,
    "InstanceNumber": ODD_TEXTS,
    "SeriesInstanceUID": ("", "x", "1." * 60),
    "StudyInstanceUID": ("", "x", "1." * 60),
    "SpecificCharacterSet": ("", "ISO_IR 999", "ISO 2022 IR 87", "GB18030", "UTF-7"),
    "Modality": ("", "MR", "SR", "CT\\MR"),
    "SOPClassUID": ("", "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.2.1", "x"),
    "ImageType": ("", "\\\\", "DERIVED", "ORIGINAL\\PRIMARY\\LOCALIZER"),
    "PixelPaddingValue": (0, 65_535),
    "TransferSyntaxUID": (*SYNTAXES.values(), ExplicitVRLittleEndian, ExplicitVRBigEndian, "x"),
}
"""Elements that reading looks at, with values that scanners and converters have been seen to write, and worse."""


@dataclass(frozen=True)
class SeedFile:
    """A healthy file.

    Attributes:
        name: With its suffix.
        data: Its bytes.
    """

    name: str
    data: bytes

    @property
    def is_dicom(self) -> bool:
        """Whether it is one DICOM file, which can be changed by its elements."""
        return self.name.endswith(".dcm")


def seed_files(*, real: tuple[Path, ...] = ()) -> tuple[SeedFile, ...]:
    """Make a file of every kind from a drawn head, and take the test files that pydicom brings.

    Args:
        real: Further files.
    """
    head = make_phantom(PhantomSettings(slices=6, size=SIZE, spacing_mm=FIELD_MM / SIZE)).hu
    with tempfile.TemporaryDirectory() as temporary:
        folder, spacing = Path(temporary), (5.0, FIELD_MM / SIZE, FIELD_MM / SIZE)
        paths = write_series(head, folder / "plain", spacing=spacing, name="plain")
        made = [paths[3].rename(folder / "plain.dcm")]
        for name, syntax in SYNTAXES.items():
            made.append(recompress(made[0], folder / f"{name}.dcm", transfer_syntax=syntax))
        write_nifti(head, folder / "head.nii", spacing=spacing)
        (folder / "head.nii.gz").write_bytes(gzip.compress((folder / "head.nii").read_bytes(), mtime=0))
        made += [folder / "head.nii", folder / "head.nii.gz", *_pictures(head[3], folder)]
        _pack(sorted((folder / "plain").iterdir()), folder)
        made += [folder / "study.zip", folder / "study.tar", folder / "study.tar.gz"]
        brought = sorted((Path(pydicom.__file__).parent / "data" / "test_files").glob("*.dcm"))
        brought = [path for path in brought if path.stat().st_size <= LARGEST]
        return tuple(SeedFile(path.name, path.read_bytes()) for path in [*(made * OFTEN), *brought, *real])


def _pictures(hu: np.ndarray, folder: Path) -> list[Path]:
    grey = np.clip((hu + 40) / 160 * 255, 0, 255).astype(np.uint8)
    paths = [folder / f"picture.{suffix}" for suffix in ("png", "jpg", "bmp", "tif", "gif", "webp")]
    for path in paths:
        Image.fromarray(grey).save(path)
    Image.fromarray(grey.astype(np.uint16) * 257).save(folder / "deep.png")
    return [*paths, folder / "deep.png"]


def _pack(paths: list[Path], folder: Path) -> None:
    """Pack files as if all were of one moment, so that the archives are the same whenever they are made."""
    with zipfile.ZipFile(folder / "study.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    with tarfile.open(folder / "study.tar", "w") as archive:
        for path in paths:
            entry = tarfile.TarInfo(path.name)
            entry.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(entry, file)
    (folder / "study.tar.gz").write_bytes(gzip.compress((folder / "study.tar").read_bytes(), mtime=0))


def mutated(seeds: tuple[SeedFile, ...], *, seed: int, number: int) -> SeedFile:
    """Damage a file.

    Args:
        seeds: What to choose from.
        seed: Of the whole round.
        number: Of this input in it.

    Returns:
        The file under its own name, changed in one to four ways.
    """
    rng = np.random.default_rng((seed, number))
    chosen = seeds[rng.integers(len(seeds))]
    data = chosen.data
    if chosen.is_dicom and rng.random() < 0.5:
        data = _change_elements(data, rng)
    else:
        other = seeds[rng.integers(len(seeds))].data
        for _ in range(int(rng.integers(1, 5))):
            data = BYTE_CHANGES[rng.integers(len(BYTE_CHANGES))](data, other, rng)
    return SeedFile(chosen.name, data)


def _change_elements(data: bytes, rng: np.random.Generator) -> bytes:
    """Give some elements other values, or take them out; as damaged as it may be, the file can be written."""
    try:
        with quiet_libraries():
            dataset = dcmread(io.BytesIO(data), force=True)
            for _ in range(int(rng.integers(1, 4))):
                _change_element(dataset, rng)
            out = io.BytesIO()
            config.settings.writing_validation_mode = config.IGNORE
            dataset.save_as(out, enforce_file_format=False)
            return _with_own_vr(out.getvalue())
    except Exception:  # a test file of pydicom that is damaged by itself, or values that no writer takes
        return _flip(data, data, rng)


def _change_element(dataset: Dataset, rng: np.random.Generator) -> None:
    if rng.random() < 0.2 and len(dataset):
        tags = sorted(dataset.keys())
        del dataset[tags[rng.integers(len(tags))]]
        return
    keyword = list(VALUES)[rng.integers(len(VALUES))]
    value = VALUES[keyword][rng.integers(len(VALUES[keyword]))]
    where = dataset.file_meta if keyword == "TransferSyntaxUID" else dataset
    tag = Tag(tag_for_keyword(keyword) or 0)
    vr = "US" if isinstance(value, int) else "LO"
    where[tag] = DataElement(tag, vr, value, validation_mode=config.IGNORE)


def _with_own_vr(data: bytes) -> bytes:
    """Give texts the value representation of their element, which no writer would put before such a text."""
    for keyword in VALUES:
        tag = tag_for_keyword(keyword) or 0
        start = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")
        data = data.replace(start + b"LO", start + dictionary_VR(tag)[:2].encode())
    return data


Change = Callable[[bytes, bytes, np.random.Generator], bytes]
"""From a file's bytes, those of another and a source of chance to other bytes."""


def _place(data: bytes, rng: np.random.Generator) -> int:
    """Return a place in the file, every other time near its front."""
    most = min(len(data), HEADER) if rng.random() < 0.5 else len(data)
    return int(rng.integers(max(1, most)))


def _length(data: bytes, rng: np.random.Generator) -> int:
    return int(min(len(data), 2 ** rng.uniform(0, 13)))


def _flip(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(int(2 ** rng.uniform(0, 6))):
        changed[_place(data, rng)] = int(rng.integers(256))
    return bytes(changed)


def _odd_number(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    at, size = _place(data, rng), int(2 ** rng.integers(4))
    number = ODD_NUMBERS[rng.integers(len(ODD_NUMBERS))] % (1 << 8 * size)
    return data[:at] + number.to_bytes(size, "little" if rng.random() < 0.7 else "big") + data[at + size :]


def _cut(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    return data[: _place(data, rng)]


def _leave_out(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + _length(data, rng) :]


def _double(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    at = _place(data, rng)
    part = data[at : at + _length(data, rng)]
    return data[:at] + part * int(rng.integers(2, 5)) + data[at + len(part) :]


def _insert(data: bytes, _other: bytes, rng: np.random.Generator) -> bytes:
    at, length = _place(data, rng), _length(data, rng)
    return data[:at] + (rng.bytes(length) if rng.random() < 0.5 else bytes(length)) + data[at:]


def _splice(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    at, start = _place(data, rng), _place(other, rng)
    part = other[start : start + _length(other, rng)]
    return data[:at] + part + data[at + len(part) :]


BYTE_CHANGES: tuple[Change, ...] = (_flip, _flip, _odd_number, _odd_number, _cut, _leave_out, _double, _insert, _splice)
