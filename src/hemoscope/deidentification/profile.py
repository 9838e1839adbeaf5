"""The Basic Application Level Confidentiality Profile (PS3.15 Annex E), its table and dummies from dicom-anonymizer.

The library says what becomes of each attribute and makes dummies that fit its value representation. Ours are the walk
through sequences, new UIDs and pseudonyms that depend on a key, and the marks that say what was done.
"""

from collections.abc import Callable, Mapping
from copy import copy
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, UID_dictionary

from hemoscope.deidentification.key import Key
from hemoscope.errors import MissingExtraError

TABLE = "dicomfields_2026c"
"""The newest edition of table E.1-1 that the library has."""
CONTENT = (0x0040, 0xA730)
"""Content Sequence: cleaned item by item, for a dummy in its place leaves no report."""
REMOVES, REPLACES_REFERENCES = "delete", "delete_or_empty_or_replace_UID"
"""Of the library's actions: X, and X/Z/U* of sequences that refer to other objects."""
PATIENT = 0x0010
"""Group of the patient: a birth date that is moved with the others still tells an age to the day."""
PREAMBLE = b"\0" * 128
_KEPT_META = (0x00020001, 0x00020002, 0x00020010)
"""Version, SOP class and transfer syntax; pydicom says who wrote the file."""

Action = Callable[[Dataset, tuple[int, int]], None]


class Dates(StrEnum):
    """What becomes of dates."""

    REMOVE = "remove"
    """A dummy or nothing, as the Basic Profile has it."""
    SHIFT = "shift"
    """Moved by the same number of days for all of a patient: intervals stay (Modified Dates Option, PS3.15 E.3.6)."""


def deidentify(dataset: Dataset, *, key: Key, dates: Dates = Dates.REMOVE) -> Dataset:
    """Return a copy of a data set without what tells who the patient is.

    Pixel data stay as they are: letters in them are another matter (`hemoscope.deidentification.letters`). What remains
    is to be looked for with `find_remaining`.

    Args:
        dataset: Any; with its file meta where it came from a file.
        key: Makes new UIDs, the pseudonym and the shift of dates.
        dates: What becomes of dates.

    Returns:
        The copy; private attributes, overlays and the preamble's content are gone, Patient's Name and Patient ID are
        the pseudonym, and (0012,0062) to (0012,0064) and (0028,0303) say what was done.

    Raises:
        MissingExtraError: dicom-anonymizer is not installed.

    Source: PS3.15 E.1.1, E.2 and Table E.1-1; PS3.3 C.7.1.1 for the marks.
    """
    patient = patient_of(dataset)
    walk = _Walk(actions(), key, key.days(patient) if dates is Dates.SHIFT else None)
    made = walk.clean(dataset)
    pseudonym = key.pseudonym(patient)
    made.PatientName = made.PatientID = pseudonym
    _mark(made, dates)
    made.preamble = PREAMBLE
    made.file_meta = _meta(dataset, made)
    return made


def patient_of(dataset: Dataset) -> str:
    """Return what a patient is known by: the ID and who issued it; the study where there is none."""
    told = [str(dataset.get(keyword, "")) for keyword in ("PatientID", "IssuerOfPatientID")]
    return "\0".join(told) if told[0] else f"study\0{dataset.get('StudyInstanceUID', '')}"


@cache
def actions() -> Mapping[tuple[int, ...], Action]:
    """Return what the library does with each attribute, by group and element; with masks, four numbers.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        from dicomanonymizer import simpledicomanonymizer as library
    except ImportError as error:
        raise MissingExtraError(feature="De-identification", extra="deidentify") from error
    return dict(library.initialize_actions(TABLE))


def is_well_known(uid: str) -> bool:
    """Whether a UID is registered in PS3.6, and so tells nobody."""
    return uid in UID_dictionary


class _Walk:
    """Goes through a data set and the items of its sequences."""

    def __init__(self, table: Mapping[tuple[int, ...], Action], key: Key, days: int | None) -> None:
        self._table, self._key, self._days = table, key, days
        self._masked = [(tag, action) for tag, action in table.items() if len(tag) == 4]

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the copy of one level."""
        made = Dataset()
        for element in dataset:
            if element.tag.is_private or element.tag.group in (0x0000, 0x0002):
                continue
            kept = self._element(element)
            if kept is not None:
                made.add(kept)
        return made

    def _element(self, element: DataElement) -> DataElement | None:
        tag = (element.tag.group, element.tag.element)
        action = self._action(tag)
        if element.VR == "UI":
            return self._uids(element)
        if element.VR == "SQ":
            return self._items(element, action, is_content=tag == CONTENT)
        if action is None:
            return copy(element)  # pydicom changes an element's value in place
        if self._days is not None and element.VR in ("DA", "DT") and tag[0] != PATIENT:
            return _shifted(element, self._days)
        return _acted(element, tag, action)

    def _items(self, element: DataElement, action: Action | None, *, is_content: bool) -> DataElement | None:
        """Clean the items where the table says nothing or lets references be replaced; else empty or remove."""
        if action is None or is_content or action.__name__ == REPLACES_REFERENCES:
            return DataElement(element.tag, "SQ", [self.clean(item) for item in element.value or []])
        return None if _removes(action) else DataElement(element.tag, "SQ", [])

    def _action(self, tag: tuple[int, int]) -> Action | None:
        exact = self._table.get(tag)
        if exact is not None:
            return exact
        for (group, number, group_mask, number_mask), action in self._masked:
            if tag[0] & group_mask == group & group_mask and tag[1] & number_mask == number & number_mask:
                return action
        return None

    def _uids(self, element: DataElement) -> DataElement:
        """Every UID but registered ones: the table lists the attributes of today, and a UID may name who made it."""
        values = [element.value] if isinstance(element.value, str) else list(element.value or [])
        new = [value if not value or is_well_known(value) else self._key.uid(value) for value in map(str, values)]
        return DataElement(element.tag, "UI", new[0] if len(new) == 1 else new)


def _acted(element: DataElement, tag: tuple[int, int], action: Action) -> DataElement | None:
    """Let the library act on one attribute alone; what it has no dummy for goes."""
    alone = Dataset()
    alone.add(DataElement(element.tag, element.VR, element.value))
    try:
        action(alone, tag)
    except (NotImplementedError, TypeError, ValueError):
        return None
    kept: DataElement | None = alone.get(tag)
    return None if kept is not None and _is_a_removed_date(kept, action) else kept


def _removes(action: Action) -> bool:
    return action.__name__ == REMOVES


def _is_a_removed_date(element: DataElement, action: Action) -> bool:
    """The library leaves a dummy where the table says that a date goes."""
    return element.VR == "DA" and _removes(action)


def _shifted(element: DataElement, days: int) -> DataElement | None:
    """Move dates into the past; what is no date goes."""
    values = [element.value] if isinstance(element.value, str) else list(element.value or [])
    try:
        moved = [_moved(str(value), days) if value else "" for value in values]
    except (ValueError, OverflowError):
        return None
    return DataElement(element.tag, element.VR, moved[0] if len(moved) == 1 else moved)


def _moved(text: str, days: int) -> str:
    """Move a DA or DT and keep its time.

    >>> _moved("20240301", 1), _moved("20240301101500.25+0100", 366)
    ('20240229', '20230301101500.25+0100')
    """
    day = datetime.strptime(text[:8], "%Y%m%d").date()
    return f"{date.strftime(day - timedelta(days), '%Y%m%d'):0>8}{text[8:]}"


def _mark(made: Dataset, dates: Dates) -> None:
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = "Hemoscope: PS3.15 Basic Profile"
    codes = [("113100", "Basic Application Confidentiality Profile")]
    if dates is Dates.SHIFT:
        codes.append(("113107", "Retain Longitudinal Temporal Information Modified Dates Option"))
    made.DeidentificationMethodCodeSequence = [_code(*code) for code in codes]
    made.LongitudinalTemporalInformationModified = "MODIFIED" if dates is Dates.SHIFT else "REMOVED"


def _code(value: str, meaning: str) -> Dataset:
    """One of CID 7050 De-identification Method, PS3.16."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code


def _meta(source: Dataset, made: Dataset) -> FileMetaDataset:
    """Keep what says how the bytes are to be read, and nothing of who sent them."""
    meta = FileMetaDataset()
    for tag in _KEPT_META:
        element = getattr(source, "file_meta", Dataset()).get(tag)
        if element is not None:
            meta.add(element)
    if "SOPInstanceUID" in made:
        meta.MediaStorageSOPInstanceUID = UID(made.SOPInstanceUID)
    return meta
