"""Two bundles on one collection: a pair for every slice, and what either learned from is found."""

from pathlib import Path

import pytest

from hemoscope.datasets.load import load_collection
from hemoscope.errors import DatasetError
from hemoscope.evaluation.judge import JudgeSettings
from hemoscope.inference.compare import compare
from hemoscope.inference.evaluate import EvaluationSettings
from hemoscope.inference.labelled import score_labelled
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.seen import SeenPolicy
from hemoscope.terms import Label
from tests.datasets.layouts import write_table

from .bundles import bundle_with, contrary, only

JUDGE = JudgeSettings(draws=100)
QUICK = EvaluationSettings(judge=JUDGE)


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    return write_table(tmp_path_factory.mktemp("compared") / "set", each=4)


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path]:
    """A bundle, and one that says the contrary."""
    folder = tmp_path_factory.mktemp("bundles")
    return bundle_with(folder / "plain", None), contrary(folder / "contrary")


def test_a_bundle_beats_the_one_that_says_the_contrary(pair, table):
    found = compare(pair, table, settings=QUICK)
    auroc = found.paired.differences["auroc"]
    assert auroc.first + auroc.second == pytest.approx(1.0)
    assert auroc.difference.value == pytest.approx(2 * auroc.first - 1)
    assert found.paired.favors("auroc") == "first"
    assert compare(pair[::-1], table, settings=QUICK).paired.favors("auroc") == "second"
    assert [
        one.probability + other.probability for one, other in zip(found.first.cases, found.second.cases, strict=True)
    ] == pytest.approx([1.0] * 8)


def test_slices_that_are_decided_differently_are_looked_at_with_both(pair, table):
    found = compare(pair, table, settings=EvaluationSettings(judge=JUDGE, examples=3))
    apart = found.decided_differently()
    assert len(apart) > 3
    assert [(one.case, other.case) for one, other in found.examples] == apart[:3]
    assert all(
        one.shown.image.pixels.shape == one.shown.maps[Label.ANY].shape
        for pictures in found.examples
        for one in pictures
    )
    assert compare(pair, table, settings=QUICK).examples == ()


def test_progress_runs_through_both(pair, table):
    steps = []
    compare(pair, table, settings=QUICK, on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(done, 16) for done in range(1, 17)]


def test_what_either_learned_from_is_left_out_of_both(pair, table, tmp_path):
    scored = score_labelled(Predictor(pair[0]), load_collection(table))
    knowing = bundle_with(tmp_path / "knowing", only(scored.fingerprints, [0]))
    with pytest.raises(DatasetError, match=r"\[data\.seen_in_training\]"):
        compare((pair[0], knowing), table, settings=QUICK)
    found = compare((pair[0], knowing), table, settings=EvaluationSettings(judge=JUDGE, seen=SeenPolicy.DROP))
    assert [case.key for case in found.first.cases] == [f"{place}.png" for place in range(2, 8)]
    assert found.first.cases == found.second.cases
    assert (found.first.seen.were_dropped, found.second.seen.were_dropped) == (False, True)
    assert found.collection.slices == 8


def test_slices_that_were_not_scored_are_told(pair, table, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"")
    rows = [f"{table / f'{place}.png'},{place % 2}" for place in range(8)]
    (tmp_path / "all.csv").write_text("\n".join(["path,label", *rows, "broken.png,1"]) + "\n")
    found = compare(pair, tmp_path / "all.csv", settings=QUICK)
    assert [one.key for one, _ in found.unpaired()] == ["broken.png"]
    assert found.paired.slices == 8
