"""Bootstrap over groups."""

import numpy as np
import pytest

from hemoscope.evaluation.intervals import Interval, group_bootstrap
from hemoscope.evaluation.metrics import accuracy, auroc


def mean_accuracy(labels: np.ndarray, scores: np.ndarray) -> float:
    return accuracy(labels, scores, threshold=0.5)


def test_slices_of_one_patient_widen_the_interval():
    generator = np.random.default_rng(0)
    per_patient = generator.random(40) < 0.8
    labels = np.ones(400, int)
    scores = np.repeat(per_patient, 10).astype(float)
    by_slice = group_bootstrap(mean_accuracy, labels, scores, np.arange(400))
    by_patient = group_bootstrap(mean_accuracy, labels, scores, np.repeat(np.arange(40), 10))
    assert by_patient.value == by_slice.value
    assert (by_patient.high - by_patient.low) > 2.5 * (by_slice.high - by_slice.low)


def test_the_interval_covers_the_truth_at_about_its_nominal_rate():
    """200 simulated studies of 60 independent items: 95 % coverage, within 4 standard errors."""
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        scores = (generator.random(60) < 0.7).astype(float)
        interval = group_bootstrap(mean_accuracy, np.ones(60, int), scores, np.arange(60), draws=300)
        covered += interval.low <= 0.7 <= interval.high
    assert 0.88 <= covered / 200 <= 1.0


def test_the_same_seed_gives_the_same_interval():
    labels, scores = np.array([0, 1] * 20), np.random.default_rng(0).random(40)
    first = group_bootstrap(auroc, labels, scores, np.arange(40), draws=100, seed=3)
    assert first == group_bootstrap(auroc, labels, scores, np.arange(40), draws=100, seed=3)


def test_an_interval_reads_as_papers_print_it():
    assert str(Interval(0.95, 0.9, 0.98)) == "0.950 [0.900-0.980]"


def test_a_perfect_score_has_no_width():
    labels = np.array([0, 0, 1, 1])
    interval = group_bootstrap(auroc, labels, labels.astype(float), np.arange(4), draws=50)
    assert interval == pytest.approx((1, 1, 1))
