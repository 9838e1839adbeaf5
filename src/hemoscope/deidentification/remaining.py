"""What remains of the patient in a data set that was de-identified: looked for by attribute and by value."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from hemoscope.deidentification.profile import PREAMBLE, actions, is_well_known

_TELLING = (
    "PatientID",
    "OtherPatientIDs",
    "PatientBirthDate",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "PatientMotherBirthName",
    "MedicalRecordLocator",
    "AccessionNumber",
    "InstitutionName",
    "InstitutionAddress",
    "StationName",
    "StudyID",
)
"""Attributes whose values must not stand anywhere else either, beside all names of persons."""
_SHORTEST = 4
"""Letters of a word that is looked for: shorter ones stand in other words by chance."""
_LONG = 6
"""Letters of a word that is looked for within others too, as in a name and a number written as one."""
_BYTES = ("OB", "OW", "UN", "OF", "OD", "OL", "OV")
_TEXT = ("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")
_OURS = ("PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence")
"""What says that the data set was de-identified."""
_DUMMY = "anonymized"
"""What the library writes in place of a text."""
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_MOST_BYTES = 1 << 20
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Remaining:
    """Something that should not be there.

    Attributes:
        place: The attribute it stands in, as "(0008,103E) SeriesDescription"; without its value.
        reason: Why it should not be there.
    """

    place: str
    reason: str


def find_remaining(made: Dataset, source: Dataset) -> tuple[Remaining, ...]:
    """Look for what remains of a source in what was made of it.

    Args:
        made: De-identified.
        source: What it was.

    Returns:
        Private attributes and overlays; attributes of the Basic Profile's table that kept their value; UIDs of the
        source; and words of the source's names, numbers and places, wherever they stand, in text or in bytes other
        than pixels. Words of fewer than four letters are not looked for, nor is anything within pixels.
    """
    words, uids = frozenset(_words_of(source)), frozenset(_uids_of(source))
    before = {(path, element.tag): element for path, element in _walk(source)}
    found: list[Remaining] = []
    for path, element in _walk(made):
        place = _name(element)
        if keyword_for_tag(path[0] if path else element.tag) in _OURS:
            continue
        if element.tag.is_private:
            found.append(Remaining(place, "is private"))
        elif _is_overlay(element):
            found.append(Remaining(place, "is an overlay or a curve"))
        elif _kept(element, before.get((path, element.tag))):
            found.append(Remaining(place, "kept its value"))
        if any(uid in uids for uid in _texts(element)) and element.VR == "UI":
            found.append(Remaining(place, "holds a UID of the source"))
        elif (word := _tells(element, words)) is not None:
            found.append(Remaining(place, f"holds {word}"))
    if (getattr(made, "preamble", None) or PREAMBLE) != PREAMBLE:
        found.append(Remaining("preamble", "is not empty"))
    return tuple(found)


def _walk(dataset: Dataset, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], DataElement]]:
    """Give every attribute, and those of the file's meta information, with where its sequence lies."""
    for element in (*getattr(dataset, "file_meta", ()), *dataset) if not path else dataset:
        yield path, element
        if element.VR == "SQ":
            for index, item in enumerate(element.value or []):
                yield from _walk(item, (*path, int(element.tag), index))


def _words_of(source: Dataset) -> Iterator[str]:
    for _, element in _walk(source):
        if element.VR == "PN" or element.keyword in _TELLING:
            for text in _texts(element):
                yield from (word for word in _split(text) if len(word) >= _SHORTEST and word != _DUMMY)


def _uids_of(source: Dataset) -> Iterator[str]:
    for _, element in _walk(source):
        if element.VR == "UI":
            yield from (uid for uid in _texts(element) if uid and not is_well_known(uid))


def _tells(element: DataElement, words: frozenset[str]) -> str | None:
    """Say what an attribute holds of the source, without quoting it."""
    if element.VR in _BYTES:
        if element.keyword in _PIXELS or not isinstance(element.value, bytes):
            return None
        text = element.value[:_MOST_BYTES].decode("latin-1")
        return "a word of the source in its bytes" if _holds(text, words) else None
    if element.VR not in _TEXT:
        return None
    return "a word of the source" if any(_holds(text, words) for text in _texts(element)) else None


def _holds(text: str, words: frozenset[str]) -> bool:
    """Whether one of the words stands in a text, long ones also as a part of another word."""
    found = set(_split(text))
    return bool(words & found) or any(long in one for long in words if len(long) >= _LONG for one in found)


def _split(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _texts(element: DataElement) -> list[str]:
    if element.VR in (*_BYTES, "SQ") or element.value is None:
        return []
    values = element.value if isinstance(element.value, MultiValue | list) else [element.value]
    return [str(value) for value in values]


def _kept(element: DataElement, before: DataElement | None) -> bool:
    """Whether the table names an attribute that is as it was; empty ones are nobody's."""
    if before is None or before.VR == "SQ" or not before.value or element.value != before.value:
        return False
    action = actions().get((element.tag.group, element.tag.element))
    if action is None or (element.VR == "UI" and all(map(is_well_known, _texts(element)))):
        return False
    return not _is_dummy(element)


def _is_dummy(element: DataElement) -> bool:
    """Whether the library would write just this: what came from it before is nobody's."""
    again = Dataset()
    again.add(DataElement(element.tag, element.VR, element.value))
    tag = (element.tag.group, element.tag.element)
    try:
        actions()[tag](again, tag)
    except NotImplementedError:
        return False
    return tag in again and again[tag].value == element.value


def _is_overlay(element: DataElement) -> bool:
    return element.tag.group & 0xFF01 in (0x5000, 0x6000)


def _name(element: DataElement) -> str:
    return f"({element.tag.group:04X},{element.tag.element:04X}) {keyword_for_tag(element.tag)}".rstrip()
