"""Methods of explanation: each by hand on tiny networks, and all of them over every network of the registry."""

import numpy as np
import pytest

from hemoscope.errors import InputError
from hemoscope.explanation import integrated_gradients
from hemoscope.explanation.cam import Cam, combine, gradcam_plus_plus_weights, gradcam_weights, layercam_weights
from hemoscope.explanation.flat_brain import flatten_brain
from hemoscope.explanation.gradients import Gradients, features_and_gradients, input_gradients, last_features
from hemoscope.explanation.integrated_gradients import IntegratedGradients
from hemoscope.explanation.method import Network
from hemoscope.explanation.networks import network_of_bundle, network_of_keras
from hemoscope.explanation.occlusion import Occlusion
from hemoscope.explanation.own_maps import OwnMaps, spread
from hemoscope.explanation.registry import METHODS, find_method
from hemoscope.models.backend import import_keras
from hemoscope.models.bundle import open_bundle
from hemoscope.models.map_net import with_mirror
from hemoscope.models.registry import MODELS
from hemoscope.terms import Label

keras = import_keras()
SIZE = 32
FOUND = Gradients(
    np.array([[[[1.0, 2.0]], [[3.0, 0.0]]]], np.float32),  # two cells, two features
    np.array([[[[0.5, -1.0]], [[-0.1, 1.0]]]], np.float32),
)


def head(*, blood: bool = True) -> np.ndarray:
    """A white ring around tissue of 0.4, with a brighter square in it."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    away = np.hypot(rows - 15.5, columns - 15.5)
    shown = np.where(away < 13, 0.4, np.where(away < 15, 1.0, 0.0)).astype(np.float32)
    if blood:
        shown[10:14, 18:22] = 0.8
    return shown[np.newaxis, :, :, np.newaxis]


def brightness(*, weight: float = 1.0) -> Network:
    """A network whose score is the sum of what is brighter than 0.6, and that has no Keras model."""

    def look(inputs: np.ndarray) -> tuple[np.ndarray, None]:
        above = np.where((inputs > 0.6) & (inputs < 0.95), inputs, 0)
        return weight * above.sum(axis=(1, 2, 3))[:, np.newaxis], None

    return Network((Label.ANY,), SIZE, False, look)


def linear(size: int = 8) -> Network:
    """Two features, x and -x, whose means are weighed by 3 and 1."""
    inputs = keras.layers.Input((size, size, 1))
    features = keras.layers.Conv2D(2, 1, use_bias=False, name="features")(inputs)
    scores = keras.layers.Dense(1, use_bias=False)(keras.layers.GlobalAveragePooling2D()(features))
    model = keras.Model(inputs, scores)
    model.set_weights([np.array([[[[1.0, -1.0]]]]), np.array([[3.0], [1.0]])])
    return network_of_keras(model, [Label.ANY])


def test_gradcam_weighs_by_mean_gradients():
    """Means are 0.2 and 0: 0.2 x 1 and 0.2 x 3."""
    assert gradcam_weights(FOUND)[0, 0, 0].tolist() == pytest.approx([0.2, 0.0])
    assert combine(FOUND, gradcam_weights)[0].ravel().tolist() == pytest.approx([0.2, 0.6])


def test_gradcam_plus_plus_weighs_by_rising_gradients():
    """Sums of features are 4 and 2. First: .25 / (.5 + .125 x 4) x .5 = .125; second: 1 / (2 + 2) x 1 = .25."""
    assert gradcam_plus_plus_weights(FOUND)[0, 0, 0].tolist() == pytest.approx([0.125, 0.25])
    assert combine(FOUND, gradcam_plus_plus_weights)[0].ravel().tolist() == pytest.approx([0.625, 0.375])


def test_gradcam_plus_plus_of_no_gradient_is_nothing():
    nothing = Gradients(FOUND.features, np.zeros_like(FOUND.gradients))
    assert combine(nothing, gradcam_plus_plus_weights).tolist() == [[[0.0], [0.0]]]


def test_layercam_weighs_place_by_place_and_leaves_out_what_speaks_against():
    """0.5 x 1 in the first cell, 1 x 0 in the second."""
    assert combine(FOUND, layercam_weights)[0].ravel().tolist() == pytest.approx([0.5, 0.0])


def test_gradcam_of_a_linear_network_is_twice_the_input_over_its_cells():
    """Each gradient is its weight over 64 cells, so a cell gets (3 x - x) / 64."""
    inputs = np.random.default_rng(0).random((2, 8, 8, 1)).astype(np.float32)
    seen = Cam(linear(), gradcam_weights).explain(inputs, Label.ANY)
    np.testing.assert_allclose(seen, 2 * inputs[..., 0] / 64, rtol=1e-5)


def test_gradients_reach_a_frozen_layer():
    model = linear().keras_model()
    model.trainable = False
    found = features_and_gradients(model, model.get_layer("features"))(np.ones((1, 8, 8, 1), np.float32), 0)
    np.testing.assert_allclose(found.gradients[0, 0, 0], [3 / 64, 1 / 64], rtol=1e-6)
    np.testing.assert_allclose(input_gradients(model)(np.ones((1, 8, 8, 1), np.float32), 0), 2 / 64, rtol=1e-6)


def test_the_last_layer_with_features_is_found():
    networks = {name: spec.build(size=SIZE, labels=len(spec.labels)) for name, spec in MODELS.items()}
    assert last_features(networks["seed-cnn"]).output.shape[1:] == (4, 4, 128)
    assert last_features(networks["map-net"]).name == "decode3_relu"
    assert last_features(networks["map-net"]).output.shape[1:] == (8, 8, 64)


def test_a_network_without_rows_and_columns_has_no_features():
    inputs = keras.layers.Input((4, 4, 1))
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(inputs)))
    with pytest.raises(InputError) as caught:
        last_features(model)
    assert caught.value.code == "method.no_features"


def test_own_maps_are_shares_spread_over_the_input():
    maps = np.full((1, 2, 2, 1), -np.inf, np.float32)
    maps[0, 0, 0, 0] = 0.0
    network = Network((Label.ANY,), 4, True, lambda _: (np.zeros((1, 1)), maps))
    with np.errstate(over="ignore"):
        seen = OwnMaps(network).explain(np.zeros((1, 4, 4, 1), np.float32), Label.ANY)
    assert seen[0, 0, 0] == 0.5
    assert seen[0, 3, 3] == 0.0
    assert seen[0, 1, 1] == pytest.approx(0.5 * 0.75 * 0.75)


def test_a_network_without_maps_has_none_to_show():
    with pytest.raises(InputError, match="draws maps") as caught:
        find_method("maps").build(brightness())
    assert caught.value.code == "method.needs_maps"


def test_a_network_without_keras_gives_no_gradients_and_occlusion_still_works():
    with pytest.raises(InputError) as caught:
        find_method("gradcam").build(brightness()).explain(head(), Label.ANY)
    assert caught.value.code == "method.needs_keras"
    working = [name for name, method in METHODS.items() if method.works_with(brightness())]
    assert working == ["occlusion"]


def test_an_unknown_method_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="maps, gradcam") as caught:
        find_method("magic")
    assert caught.value.code == "method.unknown"


def test_a_flat_brain_keeps_the_skull_and_loses_blood_fluid_and_clots_as_white_as_bone():
    shown = head()
    shown[0, 20:23, 12:15] = 1.0
    shown[0, 16:18, 8:10] = 0.0
    np.testing.assert_array_equal(flatten_brain(shown), head(blood=False))


def test_a_slice_without_tissue_stays_as_it_is():
    nothing = np.zeros((1, SIZE, SIZE, 1), np.float32)
    np.testing.assert_array_equal(flatten_brain(nothing), nothing)


def test_occlusion_peaks_at_the_blood_and_is_nothing_where_no_patch_hides_it():
    """Patches of 4: one of the second grid hides all 16 x 0.8 of the square, each of four of the first a quarter."""
    seen = Occlusion(brightness()).explain(head(), Label.ANY)[0]
    row, column = np.unravel_index(np.argmax(seen), seen.shape)
    assert 10 <= row < 14
    assert 18 <= column < 22
    assert seen[:8].max() == seen[16:].max() == seen[:, :16].max() == seen[:, 24:].max() == 0
    np.testing.assert_allclose(seen[10:14, 18:22], (12.8 + 3.2) / 2, rtol=1e-5)
    assert seen[8, 16] == pytest.approx(3.2 / 2)


def test_what_only_speaks_against_a_label_is_not_shown():
    assert Occlusion(brightness(weight=-1.0)).explain(head(), Label.ANY).max() == 0


@pytest.fixture(scope="module", params=[*MODELS, "map-net mirrored"])
def network(request: pytest.FixtureRequest) -> Network:
    keras.utils.set_random_seed(0)
    spec = MODELS[request.param.removesuffix(" mirrored")]
    model = spec.build(size=SIZE, labels=len(spec.labels))
    return network_of_keras(with_mirror(model) if "mirrored" in request.param else model, spec.labels)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_keeps_the_contract_on_every_network(name, network):
    if name == "maps" and not network.has_maps:
        assert not METHODS[name].works_with(network)
        return
    assert METHODS[name].works_with(network)
    inputs = np.concatenate([head(), head(blood=False), head() * 0.9])
    before = inputs.copy()
    explainer = METHODS[name].build(network)
    seen = explainer.explain(inputs, network.labels[-1])
    assert (seen.dtype, seen.shape) == (np.float32, (3, SIZE, SIZE))
    assert np.isfinite(seen).all()
    assert seen.min() >= 0
    np.testing.assert_array_equal(inputs, before)
    np.testing.assert_allclose(explainer.explain(inputs[2:], network.labels[-1])[0], seen[2], rtol=1e-2, atol=1e-5)


def test_integrated_gradients_add_up_to_the_difference_of_scores(network, monkeypatch):
    """Scores bend at every ReLU along the way: on so fine a way the sum is true to a few percent."""
    monkeypatch.setattr(integrated_gradients, "STEPS", 512)
    method, inputs = IntegratedGradients(network), head()
    added = method.attribute(inputs, Label.ANY).sum()
    ends = network.look(np.concatenate([inputs, flatten_brain(inputs)]))[0][:, 0]
    assert added == pytest.approx(float(ends[0] - ends[1]), rel=0.05, abs=0.01)


def test_a_mirrored_network_is_explained_by_both_of_its_looks():
    keras.utils.set_random_seed(1)
    model = MODELS["map-net"].build(size=SIZE)
    alone, both = (network_of_keras(one, list(Label)) for one in (model, with_mirror(model)))
    inputs = head()
    first = Cam(alone, layercam_weights).explain(inputs, Label.ANY)
    second = Cam(alone, layercam_weights).explain(np.ascontiguousarray(inputs[:, :, ::-1]), Label.ANY)[:, :, ::-1]
    np.testing.assert_allclose(
        Cam(both, layercam_weights).explain(inputs, Label.ANY), (first + second) / 2, rtol=1e-3, atol=1e-6
    )


def test_the_shipped_bundle_can_be_explained_and_its_own_map_is_what_the_engine_gives():
    network = network_of_bundle(open_bundle())
    inputs = np.zeros((1, network.size, network.size, 1), np.float32)
    maps = network.look(inputs)[1]
    assert maps is not None
    shares = 1 / (1 + np.exp(-maps[..., 0]))
    np.testing.assert_array_equal(OwnMaps(network).explain(inputs, Label.ANY), spread(shares, network.size))
    assert all(method.works_with(network) for method in METHODS.values())
