from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemoscope.datasets.phantom import LEVELS, Bleed, PhantomSettings, make_phantom, make_slice
from hemoscope.datasets.phantom.bleeds import DENSITY, LEFT, RIGHT
from hemoscope.datasets.phantom.space import Level, ramp
from hemoscope.errors import InputError
from hemoscope.terms import SUBTYPES, Label

SMALL = PhantomSettings(size=96, spacing_mm=2.4, seed=11)
SILENT = PhantomSettings(size=128, spacing_mm=1.8, noise_hu=0.0, seed=4)


def volume_ml(mask: np.ndarray, spacing: tuple[float, float, float]) -> float:
    return float(np.count_nonzero(mask) * np.prod(spacing) / 1000)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**40), labels=st.lists(st.sampled_from(SUBTYPES), max_size=2, unique=True))
def test_any_seed_gives_hu_of_12_bits_and_only_the_bleeds_asked_for(seed: int, labels: list[Label]) -> None:
    phantom = make_phantom(replace(SMALL, seed=seed, slices=14, thickness_mm=10.0, bleeds=tuple(labels)))
    assert np.isfinite(phantom.hu).all()
    assert -1024 <= phantom.hu.min() <= phantom.hu.max() <= 3071
    assert set(np.unique(phantom.mask)) - {0} <= {1 + SUBTYPES.index(label) for label in labels}


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), label=st.sampled_from(SUBTYPES))
def test_any_seed_shows_the_bleed_in_the_slice_made_for_it(seed: int, label: Label) -> None:
    assert np.count_nonzero(make_slice(label, seed=seed, size=128)[1]) > 20


def test_a_slice_is_the_same_whichever_slices_are_drawn_besides() -> None:
    many = make_phantom(replace(SMALL, slices=5, bleeds=(Label.EPIDURAL,)))
    one = make_phantom(replace(SMALL, slices=1, bleeds=(Label.EPIDURAL,)))
    assert np.array_equal(many.hu[2], one.hu[0])
    assert np.array_equal(many.mask[2], one.mask[0])


def test_slices_lie_as_far_apart_as_the_spacing_says() -> None:
    # 3 slices of 10 mm and 5 slices of 5 mm meet at -10, 0 and 10 mm from the middle.
    coarse, fine = (make_phantom(replace(SILENT, slices=n, thickness_mm=t)).hu for n, t in ((3, 10.0), (5, 5.0)))
    same_height, next_height = np.abs(coarse - fine[::2]), np.abs(coarse[:2] - fine[1:3])
    # Not the same, because the edges of thicker slices are softer.
    assert same_height.mean() < 0.6 * next_height.mean()


@pytest.mark.parametrize("label", [Label.EPIDURAL, Label.INTRAPARENCHYMAL, Label.SUBDURAL, Label.INTRAVENTRICULAR])
def test_without_noise_the_core_of_a_bleed_has_its_density(label: Label) -> None:
    phantom = make_phantom(replace(SILENT, size=256, spacing_mm=0.9, bleeds=(Bleed(label, size=1.0),)))
    core = phantom.hu[phantom.mask > 0]
    # Smooth texture of 2 HU varies it, and its edge mixes with what is around it.
    assert abs(np.median(core) - DENSITY[label]) < 3


@pytest.mark.parametrize("seed", range(4))
def test_without_noise_white_matter_and_fluid_have_their_densities(seed: int) -> None:
    phantom = make_phantom(replace(SILENT, seed=seed))
    above_the_ventricles = phantom.hu[18, 50:80]  # at 92.5 mm
    for columns in (slice(46, 58), slice(70, 82)):
        assert np.median(above_the_ventricles[:, columns]) == pytest.approx(28.5, abs=1.0)
    assert phantom.hu[14, 40:90, 40:90].min() == 8  # at 72.5 mm, inside the lateral ventricles


def test_a_ball_of_blood_has_the_volume_of_its_half_axes() -> None:
    bleed = Bleed(Label.INTRAPARENCHYMAL, side=LEFT, z=82.0, angle=-0.3, size=1.0)
    phantom = make_phantom(replace(SILENT, size=256, spacing_mm=0.9, bleeds=(bleed,)))
    # 4/3 pi 12.5 16 14 mm3 = 11.7 ml; its irregular edge and the ventricle beside it change that.
    assert 8.5 < volume_ml(phantom.mask, phantom.spacing) < 13.5


@pytest.mark.parametrize("label", SUBTYPES)
def test_a_larger_bleed_fills_more(label: Label) -> None:
    volumes = []
    for size in (0.6, 1.0, 1.6):
        phantom = make_phantom(replace(SMALL, bleeds=(Bleed(label, size=size),)))
        volumes.append(volume_ml(phantom.mask, phantom.spacing))
    assert volumes == sorted(set(volumes))


@pytest.mark.parametrize("label", [Label.EPIDURAL, Label.INTRAPARENCHYMAL, Label.SUBDURAL])
def test_a_bleed_lies_on_the_side_asked_for(label: Label) -> None:
    for side in (LEFT, RIGHT):
        mask = make_phantom(replace(SMALL, bleeds=(Bleed(label, side=side),))).mask
        # The patient's left is on the right of the picture.
        assert np.sign(np.nonzero(mask)[2].mean() - 47.5) == side


def test_a_subdural_is_longer_than_an_epidural_and_an_epidural_thicker() -> None:
    areas, lengths = {}, {}
    for label in (Label.EPIDURAL, Label.SUBDURAL):
        _, mask = make_slice(label, seed=6)
        rows, columns = np.nonzero(mask)
        areas[label] = len(rows)
        lengths[label] = np.hypot(np.ptp(rows), np.ptp(columns))
    assert lengths[Label.SUBDURAL] > 1.3 * lengths[Label.EPIDURAL]
    assert areas[Label.EPIDURAL] / lengths[Label.EPIDURAL] > areas[Label.SUBDURAL] / lengths[Label.SUBDURAL]


def test_named_levels_show_what_they_are_named_after() -> None:
    shown = {name: make_slice(None, seed=8, level=name)[0] for name in LEVELS}
    fluid = {name: np.count_nonzero((hu > 0) & (hu < 15)) for name, hu in shown.items()}
    bone = {name: np.mean(hu > 300) for name, hu in shown.items()}
    assert fluid["ventricles"] > fluid["vertex"]
    assert bone["skull base"] > bone["ventricles"]
    assert np.count_nonzero(shown["above"] > 300) == 0
    air_inside = shown["skull base"][60:120, 100:156] < -500
    assert air_inside.any()


def test_a_level_of_another_name_is_refused() -> None:
    with pytest.raises(InputError, match=r"Expected a level among skull base, cisterns, .*; received 'chin'\."):
        make_slice(None, seed=0, level="chin")


@pytest.mark.parametrize(
    ("change", "received"),
    [({"seed": -1}, "received -1"), ({"thickness_mm": 0.0}, "received 0.9, 0.0"), ({"noise_hu": -1.0}, "and -1.0")],
)
def test_settings_that_cannot_be_drawn_are_refused(change: dict[str, float], received: str) -> None:
    with pytest.raises(InputError, match=received) as caught:
        PhantomSettings(**change)  # type: ignore[arg-type]
    assert caught.value.code == "settings.range"


@pytest.mark.parametrize("change", [{"side": 0}, {"size": 0.0}, {"size": 3.0}])
def test_bleeds_that_cannot_be_drawn_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"Expected side 1 or -1 and a size from 0\.3 to 2"):
        Bleed(Label.SUBDURAL, **change)  # type: ignore[arg-type]


def test_noise_is_correlated_as_in_a_real_scan() -> None:
    quiet, noisy = (
        make_phantom(PhantomSettings(size=512, spacing_mm=0.45, slices=1, noise_hu=hu, seed=1)).hu[0] for hu in (0, 4)
    )
    noise = (noisy - quiet)[200:300, 200:300]
    assert noise.std() == pytest.approx(4.0, abs=0.4)
    neighbors, apart = (float((noise[:, :-lag] * noise[:, lag:]).mean() / noise.var()) for lag in (1, 2))
    # In a real RSNA 2019 study of 0.49 mm pixels: 0.60 to 0.69, and -0.05 to 0.21 two pixels apart.
    assert 0.55 < neighbors < 0.75
    assert -0.05 < apart < 0.3


def level_of(size: int, spacing: float) -> Level:
    across = ((np.arange(size) - (size - 1) / 2) * spacing).astype(np.float32)
    x, y = np.meshgrid(across, across)
    return Level(x, y, 0.0, spacing, 5.0)


def test_shares_of_an_ellipsoid_add_up_to_its_area_at_any_resolution() -> None:
    for size, spacing in ((80, 1.0), (320, 0.25)):
        level = level_of(size, spacing)
        cut = level.soften(level.ellipsoid((2.0, -3.0, 6.0), (20.0, 15.0, 10.0)))
        # At 6 mm from the middle of a half axis of 10 the cut is 0.8 of the half axes: pi 16 12.
        assert cut.sum() * spacing**2 == pytest.approx(np.pi * 16 * 12, rel=0.01)


def test_a_tube_is_as_wide_as_its_knots_say() -> None:
    level = level_of(200, 0.5)
    share = level.soften(level.tube((-30.0, 0.0, 0.0, 3.0), (30.0, 0.0, 0.0, 3.0)))
    assert share[:, 100].sum() * 0.5 == pytest.approx(6.0, abs=0.01)
    pair = level.soften(level.paired_tube((20.0, 0.0, 0.0, 3.0), (20.0, 9.0, 0.0, 3.0)))
    assert np.array_equal(pair, pair[:, ::-1])


def test_a_ramp_stays_between_its_ends() -> None:
    assert [ramp(value, 2.0, 4.0) for value in (1.0, 2.0, 3.0, 4.0, 5.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert [ramp(value, 4.0, 2.0) for value in (5.0, 3.0, 1.0)] == [0.0, 0.5, 1.0]


def test_densities_of_blood_are_those_of_acute_clot() -> None:
    assert set(DENSITY) == set(SUBTYPES)
    assert all(55 <= density <= 75 for density in DENSITY.values())
