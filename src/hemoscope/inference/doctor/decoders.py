"""Whether every transfer syntax that head CT comes in is decoded here: a tiny slice of each, read back bit for bit."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from hemoscope.inference.doctor.probe import failed
from hemoscope.reading import read_slice
from hemoscope.records import Check, Health
from hemoscope.writing.dicom import INTERCEPT, write_series
from hemoscope.writing.recompress import exact_decoders, recompress

SYNTAXES = {
    "RLE Lossless": ("1.2.840.10008.1.2.5", "pydicom"),
    "JPEG Lossless": ("1.2.840.10008.1.2.4.70", "python-gdcm"),
    "JPEG-LS Lossless": ("1.2.840.10008.1.2.4.80", "pyjpegls"),
    "JPEG 2000 Lossless": ("1.2.840.10008.1.2.4.90", "pylibjpeg-openjpeg"),
    "Deflated Explicit VR": ("1.2.840.10008.1.2.1.99", "pydicom"),
}
"""UID of each transfer syntax (PS3.6 A) and the package that the base install decodes it with."""
DEFLATED = "Deflated Explicit VR"
SIDE = 64
"""Rows and columns: the fewest that JPEG 2000's usual five halvings leave something of."""


def check_decoders() -> Iterator[Check]:
    """Write a slice of noise in each transfer syntax and read it."""
    stored = np.random.default_rng(0).integers(0, 4096, (SIDE, SIDE), dtype=np.uint16)
    with tempfile.TemporaryDirectory(prefix="hemoscope-") as folder, _quiet():
        hu = stored[np.newaxis].astype(np.float32) + INTERCEPT
        plain = write_series(hu, folder, spacing=(5.0, 1.0, 1.0), name="doctor")[0]
        yield _native(plain, hu[0])
        for name in SYNTAXES:
            yield _decoder(name, plain, stored)


def _native(path: Path, hu: np.ndarray) -> Check:
    try:
        is_exact = np.array_equal(read_slice(path).pixels, hu)
    except Exception as error:
        return failed("decoders", "uncompressed", error)
    return _told("uncompressed", is_exact, "read exactly", package="pydicom")


def _decoder(name: str, plain: Path, stored: np.ndarray) -> Check:
    syntax, package = SYNTAXES[name]
    try:
        written = recompress(plain, plain.with_name("again.dcm"), transfer_syntax=syntax)
        is_exact = np.array_equal(read_slice(written).pixels, stored.astype(np.float32) + INTERCEPT)
        by = () if name == DEFLATED else exact_decoders(written, stored)
    except ImportError:
        return Check(
            "decoders", name, Health.MISSING, f"{package} is not installed.", next_step=f"pip install {package}"
        )
    except Exception as error:
        return failed("decoders", name, error, next_step=f"pip install --force-reinstall {package}")
    return _told(name, is_exact, f"read exactly, by {', '.join(by)}" if by else "read exactly", package=package)


def _told(name: str, is_exact: bool, detail: str, *, package: str) -> Check:
    if is_exact:
        return Check("decoders", name, Health.OK, detail)
    again = f"pip install --force-reinstall {package}"
    return Check("decoders", name, Health.FAILED, "Other pixels come out than went in.", next_step=again)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep in what pydicom's plugins log of their failures: the checks tell."""
    loggers = [logging.getLogger(name) for name in ("pydicom", "openjpeg")]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was_disabled in zip(loggers, before, strict=True):
            logger.disabled = was_disabled
