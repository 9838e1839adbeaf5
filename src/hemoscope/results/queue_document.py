"""A simulated reading list as JSON."""

import math
from typing import Any

from hemoscope.evaluation.reading_list import Gain, Saved
from hemoscope.evaluation.reading_list.gain import Waits
from hemoscope.records import Interval
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA = "hemoscope.queue"
SCHEMA_VERSION = "1.0"


def gain_as_json(gain: Gain) -> dict[str, Any]:
    """Return a simulation as plain JSON values, every key present; valid by queue.schema.json."""
    site = gain.site
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "site": {
            "hours": [{"arrivals": hour.arrivals, "readers": hour.readers} for hour in site.hours],
            "reading_minutes": site.reading_minutes,
            "reading_spread": site.reading_spread,
            "prevalence": site.prevalence,
            "others": site.others,
            "load": site.load,
        },
        "days": gain.days,
        "repeats": gain.repeats,
        "studies": gain.studies,
        "orders": [_order(order) for order in gain.orders],
    }


def _order(order: Saved) -> dict[str, Any]:
    detector = order.detector
    return {
        "detector": None
        if detector is None
        else {
            "name": detector.name,
            "sensitivity": _interval(detector.sensitivity),
            "specificity": _interval(detector.specificity),
        },
        "hemorrhage": _waits(order.hemorrhage),
        "others": _waits(order.others),
        "minutes_saved": _interval(order.saved),
        "minutes_saved_missed": None if order.missed is None else _interval(order.missed),
        "minutes_lost_others": _interval(order.lost),
        "called_positive": _interval(order.called),
    }


def _waits(waits: Waits) -> dict[str, Any]:
    return {
        "mean": _interval(waits.mean),
        "median": _interval(waits.median),
        "ninth_decile": _interval(waits.ninth_decile),
    }


def _interval(figure: Interval) -> dict[str, float] | None:
    """Null where there was no such study."""
    return None if math.isnan(figure.value) else figure._asdict()
