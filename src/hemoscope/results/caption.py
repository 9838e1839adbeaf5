"""What stands in words beside a slice that is drawn: its name and place, what was said of it, what to bear in mind."""

from collections.abc import Mapping
from dataclasses import dataclass

from hemoscope.records import OperatingPoint, Shown, SliceResult, StudyResult
from hemoscope.results.wording import percent, percents
from hemoscope.terms import BRAIN, Label, Unit

SIDE_UNKNOWN = "Side unknown: the file does not say which side is the patient's right."
SIZE_UNKNOWN = "Size unknown: the file gives no pixel spacing."
NO_MAPS = "The network gives no map of where."


@dataclass(frozen=True, slots=True)
class Caption:
    """The words beside a slice.

    Attributes:
        name: Of the file.
        place: Which slice of how many, and where it lies; empty for a slice by itself.
        joined: Of how many thin slices it is the mean; empty where it is one.
        kind: "positive", "uncertain", "negative", "refused" or "failed".
        figure: The probability, as a percentage; empty where there is none.
        verdict: What the figure means, or why there is none.
        subtypes: Calibrated probability per subtype, where the model tells them.
        method: What another method than the network's own maps is called; None for those.
        window: The window that the slice is drawn in.
        notes: What else to bear in mind, a sentence each.
        withheld: Why no map is drawn; None where one may be.
    """

    name: str
    place: str
    joined: str
    kind: str
    figure: str
    verdict: str
    subtypes: Mapping[Label, float]
    method: str | None = None
    window: str = ""
    notes: tuple[str, ...] = ()
    withheld: str | None = None


def caption_of(result: SliceResult, shown: Shown | None, *, method: str | None = None) -> Caption:
    """Say what belongs beside a slice that was answered for by itself."""
    figure, verdict = answer_in_words(result)
    return Caption(
        name=base_name(result.input),
        place="",
        joined="",
        kind=str(result.decision or result.status),
        figure=figure,
        verdict=verdict,
        subtypes=result.subtypes or {},
        method=method,
        window=_window(shown),
        notes=_notes(shown, is_scored=bool(figure)),
        withheld=None if shown is None or shown.withheld is None else shown.withheld.message,
    )


def caption_in_study(result: StudyResult, place: int, shown: Shown | None, *, method: str | None = None) -> Caption:
    """Say what belongs beside a slice of a study.

    Args:
        result: The study's answer.
        place: Of the slice.
        shown: The slice, or the mean of the section that it stands for; None where it cannot be read.
        method: What made its maps; None for the network itself.
    """
    one, point = result.slices[place], result.operating_point
    if one.probability is None or point is None:
        kind, figure, verdict = str(one.status), "", one.error.message if one.error else ""
    else:
        kind = str(point.decide(one.probability))
        figure, limit, *_ = percents(one.probability, point.threshold)
        reaches = "reaches" if one.probability >= point.threshold else "below"
        verdict = f"{reaches} the study's threshold {point.name}, {limit}"
    return Caption(
        name=one.name,
        place=_place(result, place),
        joined=_joined(result, place),
        kind=kind,
        figure=figure,
        verdict=verdict,
        subtypes=one.subtypes or {},
        method=method,
        window=_window(shown),
        notes=_notes(shown, is_scored=bool(figure)),
        withheld=None if shown is None or shown.withheld is None else shown.withheld.message,
    )


def answer_in_words(result: SliceResult | StudyResult) -> tuple[str, str]:
    """Return the probability as a percentage, empty without one, and what it means, or why there is none."""
    point = result.operating_point
    if result.probability is None or point is None:
        return "", result.error.message if result.error else ""
    figure, limit, *_ = percents(result.probability, point.threshold)
    return figure, f"{result.decision} at {point.name}, {_limits(point, limit)}"


def base_name(path: str) -> str:
    """Return the last part of a path, of whatever system."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or path


def _place(result: StudyResult, place: int) -> str:
    position = result.slices[place].position_mm
    where = "" if position is None else f", z {position:.1f} mm"
    return f"Slice {place + 1} of {len(result.slices)}{where}"


def _joined(result: StudyResult, place: int) -> str:
    count = sum(other.section == result.slices[place].section for other in result.slices)
    return f"mean of {count} thin slices" if count > 1 else ""


def _limits(point: OperatingPoint, limit: str) -> str:
    if point.uncertain_from is None:
        return f"from {limit}"
    return f"uncertain from {percent(point.uncertain_from)}, positive from {limit}"


def _window(shown: Shown | None) -> str:
    if shown is None:
        return ""
    if shown.image.unit is Unit.HU:
        return f"Brain window, {BRAIN.low:.0f} to {BRAIN.high:.0f} HU."
    return "A picture: its window is unknown."


def _notes(shown: Shown | None, *, is_scored: bool) -> tuple[str, ...]:
    if shown is None:
        return ()
    lacks_maps = is_scored and shown.maps is None and shown.withheld is None
    said = (
        (shown.image.edges is None, SIDE_UNKNOWN),
        (shown.image.spacing is None, SIZE_UNKNOWN),
        (lacks_maps, NO_MAPS),
    )
    return tuple(words for is_so, words in said if is_so)
