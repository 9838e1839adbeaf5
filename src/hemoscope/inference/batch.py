"""From what a user names to an answer for each input, once: studies where there are studies, else slices."""

import glob
import os
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hemoscope.errors import InputError
from hemoscope.inference.predictor import Examination, Predictor
from hemoscope.inference.study import StudyExamination, examine_study
from hemoscope.reading import FoundStudies, Study, find_images, holds_studies, open_studies, read_slice
from hemoscope.reading.archive import DEFAULT_LIMITS, ArchiveLimits
from hemoscope.records import Slice, SliceResult, Status, slice_key, study_key

Examined = Examination | StudyExamination


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """An input that has no answer yet; it can be examined as long as its files are open.

    Attributes:
        name: What its answer calls it.
        files: What its answer is made from; none where it could not even be read.
        study_uid: (0020,000D) Study Instance UID; None where there is none.
        slices: How many are to be scored.
        examine: Answers.
    """

    name: str
    files: tuple[Path, ...]
    study_uid: str | None
    slices: int
    examine: Callable[[], Examined]


class Batch:
    """Answers for many inputs, each as soon as it is ready.

    Args:
        predictor: What answers.
        done: Keys of the inputs that have an answer already, as `SliceResult.key` and `StudyResult.key` tell them; they
            are passed over.
        on_progress: Called with how many slices are done, and how many are known of so far.
        limits: How much may come out of archives.
    """

    def __init__(
        self,
        predictor: Predictor,
        *,
        done: Container[tuple[str, ...]] = frozenset[tuple[str, ...]](),
        on_progress: Callable[[int, int], None] | None = None,
        limits: ArchiveLimits = DEFAULT_LIMITS,
    ) -> None:
        self._predictor, self._done, self._on_progress, self._limits = predictor, done, on_progress, limits
        self._finished = self._known = 0

    def slices(self, paths: Iterable[str | os.PathLike[str]]) -> Iterator[Examination]:
        """Answer for every picture and DICOM file by itself.

        Args:
            paths: Files.
        """
        todo = [path for path in paths if slice_key(os.fspath(path)) not in self._done]
        self._known += len(todo)
        for path in todo:
            yield self._predictor.examine(path)
            self._advance(1)

    def studies(self, path: str | os.PathLike[str]) -> Iterator[Examined]:
        """Answer for everything in a folder, an archive or a file of many slices.

        DICOM and NIfTI are taken as studies; a study that is a single slice, and a picture, are answered for as slices
        are. A file that looks like an image and cannot be read is answered for as failed.

        Args:
            path: The folder or file.

        Raises:
            HemoscopeError: It cannot be opened.
            InputError: "input.no_images" where it holds nothing to score.
        """
        return (one.examine() for one in self.waiting(path))

    def waiting(self, path: str | os.PathLike[str]) -> Iterator[Waiting]:
        """Give everything that `studies` answers for, before it is scored; see there.

        Each must be examined, or passed over, before the next is asked for.
        """
        with open_studies(path, limits=self._limits) as found:
            if not (found.studies or found.pictures or found.problems):
                raise _nothing_in(path)
            yield from self._loose(found, path)
            yield from self._each(found, path)

    def pass_over(self, one: Waiting) -> None:
        """Count an input as done that has its answer from elsewhere."""
        self._advance(one.slices)

    def _loose(self, found: FoundStudies, path: str | os.PathLike[str]) -> Iterator[Waiting]:
        """Give what belongs to no study, in the order of its names."""
        loose = {_full_name(path, one.input): one.error for one in found.problems}
        pictures = {_full_name(path, one.name): one.path for one in found.pictures}
        self._known += len(pictures)
        for name in sorted({*loose, *pictures}):
            if slice_key(name) in self._done:
                continue
            if name in pictures:
                yield self._slice(name, partial(read_slice, pictures[name]), (pictures[name],))
            else:
                failed = SliceResult(name, Status.FAILED, error=loose[name])
                yield Waiting(name, (), None, 0, partial(Examination, failed))

    def _each(self, found: FoundStudies, path: str | os.PathLike[str]) -> Iterator[Waiting]:
        named = [
            (name, study)
            for name, study in zip(name_studies(found.studies, path), found.studies, strict=True)
            if study_key(name, study.uid) not in self._done and slice_key(name) not in self._done
        ]
        self._known += sum(_count(study) for _, study in named)
        for name, study in named:
            files = tuple(dict.fromkeys(file for series in study.series for file in series.frames.files()))
            if _count(study) == 1 and study.chosen is not None:
                yield self._slice(name, partial(study.chosen.read, 0), files, study.uid)
            else:
                examine = partial(examine_study, self._predictor, study, name=name, on_slices=self._advance)
                yield Waiting(name, files, study.uid, _count(study), examine)

    def _slice(
        self, name: str, read: Callable[[], Slice], files: tuple[Path, ...], study_uid: str | None = None
    ) -> Waiting:
        def examine() -> Examination:
            examined = self._predictor.examine_read(read, name=name)
            self._advance(1)
            return examined

        return Waiting(name, files, study_uid, 1, examine)

    def _advance(self, slices: int) -> None:
        self._finished += slices
        if self._on_progress is not None:
            self._on_progress(self._finished, self._known)


def name_studies(studies: Iterable[Study], path: str | os.PathLike[str]) -> list[str]:
    """Name the studies found in one place, each by a name of its own.

    Args:
        studies: In the order found.
        path: The place, as the user named it.

    Returns:
        The place itself for the only study in it; else the place and the folder or file of each, numbered where two
        have the same.
    """
    studies = list(studies)
    if len(studies) == 1:
        return [os.fspath(path)]
    names: list[str] = []
    for study in studies:
        place = _full_name(path, (study.chosen or study.series[0]).place) if study.series else os.fspath(path)
        again = sum(name == place or name.startswith(f"{place} #") for name in names)
        names.append(f"{place} #{again + 1}" if again else place)
    return names


def _full_name(path: str | os.PathLike[str], below: str) -> str:
    """Name what lies below a place; below a file, names begin with the file's own."""
    return str((Path(path) if Path(path).is_dir() else Path(path).parent) / below)


def _count(study: Study) -> int:
    """Count the slices to score."""
    return 0 if study.chosen is None else len(study.chosen)


def find_inputs(names: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Expand files, folders and glob patterns to files, each once, in the order named.

    Args:
        names: Files are taken as they are; folders give every picture and DICOM file below them; a pattern such as
            "scans/**/*.dcm" gives what it matches.

    Raises:
        InputError: "input.not_found" where a name matches nothing, "input.no_images" where a folder holds none.
    """
    found: dict[Path, None] = {}
    for path in find_places(names):
        found.update(dict.fromkeys(_images_in(path) if path.is_dir() else [path]))
    return list(found)


def find_places(names: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Expand glob patterns; files and folders are taken as they are, each once, in the order named.

    Raises:
        InputError: "input.not_found" where a pattern matches nothing.
    """
    found: dict[Path, None] = {}
    for name in names:
        found.update(dict.fromkeys(_expand(os.fspath(name))))
    return list(found)


def is_place_of_studies(path: Path) -> bool:
    """Whether studies are to be looked for in a place, rather than taking it for one slice."""
    try:
        return holds_studies(path)
    except InputError:  # it is not there, or cannot be opened: its answer says so
        return False


def _images_in(path: Path) -> list[Path]:
    images = find_images(path)
    if not images:
        raise _nothing_in(path)
    return images


def _nothing_in(path: str | os.PathLike[str]) -> InputError:
    return InputError(
        "input.no_images",
        f"Expected pictures, DICOM or NIfTI files in {Path(path).name!r}; found none.",
        "Name a folder that holds PNG, JPEG, TIFF, BMP, DICOM or NIfTI files.",
    )


def _expand(name: str) -> list[Path]:
    path = Path(name)
    if path.exists() or not glob.has_magic(name):
        return [path]
    matches = [Path(match) for match in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207  absolute patterns too
    files = [match for match in matches if match.is_file()]
    if not files:
        raise InputError("input.not_found", f"Nothing matches {name!r}.", "Check the pattern; quote it in a shell.")
    return files
