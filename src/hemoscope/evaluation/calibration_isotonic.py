"""Turn scores into probabilities by steps that only rise: for collections too odd for a logistic map."""

from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.checks import checked


@dataclass(frozen=True, slots=True)
class IsotonicCalibration:
    """A rising map from scores to probabilities, straight between its knots and level beyond them.

    Attributes:
        knots: Scores, rising, at least one.
        probabilities: At the knots, in [0, 1], never falling.
        method: Name of the fit.
        fitted_on: The data, in words.
    """

    knots: tuple[float, ...]
    probabilities: tuple[float, ...]
    method: str = "isotonic"
    fitted_on: str = "nothing"

    def __post_init__(self) -> None:
        # JSON gives lists, which are not equal to tuples
        object.__setattr__(self, "knots", tuple(self.knots))
        object.__setattr__(self, "probabilities", tuple(self.probabilities))

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Map scores of any shape to probabilities in [0, 1], same shape.

        >>> IsotonicCalibration((0.0, 2.0), (0.2, 0.6)).apply(np.array([-9.0, 1.0, 9.0])).round(3).tolist()
        [0.2, 0.4, 0.6]
        """
        return np.interp(np.asarray(scores, float), self.knots, self.probabilities)


def fit_isotonic(scores: np.ndarray, labels: np.ndarray, *, fitted_on: str) -> IsotonicCalibration:
    """Fit the rising steps nearest to the labels, by pooling adjacent violators.

    It learns any rising shape and so overfits: with fewer than about 1,000 items take `calibration.fit_platt`. Its ends
    are often 0 and 1, which no finite collection proves. It keeps the order of scores but makes ties.

    Args:
        scores: Logits, shape (n,), of items that the network did not learn from.
        labels: 0 or 1, shape (n,), both classes.
        fitted_on: The data, in words.

    Raises:
        DatasetError: As `checks.checked` says.

    >>> fit_isotonic(np.array([1.0, 2, 3, 4]), np.array([0, 1, 0, 1]), fitted_on="four slices").probabilities
    (0.0, 0.5, 0.5, 1.0)

    Source: Zadrozny & Elkan 2002, doi:10.1145/775047.775151; how many items it takes: Niculescu-Mizil & Caruana 2005,
    doi:10.1145/1102351.1102430.
    """
    labels, scores = checked(labels, scores)
    distinct, place = np.unique(scores, return_inverse=True)
    knots, probabilities = [], []
    for first, last, level in _pooled(np.bincount(place, labels), np.bincount(place)):
        for score in dict.fromkeys((float(distinct[first]), float(distinct[last]))):
            knots.append(score)
            probabilities.append(level)
    return IsotonicCalibration(tuple(knots), tuple(probabilities), fitted_on=fitted_on)


def _pooled(positives: np.ndarray, counts: np.ndarray) -> list[tuple[int, int, float]]:
    """Join neighbors until their shares of positives rise; return first, last and share of each block."""
    blocks: list[tuple[int, int, float, float]] = []
    for place, (own, count) in enumerate(zip(positives.tolist(), counts.tolist(), strict=True)):
        first = place
        while blocks and blocks[-1][2] * count >= own * blocks[-1][3]:
            first, _, before, counted = blocks.pop()
            own, count = own + before, count + counted
        blocks.append((first, place, own, count))
    return [(first, last, own / count) for first, last, own, count in blocks]
