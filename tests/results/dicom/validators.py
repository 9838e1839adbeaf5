"""What judges objects from outside: dciodvfy of dicom3tools, DCMTK, and dicom-validator."""

import logging
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from dicom_validator.spec_reader.edition_reader import EditionReader
from dicom_validator.validator.dicom_file_validator import DicomFileValidator
from dicom_validator.validator.dicom_info import DicomInfo

from tests.missing import missing
from tests.results.dicom.standard_tables import read_tables

STANDARD = "HEMOSCOPE_DICOM_STANDARD"


def errors_of_dciodvfy(path: Path) -> list[str]:
    """Return what dciodvfy holds against a file; skip, or fail where integration is required, without it."""
    done = _run("dciodvfy", "dicom3tools", path)
    return [line for line in done.stderr.splitlines() if line.startswith("Error")]


def told_by_dcmtk(path: Path) -> str:
    """Return a report as DCMTK's dsrdump reads it, with all values whole; skip likewise."""
    done = _run("dsrdump", "dcmtk", "--print-long-values", "--print-all-codes", path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _run(name: str, package: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    program = shutil.which(name)
    if program is None:
        missing(name, f"make system-packages, or install {package}")
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120)


def errors_of_dicom_validator(path: Path) -> list[str]:
    """Return what PyPI's dicom-validator holds against a file, a line per attribute.

    It reads the DocBook text of the standard, which no package brings and a test must not download: where the folder
    that it keeps it in is not named, highdicom's tables of the standard take its place.
    """
    folder = os.environ.get(STANDARD)
    results = DicomFileValidator(_tables() if folder is None else _text(folder), logging.CRITICAL).validate(path)
    return [
        f"{module}: {tag} {error.code.name}"
        for result in results.values()
        for module, errors in (result.module_errors or {}).items()
        for tag, error in errors.items()
    ]


@cache
def _tables() -> DicomInfo:
    return read_tables()


@cache
def _text(folder: str) -> DicomInfo:
    edition = max(path.parent.parent.name for path in Path(folder).glob("[0-9]*/json/iod_info.json"))
    return EditionReader(folder).load_dicom_info(edition)
