"""Which series of a study to score: axial, no projection, soft kernel, no contrast, the whole head."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hemoscope.reading.kernels import Kernel
from hemoscope.reading.study import PassedOver, Series, Study
from hemoscope.reading.traits import Plane
from hemoscope.records import ErrorReport, Notice

WHOLE_HEAD = 100.0
"""mm from the first to the last slice that reach from the skull base to the vertex of an adult brain."""
THINNEST, THICKEST = 2.5, 6.0
"""mm. Routine head CT is read in slices of 2.5 to 5 mm (ACR-ASNR-SPR practice parameter for CT of the brain); thinner
ones are noisier, in thicker ones a small bleed fades."""


class Demerit(NamedTuple):
    """Something that speaks against a series: how much, the code and words that end "it ..."."""

    weight: float
    code: str
    words: str


def choose(uid: str | None, series: Sequence[Series], *, warnings: tuple[Notice, ...] = ()) -> Study:
    """Choose the series of a study that is best for finding hemorrhage.

    Args:
        uid: (0020,000D) Study Instance UID.
        series: All series of the study, at least one.
        warnings: What is known of the study already.

    Returns:
        The study with its choice and reasons. Scouts, other planes, projections, secondary captures and series without
        any order are never chosen; contrast or a bone kernel is, with a warning, where there is nothing better.
    """
    barred = {id(one): reason for one in series if (reason := _barred(one)) is not None}
    open_ones = [one for one in series if id(one) not in barred]
    passed = [PassedOver(one, *barred[id(one)]) for one in series if id(one) in barred]
    if not open_ones:
        return Study(uid, tuple(series), None, "No series can be scored.", tuple(passed), warnings, _nothing(passed))
    ranked = sorted(open_ones, key=_rank)
    chosen, others = ranked[0], ranked[1:]
    passed.extend(PassedOver(one, *_lost_to(chosen, one)) for one in others)
    return Study(
        uid, tuple(series), chosen, _reason(chosen, len(series)), tuple(passed), (*warnings, *_warnings(chosen))
    )


def _barred(one: Series) -> tuple[str, str] | None:
    traits = one.traits
    if traits.is_localizer:
        return "series.localizer", "It is a scout view."
    if traits.is_capture:
        return "series.secondary_capture", "It is a picture of a screen, without Hounsfield units."
    if traits.is_projection:
        return "series.projection", "It is a projection or a rendering, which mixes the densities of many slices."
    if traits.plane is not Plane.AXIAL:
        return "series.other_plane", f"It is a {traits.plane} reformat."
    if one.error is not None:
        return one.error.code, one.error.message
    return None


def _demerits(one: Series) -> Iterator[Demerit]:
    traits, extent = one.traits, one.geometry.extent or 0.0
    if traits.is_other_region:
        yield Demerit(1000, "series.other_region", "is of another part of the body by (0018,0015) Body Part Examined")
    if traits.is_contrast:
        yield Demerit(400, "series.contrast", "was made after a contrast agent, which can look like blood")
    if traits.kernel is Kernel.BONE:
        yield Demerit(200, "series.bone_kernel", "has a bone kernel, whose noise hides blood")
    if extent < WHOLE_HEAD and one.geometry.positions:
        words = f"covers only {extent:.0f} mm of the head" if len(one) > 1 else "has a single slice"
        yield Demerit(500 * (1 - extent / WHOLE_HEAD), "series.partial_cover", words)
    if traits.is_derived:
        yield Demerit(40, "series.derived", "is derived from another by (0008,0008) Image Type")
    thickness = _thickness(one)
    if thickness is not None and thickness > THICKEST + 0.05:
        yield Demerit(30, "series.thick", f"has slices of {thickness:.1f} mm, in which small bleeds fade")
    if thickness is not None and thickness < THINNEST - 0.05:
        yield Demerit(20, "series.thin", f"has slices of {thickness:.1f} mm, which are noisier than usual ones")


def _thickness(one: Series) -> float | None:
    return one.geometry.thickness or one.geometry.spacing


def _rank(one: Series) -> tuple[float, float, int, str]:
    against = sum(demerit.weight for demerit in _demerits(one))
    extent = one.geometry.extent or 0.0
    return (against, -round(extent), -len(one), one.uid or one.source)


def _lost_to(chosen: Series, one: Series) -> tuple[str, str]:
    """Name what weighs most against it and not against the chosen one."""
    shared = {demerit.code for demerit in _demerits(chosen)}
    own = [demerit for demerit in _demerits(one) if demerit.code not in shared]
    if own:
        worst = max(own)
        return worst.code, f"It {worst.words}."
    return "series.second_choice", f"It is as good, but the chosen one has {len(chosen)} slices and it {len(one)}."


def _reason(chosen: Series, count: int) -> str:
    geometry, traits = chosen.geometry, chosen.traits
    facts = ["axial", "derived" if traits.is_derived else "original"]
    facts.append("after contrast" if traits.is_contrast else "no sign of contrast")
    facts.append("kernel not known" if traits.kernel is Kernel.UNKNOWN else f"{traits.kernel} kernel")
    slices = f"{len(chosen)} slices" if len(chosen) > 1 else "one slice"
    if geometry.spacing is not None:
        slices += f" {geometry.spacing:.1f} mm apart over {geometry.extent:.0f} mm"
    lead = "The only series of the study" if count == 1 else f"The best of {count} series for finding hemorrhage"
    return f"{lead}: {', '.join(facts)}, {slices}."


_TOLD = ("series.contrast", "series.bone_kernel", "series.partial_cover", "series.other_region")


def _warnings(chosen: Series) -> tuple[Notice, ...]:
    """Warn of what can change the answer; thin, thick and derived slices only decide between series."""
    told = (demerit for demerit in _demerits(chosen) if demerit.code in _TOLD)
    return tuple(Notice(demerit.code, f"The scored series {demerit.words}.") for demerit in told)


def _nothing(passed: Sequence[PassedOver]) -> ErrorReport:
    if len(passed) == 1 and passed[0].series.error is not None:
        return passed[0].series.error
    why = " ".join(dict.fromkeys(one.reason for one in passed))
    return ErrorReport(
        "study.nothing_to_score",
        f"Expected an axial head CT series, received {len(passed)} series that cannot be scored. {why}",
        "Export the axial head CT series of the study.",
    )
