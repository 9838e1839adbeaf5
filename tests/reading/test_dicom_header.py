"""What a header says is checked without its pixels."""

import warnings
from typing import Any

import pytest
from pydicom.dataset import Dataset

from hemoscope.errors import RefusedError
from hemoscope.reading.dicom_header import layout_of, padding_of, rescale_of, spacing_of, text, unit_of, whole_number
from hemoscope.reading.rescale import Rescale, StoredFormat
from hemoscope.terms import Unit


def header(**attributes: Any) -> Dataset:
    dataset = Dataset()
    with warnings.catch_warnings():
        # Some of these values are wrong on purpose, and pydicom says so.
        warnings.simplefilter("ignore")
        for keyword, value in attributes.items():
            setattr(dataset, keyword, value)
    return dataset


def test_text_is_the_first_value_without_its_spaces():
    assert text(header(Modality=["CT", "MR"]), "Modality") == "CT"
    assert text(header(Modality=" CT "), "Modality") == "CT"
    assert text(header(Modality=None), "Modality") == ""
    assert text(header(), "Modality") == ""


def test_an_empty_number_is_the_default():
    assert whole_number(header(NumberOfFrames=None), "NumberOfFrames", 1) == 1
    assert whole_number(header(NumberOfFrames=7), "NumberOfFrames", 1) == 7


@pytest.mark.parametrize("modality", ["CT", "ct", " CT"])
def test_ct_in_any_writing_is_hu(modality: str):
    assert unit_of(header(Modality=modality), source="x") is Unit.HU


def test_a_ct_class_does_not_overrule_a_modality_of_mr():
    with pytest.raises(RefusedError) as caught:
        unit_of(header(Modality="MR", SOPClassUID="1.2.840.10008.5.1.4.1.1.2"), source="x")
    assert caught.value.code == "dicom.not_ct"


def test_a_long_modality_is_cut_in_the_message():
    with pytest.raises(RefusedError) as caught:
        unit_of(header(Modality="A" * 16 + "B"), source="x")
    assert "B" not in caught.value.message


def test_a_single_missing_rescale_attribute_is_assumed():
    rescale, notices = rescale_of(header(RescaleIntercept=-1024))
    assert rescale == Rescale(1.0, -1024.0)
    assert [notice.message for notice in notices] == [
        "(0028,1052) Rescale Intercept or (0028,1053) Rescale Slope is missing; -1024 and 1 were used."
    ]


def test_bits_stored_default_to_bits_allocated():
    assert layout_of(header(BitsAllocated=16)) == StoredFormat(16, 16, is_signed=False)
    assert layout_of(header(BitsAllocated=16, BitsStored=12, PixelRepresentation=1)) == StoredFormat(16, 12, True)


@pytest.mark.parametrize(("raw", "expected"), [(63536, (-2000, -2000)), (b"\x30\xf8", (-2000, -2000)), (b"", None)])
def test_padding_is_read_from_any_value_representation(raw: Any, expected: tuple[int, int] | None):
    layout = StoredFormat(16, 16, is_signed=True)
    dataset = Dataset()
    dataset.add_new("PixelPaddingValue", "OB" if isinstance(raw, bytes) else "US", raw)
    assert padding_of(dataset, layout) == expected


def test_a_picture_without_spacing_is_no_reason_for_a_notice():
    assert spacing_of(header(), Unit.GREY) == (None, ())
    assert spacing_of(header(), Unit.HU)[1][0].code == "dicom.spacing_unknown"
