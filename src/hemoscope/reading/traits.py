"""What kind of series it is: scout, reformat, projection, bone or soft kernel, contrast, region.

The header's own fields decide; what a technologist typed is a fallback, read by patterns in several languages.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hemoscope.reading.instance_record import Instance, Making
from hemoscope.reading.kernels import Kernel, kernel_of, plain_text
from hemoscope.terms import Unit


class Plane(StrEnum):
    """The plane a picture is nearest to."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


@dataclass(frozen=True, slots=True)
class Traits:
    """What decides whether a series is the one to score.

    Attributes:
        plane: By orientation; axial where the header has none.
        kernel: Soft or bone reconstruction, or unknown.
        is_localizer: A scout view.
        is_projection: A maximum or minimum intensity projection or a rendering: no longer densities of one slice.
        is_derived: (0008,0008) Image Type says DERIVED, as averaged or tilted reformats do.
        is_contrast: Made after a contrast agent, or no sign of the contrary.
        is_capture: A secondary capture: a picture of a screen, not HU.
        is_other_region: Another part of the body than the head, by (0018,0015) Body Part Examined.
    """

    plane: Plane = Plane.AXIAL
    kernel: Kernel = Kernel.UNKNOWN
    is_localizer: bool = False
    is_projection: bool = False
    is_derived: bool = False
    is_contrast: bool = False
    is_capture: bool = False
    is_other_region: bool = False


_PROJECTION_TYPES = frozenset({"MIP", "MAX_IP", "MINIP", "MIN_IP", "PROJECTION IMAGE", "VOLUME RENDER", "VRT", "SSD"})
"""Values of (0008,0008) Image Type; MAX_IP, MIN_IP and VOLUME RENDER are of PS3.3 C.8.16.1.3, others the makers'."""
_PROJECTION = re.compile(r"\b(mip|minip|maxip|vrt?|ssd)\b|intensity projection|volume render")
_LOCALIZER = re.compile(
    r"scout|topogram|\btopo\b|locali[sz]er|lokali[sz]|surview|scanogram|\bpilot\b|reperage"
    r"|定位|位置決め|обзор"
)
_NOT = r"without|w/?o|no|non|ohne|sans|sin|senza|sem|zonder|bez|uten|utan|uden|без"
_AGENT = r"(?:contrast\w*|kontrast\w*|контраст\w*|enhance\w*|injection|inyeccion|c?iv|km|c)"
_WITHOUT = re.compile(
    rf"\b(?:{_NOT})[\s-]*(?:i\.?v\.?\s*)?{_AGENT}?\b"
    r"|\bunenhanced\b|\bpre[\s-]?contrast\b|\bnativ\w*|\bplain\b|(?<!\w)c-(?!\w)|-\s?c\b"
    r"|平扫|平掃|単純|비조영"
)
_CONTRAST = re.compile(
    r"contrast|kontrast|контраст|enhanced|\bkm\b|(?<!\w)c\+|\+\s?c\b|\bce\b|inje[ck]t|inyec|\bcta\b|\bctv\b|\bctp\b"
    r"|angio|perfusi|bolus|venous|venos|arteri|\bportal\b|\b\d+\s?(?:cc|ml)\b"
    r"|造影|增强|增強|조영"
)
"""Looked for once what says the contrary is taken out, so that "without contrast" is none."""
_HEAD_PARTS = ("HEAD", "BRAIN", "SKULL", "CRAN", "SCHAEDEL", "SCHÄDEL", "KOPF", "TETE", "CABEZA", "TESTA", "NEURO")
_NO_AGENT = frozenset({"", "0", "NO", "NONE", "N", "N/A", "NA", "WITHOUT", "NIL", "KEINE", "AUCUN", "OFF"})


def traits_of(instances: Sequence[Instance]) -> Traits:
    """Tell what kind of series it is.

    Args:
        instances: All slices of one series, at least one.

    Returns:
        What most slices say; one with a contrast agent is enough for contrast.
    """
    first = instances[len(instances) // 2]
    axes = next((instance.placement.axes for instance in instances if instance.placement.axes is not None), None)
    text = plain_text(first.making.description)
    return Traits(
        plane=Plane.AXIAL if axes is None else Plane(axes.plane),
        kernel=kernel_of(first.making.kernel, first.making.description),
        is_localizer=first.making.is_localizer or (len(instances) <= 3 and bool(_LOCALIZER.search(text))),
        is_projection=bool(_PROJECTION_TYPES.intersection(first.making.image_type) or _PROJECTION.search(text)),
        is_derived=first.making.image_type[:1] == ("DERIVED",),
        is_contrast=any(has_contrast(instance.making) for instance in (instances[0], first, instances[-1])),
        is_capture=first.unit is Unit.GREY,
        is_other_region=_is_other_region(first.making.body_part),
    )


def has_contrast(making: Making) -> bool:
    """Whether a contrast agent was given: by (0018,0010), else by what the description says.

    >>> has_contrast(Making(description="Head C+")), has_contrast(Making(description="Schädel ohne KM"))
    (True, False)
    """
    agent = making.contrast_agent.strip().upper()
    if agent and agent not in _NO_AGENT:
        return True
    return bool(_CONTRAST.search(_WITHOUT.sub(" ", plain_text(making.description))))


def _is_other_region(body_part: str) -> bool:
    return bool(body_part) and not any(part in body_part for part in _HEAD_PARTS)
