"""A folder is known by the record that it keeps."""

import json

import pytest

from hemoscope.errors import InputError
from hemoscope.review.kinds import Kind, kind_of, require_data


@pytest.mark.parametrize(
    ("name", "record", "kind"),
    [
        ("run.json", {}, Kind.RUN),
        ("validation.json", {"blocks": []}, Kind.ORIGINS),
        ("validation.json", {"folds": 5}, Kind.GROUPS),
        ("evaluation.json", {}, Kind.EVALUATION),
    ],
)
def test_each_kind_is_known(tmp_path, name, record, kind):
    (tmp_path / name).write_text(json.dumps(record))
    assert kind_of(tmp_path) is kind


@pytest.mark.parametrize("text", [None, "{}", "[1]", "{"])
def test_another_folder_is_told_in_a_sentence_without_its_path(tmp_path, text):
    if text is not None:
        (tmp_path / "validation.json").write_text(text)
    with pytest.raises(InputError) as raised:
        kind_of(tmp_path)
    assert raised.value.code == "review.not_a_run"
    assert str(tmp_path) not in str(raised.value)


def test_a_run_without_pictures_asks_for_its_data(tmp_path):
    assert require_data(str(tmp_path), Kind.GROUPS) == tmp_path
    with pytest.raises(InputError, match=r"A cross-validation by group keeps no pictures.*--data FOLDER"):
        require_data(None, Kind.GROUPS)
