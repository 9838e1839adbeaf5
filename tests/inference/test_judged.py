"""Where labels speak of studies, studies are judged: by the study head, or each by its highest slice without one."""

from dataclasses import replace

import numpy as np
import pytest

from hemoscope.datasets.load import load_collection
from hemoscope.evaluation.cases import JudgedCase
from hemoscope.evaluation.judge import JudgeSettings
from hemoscope.evaluation.report import SeenCase, SeenCheck, SeenStatus
from hemoscope.inference.evaluate import EvaluationSettings, evaluate, unseen_of
from hemoscope.inference.judged import (
    JUDGED_BY_SLICE,
    labels_of_cases,
    notices_of_both,
    point_for,
    points_for,
    score_judged,
    take_highest_slices,
)
from hemoscope.inference.labelled import ScoredCollection, fingerprint_of, join_fingerprints
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.seen import SeenPolicy
from hemoscope.records import ErrorReport, Notice, Status

from .bundles import STUDY_POINTS, bundle_with, bundle_with_head


@pytest.fixture(scope="module")
def headed(tmp_path_factory):
    return bundle_with_head(tmp_path_factory.mktemp("bundles") / "headed")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return bundle_with(tmp_path_factory.mktemp("bundles") / "plain", None)


def answer(item, probability):
    if probability is None:
        error = ErrorReport("gate.no_head", "", "")
        return JudgedCase(item.key, item.label, item.group, Status.REFUSED, None, error)
    return JudgedCase(item.key, item.label, item.group, Status.SCORED, probability)


def answered(collection, probabilities):
    cases = tuple(answer(item, probability) for item, probability in zip(collection, probabilities, strict=True))
    prints = join_fingerprints(fingerprint_of(item, None) for item in collection)
    return ScoredCollection(cases, collection.items, prints)


def test_a_study_has_the_answer_of_its_highest_slice(cq500):
    collection = load_collection(cq500)
    found = take_highest_slices(collection, answered(collection, [index % 9 / 10 for index in range(36)]))
    assert [(case.key, case.label, case.probability) for case in found.cases] == [
        ("CQ500-CT-0", 1, 0.8),
        ("CQ500-CT-1", 0, 0.8),
        ("CQ500-CT-2", 1, 0.8),
        ("CQ500-CT-3", 0, 0.8),
    ]
    assert all(item.place.position == 40.0 for item in found.shown)
    assert [item.place.study for item in found.slice_of.values()] == list(found.slice_of)
    assert found.notices == (JUDGED_BY_SLICE,)
    assert labels_of_cases(collection) == [1, 0, 1, 0]


def test_a_study_without_a_scored_slice_is_unanswered_and_dropped_ones_are_gone(cq500):
    collection = load_collection(cq500)
    probabilities = [None if item.group == "CQ500-CT-0" else 0.5 for item in collection]
    found = take_highest_slices(collection, answered(collection, probabilities))
    seen = SeenCase(collection.items[9].key, "CQ500-CT-1", "same file", 1.0)
    kept = unseen_of(found.cases, (SeenCheck(SeenStatus.FOUND, 1, True, (seen,), were_dropped=True),))
    assert [(case.key, case.status) for case in kept] == [
        ("CQ500-CT-0", Status.REFUSED),
        ("CQ500-CT-2", Status.SCORED),
        ("CQ500-CT-3", Status.SCORED),
    ]
    assert [notice.code for notice in found.notices] == ["evaluation.highest_slice", "evaluation.slices_not_scored"]
    assert found.notices[1].message == "Slices of studies without a score: gate.no_head 9."


def test_slices_with_labels_of_their_own_are_judged_themselves_also_with_a_study_head(rsna, headed):
    collection, predictor = load_collection(rsna), Predictor(headed)
    found = score_judged(predictor, collection)
    assert [case.key for case in found.cases] == [item.key for item in collection]
    assert (found.shown, found.notices) == (collection.items, ())
    assert point_for(predictor, collection) == predictor.operating_point
    assert points_for(predictor.bundle, collection) == predictor.bundle.operating_points


def test_studies_are_decided_on_at_the_points_of_studies_where_there_is_a_head(cq500, headed, plain):
    collection = load_collection(cq500)
    predictor, without = Predictor(headed, operating_point="rule-in"), Predictor(plain)
    assert tuple(points_for(predictor.bundle, collection).values()) == STUDY_POINTS
    assert point_for(predictor, collection) == STUDY_POINTS[2]
    assert point_for(without, collection) == without.bundle.operating_points["balanced"]


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
def test_bundles_that_judge_studies_each_in_its_own_way_are_told_apart(cq500, places):
    collection = load_collection(cq500)
    by_slice = take_highest_slices(collection, answered(collection, [0.5] * 36))
    lost = Notice("evaluation.slices_not_scored", "Slices of studies without a score: gate.no_head 1.")
    by_head = replace(by_slice, notices=(lost,))
    told = notices_of_both([(by_head, by_slice)[place] for place in places])
    names = np.array(["first", "second"])[list(places)]
    assert told[0].code == "evaluation.judged_differently"
    assert told[0].message == (
        f"Studies were judged by the {names[0]} bundle's study head; the {names[1]} has none: by their highest slice."
    )
    assert told[1:] == (lost,)
    assert notices_of_both([by_slice, by_slice]) == (JUDGED_BY_SLICE,)
    assert notices_of_both([by_head, by_head]) == (lost,)


def test_cq500_is_evaluated_by_study(cq500, plain):
    settings = EvaluationSettings(judge=JudgeSettings(draws=100), seen=SeenPolicy.KEEP, examples=2)
    found = evaluate(plain, cq500, settings=settings)
    assert found.collection.size_in_words == "4 studies (36 slices)"
    assert (found.collection.positives, found.collection.groups) == (2, 4)
    assert len(found.judgement.cases) == 4
    assert found.collection.notices[-1].code == "evaluation.highest_slice"
    assert all(example.shown.image.pixels.shape == (128, 128) for example in (*found.misses, *found.false_alarms))
