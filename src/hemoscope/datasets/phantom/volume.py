"""Phantom studies and slices."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.datasets.phantom.anatomy import Build, draw, outline
from hemoscope.datasets.phantom.bleeds import Bleed, paint
from hemoscope.datasets.phantom.space import Level, smooth_noise
from hemoscope.errors import InputError
from hemoscope.terms import SUBTYPES, Label

LOWEST, HIGHEST = -1024, 3071
"""What 12 bits with an intercept of -1024 can hold, in HU."""


@dataclass(frozen=True, slots=True)
class PhantomSettings:
    """How to draw a phantom.

    Attributes:
        size: Rows and columns.
        slices: How many, from the skull base to above the vertex.
        spacing_mm: Of the pixels.
        thickness_mm: Between slices.
        noise_hu: Standard deviation of the noise in the brain.
        bleeds: Subtypes to plant, one bleed each.
        has_head_holder: Whether the head holder is in view.
        seed: Decides the head, its bleeds and the noise.
    """

    size: int = 256
    slices: int = 28
    spacing_mm: float = 0.9
    thickness_mm: float = 5.0
    noise_hu: float = 3.5
    bleeds: tuple[Label, ...] = ()
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
        if not set(self.bleeds) <= set(SUBTYPES):
            raise InputError(
                "settings.range", f"Expected bleeds among {', '.join(SUBTYPES)}.", "Name a subtype, not 'any'."
            )


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


def make_phantom(settings: PhantomSettings | None = None) -> Phantom:
    """Draw a phantom study. The same settings give the same bits."""
    settings = settings or PhantomSettings()
    generator = np.random.default_rng(settings.seed)
    build = Build.draw(generator)
    bleeds = [Bleed.draw(label, generator) for label in settings.bleeds]
    shape = (settings.slices, settings.size, settings.size)
    texture = smooth_noise(shape, generator, sigma=3.0 / settings.spacing_mm, across=2)
    grain = smooth_noise(shape, generator, sigma=0.8, across=0) * np.float32(settings.noise_hu)
    heights = np.linspace(0.05, 1.04, settings.slices) if settings.slices > 1 else np.array([0.5])
    drawn = [
        _draw_slice(settings, build, bleeds, _level(settings, build, float(height), noise))
        for height, noise in zip(heights, texture, strict=True)
    ]
    hu = np.stack([one for one, _ in drawn]) + grain
    return Phantom(
        hu=np.clip(np.round(hu), LOWEST, HIGHEST).astype(np.float32),
        mask=np.stack([mask for _, mask in drawn]),
        spacing=(settings.thickness_mm, settings.spacing_mm, settings.spacing_mm),
    )


def make_slice(label: Label | None, *, seed: int, size: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Draw the slice in which a bleed is largest, or a normal slice through the ventricles.

    Args:
        label: Subtype of the bleed, or None for a normal slice.
        seed: Decides head, bleed and noise.
        size: Rows and columns; the head fills the same share of the picture at every size.

    Returns:
        HU, float32, shape (size, size), and the mask, uint8, same shape.
    """
    bleeds = () if label is None else (label,)
    phantom = make_phantom(PhantomSettings(size=size, spacing_mm=230.4 / size, bleeds=bleeds, seed=seed))
    areas = np.count_nonzero(phantom.mask, axis=(1, 2))
    index = int(np.argmax(areas)) if areas.any() else len(areas) // 2
    return phantom.hu[index], phantom.mask[index]


def _level(settings: PhantomSettings, build: Build, height: float, noise: np.ndarray) -> Level:
    across = (np.arange(settings.size) - (settings.size - 1) / 2) * settings.spacing_mm
    x, y = np.meshgrid(across - build.shift[0], across - build.shift[1])
    turned_x = np.cos(build.turn) * x + np.sin(build.turn) * y
    turned_y = -np.sin(build.turn) * x + np.cos(build.turn) * y
    return Level(turned_x, turned_y, height, noise.astype(np.float64), settings.spacing_mm)


def _draw_slice(
    settings: PhantomSettings, build: Build, bleeds: list[Bleed], level: Level
) -> tuple[np.ndarray, np.ndarray]:
    shapes = outline(level, build)
    hu = draw(level, build, shapes, has_head_holder=settings.has_head_holder)
    mask = np.zeros(hu.shape, np.uint8)
    for bleed in bleeds:
        hu, blood = paint(hu, level, shapes, bleed)
        mask[blood] = 1 + SUBTYPES.index(bleed.label)
    return cv2.GaussianBlur(hu.astype(np.float32), (0, 0), 0.6), mask
