"""The challenge's loss: a number worked by hand, scikit-learn's, and what cannot be scored."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from hemoscope.errors import DatasetError
from hemoscope.evaluation.challenge import weighted_log_loss


def test_the_loss_is_what_is_worked_by_hand():
    truth = np.array([[1, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]])
    probabilities = np.array([[0.8, 0.1, 0.1, 0.1, 0.1, 0.5], [0.2, 0.1, 0.1, 0.1, 0.1, 0.2]])
    # any: -ln .8 twice = .22314 each; four labels -ln .9 = .10536; subdural (-ln .5 - ln .8) / 2 = .45815
    assert weighted_log_loss(truth, probabilities) == pytest.approx((2 * 0.2231436 + 4 * 0.1053605 + 0.4581454) / 7)


def test_the_loss_is_the_weighted_mean_of_scikit_learns():
    rng = np.random.default_rng(0)
    truth = (rng.random((200, 6)) < 0.3).astype(int)
    probabilities = rng.random((200, 6))
    each = [log_loss(truth[:, place], probabilities[:, place], labels=[0, 1]) for place in range(6)]
    assert weighted_log_loss(truth, probabilities) == pytest.approx(np.average(each, weights=[2, 1, 1, 1, 1, 1]))


def test_certainty_that_is_wrong_costs_no_more_than_the_clip():
    wrong = weighted_log_loss(np.ones((1, 6)), np.zeros((1, 6)))
    assert wrong == pytest.approx(-np.log(1e-15))
    assert weighted_log_loss(np.zeros((1, 6)), np.ones((1, 6))) == pytest.approx(wrong, rel=2e-3)
    assert weighted_log_loss(np.ones((1, 6)), np.ones((1, 6))) == pytest.approx(0, abs=1e-14)


@pytest.mark.parametrize(
    ("truth", "probabilities", "message"),
    [
        (np.ones((2, 6)), np.ones((3, 6)), r"received \(2, 6\) and \(3, 6\).*\[metric\.lengths\]"),
        (np.ones((2, 5)), np.ones((2, 5)), r"shape \(images, 6\); received \(2, 5\)"),
        (-np.ones((1, 6)), np.ones((1, 6)), r"Expected labels of 0 or 1.*\[metric\.bad_label\]"),
        (
            np.ones((1, 6)),
            np.full((1, 6), np.nan),
            r"Expected probabilities in \[0, 1\].*\[metric\.not_a_probability\]",
        ),
    ],
)
def test_what_cannot_be_scored_is_said(truth, probabilities, message):
    with pytest.raises(DatasetError, match=message):
        weighted_log_loss(truth, probabilities)
