"""What judges objects from outside: David Clunie's dciodvfy, as the Debian package dicom3tools has it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

REQUIRED = "HEMOSCOPE_REQUIRE_INTEGRATION"


def errors_of_dciodvfy(path: Path) -> list[str]:
    """Return what dciodvfy holds against a file; skip, or fail where integration is required, without it."""
    program = shutil.which("dciodvfy")
    if program is None:
        reason = "dciodvfy is not here: make system-packages, or install dicom3tools"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    done = subprocess.run([program, str(path)], capture_output=True, text=True, errors="replace", timeout=120)
    return [line for line in done.stderr.splitlines() if line.startswith("Error")]
