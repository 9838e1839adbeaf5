"""Every network of the registry keeps one contract."""

import numpy as np
import pytest

from hemoscope.errors import InputError
from hemoscope.models.registry import MODELS, find_model


@pytest.fixture(params=list(MODELS))
def network(request: pytest.FixtureRequest):
    """Every network of the registry, small: the contract that each must keep."""
    return MODELS[request.param].build(size=32, dropout=0.5)


def test_every_network_maps_prepared_slices_to_one_logit_per_label(network):
    scores = np.asarray(network(np.random.default_rng(0).random((3, 32, 32, 1), dtype=np.float32)))
    assert scores.shape == (3, 1)
    assert np.isfinite(scores).all()


def test_every_network_scores_a_slice_the_same_alone_and_in_a_batch(network):
    batch = np.random.default_rng(0).random((3, 32, 32, 1), dtype=np.float32)
    together = np.asarray(network(batch))
    alone = np.concatenate([np.asarray(network(one[np.newaxis])) for one in batch])
    assert np.abs(together - alone).max() < 1e-5


def test_the_seed_network_has_convolution_pooling_dense_and_dropout():
    kinds = [type(layer).__name__ for layer in find_model("seed-cnn").build(size=32, dropout=0.3).layers]
    for kind in ("Conv2D", "MaxPooling2D", "Dense", "Dropout"):
        assert kind in kinds


def test_an_unknown_network_is_an_error_that_names_the_known():
    with pytest.raises(InputError, match=r"Expected one of seed-cnn, lite0-frozen; received 'resnet'"):
        find_model("resnet")
