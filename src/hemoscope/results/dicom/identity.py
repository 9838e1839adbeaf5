"""What every object of a result has in common: its UIDs, when and by what it was made, in which character set."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from hemoscope.results.dicom.answer import Answer
from hemoscope.results.dicom.codes import ACQUISITION, PROCESSING, Term
from hemoscope.results.dicom.source import Source
from hemoscope.results.dicom.text import clean
from hemoscope.terms import MANUFACTURER, RESEARCH_USE_ONLY
from hemoscope.writing.dicom import uid

SERIES = {"sr": 9001, "seg": 9002, "kos": 9003, "sc": 9004}
"""(0020,0011) Series Number of each kind: beyond those that scanners count to."""
DESCRIPTIONS = {"sr": "report", "seg": "segmentation", "kos": "key slices", "sc": "overlays"}


@dataclass(frozen=True, slots=True, eq=False)
class Identity:
    """Names the objects of one result, always the same for the same slices, bundle and operating point.

    Attributes:
        answer: The result.
        source: What was scored.
        when: (date, time) as DA and TM.
    """

    answer: Answer
    source: Source
    when: tuple[str, str]

    @property
    def software(self) -> tuple[str, ...]:
        """(0018,1020) Software Versions: of this package, then of the network."""
        return (clean(f"hemoscope {self.answer.software}", "LO"), clean(self.network, "LO"))

    @property
    def network(self) -> str:
        """Name and version of the network."""
        return f"{self.answer.model['name']} {self.answer.model['version']}"

    @property
    def bundle_hash(self) -> str:
        """SHA-256 of the bundle, 64 hexadecimal digits."""
        return str(self.answer.model["bundle_sha256"])

    def uid(self, *what: object) -> str:
        """Derive a UID from study, scored slices, bundle and operating point (PS3.5 B.2).

        Args:
            what: The kind of object, and what tells it from others of its kind.
        """
        point, first = self.answer.point, self.source.first
        instances = sorted(str(header.SOPInstanceUID) for header in self.source.headers)
        decided = (point.name, repr(point.threshold), repr(point.uncertain_from))
        return uid("result", *what, first.StudyInstanceUID, *instances, self.bundle_hash, *decided)

    @property
    def device_uid(self) -> str:
        """Of the bundle that answered, wherever it did."""
        return uid("device", self.bundle_hash)

    def common(self, kind: str, number: int = 1) -> dict[str, Any]:
        """Return the arguments that all of highdicom's constructors take."""
        return {
            "series_instance_uid": self.uid(kind, "series"),
            "series_number": SERIES[kind],
            "sop_instance_uid": self.uid(kind, number),
            "instance_number": number,
            "manufacturer": MANUFACTURER,
            "manufacturer_model_name": clean(str(self.answer.model["name"]), "LO"),
            "software_versions": self.software,
            "device_serial_number": self.bundle_hash,
            "series_description": f"Hemoscope {DESCRIPTIONS[kind]} - research use only",
            "specific_character_set": None,
        }

    def stamp(self, made: Dataset) -> Dataset:
        """Set on a new object what highdicom takes from the clock, or copies otherwise than we want.

        Contributing Equipment (0018,A001): the scanner as far as the source says, and the network (PS3.3 C.12.1.1.5).
        """
        day, moment = self.when
        for keyword in ("InstanceCreationDate", "ContentDate", "DateOfSecondaryCapture"):
            if keyword in made:
                setattr(made, keyword, day)
        for keyword in ("InstanceCreationTime", "ContentTime", "TimeOfSecondaryCapture"):
            if keyword in made:
                setattr(made, keyword, moment)
        made.ContributingEquipmentSequence = Sequence([*_scanner(self.source), self._network()])
        if self.source.charset:
            made.SpecificCharacterSet = self.source.charset
        elif "SpecificCharacterSet" in made:
            del made.SpecificCharacterSet
        return made

    def _network(self) -> Dataset:
        item = _equipment(PROCESSING)
        item.Manufacturer, item.SoftwareVersions = MANUFACTURER, list(self.software)
        item.ManufacturerModelName = clean(str(self.answer.model["name"]), "LO")
        item.DeviceSerialNumber = self.bundle_hash
        item.ContributionDateTime = "".join(self.when)
        item.ContributionDescription = f"Scored the images. {RESEARCH_USE_ONLY}"
        return item


def identify(answer: Answer, source: Source) -> Identity:
    """Name the objects of a result, and settle when they count as made."""
    made_at = answer.made_at
    if made_at is None:
        if source.taken_at is not None:
            return Identity(answer, source, source.taken_at)
        made_at = datetime.now().astimezone()
    return Identity(answer, source, (made_at.strftime("%Y%m%d"), made_at.strftime("%H%M%S")))


def _scanner(source: Source) -> list[Dataset]:
    first = source.first
    if not first.get("Manufacturer"):
        return []  # type 1 in an item: a scanner of unknown make cannot be named
    item = _equipment(ACQUISITION)
    for keyword in ("Manufacturer", "ManufacturerModelName", "StationName", "InstitutionName", "SoftwareVersions"):
        if keyword in first:
            setattr(item, keyword, first.get(keyword))
    return [item]


def _equipment(purpose: Term) -> Dataset:
    item, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = purpose
    item.PurposeOfReferenceCodeSequence = Sequence([code])
    return item
