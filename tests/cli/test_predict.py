"""hemoscope predict as a user types it."""

import csv
import json
import struct
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file

from hemoscope.cli import main
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
    assert result.stderr.startswith("Error [input.no_images]: Expected pictures or DICOM files in")


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
    assert "Expected one of balanced; received 'strict'" in result.stderr


def test_two_runs_give_the_same_json(head):
    assert run(head, "--json").stdout == run(head, "--json").stdout
