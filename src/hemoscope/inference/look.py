"""Look through a series: decode, join and prepare its slices beside the network's work, and hold no pixel longer."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from hemoscope.errors import HemoscopeError, ReadingError
from hemoscope.inference.engine import Engine
from hemoscope.inference.sections import Section
from hemoscope.preparation.canonical import Frame, PreparationSettings, prepare_and_check
from hemoscope.preparation.gate import NO_BRAIN
from hemoscope.records import Notice, Slice

BATCH = 4
"""Sections that the network looks at in one pass: more cost memory and gain no time."""
AHEAD = 2 * BATCH
"""Sections that may be prepared and wait for the network."""


class SliceSource(Protocol):
    """Where slices come from: a series, whatever file format it lies in."""

    def read(self, index: int) -> Slice:
        """Decode one slice; called from a thread of its own."""


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
    """What became of one section, but for what the network says of it.

    Attributes:
        warnings: By place in the series: what was assumed or mended in a slice.
        failures: By place in the series: why a slice cannot be read. Others of the section may have been.
        error: Why the section has no score; None where it has one.
        frame: Where the input lies in the slice; None without one.
        has_brain: Whether there is brain to judge.
        pixel_mm: Spacing of the slice's pixels, the mean of both directions; None where the file does not say.
    """

    warnings: dict[int, tuple[Notice, ...]]
    failures: dict[int, HemoscopeError]
    error: HemoscopeError | None = None
    frame: Frame | None = None
    has_brain: bool = False
    pixel_mm: float | None = None


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

    The same slices in the same order give the same bits: batches are cut by place alone.

    Args:
        source: The series.
        sections: What to look at.
        engine: The network.
        settings: How to prepare.
        labels: How many scores the network gives.
        on_slices: Called with how many slices more are prepared.

    Returns:
        What it saw. Never raises for what is wrong with a slice.
    """
    looks: list[Look] = []
    seen: list[tuple[np.ndarray, np.ndarray | None]] = []
    batch: list[np.ndarray] = []
    for section, (look, inputs) in zip(sections, _prepared_ahead(source, sections, settings), strict=True):
        looks.append(look)
        if on_slices is not None:
            on_slices(section.count)
        if inputs is not None:
            batch.append(inputs)
        if len(batch) == BATCH:
            seen.append(engine.look(np.concatenate(batch)))
            batch.clear()
    if batch:
        seen.append(engine.look(np.concatenate(batch)))
    has_input = np.array([look.frame is not None for look in looks], bool)
    scores = _spread([scores for scores, _ in seen], has_input)
    maps = _spread([maps for _, maps in seen if maps is not None], has_input)
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


def _prepared_ahead(
    source: SliceSource, sections: Sequence[Section], settings: PreparationSettings
) -> Iterator[tuple[Look, np.ndarray | None]]:
    """Prepare sections on a thread of their own, a few ahead of who takes them."""
    waiting: deque[Future[tuple[Look, np.ndarray | None]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as thread:
        try:
            for section in sections:
                waiting.append(thread.submit(_prepare, source, section, settings))
                if len(waiting) > AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # whoever stops early does not wait for slices that nobody will take
            for future in waiting:
                future.cancel()


def _prepare(source: SliceSource, section: Section, settings: PreparationSettings) -> tuple[Look, np.ndarray | None]:
    """Read and prepare a section; its pixels end here."""
    joined = read_section(source, section)
    if joined.image is None:
        return Look(joined.warnings, joined.failures, error=next(iter(joined.failures.values()))), None
    spacing = joined.image.spacing
    pixel_mm = None if spacing is None else (spacing[0] + spacing[1]) / 2
    try:
        prepared = prepare_and_check(joined.image, settings=settings)
    except HemoscopeError as error:
        return Look(joined.warnings, joined.failures, error=error, pixel_mm=pixel_mm), None
    except Exception as error:
        return Look(joined.warnings, joined.failures, error=_unexpected(error), pixel_mm=pixel_mm), None
    look = Look(
        {place: (*warnings, *prepared.notices) for place, warnings in joined.warnings.items()},
        joined.failures,
        frame=prepared.frame,
        has_brain=NO_BRAIN not in prepared.notices,
        pixel_mm=pixel_mm,
    )
    return look, prepared.inputs


def _read(source: SliceSource, place: int) -> Slice:
    try:
        return source.read(place)
    except HemoscopeError:
        raise
    except Exception as error:  # one bad slice never costs the others
        raise _unexpected(error) from error


def _odd(image: Slice, first: Slice) -> ReadingError:
    rows, columns = image.pixels.shape
    return ReadingError(
        "series.odd_slice",
        f"Expected a slice like the others of its section, {first.pixels.shape[0]} x {first.pixels.shape[1]} in "
        f"{first.unit}; received {rows} x {columns} in {image.unit}.",
        "Score it by itself.",
    )


def _unexpected(error: Exception) -> ReadingError:
    return ReadingError(
        "read.unexpected",
        f"Reading or preparing the file stopped with {type(error).__name__}.",
        "Please report it with a file that shows it, if it may be shared.",
    )


def _spread(parts: list[np.ndarray], has_input: np.ndarray) -> np.ndarray | None:
    """Lay what the network said out over all sections, NaN where it was not asked."""
    if not parts:
        return None
    said = np.concatenate(parts)
    spread = np.full((len(has_input), *said.shape[1:]), np.nan, np.float32)
    spread[has_input] = said
    return spread
