import numpy as np
import pytest

from hemoscope.datasets.phantom import PhantomSettings, make_phantom, make_slice
from hemoscope.errors import InputError
from hemoscope.preparation.canonical import prepare
from hemoscope.records import Slice
from hemoscope.terms import SUBTYPES, Label, Unit

SMALL = {"size": 128, "spacing_mm": 1.8, "seed": 5}


def test_same_settings_give_the_same_bits_and_another_seed_another_head() -> None:
    settings = PhantomSettings(bleeds=(Label.SUBDURAL,), **SMALL)
    first, second = make_phantom(settings), make_phantom(settings)
    assert np.array_equal(first.hu, second.hu)
    assert np.array_equal(first.mask, second.mask)
    assert not np.array_equal(first.hu, make_phantom(PhantomSettings(**{**SMALL, "seed": 6})).hu)


def test_shape_type_spacing_and_range_are_as_documented() -> None:
    phantom = make_phantom(PhantomSettings(slices=24, **SMALL))
    assert phantom.hu.shape == phantom.mask.shape == (24, 128, 128)
    assert (phantom.hu.dtype, phantom.mask.dtype) == (np.float32, np.uint8)
    assert phantom.spacing == (5.0, 1.8, 1.8)
    assert np.array_equal(phantom.hu, np.round(phantom.hu))
    assert -1024 <= phantom.hu.min() < -990
    assert 1000 < phantom.hu.max() <= 3071


def test_brain_csf_and_air_have_textbook_densities() -> None:
    hu, _ = make_slice(None, seed=3)
    brain = hu[(hu > 0) & (hu < 60)]
    assert 24 < np.median(brain) < 36
    assert abs(np.median(hu[:10]) + 1000) < 3


def test_without_bleeds_the_mask_is_empty() -> None:
    assert not make_phantom(PhantomSettings(**SMALL)).mask.any()
    assert not make_slice(None, seed=1)[1].any()


@pytest.mark.parametrize("label", SUBTYPES)
def test_each_bleed_is_masked_and_denser_than_the_same_place_around_it(label: Label) -> None:
    phantom = make_phantom(PhantomSettings(bleeds=(label,), **SMALL))
    assert set(np.unique(phantom.mask)) == {0, 1 + SUBTYPES.index(label)}
    blood = phantom.mask > 0
    tissue = (phantom.hu > 0) & (phantom.hu < 60) & ~blood
    # Sulci are thinner than these pixels, so that subarachnoid blood is mixed with cortex.
    assert np.median(phantom.hu[blood]) > np.median(phantom.hu[tissue]) + 10


@pytest.mark.parametrize("label", SUBTYPES)
def test_each_mask_lies_inside_the_skull(label: Label) -> None:
    hu, mask = make_slice(label, seed=2)
    bone = hu > 300
    for row in np.flatnonzero(mask.any(axis=1)):
        columns, walls = np.flatnonzero(mask[row]), np.flatnonzero(bone[row])
        assert walls[0] < columns[0]
        assert columns[-1] < walls[-1]
    # A pixel of which half is blood at 66 HU and half the skull's table at 1150.
    assert hu[mask > 0].max() < (66 + 1150) / 2


@pytest.mark.parametrize("label", SUBTYPES)
def test_each_bleed_runs_through_consecutive_slices(label: Label) -> None:
    held = np.flatnonzero(make_phantom(PhantomSettings(bleeds=(label,), **SMALL)).mask.any(axis=(1, 2)))
    gaps = np.count_nonzero(np.diff(held) > 1)
    assert len(held) >= 3
    # The aqueduct, between the fourth ventricle and the third, is too thin to be drawn.
    assert gaps == (1 if label is Label.INTRAVENTRICULAR else 0)


def test_two_bleeds_have_two_labels_in_one_mask() -> None:
    both = (Label.EPIDURAL, Label.INTRAVENTRICULAR)
    phantom = make_phantom(PhantomSettings(bleeds=both, **SMALL))
    assert set(np.unique(phantom.mask)) == {0, 1, 3}


def test_the_head_holder_can_be_left_out() -> None:
    with_holder = make_phantom(PhantomSettings(**SMALL)).hu
    without = make_phantom(PhantomSettings(has_head_holder=False, **SMALL)).hu
    changed = np.flatnonzero((with_holder != without).any(axis=(0, 2)))
    assert changed.min() > 64


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_mid_brain_slice_passes_preparation(seed: int) -> None:
    phantom = make_phantom(PhantomSettings(bleeds=(SUBTYPES[seed],), seed=seed))
    for hu in phantom.hu[8:20]:
        prepared = prepare(Slice(hu, Unit.HU, "x", "dicom"))
        assert prepared.shape == (1, 192, 192, 1)
        assert 0.2 < prepared[0, 40:90, 40:90, 0].mean() < 0.7


def test_any_is_no_bleed_to_plant() -> None:
    with pytest.raises(InputError, match=r"Name a subtype, not 'any'\. \[settings\.range\]"):
        PhantomSettings(bleeds=(Label.ANY,))


def test_too_few_slices_and_too_small_ones_are_refused() -> None:
    with pytest.raises(InputError, match="at least 1 slice of at least 64 pixels; received 0 of 256"):
        PhantomSettings(slices=0)
    with pytest.raises(InputError, match="received 28 of 32"):
        PhantomSettings(size=32)
