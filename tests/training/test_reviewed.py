"""From a finished run to what can be reviewed of it."""

import numpy as np
import pytest

from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.errors import TrainingError
from hemoscope.preparation.canonical import prepare
from hemoscope.records import Slice
from hemoscope.terms import Label, Unit
from hemoscope.training.maps.leave_out import leave_origins_out
from hemoscope.training.reviewed import enclosed, read_reviewed
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_origins


def test_the_validation_part_of_a_run_is_reviewed_with_its_labels(drawn_run):
    reviewed = read_reviewed(drawn_run.folder)
    rows = [row for row in drawn_run.split if row.part == "validation"]
    assert [(case.key, case.truth, case.group) for case in reviewed.cases] == [
        (row.key, row.label, row.group) for row in rows
    ]
    assert all(0 <= case.score <= 1 and case.cells is None and case.mask is None for case in reviewed.cases)
    assert len({case.threshold for case in reviewed.cases}) == 1
    assert not reviewed.is_calibrated


def test_what_bone_encloses_is_found_in_a_prepared_slice():
    hu = make_phantom(PhantomSettings(seed=3)).hu[16]
    inputs = prepare(Slice(hu.astype(np.float32), Unit.HU, "drawn", "dicom"))[0, :, :, 0]
    brain = enclosed(inputs)
    assert brain[96, 96]
    assert not brain[0, 0]
    assert 0.2 < brain.mean() < 0.6
    assert not (brain & (inputs >= 0.98)).any()


@pytest.fixture(scope="module")
def left_out(tmp_path_factory):
    data = write_origins(tmp_path_factory.mktemp("origins"), each=8)
    out = tmp_path_factory.mktemp("runs") / "origins"
    settings = TrainingSettings.for_model("map-net", size=64, epochs=1, steps=1, batch_size=8)
    return data, out, leave_origins_out(data, out, settings=settings)


@pytest.mark.slow
def test_origins_left_out_are_reviewed_with_maps_masks_and_the_scores_that_were_kept(left_out):
    data, out, rows = left_out
    reviewed = read_reviewed(out, data=data)
    kept = {row.key: float(row.scores.split()[0]) for row in rows if float(row.truths.split()[0]) >= 0}
    assert {case.key for case in reviewed.cases} == set(kept)
    for case in reviewed.cases:
        assert np.log(case.score / (1 - case.score)) == pytest.approx(kept[case.key], abs=1e-3)
        assert case.cells is not None
        assert case.cells.shape == (16, 16)
        assert case.claimed in Label
    assert any(case.mask is not None and case.mask.any() for case in reviewed.cases)


@pytest.mark.slow
def test_a_cross_validation_needs_the_slices(left_out):
    with pytest.raises(TrainingError) as caught:
        read_reviewed(left_out[1])
    assert caught.value.code == "review.needs_data"


def test_another_folder_is_told_apart(tmp_path):
    with pytest.raises(TrainingError, match="neither a training run nor") as caught:
        read_reviewed(tmp_path)
    assert caught.value.code == "run.not_found"
