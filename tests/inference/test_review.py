"""An evaluation's slices, looked at again."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hemoscope.errors import BundleError, DatasetError
from hemoscope.evaluation.judge import JudgeSettings
from hemoscope.inference.evaluate import EvaluationSettings, evaluate
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.review import review_evaluation
from hemoscope.results.evaluation_folder import write_evaluation
from hemoscope.terms import SUBTYPES, Label
from tests.datasets.layouts import write_table

from .bundles import contrary


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    return write_table(tmp_path_factory.mktemp("reviewed") / "set", each=4)


@pytest.fixture(scope="module")
def evaluated(table, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("evaluated") / "out"
    write_evaluation(evaluate(None, table, settings=EvaluationSettings(judge=JudgeSettings(draws=100))), folder)
    return folder


def test_every_scored_slice_is_there_at_the_operating_point_that_judged_it(evaluated, table):
    found, record = review_evaluation(evaluated, table), json.loads((evaluated / "evaluation.json").read_text())
    assert [case.key for case in found.cases] == [case["id"] for case in record["cases"]]
    (point,) = [point for point in record["operating_points"] if point["name"] == "balanced"]
    predictor = Predictor()
    for case, kept in zip(found.cases, record["cases"], strict=True):
        seen = predictor.examine(table / case.key)
        assert (case.score, case.truth, case.group) == (kept["probability"], kept["label"], kept["group"])
        assert case.threshold == point["threshold"]
        assert np.array_equal(case.inputs, seen.model_input)
        assert np.allclose(case.cells, seen.cells[Label.ANY], atol=1e-5)
        assert case.claimed in SUBTYPES
    assert found.decided.startswith("balanced, chosen for ")
    assert found.is_calibrated
    assert found.notes[0] == record["seen_in_training"]["message"]


def test_another_specificity_can_be_asked_for(evaluated, table):
    found = review_evaluation(evaluated, table, specificity=0.75)
    normal = [case for case in found.cases if not case.truth]
    assert sum(not case.is_called for case in normal) >= 3


def test_another_bundle_or_other_data_is_refused(evaluated, table, drawn_set, tmp_path):
    with pytest.raises(BundleError, match="Expected the bundle that was judged") as raised:
        review_evaluation(evaluated, table, bundle=contrary(tmp_path / "contrary"))
    assert raised.value.code == "review.other_bundle"
    with pytest.raises(DatasetError, match="not the one that was scored"):
        review_evaluation(evaluated, drawn_set)


def test_an_evaluation_of_studies_is_refused(evaluated, table, tmp_path):
    shutil.copytree(evaluated, tmp_path / "out")
    record = json.loads((evaluated / "evaluation.json").read_text())
    record["collection"]["studies"] = 4
    (tmp_path / "out" / "evaluation.json").write_text(json.dumps(record))
    with pytest.raises(DatasetError, match="judged whole studies"):
        review_evaluation(tmp_path / "out", table)


def test_slices_without_a_score_are_told_and_a_file_that_is_gone_is_other_data(evaluated, table, tmp_path):
    shutil.copytree(table, tmp_path / "set")
    (tmp_path / "set" / "0.png").unlink()
    with pytest.raises(DatasetError):
        review_evaluation(evaluated, tmp_path / "set")
    shutil.copytree(evaluated, tmp_path / "out")
    record = json.loads((evaluated / "evaluation.json").read_text())
    record["cases"][0]["probability"] = None
    (tmp_path / "out" / "evaluation.json").write_text(json.dumps(record))
    found = review_evaluation(tmp_path / "out", table)
    assert len(found.cases) == 7
    assert found.notes[1] == "1 slices were refused or failed; they have no score and are not shown."
