"""A network that stands on the shipped one learns from slices that this one never saw, and says so."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from hemoscope.datasets.audit.fingerprints import UNKNOWN, find_seen, fingerprint
from hemoscope.errors import DatasetError
from hemoscope.inference.predictor import Predictor
from hemoscope.models.bundle import open_bundle
from hemoscope.training.data import PreparedCollection, load_labelled, prepare_collection, prepare_grouped
from hemoscope.training.export import export
from hemoscope.training.fingerprints import fingerprint_run
from hemoscope.training.fit import train
from hemoscope.training.known import leave_out_known
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_table

CODE = "data.seen_in_training"


@pytest.fixture(scope="module")
def frozen_settings(quick_settings):
    """One epoch of a head on the shipped network's features, of small inputs."""
    return replace(quick_settings, model="map-net-frozen", epochs=1)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory, quick_settings) -> PreparedCollection:
    """Twelve drawn slices, two to a group."""
    folder = write_table(tmp_path_factory.mktemp("data") / "pairs")
    return prepare_collection(load_labelled(folder), settings=quick_settings.preparation)


@pytest.fixture
def learned_from(pairs, monkeypatch):
    """Let the shipped network have learned from some of them."""

    def pretend(indices: list[int]) -> None:
        table = fingerprint(np.asarray(pairs.inputs)[indices], hashes=[UNKNOWN] * len(indices))
        monkeypatch.setattr("hemoscope.training.known.open_bundle", lambda: SimpleNamespace(fingerprints=table))

    return pretend


def test_what_the_shipped_network_learned_from_is_left_out_with_its_group(pairs, learned_from):
    learned_from([2])
    left = leave_out_known(pairs)
    group = pairs.collection.groups[2]
    gone = [item.key for item in pairs.collection if item.group == group]
    assert len(gone) == 2
    assert {key: report.code for key, report in left.left_out.items()} == dict.fromkeys(gone, CODE)
    assert [item.key for item in left.collection] == [item.key for item in pairs.collection if item.group != group]
    assert np.array_equal(np.asarray(left.inputs[:2]), np.asarray(pairs.inputs)[:2])


def test_slices_that_are_new_to_it_all_stay(pairs):
    left = leave_out_known(pairs)
    assert (len(left.collection), left.left_out) == (12, {})


def test_nothing_new_is_an_error_that_says_what_to_do(pairs, learned_from):
    learned_from(list(range(12)))
    with pytest.raises(DatasetError, match=rf"learned from all of these slices.*does not stand on it\. \[{CODE}\]"):
        leave_out_known(pairs)


def test_a_class_that_is_not_new_is_an_error(pairs, learned_from):
    alone = replace(pairs, collection=pairs.collection.regrouped([item.key for item in pairs.collection]))
    learned_from([index for index, item in enumerate(pairs.collection) if item.label == 1])
    with pytest.raises(DatasetError, match=r"found 0 with and .*\[data\.one_class\]"):
        leave_out_known(alone)


@pytest.mark.parametrize(("model", "is_asked"), [("map-net-frozen", True), ("seed-cnn", False)])
def test_only_a_network_that_stands_on_it_leaves_them_out(
    model, is_asked, pairs, learned_from, quick_settings, tmp_path
):
    learned_from(list(range(12)))
    settings, path = replace(quick_settings, model=model), tmp_path / "inputs.npy"
    if not is_asked:
        assert len(prepare_grouped(pairs.collection, settings=settings, path=path).collection) == 12
        return
    with pytest.raises(DatasetError, match=CODE):
        prepare_grouped(pairs.collection, settings=settings, path=path)


def test_a_head_of_ones_own_is_trained_exported_and_knows_what_lies_below_it(tmp_path, drawn_set, frozen_settings):
    run = train(drawn_set, tmp_path / "run", settings=frozen_settings)
    shipped = open_bundle()
    assert run.record["stands_on"] == {"name": shipped.name, "version": shipped.version}
    bundle = export(run.folder, tmp_path / "bundle")
    assert len(bundle.fingerprints) == 16 + len(shipped.fingerprints)
    below = shipped.fingerprints
    assert len(find_seen(below, fingerprint_run(run))) >= np.count_nonzero(below.signatures.any(axis=1))
    assert f"`map-net-frozen`, on `{shipped.name}` {shipped.version}" in (bundle.folder / "MODEL_CARD.md").read_text()
    picture = drawn_set / "head_ct" / "head_ct" / "000.png"
    assert 0 <= Predictor(bundle=bundle.folder).predict(picture).probability <= 1


def test_its_defaults_take_slices_as_the_shipped_network_does():
    assert TrainingSettings.for_model("map-net-frozen").preparation == open_bundle().preparation
