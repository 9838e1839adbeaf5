"""Masks that show each subtype in a color, or as a number."""

from pathlib import Path

import cv2
import numpy as np

from hemoscope.datasets.masked_volumes import CLASSES
from hemoscope.errors import DatasetError
from hemoscope.terms import SUBTYPES, Label

COLORS = {
    Label.EPIDURAL: (255, 0, 0),
    Label.INTRAPARENCHYMAL: (0, 0, 255),
    Label.INTRAVENTRICULAR: (255, 255, 0),
    Label.SUBARACHNOID: (0, 255, 255),
    Label.SUBDURAL: (0, 255, 0),
}
"""Red, green and blue of each subtype, as BHSD draws them."""


def read_mask(path: Path, frame: int | None = None) -> np.ndarray:
    """Read a mask.

    Args:
        path: A picture in the colors of `COLORS`, black elsewhere; or a NIfTI label map numbered as `CLASSES`.
        frame: Which slice of the label map, counted from 0.

    Returns:
        bool, shape (5, rows, columns), in the order of SUBTYPES.

    Raises:
        DatasetError: "data.bad_mask" where it cannot be read as one.
        ReadingError: A label map cannot be read.
    """
    if frame is not None:
        from hemoscope.reading.nifti_slice import read_nifti_mask

        numbers = read_nifti_mask(path, frame)
        number_of = {label: number for number, label in CLASSES.items()}
        return np.stack([numbers == number_of[label] for label in SUBTYPES])
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if picture is None:
        raise DatasetError("data.bad_mask", f"{path.name} cannot be read as a mask.", "Fetch the collection again.")
    bright = picture >= 128
    return np.stack([(bright == (np.array(COLORS[label]) > 0)).all(axis=-1) for label in SUBTYPES])
