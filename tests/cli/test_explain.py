"""hemoscope explain, and predict --explain, as a user types them."""

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from hemoscope.cli import main
from tests.cli.test_predict_studies import write_studies
from tests.datasets.layouts import draw_picture
from tests.results.test_document import SCHEMA


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return write_studies(tmp_path_factory.mktemp("studies"), 1) / "study0"


@pytest.fixture
def head(tmp_path) -> Path:
    Image.fromarray(draw_picture(label=1, seed=0)).save(tmp_path / "head.png")
    return tmp_path / "head.png"


def test_every_input_gets_a_folder_and_a_bad_one_costs_no_other(study, head, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn.zip").write_bytes(b"PK\x03\x04 and no more")
    bad = [tmp_path / "missing.png", tmp_path / "empty", tmp_path / "torn.zip"]
    result = run("explain", study, *bad, head, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "2 scored, 0 refused, 3 failed" in result.stdout
    assert "Research use only" in result.stdout
    folders = ["study0", "missing", "empty", "torn", "head"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(folders)
    for folder in folders:
        assert f"Written: {tmp_path / 'out' / folder / 'index.html'}" in result.stderr
        assert (tmp_path / "out" / folder / "explanation.json").is_file()
    assert (tmp_path / "out" / "study0" / "key-slices.png").is_file()


def test_all_slices_are_drawn_and_json_is_printed_where_that_is_asked_for(study, tmp_path):
    result = run("explain", study, "--out", tmp_path, "--all", "--json", "--operating-point", "rule-in")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    assert document["studies"][0]["operating_point"]["name"] == "rule-in"
    assert len(list((tmp_path / "study0" / "slices").iterdir())) == 3


def test_the_only_place_that_cannot_be_opened_is_a_usage_error(tmp_path):
    (tmp_path / "empty").mkdir()
    result = run("explain", tmp_path / "empty", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "Error [input.no_images]" in result.stderr


def test_predict_draws_beside_its_table(study, head, tmp_path):
    result = run("predict", study, head, "--explain", tmp_path / "drawn")
    assert result.exit_code == 0
    assert f"Drawn: {tmp_path / 'drawn'}" in result.stderr
    assert sorted(path.name for path in (tmp_path / "drawn").iterdir()) == ["head", "study0"]


def test_predict_goes_on_drawing_without_overwriting(head, tmp_path):
    again = tmp_path / "again" / "head.png"
    again.parent.mkdir()
    again.write_bytes(head.read_bytes())
    journal, drawn = tmp_path / "answers.jsonl", tmp_path / "drawn"
    assert run("predict", head, "--out", journal, "--explain", drawn).exit_code == 0
    first = (drawn / "head" / "index.html").read_bytes()
    assert run("predict", head, again, "--out", journal, "--resume", "--explain", drawn).exit_code == 0
    assert (drawn / "head" / "index.html").read_bytes() == first
    assert (drawn / "head-2" / "index.html").is_file()


def test_another_method_is_drawn_in_one_color_and_named_everywhere(head, tmp_path):
    result = run("explain", head, "--out", tmp_path / "out", "--method", "layercam")
    assert result.exit_code == 0
    document = json.loads((tmp_path / "out" / "head" / "explanation.json").read_text(encoding="utf-8"))
    assert document["method"] == "layercam"
    assert document["slices"][0]["outlined"] == []
    assert "layercam" in (tmp_path / "out" / "head" / "index.html").read_text(encoding="utf-8")


def test_a_method_that_does_not_exist_is_told_before_anything_is_scored(head, tmp_path):
    result = run("explain", head, "--out", tmp_path / "out", "--method", "magic")
    assert result.exit_code == 2
    assert "Expected one of maps, gradcam, " in result.stderr
    assert not (tmp_path / "out").exists()
