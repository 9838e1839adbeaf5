"""The checks of maps: by hand on tiny networks, and each must be able to fail."""

import numpy as np
import pytest

from hemoscope.explanation.checks import faithful
from hemoscope.explanation.checks.cases import Cases, drawn_cases
from hemoscope.explanation.checks.check import LIMITS, SHARES, STEPS, check_method, judge
from hemoscope.explanation.checks.faithful import deletion_and_insertion
from hemoscope.explanation.checks.randomized import Shuffled, likeness
from hemoscope.explanation.checks.stable import rank_correlation, repeatability
from hemoscope.explanation.method import Method, Network
from hemoscope.explanation.networks import network_of_keras
from hemoscope.explanation.registry import find_method
from hemoscope.models.backend import import_keras
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.terms import Label
from tests.explanation.test_methods import SIZE, head

keras = import_keras()
GOOD = {name: max(limit.least, min(limit.most, 0.8)) for name, limit in LIMITS.items()} | {"randomized_all": 0.0}


def bright(inputs: np.ndarray) -> np.ndarray:
    """What is brighter than tissue and darker than bone."""
    return np.where((inputs > 0.6) & (inputs < 0.95), inputs, 0)[..., 0].astype(np.float32)


def test_ranks_of_ties_are_shared():
    """Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: sums of squared deviations 4.5 and 5, of products 4.5."""
    assert rank_correlation(np.array([0, 5, 5, 9]), np.array([1, 2, 3, 4])) == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert rank_correlation(np.array([1, 2, 3]), np.array([9, 5, 1])) == -1
    assert rank_correlation(np.array([1, 1, 1]), np.array([1, 2, 3])) == 0


@pytest.fixture
def sixteen_steps(monkeypatch):
    monkeypatch.setattr(faithful, "STEPS", 16)


@pytest.mark.usefixtures("sixteen_steps")
def test_hiding_what_counts_first_takes_the_score_at_once_and_showing_it_brings_it():
    """The score is whether any of the bleed is left: 16 pixels differ, one is changed by each of 16 steps."""
    shown = head()[0]

    def score(inputs: np.ndarray) -> np.ndarray:
        return bright(inputs).sum(axis=(1, 2)) / 12.8

    hidden, inserted = deletion_and_insertion(score, shown, bright(shown[np.newaxis])[0])
    assert hidden == pytest.approx(0.5, abs=1e-5)
    assert inserted == pytest.approx(0.5, abs=1e-5)


@pytest.mark.usefixtures("sixteen_steps")
def test_a_map_that_marks_the_wrong_place_first_is_less_faithful():
    shown = head()[0]
    shown[20:24, 10:14] = 0.55  # differs from flat tissue, and the score knows nothing of it
    right = bright(shown[np.newaxis])[0]
    wrong = np.where(shown[..., 0] == np.float32(0.55), 1.0, 0.0)

    def score(inputs: np.ndarray) -> np.ndarray:
        return bright(inputs).sum(axis=(1, 2)) / 12.8

    deletion, insertion = deletion_and_insertion(score, shown, right)
    deletion_wrong, insertion_wrong = deletion_and_insertion(score, shown, wrong)
    assert (deletion, insertion) == pytest.approx((0.25, 0.75), abs=0.01)
    assert (deletion_wrong, insertion_wrong) == pytest.approx((0.75, 0.25), abs=0.01)


def several(one: Cases, count: int) -> Cases:
    """The same head several times."""
    return Cases("", *(np.repeat(each, count, axis=0) for each in (one.inputs, one.brain, one.blood)), ("a",) * count)


def test_a_map_that_moves_with_the_slice_is_repeatable_and_one_that_stays_is_not():
    _, one = one_head()
    ramp = np.random.default_rng(0).random((1, SIZE, SIZE)).astype(np.float32)
    assert repeatability(bright, one, bright(one.inputs), seed=0) > 0.9
    assert repeatability(lambda _: ramp, one, ramp, seed=0) < 0.6


def test_with_a_slow_method_each_slice_is_changed_in_one_way_and_all_ways_have_their_turn():
    """Shifts by (0, 2) and (-3, 1), and noise: the bleed begins at row 10, column 18."""
    _, one = one_head()
    three, places = several(one, 3), []

    def explain(inputs: np.ndarray) -> np.ndarray:
        assert len(inputs) == 1
        places.append(tuple(np.argwhere(bright(inputs)[0] > 0)[0]))
        return bright(inputs)

    assert repeatability(explain, three, bright(three.inputs), seed=0, is_slow=True) > 0.9
    assert places == [(10, 20), (7, 19), (10, 18)]


def small_network() -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs = keras.layers.Input((8, 8, 1))
    features = keras.layers.Conv2D(4, 3, name="first")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, name="last")(keras.layers.Flatten()(features)))


def test_weights_are_shuffled_from_the_output_down_and_the_network_stays_as_it_was():
    model = small_network()
    before = [each.copy() for each in model.get_weights()]
    shuffled = Shuffled(network_of_keras(model, [Label.ANY]))
    copy = shuffled.network.keras_model()
    shuffled.shuffle(share=1.0, seed=0)
    assert not np.array_equal(copy.get_layer("first").get_weights()[0], before[0])
    shuffled.shuffle(share=0.5, seed=0)
    np.testing.assert_array_equal(copy.get_layer("first").get_weights()[0], before[0])
    last = copy.get_layer("last").get_weights()[0]
    assert not np.array_equal(last, before[2])
    np.testing.assert_array_equal(np.sort(last.ravel()), np.sort(before[2].ravel()))
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_was_compiled_for_a_copy_sees_every_shuffle():
    """Scores, gradients of the input and of the features change with the weights, and come back with them."""
    model, inputs = small_network(), np.random.default_rng(0).random((3, 8, 8, 1)).astype(np.float32)
    original = network_of_keras(model, [Label.ANY])
    shuffled = Shuffled(original)
    methods = [find_method(name) for name in ("occlusion", "gradcam", "integrated-gradients")]
    explainers = [method.build(shuffled.network) for method in methods]
    before = [each.explain(inputs, Label.ANY) for each in explainers]
    for method, maps in zip(methods, before, strict=True):
        np.testing.assert_allclose(method.build(original).explain(inputs, Label.ANY), maps, rtol=1e-4, atol=1e-6)
    shuffled.shuffle(share=1.0, seed=0)
    after = [each.explain(inputs, Label.ANY) for each in explainers]
    assert not any(np.allclose(*pair) for pair in zip(before, after, strict=True))
    shuffled.shuffle(share=0.0, seed=0)
    for each, maps in zip(explainers, before, strict=True):
        np.testing.assert_allclose(each.explain(inputs, Label.ANY), maps, rtol=1e-4, atol=1e-6)


def test_maps_upside_down_are_as_alike_as_the_right_way_up_and_do_not_cancel():
    """Rank correlations of +1 and -1: their mean would be none."""
    ramp = np.arange(5.0)
    assert likeness([ramp, ramp], [ramp, -ramp]).alike == 1


def test_pairs_with_a_blank_map_are_left_out_and_counted():
    ramp, blank = np.arange(5.0), np.zeros(5)
    found = likeness([ramp, ramp, ramp, blank], [ramp, blank, blank, ramp])
    assert (found.alike, found.blank) == (1, 0.75)
    found = likeness([ramp, blank], [blank, ramp])
    assert (found.alike, found.blank) == (None, 1)


def test_figures_within_their_limits_pass():
    outcome = judge("maps", GOOD)
    assert outcome.passed
    assert outcome.as_json() == {"method": "maps", "passed": True, "figures": GOOD, "reasons": []}


@pytest.mark.parametrize("name", LIMITS)
def test_each_figure_beyond_its_limit_fails_with_its_reason(name):
    below = judge("maps", GOOD | {name: LIMITS[name].least - 0.01})
    assert below.reasons[0].startswith(LIMITS[name].failed)
    assert len(below.reasons) == 1
    assert not judge("maps", GOOD | {name: float("nan")}).passed


def test_a_map_that_survives_random_weights_is_beyond_the_limit_above():
    assert judge("edges", GOOD | {"randomized_all": 0.2}).passed
    outcome = judge("edges", GOOD | {"randomized_all": 0.21})
    assert outcome.reasons == (
        "it stays alike when the network has forgotten all that it learned (randomized all 0.21)",
    )


def test_a_method_whose_every_map_goes_blank_has_shown_nothing_and_does_not_pass():
    outcome = judge("gradcam", GOOD | {"randomized_all": None, "randomized_all_blank": 1.0})
    assert outcome.reasons == ("nothing could be compared, as its maps are blank (randomized all)",)
    assert outcome.as_json()["figures"]["randomized_all"] is None


def test_drawn_cases_show_blood_within_the_head_and_others_are_other_heads():
    settings = PreparationSettings(size=64)
    cases = drawn_cases(settings, heads=2, seed=1)
    assert len(cases) == 2
    assert cases.name == "2 drawn heads"
    assert cases.inputs.shape == (2, 64, 64, 1)
    assert cases.blood.any(axis=(1, 2)).all()
    np.testing.assert_array_equal(drawn_cases(settings, heads=2, seed=1).inputs, cases.inputs)
    assert not np.array_equal(drawn_cases(settings, heads=2, seed=2).inputs, cases.inputs)
    second = cases.some(slice(1, None))
    assert (len(second), second.groups) == (1, ("head 1",))
    np.testing.assert_array_equal(second.blood, cases.blood[1:])


class Brightness:
    """A map of the picture alone: it points well, and would whatever the network had learned."""

    def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        assert label is Label.ANY
        return bright(inputs)


def one_head() -> tuple[Network, Cases]:
    """A network that sums what is brighter than 0.6, and a head with one bleed."""
    keras.utils.set_random_seed(0)
    inputs = keras.layers.Input((SIZE, SIZE, 1))
    above = keras.layers.ReLU()(keras.layers.Rescaling(1.0, offset=-0.6)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1, kernel_initializer="ones")(keras.layers.Flatten()(above)))
    brain = (head()[..., 0] > 0.3) & (head()[..., 0] < 0.9)
    return network_of_keras(model, [Label.ANY]), Cases("one head", head(), brain, bright(head()) > 0, ("a",))


def test_a_method_that_shows_the_picture_and_not_the_network_fails_by_random_weights_alone():
    network, cases = one_head()
    steps: list[None] = []
    method = Method("brightness", "", "", lambda _: Brightness())
    outcome = check_method(method, network, cases, cases, on_step=lambda: steps.append(None))
    assert len(steps) == STEPS
    assert outcome.figures["pointing"] == outcome.figures["dice"] == outcome.figures["iou"] == 1
    assert outcome.figures["energy_in_blood"] == outcome.figures["energy_in_brain"] == 1
    assert outcome.figures["randomized_all"] == pytest.approx(1)
    assert outcome.figures["randomized_all_blank"] == 0
    assert [reason for reason in outcome.reasons if "forgotten" in reason]


class Blank:
    """A map without anything on it."""

    def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
        return np.zeros(inputs.shape[:3], np.float32)


def test_a_method_that_draws_nothing_once_weights_are_shuffled_cannot_be_compared():
    network, cases = one_head()
    method = Method("shy", "", "", lambda bound: Brightness() if bound is network else Blank())
    outcome = check_method(method, network, cases, cases)
    assert outcome.figures["pointing"] == 1
    assert (outcome.figures["randomized_all"], outcome.figures["randomized_all_blank"]) == (None, 1)
    assert [reason for reason in outcome.reasons if "blank" in reason]


def test_with_a_slow_method_shuffled_networks_take_turns_on_the_heads():
    network, one = one_head()
    cases, seen = several(one, 5), []

    class Counting(Brightness):
        def explain(self, inputs: np.ndarray, label: Label) -> np.ndarray:
            seen.append(len(inputs))
            return super().explain(inputs, label)

    check_method(Method("", "", "", lambda _: Counting(), is_slow=True), network, cases, several(one, 4))
    assert seen == [5, 2, *[2, 2, 1], *[2, 1, 1, 1] * len(SHARES)]
    seen.clear()
    check_method(Method("", "", "", lambda _: Counting()), network, cases, several(one, 4))
    assert seen == [5, 4, *[5] * 3, *[5] * 4 * len(SHARES)]
