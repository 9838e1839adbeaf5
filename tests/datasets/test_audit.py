"""Pictures that are nearly the same are found, called by the right name, and joined."""

import csv
import io
import os

import cv2
import numpy as np
import pytest
from PIL import Image

from hemoscope.datasets.audit import (
    Kind,
    Scan,
    find_near_duplicates,
    find_pairs,
    links,
    merge_groups,
    scan_collection,
    write_groups,
)
from hemoscope.datasets.items import Collection, Item
from hemoscope.datasets.load import load_collection, read_groups
from hemoscope.preparation.canonical import prepare
from hemoscope.records import Slice
from hemoscope.terms import Unit

from .layouts import draw_picture

ORIGINAL = draw_picture(label=1, seed=1)
OTHER = draw_picture(label=0, seed=2)


def prepared(picture: np.ndarray) -> np.ndarray:
    return prepare(Slice(picture.astype(np.float32) / 255, Unit.GREY, "a.png", "png"))[0]


def as_jpeg(picture: np.ndarray) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=60)
    return np.asarray(Image.open(stream))


def cropped(picture: np.ndarray) -> np.ndarray:
    return picture[20:240, 30:226]


def scaled(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (180, 180), interpolation=cv2.INTER_AREA)


def stretched(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (300, 256), interpolation=cv2.INTER_LINEAR)


def rewindowed(picture: np.ndarray) -> np.ndarray:
    return (picture * 0.7 + 20).astype(np.uint8)


def mirrored(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture[:, ::-1])


def scan_of(folder, *pictures: np.ndarray) -> Scan:
    """Scan pictures saved as a.png, b.png ..., the first with label 1, the others 0."""
    items = []
    for index, picture in enumerate(pictures):
        path = folder / f"{'abcdefgh'[index]}.png"
        Image.fromarray(picture).save(path)
        items.append(Item(path.name, path, int(index == 0), path.name))
    return scan_collection(Collection("drawn", "test", tuple(items)))


def kinds_of(scan: Scan) -> list[tuple[int, int, Kind, bool]]:
    return [(pair.first, pair.second, pair.kind, pair.is_mirrored) for pair in find_pairs(scan)]


def test_a_copy_scaled_and_rewindowed_is_found():
    copy = cv2.resize(rewindowed(ORIGINAL), (400, 400), interpolation=cv2.INTER_AREA)
    pairs = find_near_duplicates(np.stack([prepared(ORIGINAL), prepared(OTHER), prepared(copy)]))
    assert [(first, second) for first, second, _ in pairs] == [(0, 2)]


@pytest.mark.parametrize("change", [as_jpeg, cropped, scaled, stretched, rewindowed])
def test_one_picture_exported_twice_is_called_the_same_picture(change, tmp_path):
    scan = scan_of(tmp_path, ORIGINAL, OTHER, change(ORIGINAL))
    assert kinds_of(scan) == [(0, 2, Kind.SAME_PICTURE, False)]


@pytest.mark.parametrize("change", [np.copy, as_jpeg, scaled])
def test_a_mirrored_picture_is_found_and_said_to_be_mirrored(change, tmp_path):
    scan = scan_of(tmp_path, ORIGINAL, OTHER, change(mirrored(ORIGINAL)))
    assert kinds_of(scan) == [(0, 2, Kind.SAME_PICTURE, True)]


def test_a_neighbor_of_the_series_is_no_copy(tmp_path):
    texture = cv2.GaussianBlur(np.random.default_rng(7).normal(0, 1, ORIGINAL.shape), (0, 0), 3)
    brain = (ORIGINAL > 30) & (ORIGINAL < 200)
    neighbor = np.where(brain, ORIGINAL + 12 * texture / texture.std(), ORIGINAL).clip(0, 255).astype(np.uint8)
    assert kinds_of(scan_of(tmp_path, ORIGINAL, OTHER, neighbor)) == [(0, 2, Kind.SAME_SERIES, False)]


def test_identical_files_and_identical_pixels_are_told_apart_and_named_once_each(tmp_path):
    Image.fromarray(ORIGINAL).save(tmp_path / "slow.png", compress_level=9)
    paths = [tmp_path / name for name in ("a.png", "b.png", "slow.png", "c.png")]
    for path in paths[:2]:
        Image.fromarray(ORIGINAL).save(path)
    Image.fromarray(OTHER).save(paths[3])
    assert paths[0].read_bytes() != paths[2].read_bytes()
    items = tuple(Item(path.name, path, int(path.name != "c.png"), path.name) for path in paths)
    scan = scan_collection(Collection("drawn", "test", items))
    assert kinds_of(scan) == [(0, 1, Kind.IDENTICAL_BYTES, False), (0, 2, Kind.IDENTICAL_PIXELS, False)]


def test_a_picture_without_a_head_is_compared_by_its_pixels(tmp_path):
    blank = np.zeros((64, 64), np.uint8)
    Image.fromarray(blank).save(tmp_path / "x.bmp")
    scan = scan_of(tmp_path, ORIGINAL, blank)
    items = (*scan.collection.items, Item("x.bmp", tmp_path / "x.bmp", 0, "x.bmp"))
    scan = scan_collection(Collection("drawn", "test", items))
    assert {index: report.code for index, report in scan.refused.items()} == {1: "gate.empty", 2: "gate.empty"}
    assert kinds_of(scan) == [(1, 2, Kind.IDENTICAL_PIXELS, False)]


def test_pairs_of_pairs_are_joined():
    assert merge_groups(["a", "b", "c", "d", "a"], [(1, 2, 1.0), (2, 3, 1.0)]) == ["a", "b", "b", "b", "a"]


def test_a_long_chain_of_pairs_becomes_one_group_however_it_is_ordered():
    chain = [(index, index + 1, 1.0) for index in range(99)]
    names = [str(index) for index in range(100)]
    assert merge_groups(names, chain) == merge_groups(names, chain[::-1]) == ["0"] * 100


def test_nothing_found_leaves_groups_alone():
    assert merge_groups(["a", "b"], []) == ["a", "b"]


def test_suggested_groups_are_read_back_for_every_slice(tmp_path):
    scan = scan_of(tmp_path, ORIGINAL, OTHER, scaled(ORIGINAL))
    groups = merge_groups(list(scan.collection.groups), links(find_pairs(scan)))
    write_groups(tmp_path / "groups.csv", scan.collection, groups)
    assert (tmp_path / "groups.csv").read_text() == "id,group\na.png,a.png\nb.png,b.png\nc.png,a.png\n"
    assert read_groups(tmp_path / "groups.csv", scan.collection) == groups == ["a.png", "b.png", "a.png"]


def test_groups_are_written_though_a_name_is_no_utf_8(tmp_path):
    name = os.fsdecode(b"h\xe4mo.png")
    write_groups(tmp_path / "groups.csv", Collection("a", "test", (Item(name, tmp_path, 1, name),)), ["g"])
    assert (tmp_path / "groups.csv").read_text() == "id,group\nh\\udce4mo.png,g\n"


@pytest.mark.real_data
def test_on_the_200_every_known_copy_is_called_one_picture_and_no_pair_joins_two_groups(two_hundred, real_data):
    groups_file = real_data / "kaggle-head-ct-hemorrhage-groups.csv"
    collection = load_collection(two_hundred, groups_file=groups_file)
    scan = scan_collection(collection)
    pairs = find_pairs(scan)
    assert (len(scan.collection), scan.unreadable, scan.refused) == (200, {}, {})
    with groups_file.open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["same_image_as"]]
    known = {tuple(sorted((int(row["id"]), int(row["same_image_as"])))) for row in rows}
    one_picture = {(pair.first, pair.second) for pair in pairs if pair.kind is not Kind.SAME_SERIES}
    assert len(known) == 14
    # 22 and 58 are both listed as copies of 5; 198 and 199 show one slice at two sizes, with the same letter.
    assert one_picture == known | {(22, 58), (198, 199)}
    assert [(pair.first, pair.second) for pair in pairs if pair.kind is Kind.IDENTICAL_PIXELS] == [(188, 189)]
    assert all(collection.groups[pair.first] == collection.groups[pair.second] for pair in pairs)
    assert 25 <= sum(pair.kind is Kind.SAME_SERIES for pair in pairs) <= 45
    # What train joins by thumbnails alone agrees with the groups drawn by eye, and holds every known copy.
    alike = find_near_duplicates(scan.inputs)
    assert known <= {(first, second) for first, second, _ in alike}
    assert all(collection.groups[first] == collection.groups[second] for first, second, _ in alike)
