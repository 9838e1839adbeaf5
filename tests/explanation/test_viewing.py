"""What a viewer is given, read back by SimpleITK."""

import json

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from hemoscope import Predictor
from hemoscope.datasets.phantom import make_slice
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.explanation.kept import keep_answer
from hemoscope.explanation.sights import sights_of
from hemoscope.explanation.viewing import AIR, write_viewing
from hemoscope.inference.study import examine_study
from hemoscope.preparation.window import apply_window
from hemoscope.reading import open_studies
from hemoscope.results.palette import find_areas
from hemoscope.terms import BRAIN, Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.picture import write_picture

PHANTOM = PhantomSettings(size=128, slices=6, spacing_mm=1.8, bleeds=(Label.INTRAPARENCHYMAL,), seed=5)


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(PHANTOM)


def view(predictor, series, folder):
    folder.mkdir()
    with open_studies(series) as found:
        examined = examine_study(predictor, found.studies[0], name="a study")
        told = write_viewing(examined, folder)
        areas = [None if (shown := sight.look()) is None else find_areas(shown.maps) for sight in sights_of(examined)]
    return told, examined.result, areas


def read(path):
    return SimpleITK.ReadImage(str(path))


def test_planes_are_the_sections_as_they_lie_in_the_patient(predictor, phantom, tmp_path):
    write_series(phantom.hu, tmp_path / "series", spacing=(5.0, 0.5, 0.25), name="thick")
    told, result, areas = view(predictor, tmp_path / "series", tmp_path / "out")
    volume, maps = read(tmp_path / "out" / "volume.nii.gz"), read(tmp_path / "out" / "maps.nii.gz")
    # SimpleITK counts as DICOM does, to the left, back and head: with our order its directions are the unit matrix
    assert volume.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert volume.GetSpacing() == pytest.approx((0.25, 0.5, 5.0))
    assert volume.GetPixelIDTypeAsString() == "16-bit signed integer"
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(volume), np.round(phantom.hu).astype(np.int16))
    np.testing.assert_array_equal(SimpleITK.GetArrayFromImage(maps), np.stack(areas))
    assert (told["rows"], told["columns"], told["count"], told["unit"]) == (128, 128, 6, "hu")
    assert told["spacing_mm"] == pytest.approx([5.0, 0.5, 0.25])
    assert [one["probability"] for one in told["slices"]] == [one.probability for one in result.slices]
    assert [one["position_mm"] for one in told["slices"]] == [one.position_mm for one in result.slices]
    assert not told["is_thick"]
    assert told["threshold"] == result.operating_point.threshold
    assert json.loads(json.dumps(told)) == told


def test_key_slices_and_labels_are_told_with_the_numbers_of_the_map(predictor, phantom, tmp_path):
    write_series(phantom.hu, tmp_path / "series", spacing=(5.0, 1.5, 1.5), name="keys")
    told, result, areas = view(predictor, tmp_path / "series", tmp_path / "out")
    ranks = {one["key_rank"]: one["place"] for one in told["slices"] if one["key_rank"]}
    assert [ranks[rank] for rank in sorted(ranks)] == list(result.key_slices)
    value_of = {entry["label"]: entry["value"] for entry in told["map_legend"]}
    for one, seen in zip(told["slices"], areas, strict=True):
        assert {value_of[label] for label in one["labels"]} == set(np.unique(seen).tolist()) - {0}
    assert any(one["labels"] for one in told["slices"])


def test_thin_slices_are_shown_as_the_sections_that_were_scored(predictor, phantom, tmp_path):
    write_series(phantom.hu, tmp_path / "series", spacing=(1.25, 1.5, 1.5), name="thin")
    told, _, _ = view(predictor, tmp_path / "series", tmp_path / "out")
    assert [one["count"] for one in told["slices"]] == [4, 2]
    assert told["is_thick"]
    planes = SimpleITK.GetArrayFromImage(read(tmp_path / "out" / "volume.nii.gz"))
    np.testing.assert_allclose(planes[0], phantom.hu[:4].mean(axis=0), atol=1)
    assert told["spacing_mm"][0] == pytest.approx(3.75)  # from the middle of the first to the middle of the second


def test_a_slice_that_cannot_be_read_is_air_and_says_so(predictor, phantom, tmp_path):
    paths = write_series(phantom.hu, tmp_path / "series", spacing=(5.0, 1.5, 1.5), name="torn")
    paths[2].write_bytes(paths[2].read_bytes()[:-2000])
    told, _, _ = view(predictor, tmp_path / "series", tmp_path / "out")
    assert told["count"] == 6
    assert "This slice cannot be shown." in told["slices"][2]["notes"]
    planes = SimpleITK.GetArrayFromImage(read(tmp_path / "out" / "volume.nii.gz"))
    assert (planes[2] == AIR).all()
    np.testing.assert_array_equal(planes[3], np.round(phantom.hu[3]).astype(np.int16))


def test_a_picture_is_shown_in_its_greys(predictor, tmp_path):
    hu, _ = make_slice(Label.INTRAPARENCHYMAL, seed=0)
    write_picture(apply_window(hu, BRAIN), tmp_path / "bleed.png")
    examined = predictor.examine(tmp_path / "bleed.png")
    told = write_viewing(examined, tmp_path)
    planes = SimpleITK.GetArrayFromImage(read(tmp_path / "volume.nii.gz"))
    np.testing.assert_array_equal(planes[0], np.rint(examined.image.pixels * 255))
    assert (told["unit"], told["spacing_mm"], told["slices"][0]["edges"]) == ("grey", None, None)
    assert told["windows"] == [{"name": "All greys", "level": 127.5, "width": 255.0}]


def test_what_cannot_be_read_has_nothing_to_view(predictor, tmp_path):
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert write_viewing(predictor.examine(tmp_path / "torn.png"), tmp_path) is None
    assert not (tmp_path / "volume.nii.gz").exists()


def test_what_is_kept_of_an_answer_is_found_again(predictor, phantom, tmp_path):
    write_series(phantom.hu, tmp_path / "series", spacing=(5.0, 1.5, 1.5), name="kept")
    with open_studies(tmp_path / "series") as found:
        examined = examine_study(predictor, found.studies[0], name="a study")
        kept = keep_answer(examined, tmp_path / "kept", model=predictor.bundle.summary())
    assert kept.page.read_text().startswith("<!doctype html>")
    assert kept.volume.is_file()
    assert kept.maps.is_file()
    assert kept.geometry()["count"] == 6
    overlays = [kept.overlay(number) for number in range(6)]
    for path in overlays:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
    assert [path.name[:2] for path in overlays] == ["1-", "2-", "3-", "4-", "5-", "6-"]
    assert kept.overlay(6) is None
    assert kept.overlay(-1) is None


def test_nothing_is_shown_of_what_cannot_be_read(predictor, tmp_path):
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    kept = keep_answer(predictor.examine(tmp_path / "torn.png"), tmp_path / "kept", model=predictor.bundle.summary())
    assert kept.geometry() is None
    assert kept.overlay(0) is None
    assert "torn.png" in kept.page.read_text()
