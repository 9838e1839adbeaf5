"""Whole studies with labels, real and painted: what a study head learns from."""

from hemoscope.datasets.studies.cases import LabelledStudy, StudyCase, prepare_study, slabs
from hemoscope.datasets.studies.painted import paint_study

__all__ = ["LabelledStudy", "StudyCase", "paint_study", "prepare_study", "slabs"]
