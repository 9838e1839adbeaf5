"""Bytes on disk in, slices and whole studies out: PNG, JPEG, TIFF, BMP, DICOM and NIfTI, in folders or archives.

Importing this package imports neither pydicom nor nibabel nor OpenCV; each comes in when the first file needs it.
"""

from hemoscope.reading.archive import ArchiveLimits
from hemoscope.reading.find import find_images
from hemoscope.reading.geometry import Geometry
from hemoscope.reading.limits import MAX_PIXELS
from hemoscope.reading.read import read_slice
from hemoscope.reading.scan import holds_studies
from hemoscope.reading.sniff import MediaFormat, sniff
from hemoscope.reading.studies import open_studies
from hemoscope.reading.study import FileProblem, FoundPicture, FoundStudies, PassedOver, Series, Study

__all__ = [
    "MAX_PIXELS",
    "ArchiveLimits",
    "FileProblem",
    "FoundPicture",
    "FoundStudies",
    "Geometry",
    "MediaFormat",
    "PassedOver",
    "Series",
    "Study",
    "find_images",
    "holds_studies",
    "open_studies",
    "read_slice",
    "sniff",
]
