"""Batches drawn ahead are the ones that would have been drawn in turn, whoever draws them."""

import numpy as np
import pytest

from hemoscope.training.fit import train
from hemoscope.training.maps.drawing import drawing
from hemoscope.training.maps.keep import read_learned
from hemoscope.training.maps.mixture import Mixture
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_origins
from tests.models.small_encoder import small_encoder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    settings = TrainingSettings.for_model("map-net", size=64, epochs=1, steps=1, batch_size=6)
    data = write_origins(tmp_path_factory.mktemp("origins"), each=8)
    with small_encoder():
        return train(data, tmp_path_factory.mktemp("runs") / "run", settings=settings)


def mixture_of(run):
    return Mixture(read_learned(run), batch_size=6, seed=3)


def is_same(one, other):
    parts = (one[1]["logits"], other[1]["logits"]), (one[1]["maps"], other[1]["maps"])
    return np.array_equal(one[0], other[0]) and all(np.array_equal(*pair) for pair in parts)


@pytest.mark.parametrize("workers", [0, 2])
def test_threads_and_processes_draw_what_the_mixture_draws(run, workers):
    expected = [mixture_of(run).draw(1, index) for index in range(3)]
    with drawing(run, mixture_of(run), workers=workers) as drawn:
        batches = [drawn.batch(1, index, steps=3) for index in range(3)]
    assert all(is_same(*pair) for pair in zip(batches, expected, strict=True))


@pytest.mark.parametrize("workers", [0, 1])
def test_what_is_decided_of_a_slice_reaches_whoever_draws(run, workers):
    mixture, same = mixture_of(run), mixture_of(run)
    normal = np.flatnonzero(mixture.targets[:, 0] == 0)[:4]
    before = mixture.draw(0, 0)
    with drawing(run, mixture, workers=workers) as drawn:
        assert is_same(drawn.batch(0, 0, steps=1), before)
        for each in (mixture, same):
            each.decide(normal, np.ones(4, np.float32))
        after = drawn.batch(0, 0, steps=1)
    assert is_same(after, same.draw(0, 0))
    assert not is_same(after, before)
