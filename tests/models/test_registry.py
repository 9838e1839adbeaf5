"""Every network of the registry keeps one contract."""

import numpy as np
import pytest

from hemoscope.errors import InputError
from hemoscope.models.registry import MODELS, find_model
from hemoscope.training.settings import TrainingSettings


@pytest.fixture(params=list(MODELS))
def spec(request: pytest.FixtureRequest):
    """Every network of the registry."""
    return MODELS[request.param]


@pytest.fixture
def network(spec):
    """The network, small: the contract that each must keep."""
    return spec.build(size=32, dropout=0.5)


def scores_of(network, inputs):
    """The first output, whether maps follow or not."""
    outputs = network(inputs)
    return np.asarray(outputs[0] if isinstance(outputs, list) else outputs)


def test_every_network_maps_prepared_slices_to_one_logit_per_label(spec, network):
    inputs = np.random.default_rng(0).random((3, 32, 32, 1), dtype=np.float32)
    scores = scores_of(network, inputs)
    assert scores.shape == (3, len(spec.labels))
    assert np.isfinite(scores).all()
    assert isinstance(network(inputs), list) is spec.has_maps


def test_every_network_scores_a_slice_the_same_alone_and_in_a_batch(network):
    batch = np.random.default_rng(0).random((3, 32, 32, 1), dtype=np.float32)
    together = scores_of(network, batch)
    alone = np.concatenate([scores_of(network, one[np.newaxis]) for one in batch])
    assert np.abs(together - alone).max() < 1e-5


def test_the_defaults_of_every_network_are_settings(spec):
    settings = TrainingSettings.for_model(spec.name)
    assert settings.model == spec.name
    assert all(
        getattr(settings.preparation if name == "size" else settings, name) == value
        for name, value in spec.defaults.items()
    )


def test_the_seed_network_has_convolution_pooling_dense_and_dropout():
    kinds = [type(layer).__name__ for layer in find_model("seed-cnn").build(size=32, dropout=0.3).layers]
    for kind in ("Conv2D", "MaxPooling2D", "Dense", "Dropout"):
        assert kind in kinds


def test_an_unknown_network_is_an_error_that_names_the_known():
    with pytest.raises(
        InputError, match=r"Expected one of seed-cnn, lite0-frozen, map-net-frozen, map-net; received 'resnet'"
    ):
        find_model("resnet")
