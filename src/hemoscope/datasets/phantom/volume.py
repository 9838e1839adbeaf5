"""Phantom studies and slices."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.datasets.phantom.bleeds import Bleed, Site, paint, settle
from hemoscope.datasets.phantom.brain import draw_brain, lay_out
from hemoscope.datasets.phantom.build import HEIGHT, Head
from hemoscope.datasets.phantom.shells import Shells, draw_base, draw_shells
from hemoscope.datasets.phantom.space import Level
from hemoscope.errors import InputError
from hemoscope.terms import SUBTYPES, Label

LOWEST, HIGHEST = -1024, 3071
"""What 12 bits with an intercept of -1024 can hold, in HU."""
FIELD_MM = 230.4
"""Width of the picture in mm unless said otherwise."""
LEVELS = {"skull base": 14.0, "cisterns": 40.0, "ventricles": 68.0, "vertex": 112.0, "above": 160.0}
"""Named levels, in mm above the lowest part of the skull base that is drawn."""


@dataclass(frozen=True, slots=True)
class PhantomSettings:
    """How to draw a phantom.

    Attributes:
        size: Rows and columns.
        slices: How many, around the middle of the head; 28 of 5 mm go from the orbits to the vertex.
        spacing_mm: Of the pixels.
        thickness_mm: Of the slices, which lie side by side.
        noise_hu: Standard deviation of the noise in the brain.
        bleeds: Bleeds to plant; a label alone is a bleed of which the seed decides the rest.
        has_head_holder: Whether the head holder is in view.
        seed: Decides the head, its bleeds and the noise.
    """

    size: int = 256
    slices: int = 28
    spacing_mm: float = 0.9
    thickness_mm: float = 5.0
    noise_hu: float = 3.5
    bleeds: tuple[Bleed | Label, ...] = ()
    has_head_holder: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            InputError: "settings.range".
        """
        if self.slices < 1 or self.size < 64:
            raise InputError(
                "settings.range",
                f"Expected at least 1 slice of at least 64 pixels; received {self.slices} of {self.size}.",
                "Ask for more.",
            )
        if self.spacing_mm <= 0 or self.thickness_mm <= 0 or self.noise_hu < 0:
            raise InputError(
                "settings.range",
                "Expected a spacing and a thickness above 0 mm and noise of at least 0 HU; "
                f"received {self.spacing_mm}, {self.thickness_mm} and {self.noise_hu}.",
                "Change the setting.",
            )
        if self.seed < 0:
            raise InputError(
                "settings.range", f"Expected a seed of at least 0; received {self.seed}.", "Change the seed."
            )
        for bleed in self.bleeds:
            as_bleed(bleed)


@dataclass(frozen=True, slots=True, eq=False)
class Phantom:
    """A phantom study.

    Attributes:
        hu: float32, whole HU, shape (slices, rows, columns), from the skull base up.
        mask: uint8, same shape: 0 no blood, else 1 + the subtype's place in `terms.SUBTYPES`.
        spacing: (slices, rows, columns) in mm.
    """

    hu: np.ndarray
    mask: np.ndarray
    spacing: tuple[float, float, float]


def as_bleed(bleed: Bleed | Label) -> Bleed:
    """Make a bleed of a label."""
    return bleed if isinstance(bleed, Bleed) else Bleed(bleed)


def make_phantom(settings: PhantomSettings | None = None) -> Phantom:
    """Draw a phantom study. The same settings give the same bits."""
    settings = settings or PhantomSettings()
    subject = _Subject.of(settings)
    middle = (settings.slices - 1) / 2
    heights = [HEIGHT / 2 + (index - middle) * settings.thickness_mm for index in range(settings.slices)]
    drawn = [_draw_slice(settings, subject, z) for z in heights]
    return Phantom(
        hu=np.stack([hu for hu, _ in drawn]),
        mask=np.stack([mask for _, mask in drawn]),
        spacing=(settings.thickness_mm, settings.spacing_mm, settings.spacing_mm),
    )


def make_slice(
    label: Label | None, *, seed: int, size: int = 256, level: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw one slice: where a bleed is largest, or at a named level.

    Args:
        label: Subtype of the bleed, or None for a normal head.
        seed: Decides head, bleed and noise.
        size: Rows and columns; the head fills the same share of the picture at every size.
        level: A name in LEVELS; unless given, where the bleed is largest, or the ventricles.

    Returns:
        HU, float32, shape (size, size), and the mask, uint8, same shape.

    Raises:
        InputError: "settings.range", for a level of another name.

    >>> hu, mask = make_slice(Label.SUBDURAL, seed=1, size=64)
    >>> hu.shape, set(np.unique(mask).tolist()) == {0, 1 + SUBTYPES.index(Label.SUBDURAL)}
    ((64, 64), True)
    """
    if level is not None and level not in LEVELS:
        raise InputError(
            "settings.range", f"Expected a level among {', '.join(LEVELS)}; received {level!r}.", "Name one."
        )
    bleeds = () if label is None else (label,)
    settings = PhantomSettings(size=size, spacing_mm=FIELD_MM / size, bleeds=bleeds, seed=seed)
    subject = _Subject.of(settings)
    if level is None and subject.sites:
        return _draw_slice(settings, subject, subject.sites[0].z)
    return _draw_slice(settings, subject, LEVELS[level or "ventricles"])


@dataclass(frozen=True, slots=True, eq=False)
class _Subject:
    """A head and its bleeds, all that a seed decides but for the noise."""

    head: Head
    sites: tuple[Site, ...]

    @classmethod
    def of(cls, settings: PhantomSettings) -> "_Subject":
        generator = np.random.default_rng(settings.seed)
        head = Head.draw(generator)
        return cls(head, tuple(settle(as_bleed(bleed), generator) for bleed in settings.bleeds))


def _draw_slice(settings: PhantomSettings, subject: _Subject, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw the slice at a height, the same whichever slices are drawn besides."""
    level, build = _level(settings, subject.head, z), subject.head.build
    shells = Shells.of(level, build)
    shapes = lay_out(level, shells, subject.head)
    hu = draw_shells(level, shells, build, shapes.fibers, has_head_holder=settings.has_head_holder)
    hu = draw_base(level, shells, build, hu, brain=shapes.brain, fibers=shapes.fibers)
    hu = draw_brain(level, build, shapes, hu)
    mask = np.zeros(hu.shape, np.uint8)
    for site in subject.sites:
        hu, blood = paint(hu, level, shapes, site)
        mask[blood] = 1 + SUBTYPES.index(site.label)
    hu = cv2.GaussianBlur(hu.astype(np.float32), (0, 0), 0.5) + _grain(settings, z)
    return np.clip(np.round(hu), LOWEST, HIGHEST).astype(np.float32), mask


def _level(settings: PhantomSettings, head: Head, z: float) -> Level:
    across = ((np.arange(settings.size) - (settings.size - 1) / 2) * settings.spacing_mm).astype(np.float32)
    x, y = np.meshgrid(across - np.float32(head.build.shift[0]), across - np.float32(head.build.shift[1]))
    cosine, sine = np.float32(np.cos(head.build.turn)), np.float32(np.sin(head.build.turn))
    return Level(cosine * x + sine * y, cosine * y - sine * x, z, settings.spacing_mm, settings.thickness_mm)


def _grain(settings: PhantomSettings, z: float) -> np.ndarray:
    """Make the noise of one slice: correlated over about a mm, as reconstruction leaves it.

    Neighboring pixels of 0.49 mm correlate by 0.6 to 0.7 in a real study of RSNA 2019, those two apart by 0 to 0.2.
    """
    generator = np.random.default_rng([settings.seed & 0xFFFFFFFF, round((z + 1000) * 1000)])
    white = generator.standard_normal((settings.size, settings.size), dtype=np.float32)
    soft = cv2.GaussianBlur(white, (0, 0), max(0.35, 0.37 / settings.spacing_mm))
    return np.asarray(soft * np.float32(settings.noise_hu / soft.std()))
