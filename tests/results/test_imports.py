"""A room that is cheap to enter: each encoding imports what it needs and no more."""

import subprocess
import sys

import pytest

HEAVY = ["PIL", "cv2", "jinja2", "keras", "pydicom", "rich"]


@pytest.mark.parametrize(
    ("module", "imported"), [("document", "[]"), ("csv_table", "[]"), ("wording", "[]"), ("table", "['rich']")]
)
def test_an_encoding_imports_no_more_than_it_needs(module, imported):
    code = "import sys; __import__(sys.argv[1]); print(sorted(set(sys.modules) & set(sys.argv[2:])))"
    command = [sys.executable, "-c", code, f"hemoscope.results.{module}", *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == imported
