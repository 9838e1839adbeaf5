"""A study head learns what neighbors tell, from studies it is not judged on."""

from dataclasses import replace

import numpy as np
import pytest

from hemoscope.evaluation.study_figures import summarize_studies
from hemoscope.training.studies import held_out
from hemoscope.training.studies.fit import fit_head, judge, known_entropy
from hemoscope.training.studies.held_out import judge_without_learning, leave_groups_out, leave_origins_out
from hemoscope.training.studies.settings import StudySettings

from .made import described, make_studies

QUICK = StudySettings(epochs=12, variants=1, folds=2, learning_rate=1e-2)


def test_it_learns_that_blood_goes_on_in_the_next_slice_where_scores_alone_tell_nothing():
    """Spots of both sorts are equally strong: only their neighbors tell them apart."""
    judged = leave_groups_out(described(make_studies(80)), replace(QUICK, epochs=40))
    figures = summarize_studies(judged)["all"]
    assert figures["auroc_highest"].value < 0.65
    assert figures["auroc"].value > 0.9
    assert figures["gain"].low > 0.2
    assert figures["slices"].value > figures["slices_alone"].value


def test_each_origin_is_judged_by_a_head_that_learned_from_the_others(monkeypatch):
    studies = [*make_studies(6, origin="one"), *make_studies(4, origin="other")]
    learned = []

    def note(given, settings):
        learned.append({one.study.origin for one in given})
        return fit_head(given[:2], StudySettings(epochs=1))

    monkeypatch.setattr(held_out, "fit_head", note)
    judged = leave_origins_out(described(studies), QUICK)
    assert learned == [{"other"}, {"one"}]
    assert [one.key for one in judged] == [study.key for study in studies]


def test_no_group_is_judged_by_a_head_that_learned_from_it(monkeypatch):
    studies = make_studies(12)
    learned = []

    def note(given, settings):
        learned.append({one.study.group for one in given})
        return fit_head(given[:2], StudySettings(epochs=1))

    monkeypatch.setattr(held_out, "fit_head", note)
    seen = []
    leave_groups_out(described(studies), QUICK, on_progress=lambda *of: seen.append(of))
    assert len(learned) == 2
    assert set.union(*learned) == {study.group for study in studies}
    assert not set.intersection(*learned)
    assert seen == [(1, 2), (2, 2)]


def test_without_learning_slices_keep_their_scores():
    studies = make_studies(4)
    for one, study in zip(judge_without_learning(described(studies), QUICK), studies, strict=True):
        assert one.slice_scores == pytest.approx(study.scores, abs=1e-3)
        assert (one.scores <= one.highest + 1e-3).all()


def test_the_same_seed_trains_the_same_head():
    studies = described(make_studies(8))
    first, second = (judge(fit_head(studies, StudySettings(epochs=1)), studies) for _ in range(2))
    assert first[0][1] == pytest.approx(second[0][1], abs=1e-5)


def test_what_is_unknown_teaches_nothing():
    targets = np.array([[[1.0, -1.0, -1, -1, -1, -1]]], np.float32)
    logits = np.array([[[0.0, 5.0, 5, 5, 5, 5]]], np.float32)
    assert float(known_entropy(targets, logits)) == pytest.approx(np.log(2), abs=1e-5)
    assert float(known_entropy(np.full_like(targets, -1), logits)) == 0.0
