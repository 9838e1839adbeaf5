"""Every code that results are written with, once, with where it is from.

The codes of DCM, UCUM and most of SCT are those of DICOM PS3.16 (Annex D, and Context Groups 240, 7005, 7010, 7021,
7150, 7162 and 7202), as pydicom's dictionary has them; a test compares. The kinds of hemorrhage are in no Context
Group: theirs are concepts of SNOMED CT. A test checks the check digits of SNOMED CT (Release File Specification, 5.5)
and of LOINC (Users' Guide, Appendix C).
"""

from typing import Any, NamedTuple

from hemoscope.records import Decision
from hemoscope.terms import Label


class Term(NamedTuple):
    """A code of a terminology.

    Attributes:
        value: (0008,0100) Code Value.
        scheme: (0008,0102) Coding Scheme Designator: SCT, DCM, UCUM, or LN for LOINC.
        meaning: (0008,0104) Code Meaning.
    """

    value: str
    scheme: str
    meaning: str

    def as_fhir(self) -> dict[str, str]:
        """Return it as a FHIR Coding.

        >>> Term("1386000", "SCT", "Intracranial hemorrhage").as_fhir()["system"]
        'http://snomed.info/sct'
        """
        return {"system": SYSTEMS[self.scheme], "code": self.value, "display": self.meaning}

    def as_dicom(self) -> Any:
        """Return it as the `Code` that highdicom takes."""
        from pydicom.sr.coding import Code

        return Code(self.value, self.scheme, self.meaning)


SYSTEMS = {
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "UCUM": "http://unitsofmeasure.org",
    "LN": "http://loinc.org",
}
"""What FHIR calls each terminology (PS3.16, table 8-1)."""

FINDINGS = {
    Label.ANY: Term("1386000", "SCT", "Intracranial hemorrhage"),
    Label.EPIDURAL: Term("82999001", "SCT", "Epidural intracranial hemorrhage"),
    Label.INTRAPARENCHYMAL: Term("274100004", "SCT", "Cerebral hemorrhage"),
    Label.INTRAVENTRICULAR: Term("23276006", "SCT", "Ventricular hemorrhage"),
    Label.SUBARACHNOID: Term("21454007", "SCT", "Subarachnoid intracranial hemorrhage"),
    Label.SUBDURAL: Term("35486000", "SCT", "Subdural intracranial hemorrhage"),
}
"""What each label is called in SNOMED CT."""
PRESENT = Term("52101004", "SCT", "Present")
ABSENT = Term("272519000", "SCT", "Absent")
UNDETERMINED = Term("373068000", "SCT", "Undetermined")
DECISIONS = {Decision.POSITIVE: PRESENT, Decision.NEGATIVE: ABSENT, Decision.UNCERTAIN: UNDETERMINED}
"""PS3.16 CID 240, Present-Absent."""

CERTAINTY = Term("111012", "DCM", "Certainty of Finding")
"""The calibrated probability: "the certainty that a device places upon a detected feature" (PS3.16 Annex D)."""
NO_UNITS = Term("1", "UCUM", "no units")
INTRACRANIAL = Term("1101003", "SCT", "Intracranial")
CATEGORY = Term("49755003", "SCT", "Morphologically Abnormal Structure")
"""Of segments and findings: PS3.16 CID 7150."""
AI = Term("123110", "DCM", "Artificial Intelligence")
"""PS3.16 CID 7162, Surface Processing Algorithm Families."""
REPORT_TITLE = Term("126000", "DCM", "Imaging Measurement Report")
"""PS3.16 CID 7021."""
KEY_TITLE = Term("113000", "DCM", "Of Interest")
"""PS3.16 CID 7010."""
CT_HEAD = Term("24725-4", "LN", "CT Head")
"""What was examined, in LOINC."""
SOURCE_IMAGE = Term("121322", "DCM", "Source image for image processing operation")
"""PS3.16 CID 7202, Source Image Purposes of Reference."""
COMMENT = Term("121106", "DCM", "Comment")
PROCESSING = Term("109102", "DCM", "Processing Equipment")
ACQUISITION = Term("109101", "DCM", "Acquisition Equipment")
"""PS3.16 CID 7005, Contributing Equipment Purposes of Reference."""
