"""A phantom study as files."""

import os
from pathlib import Path

import numpy as np

from hemoscope.datasets.phantom.volume import Phantom, PhantomSettings, make_phantom
from hemoscope.errors import InputError
from hemoscope.terms import BRAIN

FORMATS = ("dicom", "nifti", "png")


def write_study(settings: PhantomSettings, folder: str | os.PathLike[str], *, file_format: str) -> list[Path]:
    """Draw a phantom and write it below a new folder: images/ and masks/.

    Masks hold 0 for no blood, else 1 + the subtype's place in `terms.SUBTYPES`.

    Args:
        settings: What to draw.
        folder: Must not exist, or be empty.
        file_format: "dicom", "nifti" or "png" (8 bits, brain window).

    Returns:
        The files of the images.

    Raises:
        InputError: "output.exists".
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("output.exists", f"{target.name!r} is there already and not empty.", "Name a new folder.")
    phantom = make_phantom(settings)
    for name in ("images", "masks"):
        (target / name).mkdir(parents=True, exist_ok=True)
    _write_masks(phantom, target / "masks", as_volume=file_format == "nifti")
    if file_format == "dicom":
        from hemoscope.writing.dicom import write_series

        return write_series(phantom.hu, target / "images", spacing=phantom.spacing, name=f"phantom {settings}")
    if file_format == "nifti":
        from hemoscope.writing.nifti import write_nifti

        path = target / "images" / "head.nii.gz"
        write_nifti(phantom.hu.astype(np.int16), path, spacing=phantom.spacing)
        return [path]
    return _write_pictures(phantom, target / "images")


def _write_pictures(phantom: Phantom, folder: Path) -> list[Path]:
    from hemoscope.preparation.window import apply_window
    from hemoscope.writing.picture import write_picture

    paths = [folder / f"slice-{index + 1:03d}.png" for index in range(len(phantom.hu))]
    for hu, path in zip(phantom.hu, paths, strict=True):
        write_picture(apply_window(hu, BRAIN), path)
    return paths


def _write_masks(phantom: Phantom, folder: Path, *, as_volume: bool) -> None:
    if as_volume:
        from hemoscope.writing.nifti import write_nifti

        write_nifti(phantom.mask, folder / "mask.nii.gz", spacing=phantom.spacing)
        return
    from hemoscope.writing.picture import write_mask

    for index, mask in enumerate(phantom.mask):
        write_mask(mask, folder / f"slice-{index + 1:03d}.png")
