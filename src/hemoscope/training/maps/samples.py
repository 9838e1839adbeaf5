"""Make one training sample of a case: painted or as it is, changed at random, with its targets."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.datasets.lesions import LOOKALIKES, Landmarks, add_lookalike, find_landmarks, paint
from hemoscope.datasets.origins import UNKNOWN
from hemoscope.errors import RefusedError
from hemoscope.models.map_net import STRIDE
from hemoscope.preparation.frame import HEAD_LENGTH_MM
from hemoscope.terms import SUBTYPES, Label
from hemoscope.training.maps.change import HU_RANGE, degrade, move
from hemoscope.training.maps.prepare import BRAIN_BIT

KINDS = {
    Label.EPIDURAL: 0.14,
    Label.INTRAPARENCHYMAL: 0.22,
    Label.INTRAVENTRICULAR: 0.15,
    Label.SUBARACHNOID: 0.24,
    Label.SUBDURAL: 0.25,
}
"""How often each subtype is painted."""
SECOND_BLEED = 0.2
LOOKALIKE = 0.5
"""How often a slice gets a look-alike; half as often a second."""
WHITE = 0.98 * HU_RANGE
"""From here on what lies outside the brain is bone."""
FULL_CELL = 0.6
"""Share of a cell that blood must fill for its target to be 1; below, the target falls in proportion."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One slice for the network.

    Attributes:
        inputs: float32, shape (size, size, 1), in [0, 1].
        targets: float32, shape (6,): 1, 0 or UNKNOWN.
        maps: float32, shape (size / 4, size / 4, 6): in [0, 1], or UNKNOWN.
    """

    inputs: np.ndarray
    targets: np.ndarray
    maps: np.ndarray


def make_sample(
    inputs: np.ndarray,
    areas: np.ndarray,
    targets: np.ndarray,
    *,
    has_mask: bool,
    is_painted: bool,
    rng: np.random.Generator,
) -> Sample:
    """Make a sample.

    Args:
        inputs: float, shape (size, size, 1), in [0, 1].
        areas: uint8 bits, shape (size, size).
        targets: float32, shape (6,).
        has_mask: Whether the areas say where the blood is.
        is_painted: Whether to paint a bleed; only into a slice without one.
        rng: Where chance comes from.

    Returns:
        The sample. A slice with too little brain to paint into stays as it is.
    """
    hu = inputs[:, :, 0].astype(np.float32) * HU_RANGE
    if marks := _landmarks(hu, areas):
        hu = _add_lookalikes(hu, marks, rng)
        if is_painted:
            hu, areas = _paint(hu, areas, marks, rng)
            targets = _targets_of(areas)
            has_mask = True
    hu, areas = move(hu, areas, rng=rng)
    if has_mask and targets[0] == 1:
        targets = np.where(targets == UNKNOWN, UNKNOWN, np.maximum(_targets_of(areas), 0))
    is_bone = (hu >= WHITE) & ((areas & BRAIN_BIT) == 0)
    shown = np.clip(degrade(hu, is_bone, rng=rng) / HU_RANGE, 0, 1)
    return Sample(shown[:, :, np.newaxis], targets.astype(np.float32), _maps(areas, targets, has_mask=has_mask))


def _landmarks(hu: np.ndarray, areas: np.ndarray) -> Landmarks | None:
    try:
        return find_landmarks(hu, (areas & BRAIN_BIT) > 0, millimeters=HEAD_LENGTH_MM / hu.shape[0])
    except RefusedError:
        return None


def _add_lookalikes(hu: np.ndarray, marks: Landmarks, rng: np.random.Generator) -> np.ndarray:
    names = list(LOOKALIKES)
    for often in (LOOKALIKE, LOOKALIKE / 2):
        if rng.random() < often:
            hu = add_lookalike(hu, marks, names[rng.integers(len(names))], rng=rng)
    return np.clip(hu, 0, HU_RANGE)


def _paint(
    hu: np.ndarray, areas: np.ndarray, marks: Landmarks, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    labels, odds = list(KINDS), list(KINDS.values())
    areas = areas & np.uint8(BRAIN_BIT)
    for often in (1.0, SECOND_BLEED):
        if rng.random() < often:
            painted = paint(hu, marks, labels[rng.choice(len(labels), p=odds)], rng=rng)
            hu = painted.hu
            for bit, mask in enumerate(painted.masks):
                areas = areas | (np.uint8(1 << bit) * mask)
    return np.clip(hu, 0, HU_RANGE), areas


def _targets_of(areas: np.ndarray) -> np.ndarray:
    present = [float(np.any(areas & (1 << bit))) for bit in range(len(SUBTYPES))]
    return np.array([max(present), *present], np.float32)


def _maps(areas: np.ndarray, targets: np.ndarray, *, has_mask: bool) -> np.ndarray:
    """Say for every cell what is known: all of a mask, nothing outside the head, nothing of an absent subtype."""
    cells = areas.shape[0] // STRIDE
    maps = np.zeros((cells, cells, len(Label)), np.float32)
    if has_mask:
        bits = (areas[:, :, np.newaxis] & (1 << np.arange(len(SUBTYPES), dtype=np.uint8))) > 0
        shares = cv2.resize(bits.astype(np.float32), (cells, cells), interpolation=cv2.INTER_AREA)
        maps[:, :, 1:] = np.clip(shares / FULL_CELL, 0, 1)
        maps[:, :, 0] = np.clip(shares.sum(axis=-1) / FULL_CELL, 0, 1)
        return maps
    near = cv2.dilate(((areas & BRAIN_BIT) > 0).astype(np.uint8), np.ones((9, 9), np.uint8))
    inside = cv2.resize(near, (cells, cells), interpolation=cv2.INTER_NEAREST) > 0
    if not inside.any():
        inside[:] = True
    maps[inside] = np.where(targets == 0, 0.0, UNKNOWN)
    return maps
