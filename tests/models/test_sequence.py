"""The study head: features of hand-made maps, and what the network may and may not do with them."""

import subprocess
import sys

import numpy as np
import pytest

from hemoscope.models.sequence import ABSENT, FEATURES, SCALE, build_sequence_head, describe_slices
from hemoscope.preparation.frame import Frame

FRAME = Frame(0.5, (0.0, 0.0), 192)
"""4 mm per cell at 0.5 mm per pixel."""


def study(places: list[tuple[int, int] | None]) -> tuple[np.ndarray, np.ndarray]:
    """Scores and maps of slices with a bleed of 4 x 4 cells at a place, or none."""
    maps = np.full((len(places), 48, 48, 6), -6.0, np.float32)
    for cells, place in zip(maps, places, strict=True):
        if place is not None:
            cells[place[0] : place[0] + 4, place[1] : place[1] + 4] = 4.0
    return np.where([[place is not None] for place in places], 4.0, -6.0) * np.ones(6), maps


def column(described: np.ndarray, name: str) -> np.ndarray:
    return described[:, FEATURES.index(name)]


def describe(places, **changes):
    scores, maps = study(places)
    known = {"spacing_mm": 5.0, "pixel_mm": 0.5} | changes
    return describe_slices(scores, maps, [FRAME] * len(places), **known)


def test_a_bleed_that_goes_on_in_the_next_slice_is_supported_and_one_elsewhere_is_not():
    support = column(describe([None, (10, 10), (11, 10), None, (30, 30), None]), "support_any")
    assert support == pytest.approx(np.array([-6, 4, 4, -6, -6, -6]) / SCALE, abs=1e-5)


def test_support_is_looked_for_five_millimeters_away_not_in_the_next_thin_slice():
    places = [None, None, (10, 10), (10, 10), None, None]
    assert column(describe(places), "support_any")[2:4] == pytest.approx([1.0, 1.0])
    assert column(describe(places, spacing_mm=2.5), "support_any")[2:4] == pytest.approx([-1.5, -1.5])


def test_a_slice_alone_is_taken_at_its_word():
    described = describe([(10, 10)])
    assert described.shape == (1, len(FEATURES))
    assert column(described, "support_any") == pytest.approx([1.0])
    assert column(described, "height") == pytest.approx([1.0])


def test_area_head_and_spacing_are_in_their_units():
    """16 cells of 16 mm2 are 2.56 cm2; the input shows 384 pixels of 0.5 mm, 192 mm."""
    described = describe([None, (10, 10), None], spacing_mm=10.0)
    assert column(described, "area") == pytest.approx([0, np.log(3.56), 0], abs=1e-6)
    assert column(described, "head_size") == pytest.approx(192 / 180)
    assert column(described, "height") == pytest.approx([0, 1, 0])
    assert column(described, "spacing") == pytest.approx(np.log(2))


def test_a_slice_without_input_is_missing_and_all_else_of_it_is_0():
    scores, maps = study([(10, 10), (10, 10), None])
    scores[1], maps[1] = np.nan, np.nan
    described = describe_slices(scores, maps, [FRAME, None, FRAME], spacing_mm=5.0, pixel_mm=0.5)
    assert described[1].tolist() == [0.0] * (len(FEATURES) - 1) + [1.0]
    assert np.isfinite(described).all()
    assert column(described, "support_any")[0] == pytest.approx(1.0)  # no neighbor is left: at its word


def test_spacings_that_nobody_says_are_the_usual_ones():
    scores, maps = study([None, (10, 10), None])
    described = describe_slices(scores, maps, [FRAME] * 3, spacing_mm=None, pixel_mm=None)
    assert column(described, "spacing") == pytest.approx(0.0)
    assert column(described, "head_size") == pytest.approx(1.0)


def test_describing_needs_no_keras():
    code = "import hemoscope.models.sequence, sys; sys.exit('keras' in sys.modules or 'onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module")
def untrained():
    return build_sequence_head()


@pytest.fixture(scope="module")
def trained():
    """A head with weights that do something."""
    head = build_sequence_head()
    rng = np.random.default_rng(0)
    head.set_weights([rng.normal(0, 0.4, weights.shape) for weights in head.get_weights()])
    return head


def random_study(slices: int, *, seed: int = 0) -> np.ndarray:
    described = np.random.default_rng(seed).normal(0, 1, (1, slices, len(FEATURES))).astype(np.float32)
    described[:, :, -1] = 0
    return described


@pytest.mark.parametrize("slices", [1, 2, 7, 40])
def test_an_untrained_head_leaves_the_scores_as_they_are(untrained, slices):
    described = random_study(slices)
    of_slices, of_study = (np.asarray(output) for output in untrained(described))
    assert of_slices.shape == (1, slices, 6)
    assert of_slices == pytest.approx(described[:, :, :6] * SCALE, abs=1e-5)
    assert (of_study <= of_slices.max(axis=1) + 1e-5).all()


def test_no_study_scores_higher_than_its_highest_slice(trained):
    for seed in range(20):
        of_slices, of_study = (np.asarray(output) for output in trained(random_study(12, seed=seed)))
        assert (of_study <= of_slices.max(axis=1) + 1e-4).all()
        assert (of_study >= of_slices.min(axis=1) - 1e-4).all()


def test_filling_up_with_missing_slices_changes_nothing(trained):
    described = random_study(9)
    filled = np.concatenate([described, np.zeros((1, 5, len(FEATURES)), np.float32)], axis=1)
    filled[:, 9:, -1] = 1
    (slices, whole), (filled_slices, filled_whole) = (
        [np.asarray(one) for one in trained(x)] for x in (described, filled)
    )
    assert filled_slices[:, :9] == pytest.approx(slices, abs=1e-4)
    assert (filled_slices[:, 9:] == ABSENT).all()
    assert filled_whole == pytest.approx(whole, abs=1e-4)


def test_neighbors_matter(trained):
    described = random_study(9)
    changed = described.copy()
    changed[0, 5] += 1
    before, after = (np.asarray(trained(x)[0]) for x in (described, changed))
    moved = np.abs(before - after).max(axis=(0, 2)) > 1e-4
    assert moved[5]
    assert moved[4] or moved[6]
    assert not moved[:4].any()
    assert not moved[7:].any()


def test_each_label_is_judged_alike_from_its_own_score_and_support_alone(trained):
    described = random_study(9)
    swapped = described.copy()
    swapped[:, :, [1, 2]], swapped[:, :, [7, 8]] = described[:, :, [2, 1]], described[:, :, [8, 7]]
    (slices, whole), (other, other_whole) = ([np.asarray(one) for one in trained(x)] for x in (described, swapped))
    assert other[:, :, [2, 1]] == pytest.approx(slices[:, :, [1, 2]], abs=1e-4)
    assert other_whole[:, [2, 1]] == pytest.approx(whole[:, [1, 2]], abs=1e-4)
    assert other[:, :, [0, 3, 4, 5]] == pytest.approx(slices[:, :, [0, 3, 4, 5]], abs=1e-4)
    described[:, :, 12:16] = 0
    assert np.asarray(trained(described)[0]) == pytest.approx(slices, abs=1e-5)


def test_it_is_small(untrained):
    assert untrained.count_params() == 2 * 3 * 8 + 8 + 8 + 1
