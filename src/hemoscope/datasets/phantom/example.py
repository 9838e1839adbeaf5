"""Example input for the demo: what may ship, which is drawings and the head CT inside pydicom."""

import os
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom, make_slice
from hemoscope.preparation.window import apply_window
from hemoscope.terms import BRAIN, Label
from hemoscope.writing.dicom import write_series
from hemoscope.writing.picture import write_picture

REAL_HEAD = "J2K_pixelrep_mismatch.dcm"
DRAWN = (Label.INTRAVENTRICULAR, Label.SUBDURAL, None)
STUDY = PhantomSettings(size=192, slices=24, spacing_mm=1.2, bleeds=(Label.INTRAPARENCHYMAL,), seed=11)


def write_examples(folder: str | os.PathLike[str]) -> list[Path]:
    """Write example input: a drawn study, drawn heads as PNG and DICOM, a real DICOM slice, an empty picture.

    Args:
        folder: Is made; files of the same names are replaced.

    Returns:
        The study's folder and the files, in the order to show them.
    """
    target = Path(folder)
    phantom, paths = make_phantom(STUDY), [target / "drawn-study"]
    write_series(phantom.hu, paths[0], spacing=phantom.spacing, name="demo study")
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
