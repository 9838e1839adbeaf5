"""A slice as a picture file."""

import os
from pathlib import Path

import numpy as np
from PIL import Image

from hemoscope.writing.atomic import write_atomically


def write_picture(image: np.ndarray, path: str | os.PathLike[str]) -> None:
    """Write a windowed slice as an 8-bit picture.

    Args:
        image: In [0, 1], shape (rows, columns), as `apply_window` gives it, or (rows, columns, 3) in color.
        path: The file to write or replace; its suffix says the format, such as ".png".
    """
    picture = Image.fromarray(np.round(np.clip(image, 0.0, 1.0) * 255).astype(np.uint8))
    write_atomically(Path(path), picture.save)


def write_mask(mask: np.ndarray, path: str | os.PathLike[str]) -> None:
    """Write a mask as a picture whose grey values are the label numbers.

    Args:
        mask: uint8, shape (rows, columns).
        path: The file to write or replace, in a lossless format.
    """
    write_atomically(Path(path), Image.fromarray(mask.astype(np.uint8)).save)
