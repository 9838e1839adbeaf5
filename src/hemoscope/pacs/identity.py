"""What an instance says that it is: read from its header before it is taken."""

from dataclasses import dataclass
from pathlib import Path

from hemoscope.errors import HemoscopeError
from hemoscope.reading.quiet import quiet_libraries

_COUNT = "NumberOfStudyRelatedInstances"
_TAGS = ("SOPInstanceUID", "SOPClassUID", "StudyInstanceUID", "StudyDate", "AccessionNumber", _COUNT)


class NotHeldError(HemoscopeError, ValueError):
    """An instance that cannot be taken, by its own fault."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells an instance and its study apart.

    Attributes:
        instance: SOP Instance UID.
        instance_class: SOP Class UID.
        study: Study Instance UID.
        date: Of the study; "" where it does not say.
        accession: Accession number; likewise.
        expected: How many instances the study has; None where it does not say.
    """

    instance: str
    instance_class: str
    study: str
    date: str
    accession: str
    expected: int | None


def identify(file: Path) -> Identity:
    """Read what tells an instance apart.

    Args:
        file: A DICOM file.

    Raises:
        NotHeldError: "listen.not_dicom".
    """
    from pydicom import dcmread

    try:
        with quiet_libraries():
            header = dcmread(file, stop_before_pixels=True, specific_tags=list(_TAGS))
            told = {tag: str(header.get(tag, None) or "").strip("\0 ") for tag in _TAGS}
    except OSError:
        raise
    except Exception as error:  # damaged headers make pydicom raise nearly anything
        raise _not_dicom() from error
    if not told["SOPInstanceUID"] or not told["StudyInstanceUID"]:
        raise _not_dicom()
    expected = told[_COUNT]
    return Identity(
        told["SOPInstanceUID"],
        told["SOPClassUID"],
        told["StudyInstanceUID"],
        told["StudyDate"],
        told["AccessionNumber"],
        int(expected) if expected.isascii() and expected.isdigit() else None,
    )


def _not_dicom() -> NotHeldError:
    return NotHeldError(
        "listen.not_dicom", "The instance lacks what tells its study, or cannot be read.", "Send it again."
    )
