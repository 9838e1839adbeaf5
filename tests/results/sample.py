"""Results of every kind, and strategies that draw them."""

from hypothesis import strategies as st

from hemoscope.records import (
    Decision,
    ErrorReport,
    Interval,
    Notice,
    OperatingPoint,
    SeriesChoice,
    SliceOfStudy,
    SliceResult,
    Status,
    StudyResult,
)
from hemoscope.terms import SUBTYPES, Label

POINT = OperatingPoint("balanced", 0.4, "the largest sensitivity + specificity", "40 slices")
POSITIVE = SliceResult(
    input="scans/head <1>.png",
    status=Status.SCORED,
    probability=0.873,
    decision=Decision.POSITIVE,
    operating_point=POINT,
    warnings=(Notice("picture.hu_unknown", "The picture's window is unknown."),),
)
NEGATIVE = SliceResult(
    input="b.dcm",
    status=Status.SCORED,
    probability=0.05,
    decision=Decision.NEGATIVE,
    operating_point=POINT,
    subtypes={Label.SUBDURAL: 0.04, Label.EPIDURAL: 0.01},
)
REFUSED = SliceResult(
    input="knee.png", status=Status.REFUSED, error=ErrorReport("gate.no_head", "Found no skull.", "Choose a head.")
)
FAILED = SliceResult(
    input="=1+1.png", status=Status.FAILED, error=ErrorReport("read.empty", "It has no bytes.", "Fetch it again.")
)
BAND = OperatingPoint("abstain", 0.8, "ruling out and in", "40 slices", uncertain_from=0.1)
UNCERTAIN = SliceResult(
    input="c.dcm", status=Status.SCORED, probability=0.45, decision=Decision.UNCERTAIN, operating_point=BAND
)
RULED_OUT = SliceResult(
    input="d.dcm", status=Status.SCORED, probability=0.05, decision=Decision.NEGATIVE, operating_point=BAND
)
RULED_IN = SliceResult(
    input="e.dcm", status=Status.SCORED, probability=0.9, decision=Decision.POSITIVE, operating_point=BAND
)
ALL = (POSITIVE, NEGATIVE, REFUSED, FAILED)
MODEL = {
    "name": "seed-cnn",
    "version": "0.1.0",
    "bundle_sha256": "0" * 64,
    "preparation_hash": "0" * 16,
    "labels": ["any"],
    "operating_points": [],
    "trained_on": "drawn",
}

texts = st.text(max_size=20)
shares = st.floats(0, 1)
reached = st.none() | st.builds(Interval, shares, shares, shares)
points = st.builds(OperatingPoint, texts, shares, texts, texts, reached, reached, st.none() | shares)
notices = st.lists(st.builds(Notice, texts, texts), max_size=3).map(tuple)
scored = st.builds(
    SliceResult,
    input=texts,
    status=st.just(Status.SCORED),
    probability=shares,
    decision=st.sampled_from(Decision),
    operating_point=points,
    subtypes=st.none() | st.dictionaries(st.sampled_from(SUBTYPES), shares, min_size=1),
    warnings=notices,
)
unanswered = st.builds(
    SliceResult,
    input=texts,
    status=st.sampled_from([Status.REFUSED, Status.FAILED]),
    warnings=notices,
    error=st.builds(ErrorReport, texts, texts, texts),
)

labels = st.sampled_from(SUBTYPES)
numbers = st.floats(-1e6, 1e6)
series = st.builds(
    SeriesChoice,
    uid=st.none() | texts,
    name=texts,
    reason=texts,
    passed_over=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
    spacing_mm=st.none() | numbers,
    pixel_spacing_mm=st.none() | st.tuples(numbers, numbers),
    tilt_degrees=st.none() | numbers,
)
scored_slices = st.builds(
    SliceOfStudy,
    name=texts,
    instance_uid=st.none() | texts,
    position_mm=st.none() | numbers,
    section=st.integers(0, 500),
    status=st.just(Status.SCORED),
    probability=shares,
    subtypes=st.none() | st.dictionaries(labels, shares, min_size=1),
    warnings=notices,
)
other_slices = st.builds(
    SliceOfStudy,
    name=texts,
    instance_uid=st.none() | texts,
    position_mm=st.none() | numbers,
    section=st.integers(0, 500),
    status=st.sampled_from([Status.REFUSED, Status.FAILED]),
    warnings=notices,
    error=st.builds(ErrorReport, texts, texts, texts),
)
scored_studies = st.builds(
    StudyResult,
    input=texts,
    study_uid=st.none() | texts,
    status=st.just(Status.SCORED),
    series=series,
    probability=shares,
    decision=st.sampled_from(Decision),
    operating_point=points,
    subtypes=st.none() | st.dictionaries(labels, shares, min_size=1),
    volumes_ml=st.none() | st.dictionaries(labels, st.floats(0, 1e4), min_size=1),
    slices=st.lists(scored_slices | other_slices, min_size=1, max_size=3).map(tuple),
    key_slices=st.lists(st.integers(0, 500), min_size=1, max_size=3).map(tuple),
    warnings=notices,
)
other_studies = st.builds(
    StudyResult,
    input=texts,
    study_uid=st.none() | texts,
    status=st.sampled_from([Status.REFUSED, Status.FAILED]),
    series=st.none() | series,
    slices=st.lists(other_slices, max_size=2).map(tuple),
    warnings=notices,
    error=st.builds(ErrorReport, texts, texts, texts),
)
STUDY = StudyResult(
    input="scans/study",
    study_uid="1.2.3",
    status=Status.SCORED,
    series=SeriesChoice(
        "1.2.3.4", "axial", "It is the only axial series.", (("scout", "It is a localizer."),), 5.0, (0.5, 0.5), 8.5
    ),
    probability=0.9,
    decision=Decision.POSITIVE,
    operating_point=POINT,
    subtypes={Label.SUBDURAL: 0.8},
    volumes_ml={Label.ANY: 12.5, Label.SUBDURAL: 12.5},
    slices=(
        SliceOfStudy("a.dcm", "1.2.3.4.1", -5.0, 0, Status.SCORED, 0.1, {Label.SUBDURAL: 0.05}),
        SliceOfStudy("b.dcm", "1.2.3.4.2", 0.0, 1, Status.SCORED, 0.95, {Label.SUBDURAL: 0.9}),
        SliceOfStudy(
            "c.dcm",
            None,
            5.0,
            2,
            Status.FAILED,
            error=ErrorReport("dicom.truncated", "It ends early.", "Fetch it again."),
        ),
    ),
    key_slices=(1,),
    warnings=(Notice("series.gap", "A slice is missing near z = 10 mm."),),
)
REFUSED_STUDY = StudyResult(
    input="scans/knee",
    study_uid=None,
    status=Status.REFUSED,
    error=ErrorReport("study.no_brain", "Found no brain.", "Choose a head."),
)
