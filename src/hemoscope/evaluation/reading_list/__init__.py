"""A list of studies that readers work through: what an order by a detector's answer saves, and whom it costs."""

from hemoscope.evaluation.reading_list.gain import Gain, Plan, Saved, measure_gain
from hemoscope.evaluation.reading_list.order import PERFECT, Detector
from hemoscope.evaluation.reading_list.site import Hour, Site

__all__ = ["PERFECT", "Detector", "Gain", "Hour", "Plan", "Saved", "Site", "measure_gain"]
