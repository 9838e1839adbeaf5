"""Results of every kind, and strategies that draw them."""

from hypothesis import strategies as st

from hemoscope.records import Decision, ErrorReport, Interval, Notice, OperatingPoint, SliceResult, Status
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
