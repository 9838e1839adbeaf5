"""Would more patients help? A score over the number of groups that are learned from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import checked, require_finite, require_groups, require_range
from hemoscope.evaluation.intervals import Interval

TrainAndScore = Callable[[np.ndarray, np.ndarray], float]
"""From the indices of the items to learn from and of those held out to one number, such as an AUROC."""

REPEATS = 10
HELD_OUT = 0.25
"""Share of the groups of each class that no part of the curve learns from."""


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """What learning from so many groups is worth.

    Attributes:
        groups: How many are learned from.
        items: How many items they hold, the mean over the repeats.
        score: The mean over the repeats, with the range that holds 95 % of them: how far another draw of groups would
            lead. It is no interval of the mean, as repeats share their groups.
        each: The score of each repeat.
    """

    groups: int
    items: float
    score: Interval
    each: tuple[float, ...]


def learning_curve(
    train_and_score: TrainAndScore,
    labels: np.ndarray,
    groups: np.ndarray,
    *,
    sizes: Sequence[int] | None = None,
    repeats: int = REPEATS,
    seed: int = 0,
) -> tuple[LearningPoint, ...]:
    """Learn from more and more groups, and score each time on the same groups that were held out.

    Each repeat holds out a quarter of the groups of each class, and lines the others up by chance: both classes come in
    about their shares, and the first two groups are of different ones. Its parts are the first of that line, so that
    each smaller part lies within each larger one. No group is ever divided.

    Args:
        train_and_score: Called with indices to learn from and indices held out, both sorted.
        labels: 0 or 1, shape (n,), both classes. A group with a positive counts as one of the positives.
        groups: A group per item, shape (n,).
        sizes: Numbers of groups to learn from, each at least 2; unless given, all there are, halved down to 4.
        repeats: How many arrangements, 1 or more.
        seed: Of the arrangements.

    Returns:
        A point per size, the smallest first.

    Raises:
        DatasetError: "split.too_few_groups" where a class has a single group, "metric.range" for sizes or repeats that
            cannot be, "metric.not_finite" for a score that is none, or as `checks.checked` says.

    >>> labels, groups = np.array([0, 1] * 8), np.arange(16)
    >>> points = learning_curve(lambda learned, held_out: len(learned) / 12, labels, groups, sizes=[3, 12], repeats=2)
    >>> [(point.groups, point.score.value) for point in points]
    [(3, 0.25), (12, 1.0)]

    Source: Figueroa, Zeng-Treitler, Kandula & Ngo 2012, doi:10.1186/1472-6947-12-8.
    """
    labels, _ = checked(labels, np.zeros(len(np.asarray(labels))))
    require_groups(groups, items=len(labels))
    require_range(repeats, name="a number of repeats", low=1, high=np.inf)
    member_of = np.unique(groups, return_inverse=True)[1]
    is_positive = np.bincount(member_of, labels) > 0
    wanted = _checked_sizes(sizes, most=sum(count - _held_out(count) for count in _counted(is_positive)))
    scores, items = np.zeros((2, len(wanted), repeats))
    for repeat, (line, held_out) in enumerate(_arrangements(is_positive, repeats=repeats, seed=seed)):
        judged_on = np.flatnonzero(np.isin(member_of, held_out))
        for place, size in enumerate(wanted):
            learned = np.flatnonzero(np.isin(member_of, line[:size]))
            items[place, repeat] = len(learned)
            scores[place, repeat] = train_and_score(learned, judged_on.copy())
    require_finite(scores)
    return tuple(_point(*row) for row in zip(wanted, items, scores, strict=True))


def _checked_sizes(sizes: Sequence[int] | None, *, most: int) -> list[int]:
    """Return the sizes rising, each once."""
    wanted = _halved(most) if sizes is None else sorted(set(sizes))
    require_range(len(wanted), name="a number of sizes", low=1, high=np.inf)
    for size in wanted:
        require_range(size, name="a number of groups", low=2, high=most)
    return wanted


def _counted(is_positive: np.ndarray) -> tuple[int, int]:
    """Count the groups of each class.

    Raises:
        DatasetError: "split.too_few_groups".
    """
    counts = (int((~is_positive).sum()), int(is_positive.sum()))
    if min(counts) < 2:
        raise DatasetError(
            "split.too_few_groups",
            f"Expected at least 2 groups of each class; the smaller class has {min(counts)}.",
            "Add patients.",
        )
    return counts


def _held_out(count: int) -> int:
    return max(1, round(HELD_OUT * count))


def _halved(most: int) -> list[int]:
    """Halve the number of groups down to 4, and return the sizes rising."""
    sizes = [most]
    while sizes[-1] // 2 >= 4:
        sizes.append(sizes[-1] // 2)
    return sizes[::-1]


def _arrangements(is_positive: np.ndarray, *, repeats: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the line of groups to learn from, and the groups held out, of each repeat."""
    generator = np.random.default_rng(seed)
    for _ in range(repeats):
        lines, places, held_out = [], [], []
        for own in (np.flatnonzero(~is_positive), np.flatnonzero(is_positive)):
            shuffled = generator.permutation(own)
            cut = _held_out(len(own))
            held_out.append(shuffled[:cut])
            lines.append(shuffled[cut:])
            # Evenly along the line whatever the share of the class; its first stands before all that follow
            place = (np.arange(len(own) - cut) + 0.5) / (len(own) - cut)
            place[0] = 0.0
            places.append(place)
        order = np.argsort(np.concatenate(places), kind="stable")
        yield np.concatenate(lines)[order], np.concatenate(held_out)


def _point(size: int, items: np.ndarray, scores: np.ndarray) -> LearningPoint:
    low, high = np.percentile(scores, [2.5, 97.5])
    interval = Interval(float(scores.mean()), float(low), float(high))
    return LearningPoint(size, float(items.mean()), interval, tuple(scores.tolist()))
