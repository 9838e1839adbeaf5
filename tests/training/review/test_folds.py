"""Held-out groups: every slice once."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from hemoscope.errors import InputError, TrainingError
from hemoscope.evaluation.folds import HeldOut
from hemoscope.training.cross_validate import Plan, cross_validate
from hemoscope.training.review.folds import review_folds
from hemoscope.training.run import read_rows
from tests.datasets.layouts import write_kaggle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_kaggle(tmp_path_factory.mktemp("data") / "drawn", each=16)


@pytest.fixture(scope="module")
def folds(data, quick_settings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cv") / "folds"
    cross_validate(data, folder, plan=Plan(replace(quick_settings, epochs=1), repeats=2, folds=2))
    return folder


def test_a_slice_has_the_mean_of_what_its_repeats_say(folds, data):
    found = review_folds(folds, data)
    rows = read_rows(folds / "predictions.csv", HeldOut)
    assert len(found.cases) == 32
    for case in found.cases:
        own = [row for row in rows if row.key == case.key]
        assert len(own) == 2
        assert case.score == pytest.approx(np.mean([row.probability for row in own]))
        assert (case.truth, case.group, case.threshold) == (own[0].label, own[0].group, 0.5)
        assert case.inputs.shape == (32, 32)
    assert found.is_calibrated
    assert found.kind == "cross-validation by group, 4 of 4 folds"


def test_a_specificity_can_be_asked_for(folds, data):
    found = review_folds(folds, data, specificity=0.75)
    normal = [case for case in found.cases if not case.truth]
    assert sum(not case.is_called for case in normal) >= 0.75 * len(normal)
    assert "keeps 75% of these" in found.decided


def test_one_finished_fold_is_enough_and_none_is_told(folds, data, tmp_path):
    shutil.copytree(folds, tmp_path / "part")
    tables = sorted((tmp_path / "part" / "folds").glob("*.csv"))
    for table in tables[1:]:
        table.unlink()
    found = review_folds(tmp_path / "part", data)
    assert {case.key for case in found.cases} == {row.key for row in read_rows(tables[0], HeldOut)}
    tables[0].unlink()
    with pytest.raises(TrainingError, match="no finished fold"):
        review_folds(tmp_path / "part", data)


def test_the_data_is_needed_and_must_be_the_same(folds, drawn_set):
    with pytest.raises(InputError, match="--data FOLDER"):
        review_folds(folds, None)
    with pytest.raises(TrainingError, match="not the one that was scored"):
        review_folds(folds, drawn_set)
