"""Everything that is drawn of an input, in a folder of its own."""

import json
import shutil

import jsonschema
import numpy as np
import pytest
from PIL import Image

from hemoscope import Predictor
from hemoscope.datasets.phantom import make_slice
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.explanation.folder import DrawSettings, Explanations, write_explanation
from hemoscope.explanation.sights import NamedExplainer, sights_of
from hemoscope.inference.study import examine_study
from hemoscope.preparation.window import apply_window
from hemoscope.reading import open_studies
from hemoscope.records import Status
from hemoscope.terms import BRAIN, Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.picture import write_picture
from tests.results.test_explanation_document import SCHEMA
from tests.results.test_study_page import data_of

PHANTOM = PhantomSettings(size=128, slices=8, spacing_mm=1.8, bleeds=(Label.INTRAPARENCHYMAL,), seed=5)


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def settings(predictor):
    return DrawSettings(predictor.bundle.summary())


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    phantom = make_phantom(PHANTOM)
    folder = tmp_path_factory.mktemp("study") / "series"
    write_series(phantom.hu, folder, spacing=phantom.spacing, name="a study")
    return folder


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    hu, _ = make_slice(Label.INTRAPARENCHYMAL, seed=0)
    path = tmp_path_factory.mktemp("pictures") / "bleed.png"
    write_picture(apply_window(hu, BRAIN), path)
    return path


def draw_study(predictor, series, folder, settings, **options):
    with open_studies(series) as found:
        examined = examine_study(predictor, found.studies[0], name=str(series))
        write_explanation(examined, folder, settings, **options)
    return examined.result, json.loads((folder / "explanation.json").read_text())


def test_a_study_gets_a_page_a_sheet_and_the_overlays_that_matter(predictor, series, settings, tmp_path):
    drawn = []
    result, document = draw_study(predictor, series, tmp_path, settings, on_slices=drawn.append)
    jsonschema.validate(document, SCHEMA)
    point = result.operating_point
    reach = {place for place, one in enumerate(result.slices) if (one.probability or 0) >= point.threshold}
    assert {one["slice"] for one in document["slices"]} == reach | set(result.key_slices)
    assert [one["file"] for one in document["slices"]] == [
        f"slices/{one['slice'] + 1}-slice-{one['slice'] + 1:03d}.png" for one in document["slices"]
    ]
    for name in ("key-slices.png", *(one["file"] for one in document["slices"])):
        with Image.open(tmp_path / name) as image:
            image.verify()
    assert len(data_of((tmp_path / "index.html").read_text())["slices"]) == 8
    assert sum(drawn) == 8


def test_every_slice_is_drawn_where_that_is_asked_for(predictor, series, settings, tmp_path):
    all_of_it = DrawSettings(settings.model, draws_all=True)
    _, document = draw_study(predictor, series, tmp_path, all_of_it)
    assert [one["slice"] for one in document["slices"]] == list(range(8))
    assert len(list((tmp_path / "slices").iterdir())) == 8
    # the next call, which draws fewer, leaves none of these behind
    _, fewer = draw_study(predictor, series, tmp_path, settings)
    assert {f"slices/{path.name}" for path in (tmp_path / "slices").iterdir()} == {
        one["file"] for one in fewer["slices"]
    }


def test_a_slice_that_cannot_be_read_costs_no_other(predictor, series, settings, tmp_path):
    broken = shutil.copytree(series, tmp_path / "broken")
    (torn,) = broken.glob("*004*")
    torn.write_bytes(torn.read_bytes()[:3000])
    result, _ = draw_study(predictor, broken, tmp_path / "out", settings)
    data = data_of((tmp_path / "out" / "index.html").read_text())
    assert [one["rows"] > 0 for one in data["slices"]] == [one.status is not Status.FAILED for one in result.slices]
    assert sum(one["rows"] == 0 for one in data["slices"]) <= 1


def test_a_picture_gets_a_page_and_an_overlay_and_no_sheet(predictor, picture, settings, tmp_path):
    examined = predictor.examine(picture)
    write_explanation(examined, tmp_path, settings)
    document = json.loads((tmp_path / "explanation.json").read_text())
    assert document["key_slices"] is None
    (only,) = document["slices"]
    assert only["file"] == "slices/bleed.png"
    assert "intraparenchymal" in only["outlined"]
    assert not (tmp_path / "key-slices.png").exists()


def test_what_cannot_be_read_gets_a_page_that_says_why(predictor, settings, tmp_path):
    write_explanation(predictor.examine(tmp_path / "nothing.png"), tmp_path / "out", settings)
    assert "input.not_found" in (tmp_path / "out" / "index.html").read_text()
    assert json.loads((tmp_path / "out" / "explanation.json").read_text())["slices"] == []


def test_inputs_of_one_name_get_folders_of_their_own_and_so_do_those_of_an_earlier_call(
    predictor, picture, settings, tmp_path
):
    explanations = Explanations(tmp_path, settings, before=["elsewhere/bleed.png"])
    for _ in range(2):
        explanations.add(predictor.examine(picture))
    assert [page.parent.name for page in explanations.pages] == ["bleed-2", "bleed-3"]


class Corner:
    """A method that points to the upper left quarter of what the network saw, more where there is more light."""

    def explain(self, inputs, label):
        assert label is Label.ANY
        heat = np.zeros(inputs.shape[:3], np.float32)
        half = inputs.shape[1] // 2
        heat[:, :half, :half] = 3.0 * inputs.mean(axis=(1, 2, 3))[:, np.newaxis, np.newaxis]
        return heat


def test_another_method_is_scaled_to_its_maximum_over_the_whole_study(predictor, series):
    with open_studies(series) as found:
        examined = examine_study(predictor, found.studies[0], name="series")
        shown = [sight.look() for sight in sights_of(examined, NamedExplainer("corner", Corner()))]
    highest = [float(one.maps[Label.ANY].max()) for one in shown if one.maps is not None]
    assert max(highest) == pytest.approx(1.0)
    assert min(highest) < 0.99
    for one in shown:
        assert one.maps is None or list(one.maps) == [Label.ANY]


def test_another_method_is_named_in_what_is_written(predictor, picture, settings, tmp_path):
    method = NamedExplainer("corner", Corner())
    write_explanation(predictor.examine(picture), tmp_path, DrawSettings(settings.model, method))
    document = json.loads((tmp_path / "explanation.json").read_text())
    assert document["method"] == "corner"
    assert document["slices"][0]["outlined"] == []
    assert "Map of corner" in (tmp_path / "index.html").read_text()


@pytest.mark.real_data
def test_a_real_study_is_drawn_with_its_sides_on_a_page_that_can_be_sent(predictor, real_data, settings, tmp_path):
    result, document = draw_study(predictor, real_data / "rsna-2019-study", tmp_path, settings)
    assert {one["slice"] for one in document["slices"]} >= set(result.key_slices)
    data = data_of((tmp_path / "index.html").read_text())
    assert {tuple(one["edges"].values()) for one in data["slices"]} == {("R", "A", "L", "P")}
    assert {(one["rows"], one["columns"]) for one in data["slices"]} == {(512, 512)}
    assert (tmp_path / "index.html").stat().st_size < 15e6


@pytest.mark.real_data
def test_thin_slices_are_drawn_as_sections(predictor, real_data, settings, tmp_path):
    result, _ = draw_study(predictor, real_data / "cq500-ct-0" / "CQ500-CT-0", tmp_path, settings)
    data = data_of((tmp_path / "index.html").read_text())
    assert len(data["slices"]) == result.slices[-1].section + 1 < len(result.slices)
    assert data["slices"][10]["joined"] == "mean of 8 thin slices"
