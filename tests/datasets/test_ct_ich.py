"""PhysioNet CT-ICH: volumes in HU, a label for each of their slices."""

import shutil

import numpy as np
import pytest

from hemoscope.datasets.ct_ich import TABLE
from hemoscope.datasets.load import load_collection
from hemoscope.datasets.origins.masks import read_mask
from hemoscope.errors import DatasetError
from hemoscope.reading.nifti_slice import read_nifti_mask
from hemoscope.terms import Label
from tests.datasets.public_sets import BLEEDS, draw


def test_each_row_is_a_slice_of_a_volume_with_five_subtypes(ct_ich):
    collection = load_collection(ct_ich)
    assert (collection.layout, len(collection), collection.notices) == ("CT-ICH", 8, ())
    first = collection.items[0]
    assert (first.key, first.path.name, first.frame, first.group) == ("ct_scans/049#1", "049.nii", 0, "patient-049")
    assert [item.targets for item in collection][:4] == [
        (1, 0, 0, 0, 0, 1),
        (0,) * 6,
        (1, 0, 1, 0, 0, 0),
        (0,) * 6,
    ]
    assert [item.place.position for item in collection][:4] == [0.0, 5.0, 10.0, 15.0]
    assert first.details == (("Fracture_Yes_No", "0"),)


def test_the_slice_of_a_row_is_the_one_that_was_drawn_for_it(ct_ich):
    for item, label in zip(load_collection(ct_ich).items[:4], BLEEDS, strict=True):
        drawn, area = draw(label, seed=49 + item.frame)
        assert np.array_equal(item.read().pixels, np.maximum(drawn.astype(np.int16), -1024))
        assert np.array_equal(read_nifti_mask(item.mask, item.frame) > 0, area)


def test_rows_that_contradict_themselves_or_name_no_slice_are_left_out_and_told(ct_ich, tmp_path):
    copy = shutil.copytree(ct_ich, tmp_path / "copy")
    table = copy / TABLE
    text = table.read_text()
    table.write_text(text.replace("49,2,0,0,0,0,0,1,0", "49,2,0,0,0,0,0,0,0") + "130,9,0,0,0,0,0,1,0\n,,,,,,,,\n")
    collection = load_collection(copy)
    assert len(collection) == 7
    assert [notice.message for notice in collection.notices] == [
        "1 slices are called both with and without hemorrhage, or neither, first ct_scans/049#2; they were left out.",
        "1 rows name slices that their volume does not have, first ct_scans/130#9; they were left out.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Subdural", "SDH", r"hemorrhage_diagnosis_raw_ct\.csv lacks Subdural.*\[data\.columns\]"),
        ("49,1,", "49,one,", r"line 2: expected a number as SliceNumber; received 'one'"),
        ("49,1,0", "49,1,2", r"line 2: expected 0 or 1 as Intraventricular; received '2'"),
        ("130,1,", "131,1,", r"names patient 131, but ct_scans has no such volume"),
    ],
)
def test_what_is_wrong_is_named(ct_ich, tmp_path, old, new, message):
    copy = shutil.copytree(ct_ich, tmp_path / "copy")
    text = (copy / TABLE).read_text()
    assert old in text
    (copy / TABLE).write_text(text.replace(old, new, 1))
    with pytest.raises(DatasetError, match=message):
        load_collection(copy)


def test_a_label_map_of_subtypes_is_read_by_number(tmp_path):
    from hemoscope.writing.nifti import write_nifti

    numbers = np.zeros((1, 4, 4), np.uint8)
    numbers[0, 1, 2], numbers[0, 3, 0] = 1, 5
    write_nifti(numbers, tmp_path / "map.nii.gz", spacing=(5, 1, 1))
    mask = read_mask(tmp_path / "map.nii.gz", 0)
    assert mask.shape == (5, 4, 4)
    assert mask[0, 1, 2]
    assert mask[list(Label).index(Label.SUBDURAL) - 1, 3, 0]
    assert mask.sum() == 2
