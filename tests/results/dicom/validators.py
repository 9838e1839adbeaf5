"""What judges objects from outside: dciodvfy of dicom3tools, DCMTK, dicom-validator, and highdicom's tables."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from highdicom._standard_utils import get_iod_module_map, get_module_attribute_map, get_sop_class_iod_map
from pydicom import Dataset

REQUIRED, STANDARD = "HEMOSCOPE_REQUIRE_INTEGRATION", "HEMOSCOPE_DICOM_STANDARD"


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
        reason = f"{name} is not here: make system-packages, or install {package}"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120)


def errors_of_dicom_validator(paths: Sequence[Path]) -> dict[str, int]:
    """Count what PyPI's dicom-validator holds against files, by their names; skip where the standard is not at hand.

    It reads the DocBook text of the standard, which no package brings and which a test must not download.
    """
    folder = os.environ.get(STANDARD)
    if not folder or not any(Path(folder).glob("[0-9]*/json/iod_info.json")):
        pytest.skip(f"the text of the DICOM standard is not here: name the folder of dicom-validator by {STANDARD}")
    from dicom_validator.spec_reader.edition_reader import EditionReader
    from dicom_validator.validator.dicom_file_validator import DicomFileValidator

    edition = max(path.parent.parent.name for path in Path(folder).glob("[0-9]*/json/iod_info.json"))
    validator = DicomFileValidator(EditionReader(folder).load_dicom_info(edition))
    return {path.name: sum(one.errors for one in validator.validate(path).values()) for path in paths}


def errors_by_tables(dataset: Dataset) -> list[str]:
    """Hold an object's own attributes against the tables of PS3.3 that highdicom carries.

    Returns:
        What modules require and is not there, or empty where it must not be; what no module of the object has.
    """
    modules = get_iod_module_map()[get_sop_class_iod_map()[dataset.SOPClassUID]]
    attributes = get_module_attribute_map()
    found, allowed = [], set()
    for module in modules:
        for one in attributes[module["key"]]:
            if one["path"]:
                continue
            keyword = one["keyword"]
            allowed.add(keyword)
            if module["usage"] != "M" or module["key"] == "sr-document-content":  # there it hangs on the value type
                continue
            if one["type"] in ("1", "2") and keyword not in dataset:
                found.append(f"{keyword} of {module['key']} is missing")
            elif one["type"] == "1" and dataset[keyword].is_empty:
                found.append(f"{keyword} of {module['key']} is empty")
    found += [f"{element.keyword} is of no module" for element in dataset if element.keyword not in allowed]
    return found
