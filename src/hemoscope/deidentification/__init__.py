"""DICOM without its patient: the Basic Profile of PS3.15 applied by a library, and a check of what remains."""

from hemoscope.deidentification.files import Handled, Outcome, deidentify_files
from hemoscope.deidentification.key import Key, load_key
from hemoscope.deidentification.profile import Dates, deidentify
from hemoscope.deidentification.remaining import find_remaining

__all__ = ["Dates", "Handled", "Key", "Outcome", "deidentify", "deidentify_files", "find_remaining", "load_key"]
