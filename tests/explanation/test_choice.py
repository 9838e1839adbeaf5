"""Which method explains a bundle."""

import pytest

from hemoscope.errors import InputError
from hemoscope.explanation.cam import Cam
from hemoscope.explanation.choice import choose_explainer
from hemoscope.explanation.occlusion import Occlusion
from hemoscope.models.bundle import keep_explanation, open_bundle
from hemoscope.training.export import export
from tests.inference.bundles import bundle_with


def test_a_network_with_maps_explains_itself():
    assert choose_explainer(open_bundle()) is None
    assert choose_explainer(open_bundle(), "maps") is None


def test_another_method_is_taken_by_name():
    chosen = choose_explainer(open_bundle(), "occlusion")
    assert chosen is not None
    assert chosen.name == "occlusion"
    assert isinstance(chosen.explainer, Occlusion)


def test_a_network_without_maps_is_explained_by_the_first_method_that_works(drawn_run, tmp_path):
    bundle = export(drawn_run.folder, tmp_path / "bundle")
    chosen = choose_explainer(bundle)
    assert chosen is not None
    assert chosen.name == "gradcam"
    assert isinstance(chosen.explainer, Cam)
    with pytest.raises(InputError) as caught:
        choose_explainer(bundle, "maps")
    assert caught.value.code == "method.needs_maps"


def test_the_checks_of_a_bundle_choose_its_method(tmp_path):
    bundle = open_bundle(bundle_with(tmp_path / "bundle", None))
    chosen = choose_explainer(keep_explanation(bundle, {"cases": "", "default": "occlusion", "methods": []}))
    assert chosen is not None
    assert chosen.name == "occlusion"


def test_where_no_method_passed_none_is_drawn_unless_it_is_named(tmp_path):
    bundle = open_bundle(bundle_with(tmp_path / "bundle", None))
    failed = keep_explanation(bundle, {"cases": "", "default": None, "methods": []})
    with pytest.raises(InputError) as caught:
        choose_explainer(failed)
    assert caught.value.code == "method.none_passed"
    named = choose_explainer(failed, "occlusion")
    assert named is not None
    assert named.name == "occlusion"
