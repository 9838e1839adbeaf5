"""One pass reads every file once and loses none."""

import numpy as np
import pytest
from PIL import Image

from hemoscope.datasets.audit import scan_collection
from hemoscope.datasets.audit.facts import all_features, pixel_free
from hemoscope.datasets.items import Collection, Item
from hemoscope.errors import DatasetError

from .layouts import draw_picture

HEAD = draw_picture(label=1, seed=1)


def collection_of(*paths) -> Collection:
    return Collection(
        "drawn", "test", tuple(Item(path.name, path, index % 2, path.name) for index, path in enumerate(paths))
    )


def test_facts_are_those_of_the_files(tmp_path):
    color = np.stack([HEAD, HEAD, HEAD, np.full_like(HEAD, 255)], axis=-1)
    tinted = np.stack([HEAD // 2, HEAD // 2, HEAD], axis=-1)
    Image.fromarray(HEAD[:, :200]).save(tmp_path / "grey.png")
    Image.fromarray(color).save(tmp_path / "alpha.png")
    Image.fromarray(tinted).save(tmp_path / "tinted.jpg")
    Image.fromarray(HEAD.astype(np.uint16) * 257).save(tmp_path / "deep.tif")
    names = ("grey.png", "alpha.png", "tinted.jpg", "deep.tif")
    features = all_features(scan_collection(collection_of(*(tmp_path / name for name in names))).facts)
    assert features["width"].tolist() == [200, 256, 256, 256]
    assert features["height"].tolist() == [256] * 4
    assert features["aspect"].tolist() == [0.78125, 1, 1, 1]
    assert features["file size"].tolist() == [(tmp_path / name).stat().st_size for name in names]
    assert features["bit depth"].tolist() == [8, 8, 8, 16]
    assert features["format"].tolist() == [0, 0, 1, 2]
    assert features["color channels"].tolist() == [0, 1, 1, 0]
    assert features["alpha channel"].tolist() == [0, 1, 0, 0]
    assert features["tint"].tolist() == [0, 0, 1, 0]
    assert features["order"].tolist() == [0, 1, 2, 3]
    assert features["pixel spacing"].tolist() == [0] * 4
    assert features["mean brightness"][1] == pytest.approx(HEAD.mean() / 255, abs=1e-6)


def test_the_pixel_free_properties_hold_nothing_of_the_picture_or_its_place(tmp_path):
    for name in ("a.png", "b.png"):
        Image.fromarray(HEAD).save(tmp_path / name)
    facts = scan_collection(collection_of(tmp_path / "a.png", tmp_path / "b.png")).facts
    assert set(all_features(facts)) - set(pixel_free(facts)) == {"order", "mean brightness", "tint"}


def test_an_unreadable_picture_is_listed_and_stops_nothing(tmp_path):
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(HEAD).save(tmp_path / name)
    (tmp_path / "b.png").write_bytes(b"")
    (tmp_path / "d.png").write_bytes((tmp_path / "a.png").read_bytes()[:300])
    seen = []
    paths = [tmp_path / name for name in ("a.png", "b.png", "d.png", "missing.png", "c.png")]
    items = tuple(Item(path.name, path, int(path.name != "a.png"), path.name) for path in paths)
    scan = scan_collection(
        Collection("drawn", "test", items), on_progress=lambda done, total: seen.append((done, total))
    )
    assert [item.key for item in scan.collection] == ["a.png", "c.png"]
    assert {key: report.code for key, report in scan.unreadable.items()} == {
        "b.png": "read.empty",
        "d.png": "read.truncated",
        "missing.png": "input.not_found",
    }
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert scan.inputs.shape == (2, 128, 128)
    assert scan.input(0).max() == 1.0


def test_nothing_readable_is_an_error_that_says_why(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(DatasetError, match=r"No slice could be read \(read\.empty\)\. Check the pictures\."):
        scan_collection(collection_of(tmp_path / "a.png", tmp_path / "b.png"))


def test_a_class_that_cannot_be_read_is_an_error(tmp_path):
    Image.fromarray(HEAD).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"found 0 with and 1 without") as caught:
        scan_collection(collection_of(tmp_path / "a.png", tmp_path / "b.png"))
    assert caught.value.code == "data.one_class"
