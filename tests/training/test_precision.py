"""A run in mixed precision keeps its weights and scores in float32, goes on after a stop, and exports as any other."""

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from hemoscope.cli import main
from hemoscope.errors import InputError
from hemoscope.inference.predictor import Predictor
from hemoscope.models.registry import MODELS
from hemoscope.training.export import export
from hemoscope.training.fit import resume, train
from hemoscope.training.observe import Observer
from hemoscope.training.precision import in_full_precision, precision
from hemoscope.training.run import Run, load_best
from hemoscope.training.settings import TrainingSettings

MIXED = "mixed_bfloat16"


@pytest.fixture(scope="module")
def settings(quick_settings) -> TrainingSettings:
    return replace(quick_settings, precision=MIXED, epochs=2)


@pytest.fixture(scope="module")
def mixed_run(drawn_set, settings, tmp_path_factory) -> Run:
    return train(drawn_set, tmp_path_factory.mktemp("mixed") / "run", settings=settings)


def test_the_run_says_what_it_computes_in_and_learns_in_it(mixed_run):
    assert json.loads((mixed_run.folder / "run.json").read_text())["settings"]["precision"] == MIXED
    network = keras.saving.load_model(mixed_run.checkpoint(mixed_run.best_epoch))
    kinds = {layer.name: layer.compute_dtype for layer in network.layers}
    assert set(kinds.values()) == {"bfloat16", "float32"}
    assert kinds["logits"] == "float32"
    assert all(variable.dtype == "float32" for variable in network.trainable_variables)
    assert keras.config.dtype_policy().name == "float32"


def test_what_judges_computes_in_float32_with_the_same_weights(mixed_run):
    network = load_best(mixed_run)
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}
    inputs = np.asarray(mixed_run.inputs, np.float32)
    mixed = keras.saving.load_model(mixed_run.checkpoint(mixed_run.best_epoch), compile=False)
    difference = np.abs(network.predict(inputs, verbose=0) - mixed.predict(inputs, verbose=0))
    assert 0 < difference.max() < 0.2


def test_a_stopped_run_ends_as_it_would_have(drawn_set, settings, mixed_run, tmp_path):
    class StopError(Exception):
        pass

    class Stop(Observer):
        def on_epoch(self, row):
            raise StopError

    with pytest.raises(StopError):
        train(drawn_set, tmp_path / "run", settings=settings, observer=Stop())
    run = resume(drawn_set, tmp_path / "run")
    assert run.last_epoch == 2
    for again, once in zip(load_best(run).get_weights(), load_best(mixed_run).get_weights(), strict=True):
        assert np.array_equal(again, once)


def test_a_mixed_run_is_exported_and_scores(mixed_run, drawn_set, tmp_path):
    export(mixed_run.folder, tmp_path / "bundle")
    assert 0 < Predictor(tmp_path / "bundle").predict(drawn_set / "head_ct" / "head_ct" / "000.png").probability < 1


@pytest.mark.parametrize("name", MODELS)
def test_every_network_gives_scores_in_float32_and_becomes_a_full_one(name):
    spec = MODELS[name]
    with precision("mixed_float16"):
        network = spec.build(size=32, dropout=0.1)
    outputs = network.outputs
    assert {output.dtype for output in outputs} == {"float32"}
    chosen = replace(TrainingSettings.for_model(name, size=32), precision="mixed_float16", dropout=0.1)
    full = in_full_precision(network, chosen)
    assert {layer.compute_dtype for layer in full.layers} == {"float32"}
    assert all(np.array_equal(a, b) for a, b in zip(network.get_weights(), full.get_weights(), strict=True))
    assert in_full_precision(full, replace(chosen, precision="float32")) is full


def test_another_precision_is_refused_by_name(tmp_path):
    with pytest.raises(
        InputError, match=r"precision: expected one of float32, mixed_float16, mixed_bfloat16; received"
    ):
        TrainingSettings(precision="float8")
    result = CliRunner().invoke(main, ["train", str(tmp_path), "--out", str(tmp_path / "r"), "--precision", "float8"])
    assert result.exit_code == 2
    assert "mixed_float16" in result.output


def test_a_run_of_before_computes_in_float32(quick_settings):
    values = quick_settings.as_json()
    del values["precision"]
    assert TrainingSettings.from_json(values).precision == "float32"
