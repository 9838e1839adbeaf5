"""Where labels speak of studies, studies are judged: each by its highest slice."""

from hemoscope.datasets.load import load_collection
from hemoscope.evaluation.cases import JudgedCase
from hemoscope.evaluation.judge import JudgeSettings
from hemoscope.inference.evaluate import EvaluationSettings, evaluate
from hemoscope.inference.judged import cases_of, labels_of_cases, notices_of
from hemoscope.inference.seen import SeenPolicy
from hemoscope.records import ErrorReport, Status


def answer(item, probability):
    if probability is None:
        error = ErrorReport("gate.no_head", "", "")
        return JudgedCase(item.key, item.label, item.group, Status.REFUSED, None, error)
    return JudgedCase(item.key, item.label, item.group, Status.SCORED, probability)


def test_a_study_has_the_answer_of_its_highest_slice(cq500):
    collection = load_collection(cq500)
    scored = [answer(item, index % 9 / 10) for index, item in enumerate(collection)]
    found = cases_of(collection, scored)
    assert [(case.key, case.label, case.probability) for case, _ in found] == [
        ("CQ500-CT-0", 1, 0.8),
        ("CQ500-CT-1", 0, 0.8),
        ("CQ500-CT-2", 1, 0.8),
        ("CQ500-CT-3", 0, 0.8),
    ]
    assert all(item.place.position == 40.0 for _, item in found)
    assert labels_of_cases(collection) == [1, 0, 1, 0]


def test_a_study_without_a_scored_slice_is_unanswered_and_dropped_ones_are_gone(cq500):
    collection = load_collection(cq500)
    scored = [answer(item, None if item.group == "CQ500-CT-0" else 0.5) for item in collection]
    kept = [case for case in scored if case.group != "CQ500-CT-1"]
    found = cases_of(collection, kept)
    assert [(case.key, case.status) for case, _ in found] == [
        ("CQ500-CT-0", Status.REFUSED),
        ("CQ500-CT-2", Status.SCORED),
        ("CQ500-CT-3", Status.SCORED),
    ]
    codes = [notice.code for notice in notices_of(collection, scored)]
    assert codes == ["evaluation.highest_slice", "evaluation.slices_not_scored"]
    assert notices_of(collection, scored)[1].message == "Slices of studies without a score: gate.no_head 9."


def test_slices_with_labels_of_their_own_are_judged_themselves(rsna):
    collection = load_collection(rsna)
    scored = [answer(item, 0.5) for item in collection]
    assert tuple(case for case, _ in cases_of(collection, scored)) == tuple(scored)
    assert notices_of(collection, scored) == ()


def test_cq500_is_evaluated_by_study(cq500):
    settings = EvaluationSettings(judge=JudgeSettings(draws=100), seen=SeenPolicy.KEEP, examples=2)
    found = evaluate(None, cq500, settings=settings)
    assert found.collection.size_in_words == "4 studies (36 slices)"
    assert (found.collection.positives, found.collection.groups) == (2, 4)
    assert len(found.judgement.cases) == 4
    assert found.collection.notices[-1].code == "evaluation.highest_slice"
    assert all(example.image.pixels.shape == (128, 128) for example in (*found.misses, *found.false_alarms))
