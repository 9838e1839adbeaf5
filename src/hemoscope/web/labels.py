"""Verdicts as a table of labels: what readers said becomes what the next evaluation is held against."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from hemoscope.explanation.kept import KeptAnswer
from hemoscope.store.records import StoredAnswer, Verdict
from hemoscope.terms import SUBTYPES

COLUMNS = ("path", "label", "group", "study", "level", "frame", "position", *SUBTYPES, "opinion", "reader", "given_at")


def labels_csv(said: Iterable[tuple[Verdict, StoredAnswer | None]], *, folder: Path) -> str:
    """Write the last verdict on each study as a table that `hemoscope evaluate` takes, a line for each slice.

    A study that was sent twice is one study, and its last verdict counts. One without a clear label, or without pixels,
    cannot be evaluated, so it is left out.

    Args:
        said: Verdicts with the answer that each is of.
        folder: Of the service; paths count from it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for verdict, answer in _last_of_each(said):
        if verdict.has_hemorrhage is None or answer.folder is None:
            continue
        for line in _lines(verdict, KeptAnswer(answer.folder), folder):
            writer.writerow(line)
    return out.getvalue()


def _last_of_each(said: Iterable[tuple[Verdict, StoredAnswer | None]]) -> list[tuple[Verdict, StoredAnswer]]:
    """Keep the last verdict on each study, whoever sent it and however often, in the order of what was kept."""
    last: dict[str, tuple[Verdict, StoredAnswer]] = {}
    for verdict, answer in said:
        if answer is None:
            continue
        study = answer.study_id or verdict.submission_id
        if study not in last or last[study][0].given_at < verdict.given_at:
            last[study] = verdict, answer
    return list(last.values())


def _lines(verdict: Verdict, kept: KeptAnswer, folder: Path) -> Iterable[list[str]]:
    geometry = kept.geometry()
    if geometry is None or not kept.volume.is_file():
        return
    label = int(bool(verdict.has_hemorrhage))
    path = kept.volume.relative_to(folder).as_posix()
    subtypes = [_subtype(verdict, name) for name in SUBTYPES]
    for frame, one in enumerate(geometry["slices"]):
        position = one["position_mm"]
        yield [
            path,
            str(label),
            verdict.submission_id,
            verdict.submission_id,
            "study",
            str(frame),
            "" if position is None else f"{position:.4f}",
            *subtypes,
            str(verdict.opinion),
            verdict.reader,
            verdict.given_at.isoformat(timespec="seconds"),
        ]


def _subtype(verdict: Verdict, name: str) -> str:
    """Return 1 or 0 where the reader named subtypes, 0 without hemorrhage, and nothing where nobody said."""
    if not verdict.has_hemorrhage:
        return "0"
    return ("1" if name in verdict.subtypes else "0") if verdict.subtypes else ""
