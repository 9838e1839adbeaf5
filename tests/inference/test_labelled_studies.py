"""A study head judges labelled studies as it judges studies from anywhere, and every slice is still looked for."""

from dataclasses import replace

import numpy as np
import pytest

from hemoscope.datasets.audit.fingerprints import UNKNOWN, Fingerprints
from hemoscope.datasets.items import Collection, Item, Level, Place
from hemoscope.datasets.load import load_collection
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.errors import BundleError
from hemoscope.evaluation.judge import JudgeSettings
from hemoscope.inference.compare import compare
from hemoscope.inference.engine import Engine, StudyEngine
from hemoscope.inference.evaluate import EvaluationSettings, evaluate
from hemoscope.inference.labelled import score_labelled
from hemoscope.inference.labelled_studies import score_studies
from hemoscope.inference.predictor import Predictor
from hemoscope.inference.seen import SeenPolicy
from hemoscope.models.sequence import describe_slices
from hemoscope.preparation.canonical import prepare_and_check
from hemoscope.records import Status
from hemoscope.writing.dicom import write_series

from .bundles import (
    SLICE_SLOPE,
    STUDY_INTERCEPT,
    STUDY_POINTS,
    STUDY_SLOPE,
    bundle_with,
    bundle_with_head,
    only,
)

QUICK = EvaluationSettings(judge=JudgeSettings(draws=100), examples=4)


@pytest.fixture(scope="module")
def headed(tmp_path_factory):
    return bundle_with_head(tmp_path_factory.mktemp("bundles") / "headed")


@pytest.fixture(scope="module")
def collection(cq500):
    return load_collection(cq500)


@pytest.fixture(scope="module")
def scored(headed, collection):
    return score_studies(Predictor(headed), collection)


def thin_study(folder):
    """Twenty slices 1.25 mm apart, as a collection of one study, in any order."""
    phantom = make_phantom(PhantomSettings(size=96, slices=20, spacing_mm=2.4, thickness_mm=1.25, seed=5))
    paths = write_series(phantom.hu, folder, spacing=phantom.spacing, name="thin")
    order = np.random.default_rng(0).permutation(20)
    items = [Item(paths[z].name, paths[z], 0, "one", place=Place("one", position=1.25 * z)) for z in order]
    return Collection("thin", "a test", tuple(items), level=Level.STUDY)


def by_hand(predictor, study):
    """Join a study's slices with nothing of what is tested."""
    bundle, engine, head = predictor.bundle, Engine(predictor.bundle, threads=1), StudyEngine(predictor.bundle.study)
    prepared = [prepare_and_check(item.read(), settings=bundle.preparation) for item in study]
    looks = [engine.look(one.inputs) for one in prepared]
    described = describe_slices(
        np.concatenate([scores for scores, _ in looks]),
        np.concatenate([maps for _, maps in looks]),
        [one.frame for one in prepared],
        spacing_mm=5.0,
        pixel_mm=1.8,
    )
    of_study, of_slices = head.join(described)
    logit, logits = STUDY_SLOPE * of_study[0] + STUDY_INTERCEPT, SLICE_SLOPE * of_slices[:, 0] + STUDY_INTERCEPT
    return 1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(-logits))


def test_studies_have_the_probability_of_their_slices_joined_by_hand(headed, collection, scored):
    predictor = Predictor(headed)
    for number, (case, shown) in enumerate(zip(scored.cases, scored.shown, strict=True)):
        study = sorted(collection.items[9 * number : 9 * number + 9], key=lambda item: item.place.position)
        probability, of_slices = by_hand(predictor, study)
        assert case.probability == pytest.approx(probability, abs=1e-6)
        assert shown == study[int(np.argmax(of_slices))]
    assert [(case.key, case.label, case.group, case.status) for case in scored.cases] == [
        (f"CQ500-CT-{number}", label, f"CQ500-CT-{number}", Status.SCORED) for number, label in enumerate((1, 0, 1, 0))
    ]
    assert len({case.probability for case in scored.cases}) == 4
    assert scored.notices == ()


def test_a_labelled_study_has_the_very_probability_that_predict_gives_it(headed, cq500, scored):
    (result,) = Predictor(headed).predict_studies(cq500 / "CQ500-CT-2")
    assert scored.cases[2].probability == result.probability
    assert scored.shown[2].path.name == result.slices[result.key_slices[0]].name


def test_every_slice_has_the_fingerprint_that_it_has_by_itself(headed, collection, scored):
    alone = score_labelled(Predictor(headed), collection)
    assert scored.fingerprints.hashes == alone.fingerprints.hashes
    assert np.array_equal(scored.fingerprints.signatures, alone.fingerprints.signatures)


def test_thin_slices_are_joined_as_predict_joins_them_and_keep_their_own_fingerprints(headed, tmp_path):
    predictor, study = Predictor(headed), thin_study(tmp_path / "thin")
    found = score_studies(predictor, study)
    (result,) = predictor.predict_studies(tmp_path / "thin")
    assert {one.section for one in result.slices} == set(range(5))
    assert found.cases[0].probability == result.probability
    assert found.shown[0].path.name == result.slices[result.key_slices[0]].name
    alone = score_labelled(predictor, study)
    assert np.array_equal(found.fingerprints.signatures, alone.fingerprints.signatures)
    assert found.fingerprints.hashes == alone.fingerprints.hashes


def test_slices_without_positions_are_not_joined_to_sections(headed, tmp_path):
    study = thin_study(tmp_path / "thin")
    items = tuple(replace(item, place=Place("one")) for item in study)
    told = []
    found = score_studies(
        Predictor(headed), replace(study, items=items), on_progress=lambda done, total: told.append((done, total))
    )
    assert told == [(done, 20) for done in range(1, 21)]
    assert found.cases[0].status is Status.SCORED


def test_broken_slices_are_counted_and_a_study_of_nothing_else_has_failed(headed, collection, tmp_path):
    (tmp_path / "broken.dcm").write_bytes(b"")
    items = list(collection)
    for place in (2, *range(9, 18)):
        items[place] = replace(items[place], path=tmp_path / "broken.dcm")
    found = score_studies(Predictor(headed), replace(collection, items=tuple(items)))
    assert [case.status for case in found.cases] == [Status.SCORED, Status.FAILED, Status.SCORED, Status.SCORED]
    assert (found.cases[1].probability, found.cases[1].error.code) == (None, "read.empty")
    assert found.shown[1].place.position == 0.0
    [notice] = found.notices
    assert notice.code == "evaluation.slices_not_scored"
    assert notice.message == "Slices of studies without a score: read.empty 10."


def test_a_network_that_gives_no_number_is_an_error(headed, collection, monkeypatch):
    nothing = np.full((1, 6), np.nan, np.float32), np.zeros((1, 48, 48, 6), np.float32)
    monkeypatch.setattr("hemoscope.inference.engine.Engine.look", lambda *_: nothing)
    with pytest.raises(BundleError, match=r"no number for 9 of 9 slices, first 'CQ500.*\[result\.not_a_probability\]"):
        score_studies(Predictor(headed), collection)


def test_an_evaluation_judges_studies_at_the_points_of_studies(headed, cq500, scored):
    found = evaluate(headed, cq500, settings=QUICK)
    assert found.judgement.cases == scored.cases
    assert [one.point for one in found.judgement.points] == [STUDY_POINTS[1], STUDY_POINTS[0], STUDY_POINTS[2]]
    assert "evaluation.highest_slice" not in {notice.code for notice in found.collection.notices}
    called = [case.probability >= 0.33 for case in scored.cases]
    assert len(found.misses) == sum(not called[place] for place in (0, 2))
    assert len(found.false_alarms) == sum(called[place] for place in (1, 3))
    assert len(found.misses) + len(found.false_alarms) > 0
    for example in (*found.misses, *found.false_alarms):
        assert example.shown.image.source == scored.slice_of[example.case.key].path.name


def test_a_study_of_which_one_slice_was_learned_from_is_known_and_dropped_whole(collection, scored, cq500, tmp_path):
    known = Fingerprints((UNKNOWN,), only(scored.fingerprints, [13]).signatures)
    found = evaluate(bundle_with_head(tmp_path / "bundle", known), cq500, settings=replace(QUICK, seen=SeenPolicy.DROP))
    assert "CQ500-CT-1" in {case.group for case in found.seen.seen}
    assert "CQ500-CT-1" not in {case.key for case in found.judgement.cases}


def test_a_bundle_with_a_head_is_compared_with_one_without(headed, cq500, scored, tmp_path):
    plain = bundle_with(tmp_path / "plain", None)
    found = compare((headed, plain), cq500, settings=QUICK)
    assert found.first.cases == scored.cases
    assert [case.key for case in found.second.cases] == [case.key for case in scored.cases]
    assert found.first.point == STUDY_POINTS[1]
    assert found.second.point == Predictor(plain).operating_point
    assert found.paired.slices == 4
    codes = [notice.code for notice in found.collection.notices]
    assert codes[-1] == "evaluation.judged_differently"
    assert "evaluation.highest_slice" not in codes
    assert all(one.case.key == other.case.key for one, other in found.examples)
