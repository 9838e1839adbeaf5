"""Planted bleeds: the share of each pixel that blood fills, and what it looks like.

Acute clot lies at 50 to 80 HU, above grey matter at 37 to 41 (textbook values); edema around it at about 20.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.phantom.anatomy import Anatomy
from hemoscope.datasets.phantom.space import Level, blend
from hemoscope.terms import Label

EDEMA = 20.0
DENSITY = {
    Label.EPIDURAL: 70.0,
    Label.INTRAPARENCHYMAL: 66.0,
    Label.INTRAVENTRICULAR: 62.0,
    Label.SUBARACHNOID: 56.0,
    Label.SUBDURAL: 64.0,
}


@dataclass(frozen=True, slots=True)
class Bleed:
    """One planted bleed.

    Attributes:
        label: Its subtype.
        side: 1 on the patient's left, -1 on the right.
        height: Where it is largest, 0 at the skull base, 1 at the top.
        angle: Direction from the middle for those that lie at the surface, radians off the side.
        size: 1 is common.
    """

    label: Label
    side: int
    height: float
    angle: float
    size: float

    @classmethod
    def draw(cls, label: Label, generator: np.random.Generator) -> "Bleed":
        """Draw a bleed of a subtype."""
        return cls(
            label=label,
            side=int(generator.choice([-1, 1])),
            height=0.5 if label is Label.INTRAVENTRICULAR else float(generator.uniform(0.45, 0.6)),
            angle=float(generator.uniform(-0.6, 0.6)),
            size=float(generator.uniform(0.8, 1.2)),
        )


def paint(hu: np.ndarray, level: Level, shapes: Anatomy, bleed: Bleed) -> tuple[np.ndarray, np.ndarray]:
    """Paint a bleed into a slice.

    Returns:
        The slice in HU, and where blood fills at least half of a pixel, bool.
    """
    share = _SHAPES[bleed.label](level, shapes, bleed)
    if bleed.label is Label.INTRAPARENCHYMAL:
        hu = blend(hu, EDEMA, 0.8 * level.soften(_blob(level, bleed) + 5) * shapes.brain * (share.max() > 0.5))
    return blend(hu, DENSITY[bleed.label] + 2.5 * level.noise, share), share >= 0.5


def _blob(level: Level, bleed: Bleed) -> np.ndarray:
    """Depth in mm inside an irregular ball deep in one hemisphere."""
    away = (level.height - bleed.height) * 150 / 16
    distance = np.hypot(np.hypot((level.x - bleed.side * 27) / 13, (level.y - 30 * bleed.angle) / 17), away)
    return np.asarray((bleed.size - distance) * 14 + 2.0 * level.noise)


def _intraparenchymal(level: Level, shapes: Anatomy, bleed: Bleed) -> np.ndarray:
    return np.asarray(level.soften(_blob(level, bleed)) * shapes.brain * (1 - shapes.ventricles))


def _extra_axial(
    level: Level, shapes: Anatomy, bleed: Bleed, *, thickest: float, reach: float, power: int
) -> np.ndarray:
    """Fill from the inner table inwards: a lens for a short reach, a crescent for a long one."""
    to_the_side = np.arctan2(level.y, level.x * bleed.side) - bleed.angle
    off = np.abs(to_the_side / reach) ** power + ((level.height - bleed.height) / 0.2) ** 2
    thickness = thickest * bleed.size * np.maximum(0, 1 - off)
    within = level.soften(thickness - shapes.depth) * (thickness > 0.5) * (shapes.depth > -1.5)
    return np.asarray(within * level.soften(shapes.depth + 1.5))


def _epidural(level: Level, shapes: Anatomy, bleed: Bleed) -> np.ndarray:
    return _extra_axial(level, shapes, bleed, thickest=19, reach=0.5, power=2)


def _subdural(level: Level, shapes: Anatomy, bleed: Bleed) -> np.ndarray:
    return _extra_axial(level, shapes, bleed, thickest=9, reach=1.25, power=4)


def _subarachnoid(level: Level, shapes: Anatomy, bleed: Bleed) -> np.ndarray:
    """Replace the fluid of sulci and cisterns on one side."""
    near = (level.x * bleed.side > 8) & (abs(level.height - bleed.height) < 0.15 * bleed.size)
    return np.asarray(np.maximum(shapes.sulci * near, shapes.cisterns) * 0.95)


def _intraventricular(level: Level, shapes: Anatomy, bleed: Bleed) -> np.ndarray:
    """Layer in the back of the ventricles, where it sinks to in a patient on the back."""
    del bleed
    return np.asarray(shapes.ventricles * level.soften(level.y - 16))


_SHAPES: dict[Label, Callable[[Level, Anatomy, Bleed], np.ndarray]] = {
    Label.EPIDURAL: _epidural,
    Label.INTRAPARENCHYMAL: _intraparenchymal,
    Label.INTRAVENTRICULAR: _intraventricular,
    Label.SUBARACHNOID: _subarachnoid,
    Label.SUBDURAL: _subdural,
}
