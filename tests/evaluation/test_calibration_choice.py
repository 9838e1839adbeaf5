"""The calibration that is chosen, against a slow second computation and on scores of known making."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from hemoscope.errors import DatasetError
from hemoscope.evaluation import calibration_choice as module
from hemoscope.evaluation.calibration import Calibration, fit_platt, fit_temperature
from hemoscope.evaluation.calibration_choice import (
    FITS,
    FOLDS,
    REPEATS,
    calibration_from_json,
    choose_calibration,
)
from hemoscope.evaluation.calibration_isotonic import IsotonicCalibration, fit_isotonic
from hemoscope.evaluation.splits import as_many_folds


def simulated(count, chance, *, seed=0):
    """Scores, labels that follow `chance` of the score, and groups of two."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(0, 3, count)
    labels = (generator.random(count) < chance(scores)).astype(int)
    return scores, labels, np.arange(count) // 2


TRUE_TEMPERATURE = simulated(400, Calibration(0.5, 0.0).apply)
SHIFTED = simulated(400, Calibration(1.0, -2.5).apply)
STAIRS = simulated(3000, lambda scores: np.where(scores < -2, 0.1, np.where(scores < 2, 0.5, 0.6)))


def test_scores_that_need_one_number_get_a_temperature():
    choice = choose_calibration(*TRUE_TEMPERATURE, fitted_on="a simulation")
    scores, labels, _ = TRUE_TEMPERATURE
    assert choice.calibration == fit_temperature(scores, labels, fitted_on="a simulation")
    assert [trial.method for trial in choice.trials] == ["temperature", "platt", "isotonic"]


def test_another_share_of_positives_gets_an_intercept():
    choice = choose_calibration(*SHIFTED, fitted_on="a simulation")
    scores, labels, _ = SHIFTED
    assert choice.calibration == fit_platt(scores, labels, fitted_on="a simulation")
    assert choice.reason == "the lowest log loss on held-out groups"
    temperature = choice.trials[0]
    assert temperature.behind > temperature.standard_error


def test_stairs_with_many_items_get_isotonic_steps():
    choice = choose_calibration(*STAIRS, fitted_on="a simulation")
    assert isinstance(choice.calibration, IsotonicCalibration)
    assert (choice.calibration.method, choice.calibration.fitted_on) == ("isotonic", "a simulation")


def test_the_simpler_is_taken_where_the_best_leads_by_less_than_its_standard_error(monkeypatch):
    ways = {"temperature": 0.52, "platt": 0.5, "isotonic": 0.48}
    monkeypatch.setattr(module, "FITS", {name: constant(share) for name, share in ways.items()})
    labels = np.array([0, 1] * 20)
    choice = choose_calibration(np.zeros(40), labels, np.arange(40), fitted_on="a simulation")
    # At half of the labels 0.5 has the lowest loss, and the others are so near that chance could have done it
    assert min(choice.trials, key=lambda trial: trial.log_loss).method == "platt"
    assert choice.calibration == Calibration(0.0, logit(0.52), "temperature", "a simulation")
    assert choice.reason == "simpler than platt, whose log loss on held-out groups is not lower by a standard error"


def test_the_best_is_taken_where_it_leads_by_more(monkeypatch):
    monkeypatch.setattr(module, "FITS", {"temperature": constant(0.9), "platt": constant(0.1)})
    choice = choose_calibration(np.zeros(40), np.array([0] * 36 + [1] * 4), np.arange(40), fitted_on="a simulation")
    assert choice.calibration.intercept == pytest.approx(logit(0.1))


def logit(share):
    return float(np.log(share / (1 - share)))


def constant(share):
    """A way to calibrate that says the same of every score."""
    return lambda _scores, _labels, fitted_on: Calibration(0.0, logit(share), "temperature", fitted_on)


@pytest.mark.parametrize("data", [TRUE_TEMPERATURE, SHIFTED], ids=["temperature", "shifted"])
def test_losses_are_those_of_scikit_learn_on_every_held_out_fold(data):
    scores, labels, groups = data
    choice = choose_calibration(*data, fitted_on="a simulation", seed=3)
    for trial in choice.trials:
        held = np.zeros((REPEATS, len(labels)))
        for repeat in range(REPEATS):
            for learned, out in as_many_folds(labels, groups, most=FOLDS, seed=3 + repeat):
                held[repeat, out] = FITS[trial.method](scores[learned], labels[learned], "").apply(scores[out])
        assert trial.log_loss == pytest.approx(np.mean([log_loss(labels, one) for one in held]))


def test_the_standard_error_counts_groups_and_not_items():
    """Twice the items in the same groups: the same means over groups, and the same standard error."""
    generator = np.random.default_rng(0)
    values, groups = generator.normal(size=30), np.arange(30)
    assert module._standard_error(values, groups) == pytest.approx(np.std(values, ddof=1) / np.sqrt(30))
    twice = module._standard_error(np.repeat(values, 2), np.repeat(groups, 2))
    assert twice == pytest.approx(np.std(values, ddof=1) / np.sqrt(30))


def test_no_group_is_judged_by_a_calibration_that_saw_it(monkeypatch):
    """Each score names its group; the fit remembers what it saw and refuses to judge it."""
    seen_by = []

    class Remembers:
        method, fitted_on = "platt", ""

        def __init__(self, scores):
            self.seen = set(scores)

        def apply(self, scores):
            seen_by.append(bool(self.seen & set(scores)))
            return np.full(len(scores), 0.5)

    monkeypatch.setattr(module, "FITS", {"platt": lambda scores, *_: Remembers(scores)})
    groups = np.repeat(np.arange(20), 3)
    choose_calibration(groups.astype(float), groups % 2, groups, fitted_on="a simulation")
    assert len(seen_by) == FOLDS * REPEATS
    assert not any(seen_by)


def test_too_few_groups_to_compare_get_platt_and_a_reason():
    scores, labels = np.array([-2.0, -1, 1, 2]), np.array([0, 0, 1, 1])
    choice = choose_calibration(scores, labels, np.array(["a", "b", "c", "c"]), fitted_on="four slices")
    assert choice.calibration == fit_platt(scores, labels, fitted_on="four slices")
    assert (choice.reason, choice.trials) == ("too few groups to compare with others (split.too_few_groups)", ())


def test_a_part_to_fit_on_with_one_class_alone_compares_nothing():
    labels, groups = np.array([1, 0, 1, 0, 1]), np.array(["c", "b", "a", "c", "a"])
    choice = choose_calibration(np.arange(5.0), labels, groups, fitted_on="five slices")
    assert choice.calibration == fit_platt(np.arange(5.0), labels, fitted_on="five slices")
    assert choice.reason == "too few groups to compare with others (metric.one_class)"


def test_scores_the_wrong_way_round_say_why_no_temperature_fits():
    scores, labels, groups = SHIFTED
    choice = choose_calibration(-scores, labels, groups, fitted_on="a simulation")
    assert choice.trials[0].log_loss is None
    assert choice.trials[0].failure.startswith("Expected higher scores where there is hemorrhage")
    assert choice.calibration.method == "platt"


def test_steps_are_kept_as_far_from_certainty_as_platts_targets():
    """Four of a class: 1/6 and 5/6. Bare steps end at 0 and 1."""
    scores, labels = np.arange(8.0), np.array([0] * 4 + [1] * 4)
    assert fit_isotonic(scores, labels, fitted_on="").probabilities == (0.0, 0.0, 1.0, 1.0)
    assert FITS["isotonic"](scores, labels, "").probabilities == pytest.approx((1 / 6, 1 / 6, 5 / 6, 5 / 6))


def test_a_score_beyond_all_floats_is_no_infinite_loss():
    scores = np.array([-1e4, -1e4, -1e4, 1e4, 1e4, 1e4] * 4)
    labels = np.array([0, 0, 0, 1, 1, 1] * 3 + [0, 0, 1, 0, 1, 1])
    choice = choose_calibration(scores, labels, np.arange(24), fitted_on="a simulation")
    assert all(np.isfinite(trial.log_loss) for trial in choice.trials)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 1000))
def test_the_same_seed_chooses_the_same(seed):
    data = simulated(60, Calibration(1.0, 0.0).apply, seed=seed)
    assert choose_calibration(*data, fitted_on="", seed=seed) == choose_calibration(*data, fitted_on="", seed=seed)


def test_what_was_compared_becomes_plain_json():
    told = json.loads(json.dumps(choose_calibration(*SHIFTED, fitted_on="a simulation").as_json(), allow_nan=False))
    assert (told["method"], told["reason"]) == ("platt", "the lowest log loss on held-out groups")
    assert [trial["method"] for trial in told["trials"]] == ["temperature", "platt", "isotonic"]
    assert told["trials"][1]["behind"] == 0.0


@pytest.mark.parametrize("data", [TRUE_TEMPERATURE, SHIFTED, STAIRS], ids=["temperature", "platt", "isotonic"])
def test_each_calibration_survives_the_metadata_of_a_bundle(data):
    chosen = choose_calibration(*data, fitted_on="a simulation").calibration
    assert calibration_from_json(json.loads(json.dumps(asdict(chosen)))) == chosen


def test_groups_of_other_items_are_an_error():
    with pytest.raises(DatasetError, match=r"one group per item, 4; received shape \(3,\)"):
        choose_calibration(np.arange(4.0), np.array([0, 1, 0, 1]), np.arange(3), fitted_on="")
