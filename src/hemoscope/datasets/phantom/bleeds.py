"""Planted bleeds: the share of each pixel that blood fills, and what it looks like.

Acute clot lies at 50 to 80 HU, above grey matter at 37 to 41; the edema around it at about 20. Thin blood, mixed with
fluid, is lower. Source: Bushberg et al., The Essential Physics of Medical Imaging; Osborn's Brain, on hemorrhage.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.phantom.brain import Anatomy
from hemoscope.datasets.phantom.space import Level, blend
from hemoscope.errors import InputError
from hemoscope.terms import SUBTYPES, Label

EDEMA = 21.0
DENSITY = {
    Label.EPIDURAL: 68.0,
    Label.INTRAPARENCHYMAL: 66.0,
    Label.INTRAVENTRICULAR: 62.0,
    Label.SUBARACHNOID: 58.0,
    Label.SUBDURAL: 64.0,
}
"""Of whole pixels of blood, in HU."""
LEFT, RIGHT = 1, -1
_HEIGHTS = {
    Label.EPIDURAL: (58.0, 84.0),
    Label.INTRAPARENCHYMAL: (60.0, 86.0),
    Label.INTRAVENTRICULAR: (66.0, 66.0),
    Label.SUBARACHNOID: (44.0, 54.0),
    Label.SUBDURAL: (66.0, 88.0),
}


@dataclass(frozen=True, slots=True)
class Bleed:
    """A bleed to plant; what is None is drawn from the seed.

    Attributes:
        label: Its subtype.
        side: LEFT or RIGHT of the patient; a bleed in the ventricles is on both.
        z: Where it is largest, in mm above the lowest part of the skull base that is drawn.
        angle: For those at the surface, how far to the back of the side it lies, in radians; else how far back.
        size: 1 is common, from 0.3 to 2.
    """

    label: Label
    side: int | None = None
    z: float | None = None
    angle: float | None = None
    size: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            InputError: "settings.range".
        """
        if self.label not in SUBTYPES:
            raise InputError(
                "settings.range", f"Expected bleeds among {', '.join(SUBTYPES)}.", "Name a subtype, not 'any'."
            )
        if self.side not in (None, LEFT, RIGHT) or not 0.3 <= (1.0 if self.size is None else self.size) <= 2.0:
            raise InputError(
                "settings.range",
                f"Expected side 1 or -1 and a size from 0.3 to 2; received {self.side} and {self.size}.",
                "Change the bleed.",
            )


@dataclass(frozen=True, slots=True)
class Site:
    """A bleed with all that its seed decided; see `Bleed`."""

    label: Label
    side: int
    z: float
    angle: float
    size: float


def settle(bleed: Bleed, generator: np.random.Generator) -> Site:
    """Decide what a bleed leaves open. The same numbers are drawn whatever it leaves open."""
    side = int(generator.choice([LEFT, RIGHT]))
    z = float(generator.uniform(*_HEIGHTS[bleed.label]))
    angle, size = float(generator.uniform(-0.7, 0.7)), float(generator.uniform(0.8, 1.25))
    return Site(
        label=bleed.label,
        side=side if bleed.side is None else bleed.side,
        z=z if bleed.z is None else bleed.z,
        angle=angle if bleed.angle is None else bleed.angle,
        size=size if bleed.size is None else bleed.size,
    )


def paint(hu: np.ndarray, level: Level, shapes: Anatomy, site: Site) -> tuple[np.ndarray, np.ndarray]:
    """Paint a bleed into a slice.

    Returns:
        The slice in HU, and where blood fills at least half of a pixel, bool.
    """
    share = _SHAPES[site.label](level, shapes, site)
    if not (share > 0).any():
        return hu, share > 0
    if site.label is Label.INTRAPARENCHYMAL:
        rim = level.soften(_blob(level, shapes, site) + 4.5, blur=3.0) * _tissue(level, shapes)
        hu = blend(hu, EDEMA, 0.85 * rim)
    return blend(hu, DENSITY[site.label] + np.float32(2.0) * shapes.fibers, share), share >= 0.5


def _tissue(level: Level, shapes: Anatomy) -> np.ndarray:
    return shapes.inside * (1 - level.soften(shapes.ventricles))


def _blob(level: Level, shapes: Anatomy, site: Site) -> np.ndarray:
    """Measure the depth inside an irregular ball deep in one hemisphere."""
    axes = (12.5 * site.size, 16.0 * site.size, 14.0 * site.size)
    ball = level.ellipsoid((site.side * 28, 26 * site.angle, site.z), axes, degrees=-12.0 * site.side)
    return np.asarray(ball + 1.8 * shapes.fibers)


def _intraparenchymal(level: Level, shapes: Anatomy, site: Site) -> np.ndarray:
    return np.asarray(level.soften(_blob(level, shapes, site)) * _tissue(level, shapes))


def _layer(level: Level, shapes: Anatomy, thickness: np.ndarray) -> np.ndarray:
    """Fill from the inner table inwards, so many mm thick; a film under 1.2 mm is left out."""
    within = np.minimum(thickness - shapes.inner, shapes.inner)
    return np.asarray(level.soften(within) * (thickness > 1.2))


def _away(level: Level, site: Site) -> np.ndarray:
    """Compute the angle in radians from the middle of a bleed at the surface, seen from the axis of the head."""
    return np.asarray(np.arctan2(level.y, level.x * site.side) - np.float32(site.angle))


def _epidural(level: Level, shapes: Anatomy, site: Site) -> np.ndarray:
    """Fill a lens, thick for its length because the sutures hold it."""
    reach = np.hypot(_away(level, site) / 0.5, (level.z - site.z) / (24 * site.size))
    return _layer(level, shapes, np.asarray(19 * site.size * np.maximum(0, 1 - reach**2)))


def _subdural(level: Level, shapes: Anatomy, site: Site) -> np.ndarray:
    """Fill a crescent along most of one side, thin for its length."""
    reach = np.hypot(_away(level, site) / 1.25, (level.z - site.z) / (34 * site.size))
    crescent = 8.5 * site.size * np.sqrt(np.maximum(0, 1 - reach**2))
    crescent = crescent * (1 + np.float32(0.06) * shapes.fibers)
    # not across the midline: the falx is in the way
    free = np.clip((level.x * site.side - 3) / 6, 0, 1)
    return _layer(level, shapes, np.asarray(crescent * free))


def _subarachnoid(level: Level, shapes: Anatomy, site: Site) -> np.ndarray:
    """Replace the fluid of cisterns and fissures, and of the sulci of one side."""
    near = np.clip((26 * site.size - abs(level.z - site.z)) / 6, 0, 1)
    spaces = level.soften(shapes.cisterns + 0.5) * shapes.inside
    sulci = level.soften(shapes.sulci + 0.5) * shapes.inside * (level.x * site.side > 4)
    return np.asarray(0.95 * np.maximum(spaces, sulci) * near * (1 - level.soften(shapes.ventricles)))


def _intraventricular(level: Level, shapes: Anatomy, site: Site) -> np.ndarray:
    """Layer in the back of the lateral ventricles, where blood sinks to in a patient on the back, and in the fourth."""
    lateral = np.minimum(np.abs(level.x) - 8, level.y - (30 - 10 * site.size))
    where = lateral if level.z > 45 else level.y - 31
    return np.asarray(level.soften(np.minimum(shapes.ventricles, where)) * shapes.inside)


_SHAPES: dict[Label, Callable[[Level, Anatomy, Site], np.ndarray]] = {
    Label.EPIDURAL: _epidural,
    Label.INTRAPARENCHYMAL: _intraparenchymal,
    Label.INTRAVENTRICULAR: _intraventricular,
    Label.SUBARACHNOID: _subarachnoid,
    Label.SUBDURAL: _subdural,
}
