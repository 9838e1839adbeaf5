"""The map network: one pass gives scores and maps, and the scores are what the maps show."""

import numpy as np
import pytest

from hemoscope.models.backend import import_keras
from hemoscope.models.bundle import shipped_bundle
from hemoscope.models.map_net import (
    LAST_FEATURES,
    STRIDE,
    WIDTH,
    build_frozen_map_net,
    build_map_net,
    count_top,
    with_features,
    with_mirror,
)


@pytest.fixture(scope="module")
def network():
    return build_map_net(size=64, is_pretrained=False)


def test_one_pass_gives_six_scores_and_six_maps(network):
    scores, maps = network(np.zeros((2, 64, 64, 1), np.float32))
    assert scores.shape == (2, 6)
    assert maps.shape == (2, 64 // STRIDE, 64 // STRIDE, 6)


def test_a_score_is_the_mean_of_the_strongest_cells_of_its_map(network):
    image = np.random.default_rng(0).random((1, 64, 64, 1), dtype=np.float32)
    scores, maps = (np.asarray(output) for output in network(image))
    strongest = np.sort(maps[0].reshape(-1, 6), axis=0)[-count_top(64) :]
    assert np.allclose(scores[0], strongest.mean(axis=0), atol=1e-5)


def test_statistics_of_the_encoder_stay_frozen_and_the_rest_learns(network):
    names = {variable.path for variable in network.trainable_variables}
    assert not any("stem_norm" in name or "block3_expand_norm" in name for name in names)
    assert any("block3_expand/" in name for name in names)
    assert any("decode3_norm" in name for name in names)


def test_a_mirrored_network_gives_mirrored_maps_and_the_same_scores_for_a_mirrored_slice(network):
    both = with_mirror(network)
    image = np.random.default_rng(0).random((1, 64, 64, 1), dtype=np.float32)
    scores, maps = (np.asarray(output) for output in both(image))
    mirrored_scores, mirrored_maps = (np.asarray(output) for output in both(image[:, :, ::-1]))
    assert np.allclose(scores, mirrored_scores, atol=1e-5)
    assert np.allclose(maps, mirrored_maps[:, :, ::-1], atol=1e-5)
    assert not np.allclose(maps, np.asarray(network(image)[1]), atol=1e-6)


def test_features_are_the_scores_then_means_over_the_slice(network):
    image = np.random.default_rng(0).random((1, 64, 64, 1), dtype=np.float32)
    features = np.asarray(with_features(network)(image))[0]
    decoder = import_keras().Model(network.input, network.get_layer(LAST_FEATURES).output)
    assert features.shape == (6 + WIDTH,)
    assert np.allclose(features[:6], np.asarray(network(image)[0])[0], atol=1e-5)
    assert np.allclose(features[6:], np.asarray(decoder(image)).mean(axis=(0, 1, 2)), atol=1e-5)


def test_an_untrained_head_of_ones_own_says_what_one_look_of_the_shipped_network_says():
    shipped = import_keras().saving.load_model(shipped_bundle() / "model.keras", compile=False)
    one_look = shipped.get_layer("map_net")
    size = int(one_look.input.shape[1])
    images = np.random.default_rng(0).random((2, size, size, 1), dtype=np.float32)
    own = build_frozen_map_net(size=size)
    assert np.allclose(np.asarray(own(images)), np.asarray(one_look(images)[0])[:, :1], atol=1e-4)
    assert np.allclose(np.asarray(own(images, training=True)), np.asarray(own(images)), atol=1e-4)
    assert {variable.path.split("/")[0] for variable in own.trainable_variables} == {"features_norm", "own"}
