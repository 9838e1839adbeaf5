"""How a result is put into words: percentages, counts, and names that are safe to show."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from hemoscope.errors import BundleError
from hemoscope.records import Decision, OperatingPoint, SliceResult, Status, StudyResult
from hemoscope.terms import Label

# C0 and C1 controls drive terminals, lone surrogates are no UTF-8, and the bidirectional controls U+202A-202E and
# U+2066-2069 make "gnp.exe" read as "exe.png".
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def check_probability(value: float | None, *, of: str) -> float | None:
    """Return `value` as a plain float, or None for None.

    Args:
        value: A probability or a threshold.
        of: What it is the probability of, for the message.

    Raises:
        BundleError: "result.not_a_probability": it is NaN, infinite or outside [0, 1].

    >>> check_probability(0.25, of="any")
    0.25
    """
    if value is None:
        return None
    number = float(value)
    if not (math.isfinite(number) and 0.0 <= number <= 1.0):
        raise BundleError(
            "result.not_a_probability",
            f"Expected a probability of {of} in [0, 1]; received {number}.",
            "Do not use this model bundle: score again with the shipped one, or export the run again.",
        )
    return number


def percent(probability: float) -> str:
    """Write a probability with one decimal; certainty is only claimed where there is no doubt at all.

    >>> percent(0.873), percent(0.0002), percent(0.99999), percent(1.0)
    ('87.3%', '<0.1%', '>99.9%', '100.0%')
    """
    if 0.0 < probability < 0.0005:
        return "<0.1%"
    if 0.9995 <= probability < 1.0:
        return ">99.9%"
    return f"{probability:.1%}"


def percents(probability: float, *thresholds: float) -> tuple[str, ...]:
    """Write a probability and its thresholds with the decimals that tell them apart: never "2.0%, below 2.0%".

    >>> percents(0.873, 0.4), percents(0.0199, 0.02), percents(0.4, 0.4)
    (('87.3%', '40.0%'), ('1.99%', '2.00%'), ('40.0%', '40.0%'))
    >>> percents(0.7999, 0.1, 0.8)
    ('79.99%', '10.00%', '80.00%')
    """
    values = (probability, *thresholds)
    shown = tuple(percent(value) for value in values)
    decimals = 2
    while decimals <= 6 and any(
        value != probability and text == shown[0] for value, text in zip(values, shown, strict=True)
    ):
        shown = tuple(f"{value:.{decimals}%}" for value in values)
        decimals += 1
    return shown


def p_value(value: float) -> str:
    """Write the chance that a test gives, with its sign.

    >>> p_value(0.0312), p_value(0.0001)
    ('= 0.031', '< 0.001')
    """
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def counted(count: int, noun: str) -> str:
    """Write a count with its noun.

    >>> counted(1, "pair"), counted(1200, "pair"), counted(2, "property")
    ('1 pair', '1,200 pairs', '2 properties')
    """
    many = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{count:,} {noun if count == 1 else many}"


def encodable(text: str) -> str:
    r"""Return `text` with lone surrogates written out, so that it can be encoded as UTF-8.

    Python reads a file name that is not UTF-8 into lone surrogates (PEP 383); one such name must not cost the
    results of all the others.

    >>> print(encodable("h\udce4mo.png"))
    h\udce4mo.png
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def printable(text: str) -> str:
    r"""Return `text` with every character written out that would steer a terminal or mislead the eye.

    >>> print(printable("\x1b[2Jhead\u202egnp.exe"))
    \x1b[2Jhead\u202egnp.exe
    """
    return _UNSHOWABLE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def summarize(results: Iterable[SliceResult | StudyResult]) -> str:
    """Count results in words; among those scored the uncertain, where there are any.

    >>> summarize([SliceResult("a.png", Status.SCORED), SliceResult("b.png", Status.FAILED)])
    '1 scored, 0 refused, 1 failed'
    >>> summarize([SliceResult("a.png", Status.SCORED, 0.5, Decision.UNCERTAIN)])
    '1 scored (1 uncertain), 0 refused, 0 failed'
    """
    results = list(results)
    counts = Counter(result.status for result in results)
    said = {status: f"{counts[status]} {status}" for status in Status}
    if uncertain := sum(result.decision is Decision.UNCERTAIN for result in results):
        said[Status.SCORED] += f" ({uncertain} uncertain)"
    return ", ".join(said.values())


def describe_study(result: StudyResult) -> str:
    """Say in a few words what a study's answer was made from; nothing where there was no series.

    >>> describe_study(StudyResult("a", None, Status.FAILED))
    ''
    """
    if not result.slices:
        return ""
    keys = ", ".join(result.slices[place].name for place in result.key_slices[:1])
    volume = (result.volumes_ml or {}).get(Label.ANY)
    return "; ".join(
        part
        for part in (
            counted(len(result.slices), "slice"),
            f"highest at {keys}" if keys else "",
            "" if volume is None else f"{volume:.0f} mL outlined",
        )
        if part
    )


def volumes_in_words(volumes_ml: Mapping[Label, float]) -> str:
    """Write volumes of blood, and what they are worth.

    >>> volumes_in_words({Label.ANY: 12.25, Label.SUBDURAL: 12.25})
    'in all 12.2 mL, subdural 12.2 mL; counted in the maps, each place as its strongest subtype; not calibrated'
    """
    said = (f"{'in all' if label is Label.ANY else label} {volume:.1f} mL" for label, volume in volumes_ml.items())
    return f"{', '.join(said)}; counted in the maps, each place as its strongest subtype; not calibrated"


def operating_points(results: Iterable[SliceResult | StudyResult]) -> dict[OperatingPoint, str]:
    """Return each operating point that decided something, once, in the order of first use, with what it decided on.

    >>> point = OperatingPoint("balanced", 0.5, "", "")
    >>> list(operating_points([SliceResult("a.png", Status.SCORED, operating_point=point)]).values())
    ['slice']
    """
    decided: dict[OperatingPoint, list[str]] = {}
    for result in results:
        if result.operating_point is not None:
            kind = "study" if isinstance(result, StudyResult) else "slice"
            decided.setdefault(result.operating_point, []).append(kind)
    return {point: " or ".join(dict.fromkeys(kinds)) for point, kinds in decided.items()}
