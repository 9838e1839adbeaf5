"""Example input for the demo: what may ship, which is drawings and the head CT inside pydicom."""

import os
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from hemoscope.datasets.phantom.volume import make_slice
from hemoscope.preparation.window import apply_window
from hemoscope.terms import BRAIN, Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.picture import write_picture

REAL_HEAD = "J2K_pixelrep_mismatch.dcm"
DRAWN = (Label.INTRAVENTRICULAR, Label.SUBDURAL, None)


def write_examples(folder: str | os.PathLike[str]) -> list[Path]:
    """Write example input: drawn heads as PNG and DICOM, a real DICOM slice, an empty picture.

    Args:
        folder: Is made; files of the same names are replaced.

    Returns:
        The files, in the order to show them.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for seed, label in enumerate(DRAWN, start=1):
        paths.append(target / f"drawn-{label or 'normal'}.png")
        write_picture(apply_window(make_slice(label, seed=seed)[0], BRAIN), paths[-1])
    hu, _ = make_slice(Label.EPIDURAL, seed=4)
    written = write_series(hu[None], target, spacing=(5.0, 0.9, 0.9), name="demo")[0]
    paths.append(written.replace(target / "drawn-epidural.dcm"))
    with as_file(files("pydicom") / "data" / "test_files" / REAL_HEAD) as real:
        paths.append(Path(shutil.copyfile(real, target / "real-head.dcm")))
    write_picture(np.zeros((256, 256)), target / "empty.png")
    return [*paths, target / "empty.png"]
