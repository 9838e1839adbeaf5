"""Codes against pydicom's dictionary of PS3.16, and those of SNOMED CT that are not in it against their check digit."""

import re
from pathlib import Path

import pytest
from pydicom.sr.codedict import codes

from hemoscope.results.dicom import codes as ours
from hemoscope.results.dicom.codes import FINDINGS, Term
from hemoscope.terms import Label

# Verhoeff 1969, as the SNOMED CT Release File Specification, 5.5, takes it: the dihedral group of ten elements
_GROUP = [[(a + b) % 5 if a < 5 else (a - b) % 5 + 5 for b in range(5)] for a in range(10)]
_GROUP = [[*row, *((a + b) % 5 + 5 if a < 5 else (a - b) % 5 for b in range(5))] for a, row in enumerate(_GROUP)]
_SHIFT = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def has_valid_check_digit(identifier: str) -> bool:
    check = 0
    for place, digit in enumerate(map(int, reversed(identifier))):
        for _ in range(place % 8):
            digit = _SHIFT[digit]
        check = _GROUP[check][digit]
    return check == 0


def terms():
    single = [value for value in vars(ours).values() if isinstance(value, Term)]
    return [*single, *FINDINGS.values()]


def test_the_check_digit_tells_a_slip_of_one_digit():
    assert has_valid_check_digit("1386000")
    assert not any(has_valid_check_digit(f"138600{digit}") for digit in range(1, 10))


@pytest.mark.parametrize("term", [term for term in terms() if term.scheme == "SCT"], ids=lambda term: term.meaning)
def test_snomed_codes_have_their_check_digit(term):
    assert has_valid_check_digit(term.value)


def test_the_loinc_code_has_its_check_digit():
    number, check = ours.CT_HEAD.value.split("-")
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(number))]
    assert (10 - sum(sum(map(int, str(value))) for value in doubled) % 10) % 10 == int(check)


@pytest.mark.parametrize(
    ("term", "known"),
    [
        (FINDINGS[Label.ANY], codes.SCT.IntracranialHemorrhage),
        (ours.PRESENT, codes.cid240.Present),
        (ours.ABSENT, codes.cid240.Absent),
        (ours.UNDETERMINED, codes.cid240.Undetermined),
        (ours.CERTAINTY, codes.DCM.CertaintyOfFinding),
        (ours.NO_UNITS, codes.UCUM.NoUnits),
        (ours.INTRACRANIAL, codes.SCT.Intracranial),
        (ours.CATEGORY, codes.cid7150.MorphologicallyAbnormalStructure),
        (ours.AI, codes.cid7162.ArtificialIntelligence),
        (ours.SOURCE_IMAGE, codes.cid7202.SourceImageForImageProcessingOperation),
        (ours.REPORT_TITLE, codes.cid7021.ImagingMeasurementReport),
        (ours.KEY_TITLE, codes.cid7010.OfInterest),
        (ours.COMMENT, codes.DCM.Comment),
        (ours.PROCESSING, codes.cid7005.ProcessingEquipment),
        (ours.ACQUISITION, codes.cid7005.AcquisitionEquipment),
    ],
    ids=lambda one: getattr(one, "meaning", ""),
)
def test_codes_are_those_of_the_standard(term, known):
    assert (term.value, term.scheme) == (known.value, known.scheme_designator)


def test_every_label_has_a_finding_of_its_own():
    assert list(FINDINGS) == list(Label)
    assert len({term.value for term in FINDINGS.values()}) == len(Label)


def test_the_page_lists_exactly_these_codes():
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "dicom_objects.md").read_text()
    listed = re.findall(r"^\| [^|]+ \| (\S+) \| (SCT|DCM|UCUM|LN) \| ([^|]+) \|$", page, re.M)
    assert sorted(listed) == sorted(set(map(tuple, terms())))
