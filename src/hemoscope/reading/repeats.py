"""Slices at one place: copies are kept once, what differs is kept and reported."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from hemoscope.reading.instance_record import Instance
from hemoscope.reading.spacing import SAME_PLACE
from hemoscope.records import Notice, Slice

_MOST_NAMED = 5


@dataclass(slots=True)
class _Tally:
    kept: list[Instance] = field(default_factory=list)
    copies: list[Instance] = field(default_factory=list)
    damaged: list[Instance] = field(default_factory=list)
    doubled: list[Instance] = field(default_factory=list)


def without_repeats(
    instances: Sequence[Instance], positions: Sequence[float], decode: Callable[[Instance], Slice | None]
) -> tuple[tuple[Instance, ...], tuple[Notice, ...]]:
    """Keep each slice once.

    Args:
        instances: In order.
        positions: Of each in mm, or empty where none are known; then equal UIDs stand for equal places.
        decode: Reads a slice, None where that fails; called for slices at one place alone.

    Returns:
        The slices to keep, in order, and "series.repeated_slice", "series.damaged_copy" or "series.doubled_position".
    """
    tally = _Tally()
    for together in _places(instances, positions):
        if len(together) == 1:
            tally.kept.append(together[0])
        else:
            _settle(together, decode, tally)
    return tuple(tally.kept), _findings(tally)


def _places(instances: Sequence[Instance], positions: Sequence[float]) -> list[list[Instance]]:
    if not positions:
        groups: dict[object, list[Instance]] = {}
        for index, instance in enumerate(instances):
            key = index if instance.instance_uid is None else (instance.instance_uid, instance.frame)
            groups.setdefault(key, []).append(instance)
        return list(groups.values())
    places: list[list[Instance]] = []
    for index, instance in enumerate(instances):
        if index and positions[index] - positions[index - 1] <= SAME_PLACE:
            places[-1].append(instance)
        else:
            places.append([instance])
    return places


def _settle(together: Sequence[Instance], decode: Callable[[Instance], Slice | None], tally: _Tally) -> None:
    first_of: dict[bytes, Instance] = {}
    broken = []
    for instance in together:
        found = decode(instance)
        if found is None:
            broken.append(instance)
            continue
        digest = hashlib.blake2b(found.pixels.tobytes()).digest()
        if digest in first_of:
            tally.copies.append(instance)
        else:
            first_of[digest] = instance
    if not first_of:
        # None can be read: one stays, so that the place is not lost without a word.
        first_of[b""] = broken.pop(0)
    tally.damaged.extend(broken)
    tally.kept.extend(first_of.values())
    if len(first_of) > 1:
        tally.doubled.extend(first_of.values())


def _findings(tally: _Tally) -> tuple[Notice, ...]:
    told = (
        ("series.repeated_slice", tally.copies, "are copies of others, pixel for pixel; each was kept once"),
        (
            "series.damaged_copy",
            tally.damaged,
            "cannot be decoded, but another of the same place can; they were left out",
        ),
        ("series.doubled_position", tally.doubled, "share a place with another and differ from it; all were kept"),
    )
    return tuple(
        Notice(code, f"{len(members)} slices ({_named(members)}) {words}.") for code, members, words in told if members
    )


def _named(members: Sequence[Instance]) -> str:
    names = ", ".join(PurePath(member.name).name for member in members[:_MOST_NAMED])
    return f"{names} and more" if len(members) > _MOST_NAMED else names
