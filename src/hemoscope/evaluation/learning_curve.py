"""Would more patients help? Figures over the number of groups that are learned from."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.errors import DatasetError
from hemoscope.evaluation.checks import checked, require_finite, require_groups, require_range
from hemoscope.evaluation.intervals import Interval

HELD_OUT = 0.25
"""Share of the groups of each class that no part of the curve learns from."""
SMALLEST = 4
"""Groups to learn from down to which all there are is halved."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What to learn from, and what to judge it on.

    Attributes:
        repeat: Counted from 0; parts of one repeat lie within each other and are judged on the same groups.
        groups: How many are learned from.
        learned: Indices of their items, sorted.
        held_out: Indices of the items to judge on, sorted.
    """

    repeat: int
    groups: int
    learned: np.ndarray
    held_out: np.ndarray


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """What learning from so many groups is worth.

    Attributes:
        groups: How many are learned from.
        items: How many items they hold, the mean over the repeats.
        figures: By name the mean over the repeats, with the range that holds 95 % of them: how far another draw of
            groups would lead. It is no interval of the mean, as repeats share their groups.
        each: By name the figure of each repeat.
    """

    groups: int
    items: float
    figures: Mapping[str, Interval]
    each: Mapping[str, tuple[float, ...]]


def arrange_parts(
    labels: np.ndarray,
    groups: np.ndarray,
    *,
    repeats: int,
    sizes: Sequence[int] | None = None,
    fewest: int = 1,
    seed: int = 0,
) -> tuple[Part, ...]:
    """Arrange more and more groups to learn from, judged each time on the same groups that are held out.

    Each repeat holds out a quarter of the groups of each class, and lines the others up by chance: both classes come in
    about their shares, and the first two groups are of different ones. Its parts are the first of that line, so that
    each smaller part lies within each larger one. No group is ever divided.

    Args:
        labels: 0 or 1, shape (n,), both classes. A group with a positive counts as one of the positives.
        groups: A group per item, shape (n,).
        repeats: How many arrangements, 1 or more.
        sizes: Numbers of groups to learn from; unless given, all there are, halved down to 4.
        fewest: Groups of each class that every part must hold: 2 where it is to be split again.
        seed: Of the arrangements.

    Returns:
        A part per repeat and size, those of a repeat together, the smallest first.

    Raises:
        DatasetError: "split.too_few_groups" where a class has too few to learn from and to hold out, "metric.range" for
            sizes or repeats that cannot be, or as `checks.checked` says.

    >>> parts = arrange_parts(np.array([0, 1] * 8), np.arange(16), sizes=[3, 12], repeats=1)
    >>> [(part.groups, len(part.learned), len(part.held_out)) for part in parts]
    [(3, 3, 4), (12, 12, 4)]

    Source: Figueroa, Zeng-Treitler, Kandula & Ngo 2012, doi:10.1186/1472-6947-12-8.
    """
    labels, _ = checked(labels, np.zeros(len(np.asarray(labels))))
    require_groups(groups, items=len(labels))
    require_range(repeats, name="a number of repeats", low=1, high=np.inf)
    member_of = np.unique(groups, return_inverse=True)[1]
    is_positive = np.bincount(member_of, labels) > 0
    wanted = _checked_sizes(sizes, _to_learn_from(is_positive, fewest=fewest), fewest=fewest)
    return tuple(
        Part(repeat, size, _items_of(line[:size], member_of), _items_of(held_out, member_of))
        for repeat, (line, held_out) in enumerate(_arrangements(is_positive, repeats=repeats, seed=seed))
        for size in wanted
    )


def learning_curve(parts: Sequence[Part], figures: Sequence[Mapping[str, float]]) -> tuple[LearningPoint, ...]:
    """Sum up what each part was worth.

    Args:
        parts: As `arrange_parts` gave them.
        figures: Of each part, in their order, by name; the same names for all.

    Returns:
        A point per size, the smallest first.

    Raises:
        DatasetError: "metric.not_finite" for a figure that is none.

    >>> parts = arrange_parts(np.array([0, 1] * 8), np.arange(16), sizes=[3, 12], repeats=2)
    >>> points = learning_curve(parts, [{"share": len(part.learned) / 12} for part in parts])
    >>> [(point.groups, point.figures["share"].value) for point in points]
    [(3, 0.25), (12, 1.0)]
    """
    require_finite(np.array([list(one.values()) for one in figures]))
    points = []
    for size in sorted({part.groups for part in parts}):
        own = [(part, one) for part, one in zip(parts, figures, strict=True) if part.groups == size]
        items = float(np.mean([len(part.learned) for part, _ in own]))
        each = {name: tuple(one[name] for _, one in own) for name in figures[0]}
        points.append(LearningPoint(size, items, {name: _spread(values) for name, values in each.items()}, each))
    return tuple(points)


def last_gain(points: Sequence[LearningPoint]) -> dict[str, Interval]:
    """Say what the last step, to the most groups, gained: the answer to whether more would help.

    Args:
        points: Of a learning curve, the smallest first.

    Returns:
        By name the figure of the last point less that of the one before, repeat by repeat, as both are judged on the
        same groups: mean and range as in `LearningPoint`. Empty where there is a single point.

    >>> parts = arrange_parts(np.array([0, 1] * 8), np.arange(16), sizes=[3, 12], repeats=2)
    >>> points = learning_curve(parts, [{"auroc": value} for value in (0.5, 0.75, 0.625, 0.875)])
    >>> last_gain(points)["auroc"].value
    0.25
    """
    if len(points) < 2:
        return {}
    before, last = points[-2:]
    return {name: _spread(np.subtract(last.each[name], before.each[name])) for name in last.each}


def _items_of(chosen: np.ndarray, member_of: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.isin(member_of, chosen))


def _checked_sizes(sizes: Sequence[int] | None, counts: tuple[int, int], *, fewest: int) -> list[int]:
    """Return the sizes rising, each once; `counts` are the groups of each class to learn from."""
    is_second = _line(counts) >= counts[0]
    enough = np.minimum(np.cumsum(is_second), np.cumsum(~is_second)) >= fewest
    least, most = 1 + int(np.argmax(enough)), sum(counts)
    wanted = _halved(most, least=max(SMALLEST, least)) if sizes is None else sorted(set(sizes))
    require_range(len(wanted), name="a number of sizes", low=1, high=np.inf)
    for size in wanted:
        require_range(size, name="a number of groups to learn from", low=least, high=most)
    return wanted


def _to_learn_from(is_positive: np.ndarray, *, fewest: int) -> tuple[int, int]:
    """Count the groups of each class that are not held out.

    Raises:
        DatasetError: "split.too_few_groups".
    """
    counts = (int((~is_positive).sum()), int(is_positive.sum()))
    needed = next(number for number in itertools.count(fewest + 1) if number - _held_out(number) >= fewest)
    if min(counts) < needed:
        raise DatasetError(
            "split.too_few_groups",
            f"Expected at least {needed} groups of each class; the smaller class has {min(counts)}.",
            "Add patients.",
        )
    return counts[0] - _held_out(counts[0]), counts[1] - _held_out(counts[1])


def _held_out(count: int) -> int:
    return max(1, round(HELD_OUT * count))


def _halved(most: int, *, least: int) -> list[int]:
    """Halve the number of groups down to the least, and return the sizes rising."""
    sizes = [most]
    while sizes[-1] // 2 >= least:
        sizes.append(sizes[-1] // 2)
    return sizes[::-1]


def _line(counts: tuple[int, int]) -> np.ndarray:
    """Line two classes up, evenly whatever their shares; numbers below the first count are of the first class."""
    places = [(np.arange(count) + 0.5) / count for count in counts]
    for place in places:
        place[0] = 0.0  # the first of each class stands before all that follow
    return np.argsort(np.concatenate(places), kind="stable")


def _arrangements(is_positive: np.ndarray, *, repeats: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the line of groups to learn from, and the groups held out, of each repeat."""
    generator = np.random.default_rng(seed)
    for _ in range(repeats):
        shuffled = [generator.permutation(np.flatnonzero(is_positive == label)) for label in (False, True)]
        cuts = [_held_out(len(own)) for own in shuffled]
        learned = [own[cut:] for own, cut in zip(shuffled, cuts, strict=True)]
        held_out = [own[:cut] for own, cut in zip(shuffled, cuts, strict=True)]
        order = _line((len(learned[0]), len(learned[1])))
        yield np.concatenate(learned)[order], np.concatenate(held_out)


def _spread(values: Sequence[float] | np.ndarray) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(float(np.mean(values)), float(low), float(high))
