"""One fold: learn from one part, calibrate and choose thresholds inside it, and score slices of other groups.

The part to learn from is split again, by group: the inner validation part chooses the epoch, the calibration
(temperature, Platt or isotonic, by folds of its own) and the thresholds. What is held out is looked at once, at the
end.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemoscope.evaluation.risk_coverage import answers
from hemoscope.training.calibrate import calibrate, score
from hemoscope.training.data import PreparedCollection, split_collection
from hemoscope.training.fit import train_prepared
from hemoscope.training.rows import Rows
from hemoscope.training.run import load_best
from hemoscope.training.settings import TrainingSettings

DECISIONS = 2
"""How a fold turns scores into decisions, counted up with each change: folds of two ways are never pooled."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a fold's network says of the slices held out, in their order.

    Attributes:
        scores: Logits, shape (n,).
        probabilities: Calibrated, in [0, 1], shape (n,).
        called: Whether each is called positive at the balanced point, bool, shape (n,).
        answers: 1 or 0 outside the uncertain band, -1 where the fold abstains, shape (n,).
        calibration: How scores became probabilities: what the inner validation part chose.
    """

    scores: np.ndarray
    probabilities: np.ndarray
    called: np.ndarray
    answers: np.ndarray
    calibration: str


def judge_fold(
    prepared: PreparedCollection,
    *,
    learned: np.ndarray,
    held_out: np.ndarray,
    settings: TrainingSettings,
    place: Path,
) -> Judged:
    """Train on one part and score another.

    Args:
        prepared: All slices.
        learned: Indices of those to learn from; epoch, calibration and thresholds are chosen inside them.
        held_out: Indices of those to score.
        settings: How to train, and how to split what is learned from.
        place: An existing folder to train in; what is put there is removed again.

    Raises:
        DatasetError: "split.too_few_groups" where a class has a single group to learn from.
    """
    inner = prepared.only(learned)
    split = split_collection(inner.collection, settings)
    with tempfile.TemporaryDirectory(dir=place) as temporary:
        run = train_prepared(inner, split, Path(temporary) / "run", settings=settings)
        network = load_best(run)
        fitted = calibrate(run, network)
    scores = score(network, Rows(prepared.inputs, held_out))
    probabilities = fitted.calibration.apply(scores)
    called = probabilities >= fitted.balanced.point.threshold
    return Judged(scores, probabilities, called, answers(fitted.band, probabilities), fitted.calibration.method)
