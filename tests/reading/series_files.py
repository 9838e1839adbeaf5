"""Small series on disk for the tests of whole studies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset

from hemoscope.writing.dicom import write_series

SPACING = (5.0, 0.5, 0.25)


def random_volume(slices: int = 6, rows: int = 16, columns: int = 24, seed: int = 3) -> np.ndarray:
    """Slices that all differ, int16 HU from -1024 to 1499, with air in every one."""
    return np.random.default_rng(seed).integers(-1024, 1500, (slices, rows, columns)).astype(np.int16)


def write_edited(
    volume: np.ndarray,
    folder: Path,
    edit: Callable[[Dataset, int], Any] | None = None,
    *,
    name: str = "study",
    spacing: tuple[float, float, float] = SPACING,
    tilt_degrees: float = 0.0,
) -> list[Path]:
    """Write a series of original soft-kernel slices, each changed by `edit(dataset, index)`."""
    paths = write_series(volume, folder, spacing=spacing, name=name, tilt_degrees=tilt_degrees)
    for index, path in enumerate(paths):
        dataset = dcmread(path)
        dataset.ImageType, dataset.ConvolutionKernel = ["ORIGINAL", "PRIMARY", "AXIAL"], "STANDARD"
        dataset.SeriesDescription = ""
        if edit is not None:
            edit(dataset, index)
        dataset.save_as(path)
    return paths
