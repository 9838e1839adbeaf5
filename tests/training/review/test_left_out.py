"""Origins that were left out: the scores that were kept, and the maps made again."""

import shutil

import numpy as np
import pytest

from hemoscope.errors import InputError, TrainingError
from hemoscope.evaluation.held_out import HeldOutCase
from hemoscope.review.measure import measure
from hemoscope.training.review.left_out import review_left_out
from hemoscope.training.run import read_rows
from tests.datasets.layouts import write_origins

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(left_out, origins):
    return review_left_out(left_out, origins)


def test_every_row_is_there_with_the_score_it_was_given(found, left_out):
    rows = {row.key: row for row in read_rows(left_out / "predictions.csv", HeldOutCase)}
    assert {case.key for case in found.cases} == set(rows)
    for case in found.cases:
        logit = float(rows[case.key].scores.split()[0])
        assert case.score == pytest.approx(1 / (1 + np.exp(-logit)))
        assert (case.origin, case.group) == (rows[case.key].origin, rows[case.key].group)
        assert case.cells.shape == (16, 16)
    assert not any("otherwise" in note for note in found.notes)


def test_a_map_hits_its_mask_where_the_cross_validation_said_so(found, left_out):

    rows = {row.key: row for row in read_rows(left_out / "predictions.csv", HeldOutCase)}
    drawn = [case for case in found.cases if case.mask is not None and case.mask.any()]
    assert len(drawn) == 8
    assert [int(measure(case).of_peak.is_in_mask) for case in drawn] == [rows[case.key].hit for case in drawn]


def test_each_block_has_a_threshold_of_its_own(found, left_out):
    block_of = {row.key: row.block for row in read_rows(left_out / "predictions.csv", HeldOutCase)}
    blocks = set(block_of.values())
    assert len(blocks) == 2
    for block in blocks:
        own = [case for case in found.cases if block_of[case.key] == block]
        assert len({case.threshold for case in own}) == 1
        normal = [case for case in own if not case.truth]
        assert sum(not case.is_called for case in normal) >= 0.9 * len(normal)


def test_one_finished_block_is_enough_and_none_is_told(left_out, origins, tmp_path):
    shutil.copytree(left_out, tmp_path / "half")
    first, second = sorted((tmp_path / "half" / "blocks").glob("*.csv"))
    second.unlink()
    half = review_left_out(tmp_path / "half", origins, specificity=0.5)
    assert half.kind == "cross-validation by origin, 1 of 2 blocks"
    assert {case.key for case in half.cases} == {row.key for row in read_rows(first, HeldOutCase)}
    first.unlink()
    with pytest.raises(TrainingError, match="no finished block"):
        review_left_out(tmp_path / "half", origins)


def test_slices_without_a_label_of_their_own_and_blocks_of_one_class_are_left_out(left_out, origins, tmp_path):
    shutil.copytree(left_out, tmp_path / "odd")
    one, two = sorted((tmp_path / "odd" / "blocks").glob("*.csv"))
    one.write_text(one.read_text().replace(",0 0 0 0 0 0,", ",-1 -1 -1 -1 -1 -1,", 1))
    rows = read_rows(two, HeldOutCase)
    two.write_text(two.read_text().replace(",0 0 0 0 0 0,", ",1 -1 -1 -1 -1 -1,"))
    odd = review_left_out(tmp_path / "odd", origins)
    assert not {case.key for case in odd.cases} & {row.key for row in rows}
    assert f"{one.stem}: 1 slices of which only the patient's label is known are left out." in odd.notes
    assert f"{two.stem}: slices of one class alone have no threshold and are left out." in odd.notes


def test_the_data_is_needed_and_must_be_the_same(left_out, tmp_path):
    with pytest.raises(InputError, match="--data FOLDER"):
        review_left_out(left_out, None)
    with pytest.raises(TrainingError, match="not those that were scored"):
        review_left_out(left_out, write_origins(tmp_path / "other", each=7))
