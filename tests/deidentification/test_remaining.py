"""The check of what remains: it must find what a profile might leave."""

import pytest
from pydicom.dataset import Dataset

from hemoscope.deidentification import deidentify, find_remaining

from .conftest import KEY, NAME


@pytest.fixture
def made(dataset) -> Dataset:
    return deidentify(dataset, key=KEY)


def reasons(made: Dataset, source: Dataset) -> list[tuple[str, str]]:
    return [(one.place, one.reason) for one in find_remaining(made, source)]


def test_a_name_in_free_text_is_found_and_not_quoted(made, dataset):
    made.ConvolutionKernel = "of QUIXOTEWICZ"
    assert reasons(made, dataset) == [("(0018,1210) ConvolutionKernel", "holds a word of the source")]


@pytest.mark.parametrize("text", ["QUIXOTEWICZBARN", "pat7731904a", "xQuixotewicz_1"])
def test_a_long_word_within_another_is_found(made, dataset, text):
    made.ConvolutionKernel = text
    assert reasons(made, dataset) == [("(0018,1210) ConvolutionKernel", "holds a word of the source")]


def test_a_short_word_within_another_tells_nobody(made, dataset):
    dataset.PatientName = "Bran"
    made.ConvolutionKernel = "brands"
    assert reasons(made, dataset) == []


def test_a_name_within_a_sequence_is_found(made, dataset):
    item = Dataset()
    item.CodeMeaning = "Zubrowka protocol"
    made.ProcedureCodeSequence = [item]
    assert ("(0008,0104) CodeMeaning", "holds a word of the source") in reasons(made, dataset)


def test_a_name_in_bytes_is_found(made, dataset):
    made.ICCProfile = b"\0\0made for Barnabas\0"
    assert ("(0028,2000) ICCProfile", "holds a word of the source in its bytes") in reasons(made, dataset)


def test_private_attributes_overlays_uids_and_the_preamble_are_found(made, dataset):
    made.private_block(0x0011, "ACME", create=True).add_new(1, "LO", "x")
    made.add_new(0x60020010, "US", 1)
    made.SourceImageSequence[0].ReferencedSOPInstanceUID = "1.2.3.4.5"
    made.preamble = NAME.encode().ljust(128, b"\0")
    found = {reason for _, reason in reasons(made, dataset)}
    assert found == {
        "is private",
        "is an overlay or a curve",
        "kept its value",
        "holds a UID of the source",
        "is not empty",
    }


def test_short_words_and_well_known_uids_tell_nobody(made, dataset):
    dataset.PatientName = "Li^Bo"
    made.ConvolutionKernel = "Li"
    assert reasons(made, dataset) == []


def test_what_was_de_identified_before_passes_again(made):
    again = deidentify(made, key=KEY)
    assert [one for one in find_remaining(again, made) if "UID" not in one.reason] == []
