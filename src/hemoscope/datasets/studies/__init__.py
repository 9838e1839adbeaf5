"""Whole studies with labels, real and painted: what a study head learns from."""

from hemoscope.datasets.studies.cases import LabelledStudy, StudyCase, prepare_study, slabs
from hemoscope.datasets.studies.painted import paint_study
from hemoscope.datasets.studies.table import StudyItem, StudyTable, study_table

__all__ = [
    "LabelledStudy",
    "StudyCase",
    "StudyItem",
    "StudyTable",
    "paint_study",
    "prepare_study",
    "slabs",
    "study_table",
]
