"""Public sets go through training and audit as any collection does; labels of whole studies do not."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from hemoscope.cli import main
from hemoscope.errors import DatasetError
from hemoscope.training.cross_validate import Plan, cross_validate
from hemoscope.training.data import group_near_duplicates, load_labelled, prepare_collection
from hemoscope.training.fit import train
from hemoscope.training.observe import Observer
from tests.datasets.public_sets import write_bhsd


class Heard(Observer):
    def __init__(self):
        self.index: list[tuple[int, int]] = []

    def on_index(self, done, total):
        self.index.append((done, total))


def test_rsna_is_trained_on_with_patients_kept_whole_and_its_notes_in_the_run(rsna, quick_settings, tmp_path):
    heard = Heard()
    run = train(rsna, tmp_path / "run", settings=replace(quick_settings, epochs=1), observer=heard)
    assert heard.index == [(17, 17)]
    data = run.record["data"]
    assert (data["layout"], data["slices"], data["groups"]) == ("RSNA 2019", 16, 3)
    assert [notice["code"] for notice in data["notices"]] == ["data.repeated_rows", "data.truncated"]
    parts = {row.group: row.part for row in run.split}
    assert all(parts[row.group] == row.part for row in run.split)
    assert set(parts.values()) == {"training", "validation"}


def test_patients_that_a_collection_names_are_never_joined_by_likeness(rsna, quick_settings):
    prepared = prepare_collection(load_labelled(rsna), settings=quick_settings.preparation)
    assert group_near_duplicates(prepared) is prepared


def test_slices_of_volumes_are_cross_validated(quick_settings, tmp_path):
    folder = write_bhsd(tmp_path / "bhsd", volumes=6)
    plan = Plan(replace(quick_settings, epochs=1), repeats=1, folds=2)
    rows = cross_validate(folder, tmp_path / "out", plan=plan)
    assert len(rows) == 24
    folds = {row.group: row.fold for row in rows}
    assert all(folds[row.group] == row.fold for row in rows)
    assert len(folds) == 6


def test_labels_of_studies_are_refused_before_anything_is_trained(cq500, quick_settings, tmp_path):
    with pytest.raises(DatasetError, match=r"speak of whole studies\. Judge a bundle on it.*\[data\.study_labels\]"):
        train(cq500, tmp_path / "run", settings=quick_settings)
    assert not (tmp_path / "run").exists()


def test_slices_of_a_volume_are_not_copies_of_each_other_to_the_audit(ct_ich, tmp_path):
    result = CliRunner().invoke(main, ["audit", str(ct_ich), "--json", "--report", str(tmp_path / "audit.html")])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert (document["collection"]["layout"], document["collection"]["slices"]) == ("CT-ICH", 8)
    assert all(pair["kind"] not in ("identical bytes", "identical pixels") for pair in document["pairs"])
    assert (tmp_path / "audit.html").is_file()


def test_volumes_are_evaluated_slice_by_slice(ct_ich, tmp_path):
    arguments = ["evaluate", "shipped", str(ct_ich), "--draws", "100", "--json", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["counts"]["scored"] == 8
    assert document["collection"]["studies"] is None
