"""From a labelled collection to the two parts of a run."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from hemoscope.datasets.audit import find_near_duplicates, merge_groups
from hemoscope.datasets.items import Collection, check_usable, require_slice_labels
from hemoscope.datasets.load import load_collection
from hemoscope.errors import DatasetError, HemoscopeError
from hemoscope.evaluation.splits import grouped_holdout
from hemoscope.models.registry import find_model
from hemoscope.preparation.canonical import PreparationSettings, prepare
from hemoscope.records import ErrorReport
from hemoscope.training.known import leave_out_known
from hemoscope.training.observe import Observer
from hemoscope.training.rows import Rows, gather
from hemoscope.training.run import TRAINING, VALIDATION, SplitRow
from hemoscope.training.settings import TrainingSettings

AHEAD = 256
"""Items that may be prepared before they are taken: few enough for the memory, enough that no core waits."""


def load_labelled(
    data: str | os.PathLike[str], *, groups_file: str | os.PathLike[str] | None = None, observer: Observer | None = None
) -> Collection:
    """Read a collection to learn from: its slices have labels of their own.

    Args:
        data: A labelled collection of any layout.
        groups_file: CSV with a group per slice.
        observer: Told how many headers or volumes are looked at, where a layout has to look at them all first.

    Raises:
        DatasetError: What `load_collection` and `require_slice_labels` raise.
    """
    on_progress = (observer or Observer()).on_index
    return require_slice_labels(load_collection(data, groups_file=groups_file, on_progress=on_progress))


@dataclass(frozen=True, slots=True, eq=False)
class PreparedCollection:
    """A collection whose slices are ready for a network.

    Attributes:
        collection: The items that could be prepared.
        inputs: float32, shape (n, size, size, 1), in their order; in memory or in a file.
        left_out: Key and reason of those that could not.
    """

    collection: Collection
    inputs: np.ndarray | Rows
    left_out: dict[str, ErrorReport]

    def only(self, indices: np.ndarray) -> "PreparedCollection":
        """Return these slices alone; none is copied."""
        return PreparedCollection(self.collection.only(indices.tolist()), Rows(self.inputs, indices), {})


def prepare_collection(
    collection: Collection,
    *,
    settings: PreparationSettings,
    path: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PreparedCollection:
    """Prepare every slice; those that cannot be are left out with their reason.

    Args:
        collection: What to prepare.
        settings: How.
        path: The .npy file to keep them in, one by one, where they may be more than the memory holds.
        on_progress: Called with how many are done and how many there are.

    Raises:
        DatasetError: "data.nothing_left", or "data.one_class" where a whole class was left out.
    """
    rows = gather(path)
    try:
        kept, left_out = prepare_each(
            collection.items,
            lambda item: prepare(item.read(), settings=settings)[0],
            take=rows.append,
            on_progress=on_progress,
        )
        return PreparedCollection(check_usable(collection.only(kept)), rows.finish(), left_out)
    finally:
        rows.discard()


def prepare_grouped(
    collection: Collection,
    *,
    settings: TrainingSettings,
    path: Path,
    on_progress: Callable[[int, int], None] | None = None,
) -> PreparedCollection:
    """Prepare every slice into a file as `prepare_collection` does, and join groups as `group_near_duplicates` does.

    For a network that stands on the shipped one, what this one learned from is left out.

    Raises:
        DatasetError: As `prepare_collection` and `leave_out_known` say.
    """
    prepared = group_near_duplicates(
        prepare_collection(collection, settings=settings.preparation, path=path, on_progress=on_progress)
    )
    return leave_out_known(prepared) if find_model(settings.model).stands_on_shipped else prepared


class Keyed(Protocol):
    """Something with a name."""

    @property
    def key(self) -> str:
        """The name."""


Source = TypeVar("Source", bound=Keyed)
Made = TypeVar("Made")


def prepare_each(
    items: Sequence[Source],
    prepare_one: Callable[[Source], Made],
    *,
    take: Callable[[Made], object],
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[list[int], dict[str, ErrorReport]]:
    """Prepare many items on all cores, a few ahead of who takes them.

    Args:
        items: What to prepare.
        prepare_one: How; what raises a HemoscopeError is left out.
        take: Called with what was made of each, in their order.
        on_progress: Called with how many are done and how many there are.

    Returns:
        The indices of the items that something was made of, and key and reason of those left out.

    Raises:
        DatasetError: "data.nothing_left".
    """

    def attempt(item: Source) -> Made | ErrorReport:
        try:
            return prepare_one(item)
        except HemoscopeError as error:
            return ErrorReport.of(error)

    kept: list[int] = []
    left_out: dict[str, ErrorReport] = {}
    for index, outcome in enumerate(_in_order(attempt, items)):
        if isinstance(outcome, ErrorReport):
            left_out[items[index].key] = outcome
        else:
            take(outcome)
            kept.append(index)
        if on_progress is not None:
            on_progress(index + 1, len(items))
    if not kept:
        reasons = ", ".join(sorted({report.code for report in left_out.values()}))
        raise DatasetError("data.nothing_left", f"No slice could be prepared ({reasons}).", "Check the pictures.")
    return kept, left_out


def _in_order(work: Callable[[Source], Made], items: Iterable[Source]) -> Iterator[Made]:
    """Do work on all cores, never further ahead of who takes its results than `AHEAD` items."""
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor() as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # whoever stops early does not wait for what nobody will take
            for future in waiting:
                future.cancel()


def group_near_duplicates(prepared: PreparedCollection) -> PreparedCollection:
    """Join the groups of slices that are nearly the same, so that no split parts them.

    Where the collection names its patients they stay as they are: among many heads two patients' slices look alike by
    chance, and each such pair would chain two patients together.
    """
    collection = prepared.collection
    if collection.groups_are_patients:
        return prepared
    groups = merge_groups(list(collection.groups), find_near_duplicates(prepared.inputs))
    return PreparedCollection(collection.regrouped(groups), prepared.inputs, prepared.left_out)


def split_collection(collection: Collection, settings: TrainingSettings) -> list[SplitRow]:
    """Divide a collection into training and validation parts, groups whole."""
    _, held_out = grouped_holdout(
        collection.labels, collection.groups, fraction=settings.validation_fraction, seed=settings.seed
    )
    return hold_out(collection, held_out)


def hold_out(collection: Collection, held_out: np.ndarray) -> list[SplitRow]:
    """Put the items of these indices into the validation part, all others into the training part."""
    held = set(held_out.tolist())
    return [
        SplitRow(item.key, item.label, item.group, VALIDATION if index in held else TRAINING)
        for index, item in enumerate(collection)
    ]


def describe(prepared: PreparedCollection, *, data_hash: str) -> dict[str, object]:
    """Say which data a run uses, as plain JSON values."""
    collection = prepared.collection
    return {
        "name": collection.name,
        "layout": collection.layout,
        "sha256": data_hash,
        "slices": len(collection),
        "positives": sum(collection.labels),
        "groups": len(set(collection.groups)),
        "largest_group": max(Counter(collection.groups).values()),
        "left_out": {key: report.code for key, report in prepared.left_out.items()},
        "notices": [asdict(notice) for notice in collection.notices],
    }
