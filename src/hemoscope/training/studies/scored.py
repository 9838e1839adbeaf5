"""Studies as the study head sees them: what the slice network said of every slice, kept in the run folder."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hemoscope.datasets.studies import StudyCase
from hemoscope.errors import DatasetError
from hemoscope.models.sequence import describe_slices
from hemoscope.preparation.frame import Frame
from hemoscope.training.studies.networks import Networks
from hemoscope.training.studies.synthetic import Recipe
from hemoscope.writing.atomic import write_atomically

Taken = TypeVar("Taken")


@dataclass(frozen=True, slots=True, eq=False)
class ScoredStudy:
    """A study with the scores and maps of its slices.

    Attributes:
        key: Name, unique.
        origin: The collection it comes from.
        group: What must stay on one side of a split.
        kind: As a StudyCase has it.
        network: What scored it: its name, and a part of its checksum.
        scores: Logits, float32, shape (n, 6); NaN for a slice without input.
        maps: Logits, float16, shape (n, cells, cells, 6).
        frames: Where each input lies in its picture; None for a slice without.
        slice_targets: float32, shape (n, 6): 1, 0 or UNKNOWN.
        study_targets: float32, shape (6,).
        spacing_mm: Between the slices; None where nobody says.
        pixel_mm: Of the pictures; None where nobody says.
    """

    key: str
    origin: str
    group: str
    kind: str
    network: str
    scores: np.ndarray
    maps: np.ndarray
    frames: tuple[Frame | None, ...]
    slice_targets: np.ndarray
    study_targets: np.ndarray
    spacing_mm: float | None
    pixel_mm: float | None

    def __len__(self) -> int:
        return len(self.scores)

    def without_maps(self) -> "ScoredStudy":
        """Return the study without its maps, which take a megabyte: it can be described no more."""
        return replace(self, maps=self.maps[:0])

    @property
    def highest(self) -> np.ndarray:
        """The highest score among the slices, for each label: what a study is worth without a study head."""
        return np.asarray(np.nanmax(self.scores, axis=0))

    def describe(self, indices: np.ndarray | None = None, *, stride: int = 1) -> np.ndarray:
        """Describe the slices, or these of them, for the study head.

        Args:
            indices: Of the slices to take; all unless given.
            stride: How many times as far apart they are meant to be as the study's own.
        """
        chosen = np.arange(len(self)) if indices is None else indices
        return describe_slices(
            self.scores[chosen],
            self.maps[chosen].astype(np.float32),
            [self.frames[int(index)] for index in chosen],
            spacing_mm=None if self.spacing_mm is None else self.spacing_mm * stride,
            pixel_mm=self.pixel_mm,
        )


def score_studies(
    recipes: Sequence[Recipe],
    networks: Networks,
    folder: Path,
    *,
    take: Callable[[ScoredStudy], Taken],
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Taken], dict[str, str]]:
    """Make and score studies; those that `folder` holds already are read from there.

    Args:
        recipes: The studies.
        networks: Finds the slice network for each.
        folder: Where scores and maps are kept, a file per study.
        take: What to take of each scored study, whose maps are large, before the next is made.
        on_progress: Called with how many are done and how many there are.

    Returns:
        What was taken, in order; key and code of those that could not be prepared.

    Raises:
        TrainingError: As `Networks.for_origin` says.
    """
    taken: list[Taken] = []
    left_out: dict[str, str] = {}
    for number, recipe in enumerate(recipes):
        path = folder / f"{hashlib.sha256(recipe.key.encode()).hexdigest()[:20]}.npz"
        kept = _read(path)
        if kept is None or kept.network != networks.identity_for(kept.origin):
            try:
                kept = score_study(recipe.make(), networks)
                _write(path, kept)
            except DatasetError as error:
                left_out[recipe.key] = error.code
                kept = None
        if kept is not None:
            taken.append(take(kept))
        if on_progress is not None:
            on_progress(number + 1, len(recipes))
    return taken, left_out


def score_study(case: StudyCase, networks: Networks) -> ScoredStudy:
    """Score every slice of a study that has an input."""
    network = networks.for_origin(case.origin)
    has_input = np.array([frame is not None for frame in case.frames])
    found_scores, found_maps = network.look(case.inputs[has_input])
    scores = np.full((len(case), found_scores.shape[1]), np.nan, np.float32)
    maps = np.zeros((len(case), *found_maps.shape[1:]), np.float16)
    scores[has_input], maps[has_input] = found_scores, found_maps
    return ScoredStudy(
        key=case.key,
        origin=case.origin,
        group=case.group,
        kind=case.kind,
        network=networks.identity_for(case.origin),
        scores=scores,
        maps=maps,
        frames=case.frames,
        slice_targets=case.slice_targets,
        study_targets=case.study_targets,
        spacing_mm=case.spacing_mm,
        pixel_mm=case.pixel_mm,
    )


WORDS = ("key", "origin", "group", "kind", "network")
ARRAYS = ("scores", "maps", "slice_targets", "study_targets")


def _write(path: Path, study: ScoredStudy) -> None:
    geometry = [(np.nan,) * 4 if frame is None else (frame.zoom, *frame.shift, frame.size) for frame in study.frames]
    spacings = [np.nan if value is None else value for value in (study.spacing_mm, study.pixel_mm)]
    text = io.BytesIO()
    np.savez_compressed(
        text,
        words=np.array([getattr(study, name) for name in WORDS]),
        geometry=np.array(geometry),
        spacings=np.array(spacings),
        **{name: getattr(study, name) for name in ARRAYS},
    )
    write_atomically(path, lambda temporary: temporary.write_bytes(text.getvalue()))


def _read(path: Path) -> ScoredStudy | None:
    """Read a study that was scored; None where it was not, or where the file is none of ours."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            values = {name: kept[name] for name in kept.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
    spacing_mm, pixel_mm = (None if np.isnan(value) else float(value) for value in values["spacings"])
    words: dict[str, Any] = dict(zip(WORDS, (str(word) for word in values["words"]), strict=True))
    return ScoredStudy(
        **words,
        **{name: values[name] for name in ARRAYS},
        frames=tuple(
            None if np.isnan(zoom) else Frame(float(zoom), (float(right), float(down)), int(size))
            for zoom, right, down, size in values["geometry"]
        ),
        spacing_mm=spacing_mm,
        pixel_mm=pixel_mm,
    )
