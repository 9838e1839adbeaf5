"""Bytes on disk in, a `Slice` out: PNG, JPEG, TIFF, BMP and DICOM.

Importing this package imports neither pydicom nor OpenCV; pydicom comes in when the first DICOM file is met.
"""

from hemoscope.reading.find import find_images
from hemoscope.reading.limits import MAX_PIXELS
from hemoscope.reading.read import read_slice
from hemoscope.reading.sniff import MediaFormat, sniff

__all__ = ["MAX_PIXELS", "MediaFormat", "find_images", "read_slice", "sniff"]
