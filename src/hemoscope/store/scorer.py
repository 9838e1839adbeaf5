"""From what was submitted to results: every study in it, scored by a bundle and drawn for the viewer."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from hemoscope import __version__
from hemoscope.explanation.kept import keep_answer
from hemoscope.explanation.objects import keep_objects
from hemoscope.inference.batch import Batch, Examined, Waiting
from hemoscope.inference.predictor import Examination, Predictor
from hemoscope.reading.archive import ArchiveLimits
from hemoscope.records import Decision, SliceResult, StudyResult
from hemoscope.results.document import result_as_json
from hemoscope.results.study_document import study_as_json
from hemoscope.store.files import digest
from hemoscope.store.records import Made, Model, SeenSeries
from hemoscope.terms import Label

UNPACKED = ArchiveLimits(total_bytes=8 << 30, file_bytes=2 << 30)
"""What may come out of archives that somebody sent: less than of one's own, for others share the disk."""


class ToScore(Protocol):
    """A study, or a picture, that may have to be scored."""

    @property
    def key(self) -> str | None:
        """What tells it apart from all others, 64 hexadecimal digits; None where it could not even be read."""

    def score(self, folder: Path | None) -> Made:
        """Score it, and draw it into a folder that is not there yet; None for not at all."""

    def pass_over(self) -> None:
        """Count it as done, for it has its result."""


class Scorer(Protocol):
    """What a worker scores with."""

    @property
    def model(self) -> Model:
        """What answers."""

    def look_into(self, path: Path, *, on_progress: Callable[[float], None]) -> Iterator[ToScore]:
        """Give every study and picture in a file or folder, always in the same order.

        Args:
            path: What was submitted.
            on_progress: Called with the share of the work that is done; what it raises ends the work.

        Raises:
            HemoscopeError: It cannot be opened, or holds nothing to score.
        """


class BundleScorer:
    """Scores with a model bundle, as `hemoscope predict` and `hemoscope explain` do.

    Args:
        bundle: Folder of a model bundle; the shipped one unless given.
        operating_point: What decides.

    Raises:
        BundleError: The bundle is incomplete, changed or of another version.
        InputError: "operating_point.unknown".
    """

    def __init__(self, bundle: str | os.PathLike[str] | None, *, operating_point: str) -> None:
        self._predictor = Predictor(bundle, operating_point=operating_point)
        self.model = Model.of(self._predictor.bundle.summary(), operating_point=operating_point, software=__version__)

    def look_into(self, path: Path, *, on_progress: Callable[[float], None]) -> Iterator[ToScore]:
        """Give every study and picture in a file or folder."""
        steps = _Steps(on_progress)
        batch = Batch(self._predictor, on_progress=steps.on_scored, limits=UNPACKED)
        root = path if path.is_dir() else path.parent
        for one in batch.waiting(path):
            yield _Study(one, batch, steps, root, self.model)


@dataclass(frozen=True, slots=True)
class _Study:
    """A study that waits in a batch."""

    waiting: Waiting
    batch: Batch
    steps: "_Steps"
    root: Path
    model: Model

    @property
    def key(self) -> str | None:
        return key_of(self.waiting)

    def score(self, folder: Path | None) -> Made:
        examined = _named(self.waiting.examine(), self.root)
        drawn = folder if folder is not None and _has_slices(examined) else None
        if drawn is not None:
            examined = keep_objects(examined, drawn, model=self.model.summary)
            keep_answer(examined, drawn, model=self.model.summary, on_slices=self.steps.on_drawn)
        return made_of(examined, drawn)

    def pass_over(self) -> None:
        self.batch.pass_over(self.waiting)
        self.steps.on_drawn(self.waiting.slices)


class _Steps:
    """Counts slices that are scored and slices that are drawn."""

    def __init__(self, on_progress: Callable[[float], None]) -> None:
        self._tell = on_progress
        self._scored = self._known = self._drawn = 0

    def on_scored(self, scored: int, known: int) -> None:
        self._scored, self._known = scored, known
        self._tell_share()

    def on_drawn(self, count: int) -> None:
        self._drawn += count
        self._tell_share()

    def _tell_share(self) -> None:
        self._tell(min(1.0, (self._scored + self._drawn) / max(1, 2 * self._known)))


def key_of(waiting: Waiting) -> str | None:
    """Return what tells a study apart: its UID and the bytes of its files, whatever they are called and packed in.

    The UID alone is not enough: half of a study may come first and the whole of it later, and files that were made
    anonymous or by a phantom often share one.

    Returns:
        SHA-256, 64 hexadecimal digits; None where there is no file that could be read.
    """
    if not waiting.files:
        return None
    digests = sorted({digest(path) for path in waiting.files})
    return hashlib.sha256("\n".join([waiting.study_uid or "", *digests]).encode("utf-8", "replace")).hexdigest()


def made_of(examined: Examined, folder: Path | None) -> Made:
    """Turn an answer into what the store keeps of it.

    Args:
        examined: The answer.
        folder: With what was drawn; None where nothing was.
    """
    result = examined.result
    document = study_as_json(result) if isinstance(result, StudyResult) else result_as_json(result)
    return Made(
        status=result.status,
        document=document,
        is_study=isinstance(result, StudyResult),
        probability=result.probability,
        decision=result.decision,
        strongest_subtype=_strongest(result),
        error_code=None if result.error is None else result.error.code,
        series=_series(result),
        folder=folder,
    )


def _strongest(result: SliceResult | StudyResult) -> Label | None:
    if result.decision is not Decision.POSITIVE or not result.subtypes:
        return None
    subtypes = result.subtypes
    return max(subtypes, key=lambda label: subtypes[label])


def _series(result: SliceResult | StudyResult) -> SeenSeries | None:
    if not isinstance(result, StudyResult) or result.series is None:
        return None
    uid = result.series.uid
    return SeenSeries(
        None if uid is None else hashlib.sha256(uid.encode("utf-8", "replace")).hexdigest(),
        len(result.slices),
        result.series.spacing_mm,
        result.series.tilt_degrees,
    )


def _named(examined: Examined, root: Path) -> Examined:
    """Name the input by its place below what was submitted: no path of this machine goes into a result."""
    path = Path(examined.result.input)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) and path != root else "study"
    if isinstance(examined, Examination):
        return replace(examined, result=replace(examined.result, input=name))
    return replace(examined, result=replace(examined.result, input=name))


def _has_slices(examined: Examined) -> bool:
    return (examined.image if isinstance(examined, Examination) else examined.series) is not None
