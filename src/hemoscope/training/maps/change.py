"""Change a slice with its areas at random, so that its origin tells nothing."""

import cv2
import numpy as np

from hemoscope.terms import BRAIN

HU_RANGE = BRAIN.width
"""Width in HU of the window that inputs show; its lower end is 0."""
TISSUE_LEVEL = 30.0
GAIN_SPREAD = 0.2
"""Of the logarithm of the contrast, as a picture's window is estimated: within one origin of one window its spread is
about a third (docs/explanation/experiments.md), of which the slices that are learned from show a part already."""
LEVEL_SPREAD = 4.0
"""Of the brain's level in HU: of slices in HU as scanners and patients differ, of pictures as it is estimated."""
CLIPPED = 0.2
"""How often a slice looks as pictures in a narrow window do: without differences above some density."""
CLIPPED_FROM = (45.0, 75.0)
"""The densities in HU between which that one lies: 75 is the upper end of a window 35/80, 45 that of narrower ones
whose contrast was guessed too low."""


def move(hu: np.ndarray, areas: np.ndarray, *, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Mirror, turn, shift, zoom and stretch; now and then cut the head off at one side as a narrow field of view does.

    Args:
        hu: float32, shape (size, size).
        areas: uint8 bits, same shape.
        rng: Where chance comes from.

    Returns:
        Both, changed alike.
    """
    size = hu.shape[0]
    angle = float(rng.normal(0, 9 if rng.random() < 0.9 else 30))
    matrix = cv2.getRotationMatrix2D((size / 2, size / 2), angle, float(np.exp(rng.normal(0, 0.08))))
    stretch = np.diag([float(np.exp(rng.normal(0, 0.05))), float(np.exp(rng.normal(0, 0.05)))])
    if rng.random() < 0.5:
        stretch[0, 0] *= -1
    matrix[:, :2] = matrix[:, :2] @ stretch
    middle = np.array([size / 2, size / 2])
    matrix[:, 2] = middle - matrix[:, :2] @ middle + rng.normal(0, 0.025 * size, 2)
    moved = cv2.warpAffine(hu, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=0.0)
    carried = cv2.warpAffine(areas, matrix, (size, size), flags=cv2.INTER_NEAREST, borderValue=0)
    return np.asarray(moved), np.asarray(carried)


def degrade(
    hu: np.ndarray, is_bone: np.ndarray, *, rng: np.random.Generator, noise: np.random.Generator | None = None
) -> np.ndarray:
    """Change window, resolution, kernel and noise as scanners, viewers and web pages do.

    Args:
        hu: float32, shape (size, size), in HU, of a picture as guessed.
        is_bone: bool, same shape: what stays as it is, as preparation makes it white.
        rng: Where chance comes from.
        noise: Where the noise itself comes from, so that slices of one study have one kind of it; `rng` unless given.

    Returns:
        float32 of the same shape.
    """
    given, shown = hu, (hu > 1.0).astype(np.float32)
    gain, offset = float(np.exp(rng.normal(0, GAIN_SPREAD))), float(rng.normal(0, LEVEL_SPREAD))
    hu = (hu - TISSUE_LEVEL) * gain + TISSUE_LEVEL + offset
    if rng.random() < 0.35:
        hu = cv2.GaussianBlur(hu, (0, 0), float(rng.uniform(0.4, 1.4)))
    elif rng.random() < 0.3:
        hu = hu + float(rng.uniform(0.2, 1.0)) * (hu - cv2.GaussianBlur(hu, (0, 0), 1.2))
    if rng.random() < 0.5:
        hu = hu + _noise(hu.shape, rng, rng if noise is None else noise)
    if rng.random() < 0.15:
        small = max(64, int(hu.shape[0] * rng.uniform(0.45, 0.9)))
        hu = cv2.resize(cv2.resize(hu, (small, small), interpolation=cv2.INTER_AREA), hu.shape[::-1])
    if rng.random() < 0.15:  # 8-bit pictures in a wide window
        step = float(rng.uniform(1, 6))
        hu = np.round(hu / step) * step
    if rng.random() < 0.3:
        slope = rng.normal(0, 2.5, 2)
        line = np.linspace(-1, 1, hu.shape[0], dtype=np.float32)
        hu = hu + np.float32(slope[0]) * line[:, np.newaxis] + np.float32(slope[1]) * line
    if rng.random() < CLIPPED:
        hu = clip_dense(hu, rng=rng)
    return np.where(is_bone, given, hu * shown).astype(np.float32)


def _noise(shape: tuple[int, ...], rng: np.random.Generator, source: np.random.Generator) -> np.ndarray:
    """Draw noise of a strength and a grain that `rng` decides."""
    noise = source.standard_normal(shape, dtype=np.float32)
    width = float(rng.uniform(0.0, 1.2))
    if width > 0.3:
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), width), np.float32)
        noise /= max(float(noise.std()), 1e-6)
    return np.asarray(float(rng.exponential(3.5)) * noise)


def clip_dense(hu: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Clip as a narrow window does: all that is denser becomes alike, or white where preparation takes it for bone.

    Args:
        hu: float, shape (size, size), in HU.
        rng: Where chance comes from.

    Returns:
        float of the same shape.
    """
    end = rng.uniform(*CLIPPED_FROM)
    return np.where(hu < end, hu, end if rng.random() < 0.5 else HU_RANGE)
