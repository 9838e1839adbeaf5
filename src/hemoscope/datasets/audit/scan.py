"""One pass over a collection: what each file is, what it shows, and what of it could give the label away."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from hemoscope.datasets.audit.facts import FileFacts, read_facts
from hemoscope.datasets.items import Collection, Item, check_usable
from hemoscope.errors import DatasetError, HemoscopeError
from hemoscope.preparation.canonical import PreparationSettings, prepare
from hemoscope.preparation.window import apply_window
from hemoscope.records import ErrorReport, Slice
from hemoscope.terms import BRAIN, Unit

SIZE = 128
TINY = 16
"""Rows and columns of the thumbnail of a whole picture, borders and letters included."""
AHEAD = 64
"""Files read ahead of the one that is wanted next; more would only fill the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What one pass over a collection found.

    Attributes:
        collection: The items that could be read.
        facts: About each file, in their order.
        tiny: float32, shape (n, TINY ** 2), in [0, 1]: each whole picture, shrunk without regard to its sides.
        inputs: uint8, shape (n, SIZE, SIZE): prepared slices, on disk; zeros where the slice was refused.
        refused: Index and reason of those that were read but show no head that can be prepared; they are compared by
            bytes and pixels alone.
        unreadable: Key and reason of the items that could not be read.
    """

    collection: Collection
    facts: tuple[FileFacts, ...]
    tiny: np.ndarray
    inputs: np.ndarray
    refused: dict[int, ErrorReport]
    unreadable: dict[str, ErrorReport]

    def input(self, index: int) -> np.ndarray:
        """Return one prepared slice, float32 in [0, 1], shape (SIZE, SIZE)."""
        return np.asarray(self.inputs[index], np.float32) / np.float32(255)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    facts: FileFacts
    tiny: np.ndarray
    prepared: np.ndarray | ErrorReport


def scan_collection(collection: Collection, *, on_progress: Callable[[int, int], None] | None = None) -> Scan:
    """Read every file once.

    Args:
        collection: What to look at.
        on_progress: Called with how many are done and how many there are.

    Raises:
        DatasetError: "data.nothing_left" where no file can be read, or "data.one_class" where a whole class cannot.
    """
    inputs = _on_disk(len(collection))
    kept: list[int] = []
    seen: list[_Seen] = []
    refused: dict[int, ErrorReport] = {}
    unreadable: dict[str, ErrorReport] = {}
    for index, outcome in enumerate(_look_at_all(collection)):
        if isinstance(outcome, ErrorReport):
            unreadable[collection.items[index].key] = outcome
        else:
            if isinstance(outcome.prepared, ErrorReport):
                refused[len(kept)] = outcome.prepared
            else:
                inputs[len(kept)] = outcome.prepared
            kept.append(index)
            seen.append(_Seen(outcome.facts, outcome.tiny, np.empty(0)))
        if on_progress is not None:
            on_progress(index + 1, len(collection))
    if not kept:
        raise _nothing_left(unreadable)
    return Scan(
        collection=check_usable(collection.only(kept)),
        facts=tuple(one.facts for one in seen),
        tiny=np.stack([one.tiny for one in seen]),
        inputs=inputs[: len(kept)],
        refused=refused,
        unreadable=unreadable,
    )


def _look_at_all(collection: Collection) -> Iterator[_Seen | ErrorReport]:
    """Look at each file, a few at a time, in order."""
    items = iter(collection)
    with ThreadPoolExecutor() as pool:
        waiting = [pool.submit(_look_at, item) for item in islice(items, AHEAD)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(_look_at, item) for item in islice(items, 1)]


def _look_at(item: Item) -> _Seen | ErrorReport:
    try:
        image = item.read()
        facts = read_facts(item, image)
    except HemoscopeError as error:
        return ErrorReport.of(error)
    return _Seen(facts, _shrink(image), _prepare(image))


def _prepare(image: Slice) -> np.ndarray | ErrorReport:
    try:
        prepared = prepare(image, settings=PreparationSettings(size=SIZE))
    except HemoscopeError as error:
        return ErrorReport.of(error)
    return np.asarray(np.round(prepared[0, :, :, 0] * 255), np.uint8)


def _shrink(image: Slice) -> np.ndarray:
    grey = apply_window(image.pixels, BRAIN) if image.unit is Unit.HU else image.pixels
    return np.asarray(cv2.resize(grey, (TINY, TINY), interpolation=cv2.INTER_AREA), np.float32).ravel()


def _on_disk(count: int) -> np.ndarray:
    """Make room on disk, so that 100,000 prepared slices (1.6 GB) need no memory; gone when the scan is."""
    with tempfile.TemporaryFile() as file:
        return np.memmap(file, dtype=np.uint8, mode="w+", shape=(count, SIZE, SIZE))


def _nothing_left(unreadable: dict[str, ErrorReport]) -> DatasetError:
    codes = ", ".join(sorted({report.code for report in unreadable.values()}))
    return DatasetError("data.nothing_left", f"No slice could be read ({codes}).", "Check the pictures.")
