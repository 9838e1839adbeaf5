"""Synthetic studies: reproducible, honest about what they show, one kind of scanner for all slices of one."""

import numpy as np
import pytest

from hemoscope.datasets.studies import LabelledStudy
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.studies.synthetic import EACH_ORIGIN, draw_phantom, list_recipes, vary_study

PREPARATION = PreparationSettings(size=64)


@pytest.fixture(scope="module")
def normal():
    return draw_phantom(None, seed=1, preparation=PREPARATION)


def study(key: str, *, bleeds: bool) -> LabelledStudy:
    def never(index: int):
        raise AssertionError("read before it was asked for")

    targets = (1.0 if bleeds else 0.0,) * 6
    return LabelledStudy(key, key.split("/")[0], key, never, ((0,),), (targets,), targets)


def test_normal_studies_come_painted_and_changed_and_those_with_blood_as_they_are():
    recipes = list_recipes(
        [study("a/1", bleeds=True), study("a/2", bleeds=False), study("b/1", bleeds=False)],
        preparation=PREPARATION,
        phantoms=2,
    )
    keys = [recipe.key for recipe in recipes]
    assert len(keys) == len(set(keys))
    assert [key for key in keys if key.startswith("a/1")] == ["a/1"]
    for key in ("a/2", "b/1"):
        assert sum(one.startswith(f"{key}/painted") for one in keys) == EACH_ORIGIN
        assert sum(one.startswith(f"{key}/changed") for one in keys) == EACH_ORIGIN
    assert {"phantom/normal-0", "phantom/normal-1", "phantom/epidural-0", "phantom/intraparenchymal-1"} <= set(keys)
    assert sum(key.startswith("phantom/normal-0/painted") for key in keys) == EACH_ORIGIN // 2


def test_the_same_seed_makes_the_same_study_and_another_does_not(normal):
    one, same, other = (
        vary_study(normal, key="x", is_painted=True, rng=np.random.default_rng(seed)) for seed in (4, 4, 5)
    )
    assert np.array_equal(one.inputs, same.inputs)
    assert not np.array_equal(one.inputs, other.inputs)


def test_a_changed_study_shows_no_blood_and_a_painted_one_mostly_does(normal):
    for seed in range(4):
        changed = vary_study(normal, key="x", is_painted=False, rng=np.random.default_rng(seed))
        assert changed.kind == "changed"
        assert not changed.slice_targets.any()
    painted = [vary_study(normal, key="x", is_painted=True, rng=np.random.default_rng(seed)) for seed in range(6)]
    assert sum(one.study_targets[0] for one in painted) >= 5
    assert all(one.kind.startswith("painted ") for one in painted)


@pytest.mark.parametrize("label", [Label.SUBDURAL, Label.INTRAVENTRICULAR])
def test_a_phantom_says_what_its_mask_shows(label):
    drawn = draw_phantom(label, seed=3, preparation=PREPARATION)
    assert drawn.kind == f"phantom {label}"
    assert drawn.study_targets.tolist() == [1.0, *(float(one is label) for one in SUBTYPES)]
    assert 2 <= drawn.slice_targets[:, 0].sum() <= 20
    assert (drawn.spacing_mm, drawn.pixel_mm) == (5.0, 1.2)
