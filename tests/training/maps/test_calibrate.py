"""Subtypes are calibrated each by itself, where the validation part knows enough of them."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hemoscope.datasets.origins import UNKNOWN, Case, Pool
from hemoscope.evaluation.calibration_choice import choose_calibration
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.maps import calibrate
from hemoscope.training.maps.prepare import PreparedPool
from hemoscope.training.run import TRAINING, VALIDATION

COUNT = 240


@pytest.fixture
def scores():
    return np.random.default_rng(0).normal(0, 2, (COUNT, len(Label))).astype(np.float32)


@pytest.fixture
def run(monkeypatch, scores):
    """A run whose validation part knows two subtypes, one of them by four slices, and nothing of the others."""
    targets = np.full((COUNT, len(Label)), UNKNOWN)
    targets[:, 0] = 1
    targets[:, 1] = np.random.default_rng(1).random(COUNT) < 1 / (1 + np.exp(-3 * scores[:, 1]))
    targets[:, 2] = np.arange(COUNT) < 4
    cases = tuple(
        Case(str(place), "drawn", Path(str(place)), f"patient {place // 2}", tuple(row))
        for place, row in enumerate(targets.tolist())
    )
    empty = np.zeros((COUNT, 1, 1, 1), np.float16)
    prepared = PreparedPool(Pool(cases), empty, np.zeros((COUNT, 1, 1), np.uint8), {})
    monkeypatch.setattr(calibrate, "read_pool", lambda _: prepared)
    parts = [VALIDATION if place >= 2 else TRAINING for place in range(COUNT)]
    return SimpleNamespace(split=[SimpleNamespace(part=part) for part in parts])


@pytest.fixture
def network(scores):
    def predict(batches, **_):
        asked = sum(len(batches[place]) for place in range(len(batches)))
        return scores[COUNT - asked :], np.zeros((asked, 1, 1, len(Label)))

    return SimpleNamespace(predict=predict)


def test_a_subtype_is_calibrated_as_any_hemorrhage_is(run, network, scores):
    label = SUBTYPES[0]
    fitted = calibrate.calibrate_subtypes(run, network)
    truth = calibrate.read_pool(run).pool.targets[2:, 1].astype(int)
    groups = np.array([f"patient {place // 2}" for place in range(2, COUNT)])
    expected = choose_calibration(scores[2:, 1], truth, groups, fitted_on="").calibration
    assert fitted[label].method == expected.method
    assert fitted[label].apply(scores[:, 1]) == pytest.approx(expected.apply(scores[:, 1]))
    assert fitted[label].fitted_on == f"the validation part: {COUNT - 2} slices, {truth.sum()} of them {label}"


def test_a_subtype_of_which_too_little_is_known_is_left_to_the_calibration_of_any(run, network):
    assert set(calibrate.calibrate_subtypes(run, network)) == {SUBTYPES[0]}
