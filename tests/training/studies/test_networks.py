"""Each origin is scored by the network that never saw it, or it is said that it did."""

import json
from pathlib import Path

import numpy as np
import pytest

from hemoscope.errors import TrainingError
from hemoscope.models.bundle import open_bundle
from hemoscope.training.studies.networks import Networks, SliceNetwork


@pytest.fixture(scope="module")
def bundle():
    return open_bundle()


def cross_validation(folder: Path, preparation: dict) -> Path:
    """The record of a cross-validation by origin of which no network is finished."""
    folder.mkdir()
    record = {"settings": {"preparation": preparation}, "blocks": [["abdulkader90", "kaggle"], ["phe-sich"]]}
    (folder / "validation.json").write_text(json.dumps(record))
    return folder


def test_the_network_that_left_an_origin_out_scores_it_and_the_bundles_all_others(bundle, tmp_path):
    left_out = cross_validation(tmp_path / "origins", bundle.preparation.as_json())
    networks = Networks(bundle, left_out, tmp_path / "networks")
    names = [networks.name_for(origin) for origin in ("abdulkader90", "phe-sich", "cq500-ct-0", "phantom")]
    assert names == ["abdulkader90+kaggle", "phe-sich", "bundle", "bundle"]
    assert networks.has_seen("cq500-ct-0")
    assert not networks.has_seen("phe-sich")
    assert not networks.has_seen("phantom")


def test_a_network_that_was_not_trained_to_its_end_scores_nothing(bundle, tmp_path):
    networks = Networks(bundle, cross_validation(tmp_path / "a", bundle.preparation.as_json()), tmp_path / "networks")
    for ask in (networks.for_origin, networks.identity_for):
        with pytest.raises(TrainingError, match=r"The network without phe-sich has not .*\[study\.unfinished\]"):
            ask("phe-sich")


def test_a_cross_validation_of_another_preparation_is_refused(bundle, tmp_path):
    other = bundle.preparation.as_json() | {"size": 64}
    with pytest.raises(TrainingError, match=r"another preparation than the bundle's.*\[export\.other_settings\]"):
        Networks(bundle, cross_validation(tmp_path / "a", other), tmp_path)
    with pytest.raises(TrainingError, match=r"holds no cross-validation by origin.*\[run\.not_found\]"):
        Networks(bundle, tmp_path / "nothing", tmp_path)


def test_without_a_cross_validation_the_bundle_scores_what_it_saw_and_that_is_told(bundle, tmp_path):
    networks = Networks(bundle, None, tmp_path)
    assert networks.has_seen("phe-sich")
    assert networks.identity_for("phe-sich").startswith("bundle ")
    assert networks.for_origin("phe-sich") is networks.for_origin("abdulkader90")


def test_a_slice_network_gives_scores_and_maps_of_many_slices(bundle):
    scores, maps = SliceNetwork(bundle.onnx_path).look(np.zeros((17, 192, 192), np.float16))
    assert (scores.shape, maps.shape) == ((17, 6), (17, 48, 48, 6))
    assert scores[16] == pytest.approx(scores[0], abs=1e-4)
