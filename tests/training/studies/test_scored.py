"""Scores and maps of studies are kept, read again, and made anew where another network is asked."""

import numpy as np
import pytest

from hemoscope.errors import DatasetError
from hemoscope.training.studies import scored as scoring
from hemoscope.training.studies.scored import score_study
from hemoscope.training.studies.synthetic import Recipe, recipes_of

from .made import OneNetwork, make_case


def score_studies(*of, **options):
    return scoring.score_studies(*of, take=lambda study: study, **options)


def test_a_slice_without_input_has_no_score_and_the_others_have_theirs():
    scored = score_study(make_case(bleeds=True, seed=1), OneNetwork())
    assert np.isnan(scored.scores[-1]).all()
    assert np.isfinite(scored.scores[:-1]).all()
    assert scored.highest[0] == scored.scores[2:5, 0].max() > 0
    assert scored.describe().shape == (8, 17)
    assert scored.describe()[-1, -1] == 1
    assert scored.network == "brightness 0"


def test_what_was_scored_is_read_again_to_the_last_bit(tmp_path):
    cases = [make_case(bleeds=seed % 2 == 0, seed=seed) for seed in range(4)]
    network, seen = OneNetwork(), []
    made, _ = score_studies(list(recipes_of(cases)), network, tmp_path, on_progress=lambda *of: seen.append(of))
    assert (network.asked, seen[-1]) == (4, (4, 4))

    def never():
        raise AssertionError("made again")

    again, _ = score_studies([Recipe(case.key, never) for case in cases], network, tmp_path)
    assert network.asked == 4
    for one, other in zip(made, again, strict=True):
        assert one.frames == other.frames
        assert (one.key, one.group, one.kind) == (other.key, other.group, other.kind)
        assert (one.spacing_mm, one.pixel_mm) == (other.spacing_mm, other.pixel_mm) == (5.0, None)
        for name in ("scores", "maps", "slice_targets", "study_targets"):
            assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)


def test_another_network_scores_anew(tmp_path):
    recipes = list(recipes_of([make_case(bleeds=True, seed=1)]))
    score_studies(recipes, OneNetwork(), tmp_path)
    other = OneNetwork(identity="brightness 1")
    assert score_studies(recipes, other, tmp_path)[0][0].network == "brightness 1"
    assert other.asked == 1


def test_a_damaged_file_is_made_again(tmp_path):
    recipes = list(recipes_of([make_case(bleeds=True, seed=1)]))
    score_studies(recipes, OneNetwork(), tmp_path)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(path.read_bytes()[:100])
    network = OneNetwork()
    assert len(score_studies(recipes, network, tmp_path)[0]) == 1
    assert network.asked == 1


def test_a_study_that_cannot_be_prepared_is_left_out_with_its_reason(tmp_path):
    def fails():
        raise DatasetError("data.nothing_left", "Nothing.", "Check.")

    scored, left_out = score_studies([Recipe("a/b", fails)], OneNetwork(), tmp_path)
    assert (scored, left_out) == ([], {"a/b": "data.nothing_left"})


@pytest.mark.parametrize("stride", [1, 2])
def test_every_second_slice_is_described_as_twice_as_far_apart(stride):
    scored = score_study(make_case(bleeds=True, seed=1), OneNetwork())
    described = scored.describe(np.arange(0, 7, stride), stride=stride)
    assert described[0, 15] == pytest.approx(np.log(stride))
