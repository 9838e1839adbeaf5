"""Look through a series: every core takes a section, decodes, joins, prepares and scores it, and lets its pixels go.

Threads that share one pass of so small a network mostly wait; a core that has a section to itself does not.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import cv2
import numpy as np

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.inference.engine import Engine, require_numbers
from hemoscope.inference.sections import Section, to_micrometers
from hemoscope.preparation.canonical import Frame, PreparationSettings, prepare_and_check
from hemoscope.preparation.gate import NO_BRAIN
from hemoscope.reading.source import unexpected
from hemoscope.records import Notice, Slice

AHEAD = 2
"""Sections that may wait for each core."""


class SliceSource(Protocol):
    """Where slices come from: a series, whatever file format it lies in."""

    def read(self, index: int) -> Slice:
        """Decode one slice; called from several threads."""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A section as read.

    Attributes:
        image: The slice itself, or the mean of several; None where none can be read.
        warnings: By place in the series: what was assumed or mended in a slice.
        failures: By place in the series: why a slice cannot be read.
    """

    image: Slice | None
    warnings: dict[int, tuple[Notice, ...]]
    failures: dict[int, HemoscopeError]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What became of one section.

    Attributes:
        warnings: By place in the series: what was assumed or mended in a slice.
        failures: By place in the series: why a slice cannot be read. Others of the section may have been.
        error: Why the section has no score; None where it has one.
        frame: Where the input lies in the slice; None without one.
        model_input: What the network saw, float32, shape (size, size), in [0, 1]; None likewise.
        brain: Of the model input, bool, shape (size, size): what bone encloses; None likewise.
        has_brain: Whether there is brain to judge.
        pixel_mm: Spacing of the slice's pixels, the mean of both directions; None where the file does not say.
        scores: Logits, float32, shape (labels,); None without an input.
        cells: Logits of the maps, float32, shape (rows, columns, labels); None likewise, or from a network without.
    """

    warnings: dict[int, tuple[Notice, ...]]
    failures: dict[int, HemoscopeError]
    error: HemoscopeError | None = None
    frame: Frame | None = None
    model_input: np.ndarray | None = None
    brain: np.ndarray | None = None
    has_brain: bool = False
    pixel_mm: float | None = None
    scores: np.ndarray | None = None
    cells: np.ndarray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What the network saw in n sections.

    Attributes:
        looks: One per section.
        scores: float32, shape (n, labels), logits; NaN where there is no input.
        maps: float32, shape (n, rows, columns, labels), logits; NaN likewise. None from a network without, or where no
            section has an input.
    """

    looks: list[Look]
    scores: np.ndarray
    maps: np.ndarray | None

    @property
    def frames(self) -> list[Frame | None]:
        """Where each input lies in its slice."""
        return [look.frame for look in self.looks]

    @property
    def pixel_mm(self) -> float | None:
        """Spacing of the pixels, of the first slice that says."""
        return next((look.pixel_mm for look in self.looks if look.pixel_mm is not None), None)

    @property
    def has_brain(self) -> bool:
        """Whether any section shows brain to judge."""
        return any(look.frame is not None and look.has_brain for look in self.looks)


def look_through(
    source: SliceSource,
    sections: Sequence[Section],
    *,
    engine: Engine,
    settings: PreparationSettings,
    labels: int,
    on_slices: Callable[[int], None] | None = None,
) -> Looked:
    """Score every section of a series.

    The same slices give the same bits, whatever is done beside them: the network sees one section at a time.

    Args:
        source: The series.
        sections: What to look at.
        engine: The network, best on one thread.
        settings: How to prepare.
        labels: How many scores the network gives.
        on_slices: Called with how many slices more are done.

    Returns:
        What it saw. Never raises for what is wrong with a slice.
    """
    looks: list[Look] = []
    work = [partial(_look, source, section, engine, settings) for section in sections]
    for section, look in zip(sections, _on_every_core(work), strict=True):
        looks.append(look)
        if on_slices is not None:
            on_slices(section.count)
    scores = _stack([look.scores for look in looks])
    maps = _stack([look.cells for look in looks])
    return Looked(looks, np.full((len(looks), labels), np.nan, np.float32) if scores is None else scores, maps)


def read_section(source: SliceSource, section: Section) -> Joined:
    """Read the slices of a section and join those that can be read and are alike.

    Args:
        source: The series.
        section: Which slices.
    """
    images: list[Slice] = []
    warnings: dict[int, tuple[Notice, ...]] = {}
    failures: dict[int, HemoscopeError] = {}
    for place in section.places:
        try:
            image = _read(source, place)
        except HemoscopeError as error:
            failures[place] = error
            continue
        if images and (image.pixels.shape, image.unit) != (images[0].pixels.shape, images[0].unit):
            failures[place] = _odd(image, images[0])
            continue
        warnings[place] = image.warnings
        images.append(image)
    if not images:
        return Joined(None, warnings, failures)
    if len(images) == 1:
        return Joined(images[0], warnings, failures)
    mean = np.asarray(np.mean([image.pixels for image in images], axis=0, dtype=np.float32))
    return Joined(replace(images[0], pixels=mean), warnings, failures)


def _on_every_core(work: Sequence[Callable[[], Look]]) -> Iterator[Look]:
    """Do work on as many threads as there are cores, a little ahead of who takes its results, in order."""
    cores = os.cpu_count() or 1
    waiting: deque[Future[Look]] = deque()
    with _opencv_on_one_thread(), ThreadPoolExecutor(cores, thread_name_prefix="look") as threads:
        try:
            for piece in work:
                waiting.append(threads.submit(piece))
                if len(waiting) > (AHEAD + 1) * cores:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # whoever stops early does not wait for sections that nobody will take
            for future in waiting:
                future.cancel()


@contextmanager
def _opencv_on_one_thread() -> Iterator[None]:
    """Keep OpenCV from starting threads of its own beside ours."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _look(source: SliceSource, section: Section, engine: Engine, settings: PreparationSettings) -> Look:
    """Read, prepare and score a section; its pixels end here."""
    joined = read_section(source, section)
    look = Look(joined.warnings, joined.failures)
    if joined.image is None:
        return replace(look, error=next(iter(joined.failures.values())))
    spacing = joined.image.spacing
    look = replace(look, pixel_mm=None if spacing is None else to_micrometers((spacing[0] + spacing[1]) / 2))
    try:
        prepared = prepare_and_check(joined.image, settings=settings)
        scores, maps = engine.look(prepared.inputs)
        require_numbers(scores)
    except HemoscopeError as error:
        return replace(look, error=error)
    except Exception as error:  # one bad slice never costs the others
        return replace(look, error=unexpected(error))
    return replace(
        look,
        warnings={place: (*warnings, *prepared.notices) for place, warnings in joined.warnings.items()},
        frame=prepared.frame,
        model_input=prepared.inputs[0, :, :, 0],
        brain=prepared.brain,
        has_brain=NO_BRAIN not in prepared.notices,
        scores=scores[0],
        cells=None if maps is None else maps[0],
    )


def _read(source: SliceSource, place: int) -> Slice:
    try:
        return source.read(place)
    except HemoscopeError:
        raise
    except Exception as error:  # one bad slice never costs the others
        raise unexpected(error) from error


def _odd(image: Slice, first: Slice) -> ReadingError:
    rows, columns = image.pixels.shape
    return ReadingError(
        "series.odd_slice",
        f"Expected a slice like the others of its section, {first.pixels.shape[0]} x {first.pixels.shape[1]} in "
        f"{first.unit}; received {rows} x {columns} in {image.unit}.",
        "Score it by itself.",
    )


def _stack(parts: list[np.ndarray | None]) -> np.ndarray | None:
    """Stack what the network said of each section, NaN where it was not asked; None where it said nothing at all."""
    said = next((part for part in parts if part is not None), None)
    if said is None:
        return None
    return np.stack([np.full_like(said, np.nan) if part is None else part for part in parts])
