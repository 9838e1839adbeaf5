"""A network with maps trains, resumes, is exported, answers, and is judged on origins it never saw."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from hemoscope.datasets.origins import load_origins
from hemoscope.errors import DatasetError, TrainingError
from hemoscope.inference.predictor import Predictor
from hemoscope.models.bundle import open_bundle
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.export import export
from hemoscope.training.fit import resume, train
from hemoscope.training.maps.leave_out import arrange_blocks, leave_origins_out
from hemoscope.training.observe import Observer
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_origins
from tests.models.small_encoder import small_encoder


@pytest.fixture(scope="module")
def origins(tmp_path_factory):
    return write_origins(tmp_path_factory.mktemp("origins"), each=8)


@pytest.fixture(scope="module")
def settings():
    return TrainingSettings.for_model("map-net", size=64, epochs=2, steps=2, batch_size=8, validation_fraction=0.25)


@pytest.fixture(scope="module")
def finished(origins, settings, tmp_path_factory):
    """A run with the encoder that users have."""
    return train(origins, tmp_path_factory.mktemp("runs") / "run", settings=settings)


@pytest.fixture(scope="module")
def small(origins, settings, tmp_path_factory):
    """A run with an encoder that learns in no time."""
    with small_encoder():
        return train(origins, tmp_path_factory.mktemp("runs") / "small", settings=settings)


@pytest.fixture(scope="module")
def left_out(origins, settings, tmp_path_factory):
    """The folder of a cross-validation by origin, likewise, and its rows."""
    folder = tmp_path_factory.mktemp("left") / "out"
    with small_encoder():
        return folder, leave_origins_out(origins, folder, settings=replace(settings, epochs=1))


def test_history_and_curves_are_kept(finished):
    rows = finished.history()
    assert [row["epoch"] for row in rows] == [1, 2]
    assert {"loss", "logits_loss", "maps_loss", "val_loss", "val_auroc", "val_accuracy"} <= set(rows[0])
    assert (finished.folder / "curves.png").stat().st_size > 1000


def test_a_run_is_continued_on_the_same_data_alone(origins, settings, small, tmp_path):
    class StopAfterOne(Observer):
        def on_epoch(self, row):
            raise KeyboardInterrupt

    with small_encoder(), pytest.raises(KeyboardInterrupt):
        train(origins, tmp_path / "run", settings=settings, observer=StopAfterOne())
    run = resume(origins, tmp_path / "run")
    assert run.last_epoch == 2
    assert run.history()[0]["val_loss"] == pytest.approx(small.history()[0]["val_loss"], abs=1e-3)
    with pytest.raises(TrainingError, match="not the one"):
        resume(write_origins(tmp_path / "other", each=7), tmp_path / "run")


def test_the_bundle_answers_with_subtypes_and_a_map_on_the_picture(finished, origins, tmp_path):
    export(finished.folder, tmp_path / "bundle")
    bundle = open_bundle(tmp_path / "bundle")
    assert bundle.has_maps
    assert bundle.metadata["maps"]["shape"] == [None, 16, 16, 6]
    picture = next(case.path for case in load_origins(origins))
    seen = Predictor(tmp_path / "bundle").examine(picture)
    assert set(seen.result.subtypes) == set(SUBTYPES)
    assert all(0 <= value <= 1 for value in seen.result.subtypes.values())
    of_any = seen.shown.maps[Label.ANY]
    assert of_any.shape == seen.image.pixels.shape
    assert 0 <= of_any.min() <= of_any.max() <= 1


def test_an_origin_of_one_class_is_left_out_with_one_that_lends_the_other(origins):
    pool = load_origins(origins)
    assert arrange_blocks(pool) == [("bhsd-dev", "kaggle-head-ct-hemorrhage"), ("phe-sich",)]
    with pytest.raises(DatasetError, match="received one"):
        arrange_blocks(load_origins(origins, only=["phe-sich"]))


def test_every_origin_is_judged_by_a_network_that_never_saw_it(origins, settings, left_out):
    quick, (folder, rows) = replace(settings, epochs=1), left_out
    assert {row.origin for row in rows} == {"bhsd-dev", "kaggle-head-ct-hemorrhage", "phe-sich"}
    for path in (folder / "runs").iterdir():
        learned = {line.split("/")[0] for line in (path / "split.csv").read_text().splitlines()[1:]}
        assert not learned & set(path.name.split("+"))
    figures = json.loads((folder / "figures.json").read_text())
    assert {"auroc", "sensitivity_at_90", "pointing", "dice"} <= set(figures["bhsd-dev"])
    assert figures["mean"]["auroc"]["value"] == pytest.approx(
        np.mean([figures[name]["auroc"]["value"] for name in figures if name != "mean"])
    )
    assert leave_origins_out(origins, folder, settings=quick) == rows
    with pytest.raises(TrainingError, match="other settings"):
        leave_origins_out(origins, folder, settings=replace(quick, seed=9))


def test_a_bundle_carries_the_figures_of_its_like_and_of_no_other_network(small, left_out, tmp_path):
    shutil.copytree(left_out[0], tmp_path / "out")
    bundle = export(small.folder, tmp_path / "bundle", left_out=tmp_path / "out")
    assert bundle.metadata["left_out"]["epochs"] == 1
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert bundle.metadata["left_out"]["figures"] == figures
    assert (
        f"| bhsd-dev | dice | {figures['bhsd-dev']['dice']['value']:.3f} |"
        in (tmp_path / "bundle" / "MODEL_CARD.md").read_text()
    )
    record = json.loads((tmp_path / "out" / "validation.json").read_text())
    record["settings"]["dropout"] = 0.7
    (tmp_path / "out" / "validation.json").write_text(json.dumps(record))
    with pytest.raises(TrainingError, match="judged a network of other settings"):
        export(small.folder, tmp_path / "other", left_out=tmp_path / "out")
    with pytest.raises(TrainingError, match="no finished cross-validation"):
        export(small.folder, tmp_path / "other", left_out=tmp_path / "nothing")
