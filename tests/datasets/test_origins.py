"""Every origin is read with what it knows, and no more."""

import numpy as np
import pytest

from hemoscope.datasets.origins import ORIGINS, UNKNOWN, load_origins
from hemoscope.datasets.origins.masks import read_mask
from hemoscope.datasets.origins.unpack import unpack
from hemoscope.errors import DatasetError, InputError
from hemoscope.terms import Label
from tests.datasets.layouts import write_origins


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_origins(tmp_path_factory.mktemp("origins"))


def test_what_nobody_said_is_unknown_and_without_hemorrhage_there_is_no_subtype(folder):
    pool = load_origins(folder)
    assert [str(name) for name in dict.fromkeys(pool.origins)] == ["kaggle-head-ct-hemorrhage", "bhsd-dev", "phe-sich"]
    by_key = {case.key: case for case in pool}
    assert by_key["kaggle-head-ct-hemorrhage/000.png"].targets == (1, *[UNKNOWN] * 5)
    assert by_key["kaggle-head-ct-hemorrhage/011.png"].targets == (0,) * 6
    deep = dict(zip(Label, by_key["phe-sich/0001.png"].targets, strict=True))
    assert deep[Label.INTRAPARENCHYMAL] == 1
    assert deep[Label.INTRAVENTRICULAR] == UNKNOWN
    masked = dict(zip(Label, by_key["bhsd-dev/120013.png"].targets, strict=True))
    assert masked == {label: float(label in (Label.ANY, Label.SUBDURAL)) for label in Label}


def test_groups_are_patients_and_never_span_origins(folder):
    pool = load_origins(folder)
    assert {case.group.partition("/")[0] for case in pool} == set(pool.origins)
    assert next(case.group for case in pool if case.key == "phe-sich/0003.png") == "phe-sich/phe-0001"


def test_the_hash_follows_files_masks_and_labels_but_not_their_place(folder, tmp_path):
    pool = load_origins(folder)
    again = load_origins(write_origins(tmp_path / "copy"))
    assert pool.data_hash() == again.data_hash()
    mask = next(case.mask for case in again if case.mask)
    mask.write_bytes(mask.read_bytes() + b"\0")
    assert pool.data_hash() != again.data_hash()


def test_mask_colors_are_subtypes(folder):
    mask = read_mask(folder / "bhsd-dev" / "masks" / "121013.png")
    assert mask.any(axis=(1, 2)).tolist() == [False, True, False, False, False]
    assert mask[1][120, 114]


def test_an_unknown_origin_and_an_empty_folder_are_said(folder, tmp_path):
    with pytest.raises(InputError, match="received 'elsewhere'"):
        load_origins(folder, only=["elsewhere"])
    with pytest.raises(DatasetError, match="holds none of"):
        load_origins(tmp_path)
    with pytest.raises(InputError, match="Expected a folder"):
        load_origins(tmp_path / "nowhere")


def test_a_missing_picture_is_named(tmp_path):
    folder = write_origins(tmp_path / "origins")
    (folder / "phe-sich" / "images" / "0003.png").unlink()
    with pytest.raises(DatasetError, match=r"phe-sich names 0003\.png"):
        load_origins(folder)


def test_a_damaged_archive_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "slices.zip").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(DatasetError, match=r"slices\.zip is damaged"):
        unpack(tmp_path / "slices.zip")
    assert [path.name for path in (tmp_path / "cache" / "hemoscope").iterdir()] == []


def test_the_real_origins_hold_what_their_readme_says(real_data):
    pool = load_origins(real_data)
    counts = {name: count for name in ORIGINS if (count := int((pool.origins == name).sum()))}
    assert counts == {
        "kaggle-head-ct-hemorrhage": 200,
        "bhsd-dev": 42,
        "phe-sich": 1172,
        "rsna-2019-slices": 84,
        "abdulkader90": 620,
        "cq500-ct-0": 238,
    }
    any_target = pool.targets[:, 0]
    assert int((any_target[pool.origins == "phe-sich"] == 1).sum()) == 460
    assert int((any_target[pool.origins == "rsna-2019-slices"] == 1).sum()) == 9
    assert set(any_target[pool.origins == "abdulkader90"]) == {0.0, UNKNOWN}
    assert np.all(pool.targets[any_target == 0] == 0)
