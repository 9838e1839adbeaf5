"""A submission to the RSNA 2019 challenge: six probabilities for each image of the competition's sample.

What is scored is kept beside the file as it comes, in OUT.part, so that a run that was stopped goes on.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemoscope.datasets.rsna import COLUMNS, NAME, Targets, read_probabilities, read_targets, row_id
from hemoscope.errors import BundleError, InputError
from hemoscope.evaluation.challenge import weighted_log_loss
from hemoscope.inference.predictor import Predictor
from hemoscope.records import SliceResult, Status
from hemoscope.terms import SUBTYPES, Label
from hemoscope.writing.atomic import write_text

SAMPLE = "stage_2_sample_submission.csv"
FOLDERS = ("stage_2_test", "stage_2_train")
"""Where an image may lie: those of the training part are for whoever holds some of them out."""
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of the images of a sample.

    Attributes:
        probabilities: Six for each image, in the order of `Label`; the images in the order of the sample.
        unanswered: How many kept the sample's value, by the code of the reason.
        failed: How many of them could not be read.
    """

    probabilities: Mapping[str, Targets]
    unanswered: Mapping[str, int]
    failed: int


def write_submission(
    bundle: str | os.PathLike[str] | None,
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    sample: str | os.PathLike[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Submission:
    """Score every image of the competition's sample, and write the file that it takes.

    An image that was refused or could not be read keeps the value that the sample has for it, which is 0.5: nothing is
    known of it.

    Args:
        bundle: Folder of a model bundle that tells subtypes; None is the shipped one.
        data: The folder of the competition.
        out: The CSV to write or replace, whole: ID and Label, six rows to an image.
        sample: Another table of the images to answer for; the competition's unless given.
        on_progress: Called with how many images are scored and how many there are.

    Raises:
        InputError: "input.not_found" where the folder holds no sample.
        BundleError: "submission.no_subtypes" where the bundle tells any hemorrhage alone, or it cannot be used.
        DatasetError: The sample cannot be read.
    """
    folder, target = _folder_of(Path(data)), Path(out)
    asked = read_probabilities(Path(sample) if sample is not None else folder / SAMPLE)
    predictor = Predictor(bundle)
    if set(predictor.bundle.subtype_calibration) != set(SUBTYPES):
        raise BundleError(
            "submission.no_subtypes",
            "Expected a network that scores any hemorrhage and the five subtypes; this one does not tell subtypes.",
            "Name a bundle of map-net, such as the word shipped.",
        )
    part = target.with_name(target.name + ".part")
    answers = dict(_kept(part, predictor.bundle.hash))
    missing = [name for name in asked if name not in answers]
    for start in range(0, len(missing), _AT_ONCE):
        block = missing[start : start + _AT_ONCE]
        found = {name: _answer(predictor.predict(_path_of(folder, name))) for name in block}
        _keep(part, found)
        answers.update(found)
        if on_progress is not None:
            on_progress(len(asked) - len(missing) + start + len(block), len(asked))
    values = {name: answers[name].probabilities or sampled for name, sampled in asked.items()}
    write_text(target, _as_text(values))
    part.unlink(missing_ok=True)
    lost = [answers[name] for name in asked if answers[name].probabilities is None]
    return Submission(values, Counter(answer.code for answer in lost), sum(answer.has_failed for answer in lost))


def score_submission(submission: Mapping[str, Targets], labels: str | os.PathLike[str]) -> tuple[float, int]:
    """Return the challenge's loss of a submission, and on how many images.

    Args:
        submission: As `Submission.probabilities` or `read_probabilities` give them.
        labels: Table in the form of `stage_2_train.csv`; images that stand in one of the two alone are left out.

    Raises:
        DatasetError: The table cannot be read, or "metric.lengths" where it names none of the images.
    """
    truth, _ = read_targets(Path(labels))
    both = [name for name in submission if name in truth]
    rows = [np.array([table[name] for name in both]).reshape(-1, len(Label)) for table in (truth, submission)]
    return weighted_log_loss(rows[0], rows[1]), len(both)


def _folder_of(data: Path) -> Path:
    found = next((place for place in (data, data / NAME) if (place / SAMPLE).is_file()), None)
    if found is None:
        raise InputError(
            "input.not_found", f"There is no {SAMPLE} in {data.name!r}.", "Name the folder of the competition."
        )
    return found


def _path_of(folder: Path, name: str) -> Path:
    paths = [folder / part / f"{name}.dcm" for part in FOLDERS]
    return next((path for path in paths if path.is_file()), paths[0])


@dataclass(frozen=True, slots=True)
class _Answer:
    """The six probabilities of an image, or the code of why there are none and whether it could not be read."""

    probabilities: Targets | None
    code: str = ""
    has_failed: bool = False


def _answer(result: SliceResult) -> _Answer:
    if result.probability is None or result.subtypes is None:
        code = "" if result.error is None else result.error.code
        return _Answer(None, code, has_failed=result.status is Status.FAILED)
    subtypes = result.subtypes
    return _Answer((result.probability, *(float(subtypes[label]) for label in SUBTYPES)))


def _as_text(values: Mapping[str, Targets]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for name, probabilities in values.items():
        table.writerows((row_id(name, label), repr(p)) for label, p in zip(Label, probabilities, strict=True))
    return text.getvalue()


def _kept(part: Path, bundle: str) -> Iterator[tuple[str, _Answer]]:
    """Read what an earlier run has scored with the same bundle; start anew where it was another."""
    lines = part.read_text(encoding="utf-8").splitlines(keepends=True) if part.is_file() else []
    if not lines or lines[0] != f"{bundle}\n":
        write_text(part, f"{bundle}\n")
        return
    whole = [line for line in lines[1:] if line.endswith("\n")]
    write_text(part, "".join([lines[0], *whole]))
    for cells in csv.reader(whole):
        if len(cells) == len(Label) + 1:
            yield cells[0], _Answer(tuple(float(cell) for cell in cells[1:]))
        else:
            yield cells[0], _Answer(None, cells[1], has_failed=cells[2] == "failed")


def _keep(part: Path, found: Mapping[str, _Answer]) -> None:
    with part.open("a", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        for name, answer in found.items():
            reason = (answer.code, "failed" if answer.has_failed else "refused")
            table.writerow([name, *(reason if answer.probabilities is None else map(repr, answer.probabilities))])
