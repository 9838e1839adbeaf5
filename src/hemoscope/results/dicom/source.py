"""The series that was scored, as its objects refer to it: who, which study, and where each slice lies."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from pydicom import dcmread
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage
from pydicom.valuerep import format_number_as_ds

from hemoscope.errors import ReadingError
from hemoscope.reading.dicom_series import DicomFrames
from hemoscope.reading.instance_record import Instance
from hemoscope.reading.orientation import Turn
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.reading.source import open_source
from hemoscope.reading.study import Series
from hemoscope.results.dicom.text import LENGTHS, character_set, clean
from hemoscope.writing.dicom import uid

PATIENT = ("IssuerOfPatientID", "PatientIdentityRemoved")
NEEDED = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PositionReferenceIndicator")
STUDY = ("StudyInstanceUID", "StudyDate", "StudyTime", "ReferringPhysicianName", "StudyID", "AccessionNumber")
TRIAL = (
    "ClinicalTrialSponsorName",
    "ClinicalTrialProtocolID",
    "ClinicalTrialProtocolName",
    "ClinicalTrialSiteID",
    "ClinicalTrialSiteName",
    "ClinicalTrialSubjectID",
    "ClinicalTrialSubjectReadingID",
)
FURTHER = ("StudyDescription", "PatientAge", "DeidentificationMethod", *TRIAL)
"""Copied where the source has them; those of NEEDED and STUDY are written empty where it has not (type 2)."""
EQUIPMENT = ("Manufacturer", "ManufacturerModelName", "StationName", "InstitutionName", "SoftwareVersions")
_TIMES = (("ContentDate", "ContentTime"), ("AcquisitionDate", "AcquisitionTime"), ("SeriesDate", "SeriesTime"))
_EXACT = ("PatientID", "AccessionNumber", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
"""Not to be cut: under another one the objects would be filed with another patient or study."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The scored series.

    Attributes:
        headers: Of each slice from feet to head, clean: what objects copy and refer to, and nothing else.
        frames: Number of the frame in its file of each slice, from 1; None in a file of one.
        charset: (0008,0005) Specific Character Set for objects; empty for ASCII.
        turn: What put the slices as displayed; maps are turned back by it.
        has_geometry: Whether every slice says where it lies.
        taken_at: (date, time) of the study as DA and TM; None where it does not say.
    """

    headers: tuple[Dataset, ...]
    frames: tuple[int | None, ...]
    charset: list[str]
    turn: Turn
    has_geometry: bool
    taken_at: tuple[str, str] | None

    @property
    def first(self) -> Dataset:
        """The header that patient and study are copied from."""
        return self.headers[0]


def is_dicom(series: Series | None) -> bool:
    """Whether a series has an identity in DICOM: NIfTI and pictures have none."""
    return series is not None and isinstance(series.frames, DicomFrames)


def read_source(series: Series) -> Source:
    """Read again, of a series that was scored, what its objects need.

    Args:
        series: Of DICOM files, which are open.

    Raises:
        ReadingError: "dicom_result.no_identity" where a UID is missing that says what the objects belong to;
            "dicom_result.bad_identity" where an identifier is longer than DICOM allows or holds what it forbids.
    """
    frames = series.frames
    assert isinstance(frames, DicomFrames)
    with quiet_libraries():
        raws = [_read(instance) for instance in frames.instances]
        shared = _shared(raws[0])
        headers = tuple(
            _header(raw, instance, shared, series) for raw, instance in zip(raws, frames.instances, strict=True)
        )
        texts = [str(element.value) for element in shared]
        charset = character_set(raws[0].get("SpecificCharacterSet"), texts)
        taken = _taken_at(raws)
    places = [instance.placement for instance in frames.instances]
    has_geometry = all(place.position and place.pixel_spacing for place in places) and any(one.axes for one in places)
    numbers = tuple(None if instance.frame is None else instance.frame + 1 for instance in frames.instances)
    return Source(headers, numbers, charset, frames.turn, has_geometry, taken)


def _read(instance: Instance) -> Dataset:
    with open_source(instance.path) as file:
        return dcmread(file, stop_before_pixels=True, force=True)


def _shared(raw: Dataset) -> Dataset:
    """Copy what the first slice says of patient, study and scanner."""
    shared = Dataset()
    for keyword in (*PATIENT, *STUDY, *FURTHER, *EQUIPMENT, *NEEDED):
        value = _value(raw, keyword)
        if value or keyword in (*STUDY, *NEEDED):
            setattr(shared, keyword, value)
    if shared.get("PatientSex") not in ("M", "F", "O", ""):
        shared.PatientSex = ""
    if shared.get("PatientIdentityRemoved") == "YES" and not shared.get("DeidentificationMethod"):
        shared.DeidentificationMethod = "Not stated in the source"  # type 1C, PS3.3 C.7.1.1
    if shared.get("PatientIdentityRemoved") not in (None, "YES", "NO"):
        del shared.PatientIdentityRemoved
    _settle_trial(shared)
    return shared


def _settle_trial(shared: Dataset) -> None:
    """Keep what is said of a clinical trial where it is all that its module requires (PS3.3 C.7.1.3), else nothing."""
    sponsor, protocol, name, site, site_name, *subjects = TRIAL
    if sponsor in shared and protocol in shared and any(subject in shared for subject in subjects):
        for keyword in (name, site, site_name):
            if keyword not in shared:
                setattr(shared, keyword, "")
        return
    for keyword in TRIAL:
        if keyword in shared:
            delattr(shared, keyword)


def _value(raw: Dataset, keyword: str) -> str:
    vr = dictionary_VR(keyword)
    try:
        value = raw.get(keyword)
    except Exception:  # pydicom raises almost every builtin exception on bad values
        value = None
    text = clean(value, vr)
    said = str(value if value is not None else "").strip(" \0")
    if keyword in _EXACT and said != text:
        raise ReadingError(
            "dicom_result.bad_identity",
            f"Expected {keyword} of at most {LENGTHS[vr]} characters that DICOM allows; received {len(said)}.",
            "Correct it at its source: under a shortened one the result would be filed elsewhere.",
        )
    return text


def _header(raw: Dataset, instance: Instance, shared: Dataset, series: Series) -> Dataset:
    header = deepcopy(shared)
    header.file_meta = raw.file_meta
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        value = _value(raw, keyword)
        if not value:
            raise ReadingError(
                "dicom_result.no_identity",
                f"Expected {keyword} in every slice, which says what a result belongs to; one lacks it.",
                "Fetch the study from the scanner or PACS again.",
            )
        setattr(header, keyword, value)
    header.SOPClassUID = _value(raw, "SOPClassUID") or CTImageStorage
    header.Modality = "CT"
    header.InstanceNumber = raw.get("InstanceNumber") if instance.number is not None else None
    header.Rows, header.Columns = instance.shape
    header.FrameOfReferenceUID = _value(raw, "FrameOfReferenceUID") or uid("frame", header.SeriesInstanceUID)
    _place(header, instance, series)
    return header


def _place(header: Dataset, instance: Instance, series: Series) -> None:
    """Say where a slice lies; all of a series share its direction, which grouping allows to differ by rounding."""
    at, geometry = instance.placement, series.geometry
    thickness = at.thickness or geometry.thickness or geometry.spacing or 1.0
    header.SliceThickness = format_number_as_ds(float(thickness))
    assert isinstance(series.frames, DicomFrames)
    axes = next((one.placement.axes for one in series.frames.instances if one.placement.axes), None)
    if at.position is not None and axes is not None and at.pixel_spacing is not None:
        header.ImagePositionPatient = [format_number_as_ds(float(value)) for value in at.position]
        header.ImageOrientationPatient = [format_number_as_ds(float(value)) for value in (*axes.across, *axes.down)]
        header.PixelSpacing = [format_number_as_ds(float(value)) for value in at.pixel_spacing]


def _taken_at(raws: list[Dataset]) -> tuple[str, str] | None:
    """Return the latest moment that any slice tells of its making, else that of the study."""
    told = sorted(moment for raw in raws for moment in _moments(raw))
    if told:
        return told[-1]
    day = _value(raws[0], "StudyDate")
    return (day, _value(raws[0], "StudyTime") or "000000") if day else None


def _moments(raw: Dataset) -> Iterator[tuple[str, str]]:
    for day, moment in _TIMES:
        if found := _value(raw, day):
            yield found, _value(raw, moment) or "000000"
