"""hemoscope predict as a user types it."""

import csv
import json
import shutil
import struct
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file

from hemoscope.cli import main
from hemoscope.models.bundle import shipped_bundle, write_sums
from hemoscope.records import OperatingPoint
from hemoscope.results.document import SCHEMA_VERSION
from tests.datasets.layouts import draw_picture


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["predict", *map(str, arguments)])


@pytest.fixture
def head(tmp_path: Path) -> Path:
    Image.fromarray(draw_picture(label=1, seed=0)).save(tmp_path / "head.png")
    return tmp_path / "head.png"


def bomb(path: Path) -> Path:
    """Write a PNG of 20,000 x 20,000 black pixels in 50 kB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(2501) * 20_000, 9)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    return path


def test_a_table_with_the_answer_and_the_notice_is_printed(head):
    result = run(head)
    assert result.exit_code == 0
    assert "%" in result.stdout
    assert "1 scored, 0 refused, 0 failed" in result.stdout
    assert "Research use only" in result.stdout


def test_json_alone_stands_on_stdout(head):
    result = run(head, "--json")
    document = json.loads(result.stdout)
    assert document["schema_version"] == SCHEMA_VERSION
    assert document["results"][0]["status"] == "scored"
    assert document["model"]["name"] == "map-net"


def test_every_bad_input_gets_its_own_code_and_nothing_else_is_lost(head, tmp_path):
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "a_truncated.png").write_bytes(head.read_bytes()[:2000])
    (folder / "b_empty.png").write_bytes(b"")
    (folder / "c_text.png").write_text("a text file with another name")
    bomb(folder / "d_bomb.png")
    dataset = dcmread(get_testdata_file("J2K_pixelrep_mismatch.dcm", download=False))
    del dataset.PixelData
    dataset.save_as(folder / "e_no_pixels.dcm")
    result = run(folder, head, "--json")
    assert result.exit_code == 3
    answers = [one["error"]["code"] if one["error"] else one["status"] for one in json.loads(result.stdout)["results"]]
    assert answers == [
        "read.truncated",
        "read.empty",
        "read.unknown_format",
        "read.too_large",
        "dicom.no_pixels",
        "scored",
    ]


def test_a_refusal_is_an_answer_and_no_failure(tmp_path):
    Image.new("L", (64, 64)).save(tmp_path / "black.png")
    result = run(tmp_path / "black.png")
    assert result.exit_code == 0
    assert "gate.empty" in result.stdout


def test_a_folder_with_no_image_is_a_usage_error(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    result = run(tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error [input.no_images]: Expected pictures, DICOM or NIfTI files in")


def test_csv_and_page_are_written_beside_the_table(head, tmp_path):
    result = run(head, "--csv", tmp_path / "out.csv", "--html", tmp_path / "out.html")
    assert result.exit_code == 0
    with (tmp_path / "out.csv").open() as stream:
        assert [row["status"] for row in csv.DictReader(stream)] == ["scored"]
    assert (tmp_path / "out.html").read_text().count("<img ") == 2


def test_a_folder_that_is_no_bundle_is_an_error(head, tmp_path):
    result = run(head, "--bundle", tmp_path)
    assert result.exit_code == 1
    assert "[bundle.not_found]" in result.stderr


def test_an_unknown_operating_point_is_a_usage_error(head):
    result = run(head, "--operating-point", "strict")
    assert result.exit_code == 2
    assert "balanced" in result.stderr
    assert "received 'strict'" in result.stderr


@pytest.fixture(scope="module")
def three(tmp_path_factory) -> Path:
    """The shipped network with three thresholds far apart, as an export keeps them."""
    folder = Path(shutil.copytree(shipped_bundle(), tmp_path_factory.mktemp("bundles") / "three"))
    path = folder / "metadata.json"
    points = [
        OperatingPoint(name, threshold, f"a test of {name}", "40 slices").as_json()
        for name, threshold in (("rule-out", 0.0), ("balanced", 0.5), ("rule-in", 1.0))
    ]
    path.write_text(json.dumps(json.loads(path.read_text()) | {"operating_points": points}))
    write_sums(folder)
    return folder


@pytest.mark.parametrize(
    ("name", "threshold", "decision"), [("rule-out", 0.0, "positive"), ("rule-in", 1.0, "negative")]
)
def test_each_named_point_decides_at_its_own_threshold(head, three, name, threshold, decision):
    answer = json.loads(run(head, "--bundle", three, "--operating-point", name, "--json").stdout)["results"][0]
    assert (answer["operating_point"]["name"], answer["operating_point"]["threshold"]) == (name, threshold)
    assert answer["decision"] == decision


def test_without_an_option_the_balanced_point_of_three_decides(head, three):
    answer = json.loads(run(head, "--bundle", three, "--json").stdout)["results"][0]
    assert answer["operating_point"]["name"] == "balanced"
    assert answer["decision"] == ("positive" if answer["probability"] >= 0.5 else "negative")


def test_an_unknown_point_of_three_is_answered_with_all_of_them(head, three):
    result = run(head, "--bundle", three, "--operating-point", "strict")
    assert result.exit_code == 2
    assert "Error [operating_point.unknown]: Expected one of rule-out, balanced, rule-in;" in result.stderr


def test_abstaining_says_uncertain_in_table_csv_json_and_page(head, three, tmp_path):
    result = run(head, "--bundle", three, "--abstain", "--csv", tmp_path / "out.csv", "--html", tmp_path / "out.html")
    assert result.exit_code == 0
    assert "uncertain from 0.0%, positive from 100.0%" in result.stdout
    assert "1 scored (1 uncertain), 0 refused, 0 failed" in result.stdout
    with (tmp_path / "out.csv").open() as stream:
        row = next(csv.DictReader(stream))
    assert (row["decision"], row["uncertain_from"], row["threshold"]) == ("uncertain", "0.0", "1.0")
    assert '<article class="card uncertain"' in (tmp_path / "out.html").read_text()
    told = json.loads(run(head, "--bundle", three, "--abstain", "--json").stdout)["results"][0]
    assert (told["decision"], told["operating_point"]["name"]) == ("uncertain", "abstain")


def test_abstaining_and_a_named_point_exclude_each_other(head, three):
    result = run(head, "--bundle", three, "--abstain", "--operating-point", "balanced")
    assert result.exit_code == 2
    assert "--abstain decides at rule-out and rule-in; leave out --operating-point." in result.stderr


def test_a_bundle_with_a_balanced_point_alone_cannot_abstain(head, three, tmp_path):
    old = Path(shutil.copytree(three, tmp_path / "old"))
    metadata = json.loads((old / "metadata.json").read_text())
    balanced = {"name": "balanced", "threshold": 0.5, "chosen_for": "a test", "fitted_on": "40 slices"}
    (old / "metadata.json").write_text(json.dumps(metadata | {"operating_points": [balanced]}))
    write_sums(old)
    result = run(head, "--bundle", old, "--abstain")
    assert result.exit_code == 2
    assert "Error [operating_point.no_band]" in result.stderr
    assert "the bundle has balanced" in result.stderr
    assert run(head, "--bundle", old).exit_code == 0


def test_two_runs_give_the_same_json(head):
    assert run(head, "--json").stdout == run(head, "--json").stdout
