"""A slice against its neighbors: does its rescale put tissue where theirs does?"""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from hemoscope.reading.instance_record import Instance
from hemoscope.reading.intercept import USUAL_INTERCEPT
from hemoscope.reading.rescale import Rescale
from hemoscope.records import Notice

_BODY = -900.0
"""HU. Above this a pixel is of the patient or what lies by, in a slice whose scale is right."""
_LEAST_BODY = 0.01
"""Share of the picture that must be body before two slices can be compared."""
_CLOSE = 100.0
"""HU. Median difference between neighboring slices that belong together: 10 to 60 in 5 mm slices of real studies."""
_MUCH_BETTER = 0.25
_MOST_NAMED = 5


def usual_rescale(instances: Sequence[Instance]) -> tuple[float, float] | None:
    """Return the (slope, intercept) that most slices state."""
    return Counter(instance.making.rescale for instance in instances).most_common(1)[0][0]


def rescale_finding(instances: Sequence[Instance]) -> tuple[Notice, ...]:
    """Report slices that state another rescale than the rest: "series.mixed_rescale"."""
    usual = usual_rescale(instances)
    others = [instance for instance in instances if instance.making.rescale != usual]
    if not others:
        return ()
    names = ", ".join(PurePath(instance.name).name for instance in others[:_MOST_NAMED])
    more = " and more" if len(others) > _MOST_NAMED else ""
    text = (
        f"{len(others)} of {len(instances)} slices ({names}{more}) state another (0028,1052) Rescale Intercept or "
        "(0028,1053) Rescale Slope than the rest; each is compared with its neighbor when read."
    )
    return (Notice("series.mixed_rescale", text),)


def better_rescale(
    hu: np.ndarray, neighbor: np.ndarray, *, stated: tuple[float, float], usual: tuple[float, float] | None
) -> Rescale | None:
    """Find a rescale that makes a slice agree with its neighbor far better than its own does.

    Args:
        hu: The slice under its own rescale, float32 HU, shape (rows, columns).
        neighbor: A slice beside it whose scale is not in doubt, same shape.
        stated: Its own (slope, intercept).
        usual: What most slices of the series state.

    Returns:
        The usual rescale or an intercept of -1024, or None where its own is as good, or where nothing can be told.
    """
    body = neighbor > _BODY
    if stated[0] == 0 or body.mean() < _LEAST_BODY:
        return None
    own = float(np.median(np.abs(hu - neighbor)[body]))
    candidates = {(stated[0], USUAL_INTERCEPT), *([usual] if usual is not None else [])} - {stated}
    differences = {}
    for slope, intercept in sorted(candidates):
        changed = (hu - stated[1]) / stated[0] * slope + intercept
        differences[(slope, intercept)] = float(np.median(np.abs(changed - neighbor)[body]))
    best = min(differences, key=differences.__getitem__, default=None)
    if best is None or differences[best] > min(_CLOSE, _MUCH_BETTER * own):
        return None
    return Rescale(*best)


def corrected_notice(stated: tuple[float, float], used: Rescale) -> Notice:
    """Say that a slice was read under another rescale than it states."""
    return Notice(
        "series.rescale_corrected",
        f"(0028,1053) Rescale Slope {stated[0]:g} and (0028,1052) Rescale Intercept {stated[1]:g} put this slice far "
        f"off its neighbor; {used.slope:g} and {used.intercept:g} were used, which puts it beside.",
    )
