"""What a painter must know of a slice: where the inner table, the midline and the fluid are."""

from dataclasses import dataclass

import cv2
import numpy as np

from hemoscope.errors import RefusedError

FLUID_BELOW_BRAIN = 9.0
"""Fluid (0 to 15 HU) lies at least this many HU below the commonest density of the brain."""
VENTRICLE_DEPTH_MM = 18.0
"""Fluid that reaches this far from the inner table belongs to ventricles or deep cisterns, not to sulci ..."""
VENTRICLE_REACH_MM = 30.0
"""... when it lies within this distance of the midline; Sylvian fissures lie beyond."""
SMALLEST_VENTRICLE_MM2 = 40.0
FEWEST_PIXELS = 400
"""Fewer pixels of brain leave no room to paint in."""
RIM_MM = 3.0
"""A mask of the brain may end this far from bone; blood outside the brain does not."""
BONE_ABOVE_BRAIN = 28.0
"""A pixel at the rim that is denser than the brain by more HU is half bone."""
MOST_TILT = np.deg2rad(30)
"""A midline that seems to lean further is not believed."""


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """The parts of one slice, all of shape (rows, columns).

    Attributes:
        inside: bool: what the inner table encloses.
        depth: float32: distance from the inner table in mm, 0 outside.
        fluid: float32 in [0, 1]: how much each pixel looks like fluid.
        ventricles: bool: the deep fluid.
        ahead: float32: millimeters in front of the middle, along the midline.
        across: float32: millimeters to the right of the midline in the picture.
        level: The brain's commonest density in HU.
        millimeters: Millimeters per pixel.
    """

    inside: np.ndarray
    depth: np.ndarray
    fluid: np.ndarray
    ventricles: np.ndarray
    ahead: np.ndarray
    across: np.ndarray
    level: float
    millimeters: float


def find_landmarks(hu: np.ndarray, brain: np.ndarray, *, millimeters: float) -> Landmarks:
    """Find the parts of a slice.

    Args:
        hu: float32, shape (rows, columns), in HU, of a picture as guessed.
        brain: bool, same shape: what bone encloses; small holes are filled.
        millimeters: Millimeters per pixel.

    Raises:
        RefusedError: "lesion.no_brain" where there is too little brain to paint into.
    """
    inside = _fill(brain)
    if np.count_nonzero(inside) < FEWEST_PIXELS:
        raise RefusedError(
            "lesion.no_brain", "Expected a slice with brain to paint into; found too little.", "Choose another slice."
        )
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5) * np.float32(millimeters)
    smooth = cv2.GaussianBlur(hu, (0, 0), 1.0 / millimeters)
    level = float(np.median(smooth[inside & (depth > min(6.0, 0.5 * float(depth.max())))]))
    inside = _reach_bone(inside, hu < level + BONE_ABOVE_BRAIN, steps=round(RIM_MM / millimeters))
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5) * np.float32(millimeters)
    fluid = np.clip((level - smooth) / FLUID_BELOW_BRAIN - 0.5, 0, 1) * inside
    ahead, across = _coordinates(inside, millimeters)
    ventricles = _deep(fluid * (np.abs(across) < VENTRICLE_REACH_MM), depth, millimeters)
    return Landmarks(inside, depth, fluid.astype(np.float32), ventricles, ahead, across, level, millimeters)


def _fill(brain: np.ndarray) -> np.ndarray:
    """Fill holes, so that a calcified plexus or a dark ventricle belongs to the inside."""
    outlines, _ = cv2.findContours(brain.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(brain.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    return filled.astype(bool)


def _reach_bone(inside: np.ndarray, is_soft: np.ndarray, *, steps: int) -> np.ndarray:
    """Let the inside grow up to the bone, pixel by pixel through what is soft."""
    grown, soft = inside.astype(np.uint8), (is_soft | inside).astype(np.uint8)
    for _ in range(steps):
        grown = cv2.dilate(grown, np.ones((3, 3), np.uint8)) & soft
    return _fill(grown > 0)


def _deep(fluid: np.ndarray, depth: np.ndarray, millimeters: float) -> np.ndarray:
    """Keep the connected fluid that lies deep enough and is large enough to be a ventricle."""
    candidates = ((fluid > 0.5) & (depth > 0.5 * VENTRICLE_DEPTH_MM)).astype(np.uint8)
    _, parts, boxes, _ = cv2.connectedComponentsWithStats(candidates, connectivity=4)
    kept = boxes[:, cv2.CC_STAT_AREA] * millimeters**2 >= SMALLEST_VENTRICLE_MM2
    kept[0] = False
    for part in np.flatnonzero(kept):
        kept[part] = depth[parts == part].max() > VENTRICLE_DEPTH_MM
    return np.asarray(kept[parts])


def _coordinates(inside: np.ndarray, millimeters: float) -> tuple[np.ndarray, np.ndarray]:
    """Measure along and across the midline, taken as the long axis of the inside."""
    moments = cv2.moments(inside.astype(np.uint8), binaryImage=True)
    column, row = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
    lean = 0.5 * np.arctan2(2 * moments["mu11"], moments["mu02"] - moments["mu20"])
    lean = lean if abs(lean) < MOST_TILT else 0.0
    rows, columns = np.indices(inside.shape, dtype=np.float32)
    down, right = (rows - row) * millimeters, (columns - column) * millimeters
    ahead = -(down * np.cos(lean) + right * np.sin(lean))
    across = right * np.cos(lean) - down * np.sin(lean)
    return ahead.astype(np.float32), across.astype(np.float32)
