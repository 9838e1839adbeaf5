"""A bundle judged on slices it never saw: every slice gets its place, and what it did see is found."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemoscope.datasets.audit.fingerprints import UNKNOWN, Fingerprints
from hemoscope.datasets.load import load_collection
from hemoscope.datasets.phantom import make_slice
from hemoscope.errors import BundleError, DatasetError, InputError
from hemoscope.evaluation.judge import JudgeSettings
from hemoscope.evaluation.report import SeenCase, SeenStatus
from hemoscope.inference.evaluate import EvaluationSettings, evaluate
from hemoscope.inference.labelled import ScoredCollection, score_labelled
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.seen import SeenPolicy
from hemoscope.models.bundle import write_sums
from hemoscope.records import Status
from hemoscope.terms import Label
from hemoscope.writing.dicom import write_series
from tests.datasets.layouts import write_class_folders, write_kaggle, write_table

from .bundles import bundle_with, only

QUICK = EvaluationSettings(judge=JudgeSettings(draws=100))


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """Eight slices of four patients on two scanners."""
    return write_table(tmp_path_factory.mktemp("evaluated") / "set", each=4)


@pytest.fixture(scope="module")
def scored(table) -> ScoredCollection:
    return score_labelled(Predictor(), load_collection(table))


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """A bundle without fingerprints."""
    return bundle_with(tmp_path_factory.mktemp("bundles") / "plain", None)


@pytest.mark.parametrize("write", [write_kaggle, write_class_folders, write_table])
def test_every_layout_is_scored_as_predict_scores_it(write, plain, tmp_path):
    folder = write(tmp_path / "set", each=2)
    found = evaluate(plain, folder, settings=QUICK)
    paths = [item.path for item in load_collection(folder)]
    by_predict = [result.probability for result in Predictor(plain).predict_many(paths)]
    assert [case.probability for case in found.judgement.cases] == by_predict
    assert (found.collection.slices, found.collection.positives) == (4, 2)
    assert found.model["name"] == "map-net"


def test_extra_columns_become_tables(plain, table):
    (found,) = evaluate(plain, table, settings=QUICK).judgement.subgroups
    assert (found.column, [(row.value, row.slices, row.groups) for row in found.rows]) == (
        "scanner",
        [("A", 4, 2), ("B", 4, 2)],
    )


def test_what_is_refused_or_fails_keeps_its_place_and_counts_as_missed(plain, table, tmp_path):
    lines = [f"{table / f'{place}.png'},{place % 2},{place // 2}" for place in range(8)]
    Image.new("L", (64, 64)).save(tmp_path / "black.png")
    (tmp_path / "broken.png").write_bytes(b"")
    lines += ["black.png,1,x", "broken.png,0,y"]
    (tmp_path / "some.csv").write_text("path,label,group\n" + "\n".join(lines) + "\n")
    found = evaluate(plain, tmp_path / "some.csv", settings=QUICK).judgement
    assert [(case.key, case.status, case.error.code) for case in found.cases[8:]] == [
        ("black.png", Status.REFUSED, "gate.empty"),
        ("broken.png", Status.FAILED, "read.empty"),
    ]
    point = found.points[0]
    assert point.sensitivity_of_all.value == pytest.approx(point.true_positives / 5)
    assert point.true_positives + point.false_negatives == 4


def test_a_link_to_nowhere_is_an_answer_as_any_other(plain, tmp_path):
    folder = write_class_folders(tmp_path / "set", each=2)
    (folder / "Normal" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    found = evaluate(plain, folder, settings=QUICK)
    assert [case.error.code for case in found.judgement.cases if case.error] == ["input.not_found"]
    assert found.collection.slices == 5


def test_a_collection_has_the_hash_that_training_keeps(plain, table):
    assert evaluate(plain, table, settings=QUICK).collection.sha256 == load_collection(table).data_hash()


def test_the_worst_mistakes_are_kept_with_slice_and_map(plain, table):
    settings = replace(QUICK, examples=2)
    found = evaluate(plain, table, settings=settings)
    wrong = found.judgement.points[0].false_positives
    assert len(found.false_alarms) == min(2, wrong) > 0
    assert len(found.misses) == min(2, found.judgement.points[0].false_negatives)
    worst = found.false_alarms[0]
    assert worst.case.label == 0
    assert worst.shown.image.pixels.shape == worst.shown.maps[Label.ANY].shape == (256, 256)


def test_a_bundle_without_fingerprints_says_that_nothing_could_be_checked(plain, table):
    seen = evaluate(plain, table, settings=QUICK).seen
    assert (seen.status, seen.compared_with, seen.has_hashes) == (SeenStatus.NOT_POSSIBLE, 0, False)


def test_a_bundle_with_fingerprints_of_others_clears_the_collection(scored, table, tmp_path):
    others = Fingerprints(("f" * 64,) * 2, np.eye(2, 256).astype(np.int8) * 100)
    seen = evaluate(bundle_with(tmp_path / "bundle", others), table, settings=QUICK).seen
    assert (seen.status, seen.compared_with, seen.has_hashes, seen.seen) == (SeenStatus.NONE_FOUND, 2, True, ())


def test_a_group_in_both_parts_is_an_error_that_says_what_to_do(scored, table, tmp_path):
    bundle = bundle_with(tmp_path / "bundle", only(scored.fingerprints, [2]))
    with pytest.raises(DatasetError) as caught:
        evaluate(bundle, table, settings=QUICK)
    assert str(caught.value) == (
        "Expected slices that the network never saw; in its training data stood 1 same file, first '2.png'. "
        "Groups that so stand in both parts: 1. "
        "Pass --seen drop to leave these groups out, or --seen keep for figures that are marked as seen. "
        "[data.seen_in_training]"
    )


def test_a_picture_saved_anew_is_known_by_its_brain_and_its_whole_group_is_dropped(scored, table, tmp_path):
    known = Fingerprints((UNKNOWN,), scored.fingerprints.signatures[2:3])
    bundle = bundle_with(tmp_path / "bundle", known)
    found = evaluate(bundle, table, settings=replace(QUICK, seen=SeenPolicy.DROP))
    assert found.seen.status is SeenStatus.FOUND
    assert found.seen.were_dropped
    assert found.seen.seen == (
        SeenCase("2.png", "patient-1", "near-duplicate", pytest.approx(1.0)),
        SeenCase("3.png", "patient-1", "same group", 0.0),
    )
    assert [case.key for case in found.judgement.cases] == ["0.png", "1.png", "4.png", "5.png", "6.png", "7.png"]
    assert found.collection.slices == 8


def test_seen_slices_can_be_kept_and_stay_marked(scored, table, tmp_path):
    bundle = bundle_with(tmp_path / "bundle", scored.fingerprints)
    found = evaluate(bundle, table, settings=replace(QUICK, seen=SeenPolicy.KEEP))
    assert len(found.judgement.cases) == len(found.seen.seen) == 8
    assert not found.seen.were_dropped


def test_the_very_collection_it_was_trained_on_is_known_without_fingerprints(plain, table, tmp_path):
    folder = bundle_with(tmp_path / "bundle", None)
    metadata = json.loads((folder / "metadata.json").read_text())
    metadata["training"]["data"]["sha256"] = load_collection(table).data_hash()
    (folder / "metadata.json").write_text(json.dumps(metadata))
    write_sums(folder)
    with pytest.raises(DatasetError, match=r"stood 8 same file, first '0\.png'.*both parts: 4\."):
        evaluate(folder, table, settings=QUICK)


def test_a_network_that_gives_no_number_is_an_error(plain, table, monkeypatch):
    monkeypatch.setattr(
        "hemoscope.inference.engine.Engine.look", lambda *_: (np.full((1, 6), np.nan, np.float32), None)
    )
    with pytest.raises(BundleError, match=r"no number for 8 of 8 slices, first '0\.png'.*not_a_probability"):
        evaluate(plain, table, settings=QUICK)


def test_an_operating_point_that_the_bundle_lacks_is_an_error(plain, table):
    with pytest.raises(InputError, match=r"received 'strict'.*\[operating_point\.unknown\]"):
        evaluate(plain, table, settings=EvaluationSettings(judge=JudgeSettings(point="strict")))


def test_dicom_slices_listed_in_a_table_are_scored_in_hu(plain, tmp_path):
    rows = []
    for seed in range(4):
        label = seed % 2
        hu, _ = make_slice(Label.INTRAPARENCHYMAL if label else None, seed=seed)
        (path,) = write_series(hu[np.newaxis], tmp_path / f"{seed}", spacing=(5.0, 0.9, 0.9), name=str(seed))
        rows.append(f"{path.relative_to(tmp_path)},{label}")
    (tmp_path / "dicom.csv").write_text("path,label\n" + "\n".join(rows) + "\n")
    found = evaluate(plain, tmp_path / "dicom.csv", settings=QUICK).judgement
    assert [case.status for case in found.cases] == [Status.SCORED] * 4
    assert found.figures["auroc"].value == 1.0


def test_evaluating_imports_neither_keras_nor_scikit_learn(plain, table):
    code = (
        "import sys; from hemoscope.inference.evaluate import *; from hemoscope.evaluation.judge import JudgeSettings;"
        "evaluate(*sys.argv[1:], settings=EvaluationSettings(judge=JudgeSettings(draws=100)));"
        "print([name for name in ('keras', 'tensorflow', 'sklearn', 'scipy', 'matplotlib') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, plain, table], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
