"""Figures of a study head, on scores made by hand."""

import numpy as np
import pytest

from hemoscope.evaluation.study_figures import JudgedStudy, collect_slices, measure_studies, summarize_studies


def judged(number: int, *, bleeds: bool, score: float, highest: float, kind: str = "real", origin: str = "a"):
    """A study of two slices, the first of which bleeds or not; the second is unknown."""
    truths = np.array([bleeds, 0, 0, 0, 0, bleeds], float)
    return JudgedStudy(
        key=f"{origin}/{number}",
        origin=origin,
        group=f"{origin}/{number}",
        kind=kind,
        truths=truths,
        scores=np.full(6, score),
        highest=np.full(6, highest),
        slice_truths=np.stack([truths, np.full(6, -1.0)]),
        slice_scores=np.full((2, 6), score),
        slice_alone=np.full((2, 6), highest),
    )


def studies(**changes):
    """The head ranks all right; the highest score has one of four pairs per positive wrong."""
    rows = [
        (True, 2.0, 3.0),
        (True, 3.0, 2.0),
        (True, 4.0, 1.0),
        (False, 0.0, 2.5),
        (False, 0.5, 0.0),
        (False, 1.0, 0.5),
    ]
    return [judged(n, bleeds=b, score=s, highest=h, **changes) for n, (b, s, h) in enumerate(rows)]


def test_the_head_is_measured_against_the_highest_score_on_the_same_studies():
    figures = measure_studies(studies())
    assert figures["auroc"].value == 1.0
    assert figures["auroc_highest"].value == pytest.approx(7 / 9)
    assert figures["gain"].value == pytest.approx(2 / 9)
    assert figures["gain"].low >= 0
    assert figures["slices_gain"].value == pytest.approx(2 / 9)


def test_slices_that_are_unknown_or_not_scored_are_left_out():
    given = studies()
    given[0].slice_alone[0] = np.nan
    truths, scores, groups = collect_slices(given, 0)
    assert truths.tolist() == [1, 1, 0, 0, 0]
    assert scores[0].tolist() == [3.0, 2.0]
    assert groups[0] == "a/1"
    assert collect_slices([], 0)[1].shape == (0, 2)


def test_parts_are_real_studies_by_origin_and_painted_ones_by_subtype():
    given = [
        *studies(),
        *studies(origin="b", kind="painted subdural")[:3],
        *studies(origin="b", kind="changed")[3:],
    ]
    figures = summarize_studies(given)
    assert set(figures) == {"all", "real", "a", "painted subdural"}
    assert figures["painted subdural"]["auroc"].value == 1.0


def test_too_few_of_a_class_give_no_figure():
    assert measure_studies(studies()[:4]) == {}
    assert measure_studies([]) == {}
