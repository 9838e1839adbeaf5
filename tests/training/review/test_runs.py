"""The validation part of a run, from its folder alone."""

import numpy as np
import pytest

from hemoscope.errors import TrainingError
from hemoscope.models.map_net import with_mirror
from hemoscope.training.review.runs import review_run
from hemoscope.training.run import VALIDATION, Run, load_best

pytestmark = pytest.mark.slow


def validation(run: Run) -> dict[str, int]:
    """The key of each slice of the validation part, and its place."""
    return {row.key: place for place, row in enumerate(run.split) if row.part == VALIDATION}


def test_every_slice_of_the_validation_part_is_there_with_its_map_and_mask(map_run):
    found, places = review_run(map_run.folder), validation(map_run)
    assert [case.key for case in found.cases] == list(places)
    rows = map_run.split_rows
    for case in found.cases:
        place = places[case.key]
        assert np.array_equal(case.inputs, map_run.inputs[place, :, :, 0])
        assert (case.origin, case.group, case.truth) == (
            rows[place]["origin"],
            rows[place]["group"],
            int(rows[place]["label"]),
        )
        assert case.cells.shape == (16, 16)
        assert (case.mask is not None) == (rows[place]["has_mask"] == "1")
        assert case.brain.any()
    assert any(case.mask is not None and case.mask.any() for case in found.cases)
    assert found.kind == "training run: its validation part at epoch 1 of 1"


def test_scores_are_those_of_the_network_that_an_export_takes(map_run):
    found = review_run(map_run.folder)
    inputs = np.stack([case.inputs for case in found.cases])[..., np.newaxis].astype(np.float32)
    logits, maps = with_mirror(load_best(map_run)).predict(inputs, verbose=0)
    assert [case.score for case in found.cases] == pytest.approx((1 / (1 + np.exp(-logits[:, 0]))).tolist())
    assert np.allclose([case.cells for case in found.cases], maps[..., 0], atol=1e-5)
    assert all(case.claimed is not None for case in found.cases)


def test_the_threshold_keeps_the_specificity_that_is_asked_for(map_run):
    for specificity in (0.5, 0.9):
        found = review_run(map_run.folder, specificity=specificity)
        normal = [case for case in found.cases if not case.truth]
        assert sum(not case.is_called for case in normal) >= specificity * len(normal)
        assert f"keeps {specificity:.0%} of these" in found.decided


def test_a_run_without_maps_is_reviewed_by_its_slices(drawn_run):
    told = []
    found = review_run(drawn_run.folder, on_stage=lambda *stage: told.append(stage))
    assert [case.key for case in found.cases] == list(validation(drawn_run))
    assert {case.truth for case in found.cases} == {0, 1}
    assert all(case.cells is None and case.mask is None for case in found.cases)
    assert told[-1][0] == "Scoring"
    assert found.model == "seed-cnn"


def test_a_run_that_learned_nothing_has_nothing_to_review(drawn_run, tmp_path):
    for name in ("run.json", "split.csv"):
        (tmp_path / name).write_bytes((drawn_run.folder / name).read_bytes())
    with pytest.raises(TrainingError, match="no epoch to review"):
        review_run(tmp_path)
