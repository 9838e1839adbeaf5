"""A folder of DICOM in, one without patients out: every file told of, none that still names somebody written."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import CTImageStorage

from hemoscope.deidentification.key import Key
from hemoscope.deidentification.letters import declared_letters, seen_letters
from hemoscope.deidentification.profile import Dates, actions, deidentify, is_well_known
from hemoscope.deidentification.remaining import Remaining, find_remaining
from hemoscope.errors import HemoscopeError, InputError, ReadingError
from hemoscope.reading.archive import Workspace
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.reading.scan import Kind, Scan, Source
from hemoscope.records import ErrorReport, Notice
from hemoscope.writing.atomic import write_atomically


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is done with files.

    Attributes:
        key: Makes what takes the place of identifiers.
        dates: What becomes of dates.
        keeps_flagged: Whether images with something written in their pixels are written all the same.
    """

    key: Key
    dates: Dates = Dates.REMOVE
    keeps_flagged: bool = False


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one file.

    Attributes:
        input: Its path below what was named.
        output: Its path below the output, by new UIDs; None where it was not written.
        flagged: Something is, or may be, written in its pixels; None where nothing was found.
        remaining: What was still there, so that it was not written.
        error: Why it was not written; None where it was.
    """

    input: str
    output: str | None = None
    flagged: Notice | None = None
    remaining: tuple[Remaining, ...] = ()
    error: ErrorReport | None = None


def deidentify_files(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    how: Outcome,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[Handled]:
    """De-identify every DICOM file of a folder, an archive or a single file, one after another.

    A file goes to OUT/patient/study/series/instance.dcm, all by new names, so that their order tells nothing. What
    cannot be read, is no image, still names somebody, or has something written in its pixels is not written.

    Args:
        path: What to read.
        out: Folder to write to; made.
        how: With which key, and how strictly.
        on_progress: Called with how many files are done, and how many there are.

    Yields:
        What became of each file, files that are no DICOM left out.

    Raises:
        InputError: There is no such place, "deidentify.same_place" where `out` lies in it or is it, or
            "output.cannot_write".
        MissingExtraError: dicom-anonymizer is not installed.
    """
    actions()
    _require_other_place(Path(path), Path(out))
    with TemporaryDirectory(prefix="hemoscope-") as unpacked:
        scan = Scan(Workspace(Path(unpacked)))
        scan.add_place(path)
        files = [source for source in scan.sources if source.kind is Kind.DICOM]
        total = len(files) + len(scan.problems)
        for done, source in enumerate(files, start=1):
            yield _handle(source, Path(out), how)
            if on_progress is not None:
                on_progress(done, total)
        for problem in scan.problems:
            yield Handled(problem.input, error=problem.error)


def _handle(source: Source, out: Path, how: Outcome) -> Handled:
    try:
        with quiet_libraries():
            return _deidentified(source, out, how)
    except HemoscopeError as error:
        return Handled(source.name, error=ErrorReport.of(error))
    except OSError as error:
        raise InputError(
            "output.cannot_write", f"{out.name!r} cannot be written: {error.strerror}.", "Name another folder."
        ) from error
    except Exception as error:  # damaged headers make pydicom raise nearly anything, at any attribute
        return Handled(source.name, error=ErrorReport.of(_damaged(source, error)))


def _deidentified(source: Source, out: Path, how: Outcome) -> Handled:
    dataset = _read(source)
    flagged = declared_letters(dataset) or _seen(dataset)
    made = deidentify(dataset, key=how.key, dates=how.dates)
    remaining = find_remaining(made, dataset)
    if remaining:
        return Handled(source.name, flagged=flagged, remaining=remaining, error=_remains(source, remaining))
    if flagged is not None and not how.keeps_flagged:
        return Handled(source.name, flagged=flagged, error=_withheld(source, flagged))
    place = _place(made)
    write_atomically(out / place, partial(made.save_as, enforce_file_format=True))
    return Handled(source.name, output=place.as_posix(), flagged=flagged)


def _read(source: Source) -> Dataset:
    try:
        dataset = dcmread(source.path)
    except (InvalidDicomError, EOFError) as error:
        raise _damaged(source, error) from error
    if "SOPClassUID" not in dataset and str(dataset.get("Modality", "")) == "CT":
        dataset.SOPClassUID = CTImageStorage  # research sets leave it out
    has_pixels = any(keyword in dataset for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))
    if not has_pixels or not is_well_known(str(dataset.get("SOPClassUID", ""))):
        raise ReadingError(
            "deidentify.not_an_image",
            f"{source.name!r} is no image of a kind that the standard knows: reports and private objects may name "
            "somebody anywhere.",
            "Leave it out.",
        )
    return dataset


def _seen(dataset: Dataset) -> Notice | None:
    """Look at the pixels; those that cannot be looked at count as written on."""
    try:
        pixels: Any = dataset.pixel_array
    except Exception:  # each decoder has its own errors
        return Notice("deidentify.burnt_in", "The pixels cannot be decoded, so that nobody looked at them.")
    return seen_letters(pixels[..., 0] if pixels.ndim > 2 and pixels.shape[-1] == 3 else pixels)


def _place(made: Dataset) -> Path:
    """By new UIDs alone: they are digits and dots."""
    names = [
        made.get(keyword, "none") or "none" for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    ]
    return Path(str(made.PatientID), str(names[0]), str(names[1]), f"{names[2]}.dcm")


def _remains(source: Source, remaining: tuple[Remaining, ...]) -> ErrorReport:
    more = f", and {len(remaining) - 1} more" if remaining[1:] else ""
    return ErrorReport(
        "deidentify.remains",
        f"{source.name!r} would still tell of the patient: {remaining[0].place} {remaining[0].reason}{more}.",
        "Look at the file; remove the attribute, and try again.",
    )


def _withheld(source: Source, flagged: Notice) -> ErrorReport:
    return ErrorReport(
        flagged.code,
        f"{source.name!r} is withheld. {flagged.message}",
        "Look at it; where nobody is named, pass --keep-flagged.",
    )


def _damaged(source: Source, error: Exception) -> ReadingError:
    return ReadingError(
        "deidentify.unreadable",
        f"{source.name!r} cannot be read as DICOM ({type(error).__name__}).",
        "Fetch the file again.",
    )


def _require_other_place(path: Path, out: Path) -> None:
    inside, outside = path.resolve(), out.resolve()
    if outside == inside or inside in outside.parents:
        raise InputError(
            "deidentify.same_place",
            "The output lies within what is to be de-identified.",
            "Name a folder elsewhere: both must not mix.",
        )
