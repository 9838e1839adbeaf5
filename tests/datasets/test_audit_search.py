"""Pairs are found without comparing all, and the same ones."""

import numpy as np
import pytest

from hemoscope.datasets.audit.pairs import HIGHEST_CANDIDATE, LOWEST_CANDIDATE, candidate_threshold
from hemoscope.datasets.audit.search import pairs_above
from hemoscope.datasets.audit.signatures import brain_signatures, mirrored, thumbnails

from .layouts import draw_picture


def unit_vectors(count: int, *, size: int = 64, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def with_copies(vectors: np.ndarray, *, noise: float = 0.02) -> tuple[np.ndarray, set[tuple[int, int]]]:
    """Append a slightly changed copy of every tenth vector."""
    copies = vectors[::10] + noise * unit_vectors(len(vectors[::10]), size=vectors.shape[1], seed=1)
    both = np.concatenate([vectors, copies / np.linalg.norm(copies, axis=1, keepdims=True)]).astype(np.float32)
    return both, {(10 * place, len(vectors) + place) for place in range(len(copies))}


def test_pairs_come_most_alike_first_and_once():
    vectors = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [-1, 0]], np.float32)
    found = pairs_above(vectors, 0.7)
    assert [pair[:2] for pair in found] == [(1, 2), (0, 2)]
    assert [pair[2] for pair in found] == pytest.approx([0.96, 0.8])


def test_pairs_are_found_across_the_blocks_that_are_compared_at_a_time(monkeypatch):
    vectors, planted = with_copies(unit_vectors(50))
    whole = pairs_above(vectors, 0.9)
    monkeypatch.setattr("hemoscope.datasets.audit.search.BLOCK", 7)
    assert [pair[:2] for pair in pairs_above(vectors, 0.9)] == [pair[:2] for pair in whole]
    assert {pair[:2] for pair in whole} == planted


def test_cells_find_what_comparing_all_pairs_finds():
    vectors, planted = with_copies(unit_vectors(2000))
    assert {pair[:2] for pair in pairs_above(vectors, 0.9, all_pairs_up_to=0)} == planted


def test_cells_find_mirrored_pairs():
    vectors = unit_vectors(500, size=32 * 32)
    vectors[499] = mirrored(vectors[:1])[0]
    found = pairs_above(vectors, 0.9, others=mirrored(vectors), all_pairs_up_to=0)
    assert [pair[:2] for pair in found] == [(0, 499)]


def test_the_same_seed_makes_the_same_cells():
    vectors, _ = with_copies(unit_vectors(600))
    once, again = (pairs_above(vectors, 0.3, all_pairs_up_to=0, seed=3) for _ in range(2))
    assert once == again


def test_no_vectors_make_no_pairs():
    assert pairs_above(thumbnails(np.empty((0, 8, 8), np.float32)), 0.5) == []


def test_a_uniform_slice_is_like_nothing():
    inputs = np.stack([np.zeros((64, 64), np.float32)] * 2)
    assert pairs_above(thumbnails(inputs), 0.1) == pairs_above(brain_signatures(inputs), 0.1) == []


def test_bytes_and_floats_make_the_same_signatures():
    picture = draw_picture(label=1, seed=3)
    for signatures in (thumbnails, brain_signatures):
        as_bytes, as_floats = signatures(picture[None]), signatures(picture[None, :, :, None] / np.float32(255))
        assert np.allclose(as_bytes, as_floats, atol=1e-6)
        assert np.linalg.norm(as_bytes) == pytest.approx(1.0, abs=1e-5)


def test_more_slices_raise_the_correlation_from_which_pairs_are_looked_at_closely():
    crowd = 0.8 * unit_vectors(1, size=16) + 0.6 * unit_vectors(1500, size=16, seed=1)
    crowd = (crowd / np.linalg.norm(crowd, axis=1, keepdims=True)).astype(np.float32)
    assert candidate_threshold(crowd) == pytest.approx(HIGHEST_CANDIDATE)
    assert candidate_threshold(unit_vectors(50)) == pytest.approx(LOWEST_CANDIDATE)
