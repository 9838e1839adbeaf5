"""Distances between slices: gaps, doubled positions, and the blocks of two spacings that head CT is often made of."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np

from hemoscope.records import Notice

SAME_PLACE = 0.01
"""mm. Slices nearer than this are at one position: a hundredth of the thinnest slice a scanner makes."""
_SLACK = 0.05
"""Share of a distance by which the next may differ and still be the same: decimal strings are rounded."""
_GAP = 1.5
"""A distance from this times its neighbors' on lacks at least half a slice."""
_MOST_NAMED = 8


class Block(NamedTuple):
    """Neighboring slices with one distance between them.

    Attributes:
        first: Index of the first slice.
        last: Index of the last slice, which the next block shares.
        distance: Between its slices, in mm.
    """

    first: int
    last: int
    distance: float


def blocks_of(positions: Sequence[float]) -> tuple[Block, ...]:
    """Divide a series where the distance between slices changes.

    Args:
        positions: In mm, ascending.

    Returns:
        Blocks from feet to head; a series of one distance is one block.

    >>> blocks_of([0, 2.5, 5, 7.5, 12.5, 17.5])
    (Block(first=0, last=3, distance=2.5), Block(first=3, last=5, distance=5.0))
    """
    steps = np.diff(positions).tolist()
    blocks: list[Block] = []
    for index, step in enumerate(steps):
        if blocks and _is_same(step, blocks[-1].distance):
            first = blocks[-1].first
            blocks[-1] = Block(first, index + 1, median(steps[first : index + 1]))
        else:
            blocks.append(Block(index, index + 1, step))
    return tuple(blocks)


def distance_findings(positions: Sequence[float]) -> tuple[Notice, ...]:
    """Report gaps and uneven spacing; doubled positions are for those who can compare pixels.

    Args:
        positions: In mm, ascending.

    Returns:
        "series.gap" and "series.uneven_spacing" notices, or nothing.
    """
    apart = [position for index, position in enumerate(positions) if _is_new(index, positions)]
    if len(apart) < 3:
        return ()
    blocks = blocks_of(apart)
    gaps = [block for index, block in enumerate(blocks) if _is_gap(index, blocks)]
    rest = [block for block in blocks if block not in gaps]
    return (*_gap_notice(apart, gaps), *_uneven_notice(rest))


def _is_new(index: int, positions: Sequence[float]) -> bool:
    return index == 0 or positions[index] - positions[index - 1] > SAME_PLACE


def _is_same(step: float, distance: float) -> bool:
    return abs(step - distance) <= max(_SLACK * distance, SAME_PLACE)


def _is_gap(index: int, blocks: Sequence[Block]) -> bool:
    """A single long step between shorter ones; at a border of two blocks the longer of both counts."""
    block = blocks[index]
    if block.last - block.first > 1:
        return False
    beside = [blocks[at].distance for at in (index - 1, index + 1) if 0 <= at < len(blocks)]
    return bool(beside) and block.distance >= _GAP * max(beside)


def _gap_notice(positions: Sequence[float], gaps: Sequence[Block]) -> tuple[Notice, ...]:
    if not gaps:
        return ()
    usual = median(np.diff(positions).tolist())
    places = ", ".join(f"{positions[gap.first]:.1f} to {positions[gap.last]:.1f} mm" for gap in gaps[:_MOST_NAMED])
    more = f" and {len(gaps) - _MOST_NAMED} more" if len(gaps) > _MOST_NAMED else ""
    lost = sum(max(1, round(gap.distance / usual) - 1) for gap in gaps)
    text = (
        f"About {lost} {'slice is' if lost == 1 else 'slices are'} missing: the slices are {usual:.2f} mm apart, but "
        f"nothing lies between {places}{more} along the normal."
    )
    return (Notice("series.gap", text),)


def _uneven_notice(blocks: Sequence[Block]) -> tuple[Notice, ...]:
    kinds: list[Block] = []
    for block in blocks:
        if not kinds or not _is_same(block.distance, kinds[-1].distance):
            kinds.append(block)
    if len(kinds) < 2:
        return ()
    if len(kinds) == 2 and all(block.last - block.first > 1 for block in kinds):
        low, high = kinds
        text = (
            f"Two blocks, as is usual in head CT: slices {low.distance:.2f} mm apart up to slice {low.last + 1}, then "
            f"{high.distance:.2f} mm."
        )
    else:
        distances = [block.distance for block in blocks]
        text = f"The distance between neighboring slices varies from {min(distances):.2f} to {max(distances):.2f} mm."
    return (Notice("series.uneven_spacing", text),)


def missing_numbers(numbers: Sequence[int]) -> tuple[int, ...]:
    """List the whole numbers that lie between the smallest and the largest and are not there.

    >>> missing_numbers([5, 2, 3])
    (4,)
    """
    if not numbers or max(numbers) - min(numbers) > 100 * len(numbers) + 1000:
        return ()
    return tuple(sorted(set(range(min(numbers), max(numbers) + 1)) - set(numbers)))


def number_finding(numbers: Sequence[int | None]) -> tuple[Notice, ...]:
    """Name the instances that the numbering misses: "series.missing_instances"."""
    known = sorted(number for number in numbers if number is not None)
    step = min((b - a for a, b in pairwise(known) if b > a), default=1)
    missing = missing_numbers(known) if step == 1 else ()
    if not missing or len(missing) >= len(known):
        return ()
    named = ", ".join(map(str, missing[:_MOST_NAMED])) + (" and more" if len(missing) > _MOST_NAMED else "")
    text = (
        f"(0020,0013) Instance Number runs from {known[0]} to {known[-1]}, but {len(missing)} "
        f"{'is' if len(missing) == 1 else 'are'} not there: {named}."
    )
    return (Notice("series.missing_instances", text),)
