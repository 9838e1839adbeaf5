"""Volumes with label maps: BHSD's five subtypes, INSTANCE's blood of any."""

import numpy as np
import pytest

from hemoscope.datasets.items import UNKNOWN
from hemoscope.datasets.load import load_collection
from hemoscope.datasets.origins import load_origins
from hemoscope.errors import DatasetError
from hemoscope.writing.nifti import write_nifti
from tests.datasets.public_sets import write_bhsd

LAYOUTS = [("images", "ground truths"), ("label_192/images", "label_192/ground truths"), ("imagesTr", "labelsTr")]


@pytest.mark.parametrize(("images", "masks"), LAYOUTS)
def test_a_slice_shows_the_subtypes_that_its_label_map_holds(tmp_path, images, masks):
    collection = load_collection(write_bhsd(tmp_path, images=images, masks=masks))
    subdural, none, deep, epidural = (1, 0, 0, 0, 0, 1), (0,) * 6, (1, 0, 1, 0, 0, 0), (1, 1, 0, 0, 0, 0)
    assert [item.targets for item in collection] == [subdural, none, deep, none, epidural, none, deep, none]
    assert len(set(collection.groups)) == 2
    assert [notice.code for notice in collection.notices] == ["data.mask_meaning"]
    assert collection.notices[0].message.startswith("Label maps were read as BHSD's: 1 epidural, 2 intraparenchymal")


def test_binary_maps_tell_blood_and_no_subtype(tmp_path):
    collection = load_collection(write_bhsd(tmp_path, images="train_2/data", masks="train_2/label", binary=True))
    assert sum(collection.labels) == 4
    assert {item.targets for item in collection} == {(1, *[UNKNOWN] * 5), (0,) * 6}
    assert collection.notices[0].message.startswith("No label map holds a number above 1")


def test_names_of_channels_are_matched(tmp_path):
    folder = write_bhsd(tmp_path, images="imagesTr", masks="labelsTr")
    for path in (folder / "imagesTr").iterdir():
        path.rename(path.with_name(path.name.replace(".nii.gz", "_0000.nii.gz")))
    assert len(load_collection(folder)) == 8


def test_a_volume_without_map_is_left_out_and_told(tmp_path):
    folder = write_bhsd(tmp_path)
    next((folder / "ground truths").iterdir()).unlink()
    collection = load_collection(folder)
    assert len(collection) == 4
    assert collection.notices[-1].message == "1 volumes without label map were left out."


def test_numbers_that_are_no_class_and_maps_of_another_length_are_errors(tmp_path):
    folder = write_bhsd(tmp_path)
    path = sorted((folder / "ground truths").iterdir())[0]
    write_nifti(np.full((4, 8, 8), 7, np.uint8), path, spacing=(5, 1, 1))
    with pytest.raises(DatasetError, match=r"numbers from 0 to 5 in the label map ID_.*; received 7.*data\.bad_mask"):
        load_collection(folder)
    write_nifti(np.ones((3, 8, 8), np.uint8), path, spacing=(5, 1, 1))
    with pytest.raises(DatasetError, match=r"Expected 4 slices in the label map ID_.*; received 3"):
        load_collection(folder)


def test_as_origins_volumes_bring_their_masks_where_these_tell_subtypes(tmp_path):
    write_bhsd(tmp_path / "bhsd")
    write_bhsd(tmp_path / "instance-2022", images="train_2/data", masks="train_2/label", binary=True)
    pool = load_origins(tmp_path)
    has_mask = {(case.origin, bool(case.any)): case.mask is not None for case in pool}
    assert has_mask == {
        ("bhsd", True): True,
        ("bhsd", False): False,
        ("instance-2022", True): False,
        ("instance-2022", False): False,
    }
    assert len({case.sha256() for case in pool if case.origin == "bhsd"}) == 8
    assert pool.data_hash() == load_origins(tmp_path).data_hash()
