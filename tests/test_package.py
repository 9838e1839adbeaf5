"""The public surface: names, lazy imports, documented codes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import hemoscope

ROOT = Path(__file__).resolve().parent.parent


def test_importing_hemoscope_imports_nothing_heavy():
    code = "import sys, hemoscope; print(sorted({name.split('.')[0] for name in sys.modules} & set(sys.argv[1:])))"
    heavy = ["keras", "numpy", "onnxruntime", "tensorflow", "cv2", "pydicom", "PIL", "click", "rich"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    for name in hemoscope.__all__:
        assert getattr(hemoscope, name) is not None
    assert set(hemoscope.__all__) <= set(dir(hemoscope))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'hemoscope' has no attribute 'nothing'"):
        hemoscope.nothing  # noqa: B018


FAMILIES = (
    "archive|bundle|data|deidentify|delivery|destination|dicom|dicomweb|dicom_result|evaluation|explain|export|gate|groups|input|install|journal|lesion|listen|"
    "method|metric|model|nifti|operating_point|origin|output|picture|queue|read|result|review|run|series|service|settings|split|"
    "store|study|submission|tuning|validation|watch|weights|window"
)
FILE_NAMES = {
    "deidentify.key",
    "evaluation.json",
    "model.keras",
    "model.onnx",
    "run.json",
    "settings.json",
    "split.csv",
    "study.db",
    "study.json",
    "validation.json",
}


def raised_codes() -> set[str]:
    """Every string in the source that is a code."""
    codes = re.compile(rf'"((?:{FAMILIES})\.[a-z_]+)"')
    found = {code for path in (ROOT / "src").rglob("*.py") for code in codes.findall(path.read_text())}
    return found - FILE_NAMES


def test_every_code_is_documented_and_every_documented_code_exists():
    page = (ROOT / "docs" / "reference" / "errors.md").read_text()
    documented = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page, re.M))
    assert raised_codes() == documented
