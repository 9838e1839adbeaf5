"""What a prepared slice shows of a head: its hull, its bone, and the landmarks of its brain."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.datasets.lesions import Landmarks, find_landmarks
from hemoscope.errors import RefusedError
from hemoscope.preparation.head import find_head
from hemoscope.preparation.masks import convex_hull
from hemoscope.review.cases import ReviewedCase

BLACK, WHITE = 0.02, 0.98
"""Of a prepared slice: up to the first it shows air, fat or nothing, from the second on bone or what is as dense."""
LEAST_SHOWN = 0.1
"""Share of the hull that must be neither black nor white: where there is no brain to judge, preparation shows bone
alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """The head in one prepared slice; masks are bool, shape (size, size).

    Attributes:
        hull: The head's convex outline, filled.
        white: Bone and what is as dense.
        air: Black within the hull and outside the brain: sinuses, the cells of the mastoid.
        is_open: Whether bones do not enclose the brain, so that it had to be taken for all soft tissue of the hull.
        marks: The landmarks of the brain.
    """

    hull: np.ndarray
    white: np.ndarray
    air: np.ndarray
    is_open: bool
    marks: Landmarks


def find_anatomy(case: ReviewedCase) -> Anatomy | None:
    """Find the head and the brain's landmarks.

    Args:
        case: With its prepared slice.

    Returns:
        What was found; None where there is no brain to judge.
    """
    inputs = np.asarray(case.inputs, np.float32)
    if not (inputs > BLACK).any():
        return None
    hull = convex_hull(inputs > BLACK)
    soft = hull & (inputs > BLACK) & (inputs < WHITE)
    if np.count_nonzero(soft) < LEAST_SHOWN * np.count_nonzero(hull):
        return None
    is_open = not case.brain.any()
    brain = _thick(soft) if is_open else np.asarray(case.brain)
    try:
        marks = find_landmarks(case.hu, brain, millimeters=case.millimeters)
    except RefusedError:
        return None
    air = hull & (inputs <= BLACK) & ~marks.inside
    return Anatomy(hull, inputs >= WHITE, air, is_open, marks)


def _thick(soft: np.ndarray) -> np.ndarray:
    """Drop what is thin, as the blurred rim of bone and the scalp are."""
    return cv2.morphologyEx(soft.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0


def enclosed_brain(inputs: np.ndarray) -> np.ndarray:
    """Find the brain in a prepared slice alone, where nobody kept it from the slice that it was made of.

    Args:
        inputs: The prepared slice, float, shape (size, size), in [0, 1].

    Returns:
        What bone encloses, bool, same shape; nothing where it encloses nothing.
    """
    shown = np.asarray(inputs, np.float32)
    try:
        head = find_head(shown)
    except RefusedError:
        return np.zeros(shown.shape, bool)
    if not head.is_closed:
        return np.zeros(shown.shape, bool)
    brain = cv2.resize(head.tissue.astype(np.uint8), shown.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(brain > 0)
