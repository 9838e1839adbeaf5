"""Verdicts as labels."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

from hemoscope.records import Status
from hemoscope.store.records import Opinion, StoredAnswer, Verdict
from hemoscope.terms import Label
from hemoscope.web.labels import labels_csv

AT = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


def answer(folder, name, *, slices=2, study=None):
    kept = folder / "results" / name
    kept.mkdir(parents=True)
    (kept / "volume.nii.gz").write_bytes(b"x")
    told = {"slices": [{"position_mm": 5.0 * number} for number in range(slices)]}
    (kept / "geometry.json").write_text(json.dumps(told))
    return StoredAnswer(Status.SCORED, study_id=study, folder=kept)


def verdict(study, *, sees, subtypes=(), at=AT):
    return Verdict("v", study, "room 2", at, Opinion.AGREE, sees, "because", subtypes, "1")


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_every_slice_that_was_shown_is_a_line_with_the_readers_label(tmp_path):
    said = [
        (verdict("s1", sees=True, subtypes=(Label.SUBDURAL,)), answer(tmp_path, "r1")),
        (verdict("s2", sees=False), answer(tmp_path, "r2", slices=1)),
        (verdict("s3", sees=True), answer(tmp_path, "r3", slices=1)),
    ]
    found = rows(labels_csv(said, folder=tmp_path))
    assert [(row["path"], row["label"], row["frame"], row["study"], row["level"]) for row in found] == [
        ("results/r1/volume.nii.gz", "1", "0", "s1", "study"),
        ("results/r1/volume.nii.gz", "1", "1", "s1", "study"),
        ("results/r2/volume.nii.gz", "0", "0", "s2", "study"),
        ("results/r3/volume.nii.gz", "1", "0", "s3", "study"),
    ]
    assert [row["position"] for row in found] == ["0.0000", "5.0000", "0.0000", "0.0000"]
    assert [row["subdural"] for row in found] == ["1", "1", "0", ""]
    assert [row["epidural"] for row in found] == ["0", "0", "0", ""]


def test_what_cannot_be_evaluated_is_left_out(tmp_path):
    gone = answer(tmp_path, "gone")
    (gone.folder / "volume.nii.gz").unlink()
    said = [
        (verdict("unclear", sees=None), answer(tmp_path, "r1")),
        (verdict("gone", sees=True), gone),
        (verdict("none", sees=True), StoredAnswer(Status.FAILED)),
        (verdict("nothing", sees=True), None),
    ]
    assert rows(labels_csv(said, folder=tmp_path)) == []


def test_a_study_that_was_sent_twice_is_told_once_by_its_last_verdict(tmp_path):
    kept = answer(tmp_path, "r1", slices=1, study="a" * 32)
    said = [
        (verdict("first", sees=True, at=AT + timedelta(hours=1)), kept),
        (verdict("again", sees=False), kept),
        (verdict("other", sees=False), answer(tmp_path, "r2", slices=1, study="b" * 32)),
    ]
    found = rows(labels_csv(said, folder=tmp_path))
    assert [(row["path"], row["label"], row["study"]) for row in found] == [
        ("results/r1/volume.nii.gz", "1", "first"),
        ("results/r2/volume.nii.gz", "0", "other"),
    ]
