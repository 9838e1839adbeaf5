"""Slices joined into the studies that they belong to: what a network over whole studies learns from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hemoscope.datasets.items import UNKNOWN, Collection, Item, Level
from hemoscope.errors import DatasetError
from hemoscope.records import Notice
from hemoscope.terms import Label


@dataclass(frozen=True, slots=True)
class StudyItem:
    """One labelled study.

    Attributes:
        key: Unique within the collection.
        group: What must stay on one side of a split: the patient.
        targets: 1, 0 or UNKNOWN for each label, in the order of `Label`.
        items: The slices of one series, feet to head.
    """

    key: str
    group: str
    targets: tuple[float, ...]
    items: tuple[Item, ...]

    @property
    def label(self) -> int:
        """1 with hemorrhage, 0 without."""
        return int(self.targets[0] == 1)

    @property
    def positions(self) -> tuple[float, ...] | None:
        """Where the slices lie, in mm towards the head, in their order; None where any does not say."""
        found = [item.place.position for item in self.items if item.place is not None]
        known = tuple(position for position in found if position is not None)
        return known if len(known) == len(self.items) else None

    @property
    def spacing_mm(self) -> float | None:
        """Median distance between the slices; None where they do not say where they lie, or there is but one."""
        if self.positions is None or len(self.positions) < 2:
            return None
        return float(np.median(np.diff(self.positions)))


@dataclass(frozen=True)
class StudyTable:
    """The studies of a collection.

    Attributes:
        name: Of the collection.
        studies: In the order in which the collection first names them.
        has_slice_labels: Whether the slices' own labels are known too, or those of whole studies alone.
        notices: The collection's own, and what was left out or assumed here.
    """

    name: str
    studies: tuple[StudyItem, ...]
    has_slice_labels: bool
    notices: tuple[Notice, ...] = ()

    def __len__(self) -> int:
        return len(self.studies)

    def __iter__(self) -> Iterator[StudyItem]:
        return iter(self.studies)

    @cached_property
    def targets(self) -> np.ndarray:
        """float32, shape (studies, 6), in the order of `Label`."""
        return np.array([study.targets for study in self.studies], np.float32).reshape(-1, len(Label))

    @property
    def groups(self) -> tuple[str, ...]:
        """The patient of each study."""
        return tuple(study.group for study in self.studies)


def study_table(collection: Collection) -> StudyTable:
    """Join the slices of a collection into studies.

    A study shows what any of its slices shows; where the labels are of whole studies they are taken as they are. Of a
    study with several series the one with most slices is kept. Slices are put in order by their position.

    Args:
        collection: Whose items say which study they belong to.

    Raises:
        DatasetError: "data.no_study" where an item does not; "data.mixed_study" where a study has two groups.

    >>> from pathlib import Path
    >>> from hemoscope.datasets.items import Place
    >>> slices = [Item(str(z), Path(f"{z}.dcm"), int(z == 10), "p", place=Place("s", position=z)) for z in (10, 0, 5)]
    >>> [study] = study_table(Collection("two", "table", tuple(slices))).studies
    >>> study.label, [item.key for item in study.items]
    (1, ['0', '5', '10'])
    """
    slices: dict[str, list[Item]] = {}
    for item in collection:
        slices.setdefault(_study_of(item), []).append(item)
    others = unplaced = 0
    studies = []
    for key, items in slices.items():
        chosen = _longest_series(items)
        others += len(items) - len(chosen)
        ordered = _in_order(chosen)
        unplaced += ordered is None
        targets = items[0].targets if collection.level is Level.STUDY else _joined([item.targets for item in items])
        studies.append(StudyItem(key, _group_of(key, items), targets, tuple(chosen if ordered is None else ordered)))
    return StudyTable(
        name=collection.name,
        studies=tuple(studies),
        has_slice_labels=collection.level is Level.SLICE,
        notices=(*collection.notices, *_notices(others=others, unplaced=unplaced)),
    )


def _study_of(item: Item) -> str:
    if item.place is None:
        raise DatasetError(
            "data.no_study",
            f"Expected the study of each slice; {item.key!r} has none.",
            "Add a column study, or use a collection that names studies, such as RSNA 2019 or CQ500.",
        )
    return item.place.study


def _group_of(key: str, items: Sequence[Item]) -> str:
    groups = sorted({item.group for item in items})
    if len(groups) > 1:
        raise DatasetError(
            "data.mixed_study",
            f"Expected the slices of one study in one group; those of study {key!r} are in {len(groups)}.",
            "Correct the groups: a study is of one patient.",
        )
    return groups[0]


def _joined(targets: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """Say of a study what its slices say: 1 where any shows it, 0 where none does, else UNKNOWN.

    >>> _joined([(0, 0), (1, -1)])
    (1.0, -1.0)
    """
    columns = list(zip(*targets, strict=True))
    return tuple(1.0 if 1 in column else UNKNOWN if UNKNOWN in column else 0.0 for column in columns)


def _longest_series(items: Sequence[Item]) -> list[Item]:
    series: dict[str, list[Item]] = {}
    for item in items:
        series.setdefault("" if item.place is None else item.place.series, []).append(item)
    return max(series.values(), key=len)


def _in_order(items: Sequence[Item]) -> list[Item] | None:
    """Sort slices by position; None where any does not say."""
    placed = [(item.place.position, item) for item in items if item.place is not None]
    known = [(position, item) for position, item in placed if position is not None]
    if len(known) < len(items):
        return None
    return [item for _, item in sorted(known, key=lambda pair: pair[0])]


def _notices(*, others: int, unplaced: int) -> Iterator[Notice]:
    if others:
        yield Notice("data.other_series", f"{others:,} slices of further series were left out of their studies.")
    if unplaced:
        text = f"{unplaced:,} studies have slices that do not say where they lie; they were kept in the order given."
        yield Notice("data.no_position", text)
