"""hemoscope doctor as a user types it."""

import getpass
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hemoscope.cli import main
from hemoscope.inference.doctor import packages


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", *arguments])


def test_all_is_well_here_and_the_table_says_so():
    result = run()
    assert result.exit_code == 0, result.output
    assert "Scoring works." in result.stdout
    for topic in ("packages", "model", "decoders", "machine", "extras", "speed"):
        assert f"\n{topic}" in f"\n{result.stdout}"


def test_json_alone_stands_on_stdout():
    result = run("--json", "--no-speed")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["works"] is True
    assert "speed" not in {check["topic"] for check in document["checks"]}


def test_no_path_and_no_user_is_told():
    told = run("--json", "--no-speed").stdout
    assert str(Path.home()) not in told
    assert str(Path.cwd()) not in told
    if len(getpass.getuser()) > 4:  # "root" may stand in a word
        assert getpass.getuser() not in told


def test_what_the_base_install_lacks_ends_with_code_1(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(packages.BASE, "pyjpegls", "no_such_module")
    result = run("--no-speed")
    assert result.exit_code == 1
    told = " ".join(result.stdout.split())
    assert "Scoring does not work as it should." in told
    assert "not ok: packages pyjpegls" in told
    assert "○ missing Not installed. pip install pyjpegls" in told


def run_without(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process that cannot import a module."""
    code = "import sys; sys.modules[sys.argv.pop(1)] = None; from hemoscope.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, module, "doctor", "--no-speed", *arguments], capture_output=True, text=True
    )


@pytest.mark.parametrize("module", ["numpy", "rich"])
def test_without_what_even_the_doctor_needs_the_module_is_named_in_a_line(module: str):
    done = run_without(module)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error [install.broken]: The module {module}")
    assert done.stderr.endswith("Install again: pip install --force-reinstall hemoscope\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("module", "package"), [("cv2", "opencv-python-headless"), ("pydicom", "pydicom"), ("onnxruntime", "onnxruntime")]
)
def test_without_any_other_package_the_rest_is_checked(module: str, package: str):
    done = run_without(module, "--json")
    checks = {(check["topic"], check["name"]): check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert checks["packages", package]["health"] == "missing"
    assert checks["machine", "cores"]["health"] == "ok"
    assert done.stderr == ""
