"""Small labelled collections of drawn heads, in the layouts that users bring."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from hemoscope.preparation.window import apply_window
from hemoscope.terms import BRAIN
from tests.preparation.drawn import draw_head


def draw_picture(*, label: int, seed: int) -> np.ndarray:
    """Draw an 8-bit picture of a head whose shape follows from the seed, with a bleed where the label is 1."""
    generator = np.random.default_rng(seed)
    hu = draw_head(axes=(int(generator.integers(50, 92)), int(generator.integers(84, 108))), seed=seed)
    if label:
        place = (int(generator.integers(90, 166)), int(generator.integers(80, 176)))
        cv2.circle(hu, place, int(generator.integers(10, 20)), 70, -1)
    return np.round(apply_window(hu, BRAIN) * 255).astype(np.uint8)


def write_kaggle(folder: Path, *, each: int = 6) -> Path:
    """Write positives, then negatives, as the 200-image set lies on Kaggle."""
    pictures = folder / "head_ct" / "head_ct"
    pictures.mkdir(parents=True)
    labels = [1] * each + [0] * each
    for index, label in enumerate(labels):
        Image.fromarray(draw_picture(label=label, seed=index)).save(pictures / f"{index:03d}.png")
    lines = [f"{index},{label}" for index, label in enumerate(labels)]
    (folder / "labels.csv").write_text("id, hemorrhage\n" + "\n".join(lines) + "\n")
    return folder


def write_class_folders(folder: Path, *, each: int = 6) -> Path:
    """Write two class folders."""
    for name, label in (("Hemorrhagic", 1), ("Normal", 0)):
        (folder / name).mkdir(parents=True)
        for index in range(each):
            picture = draw_picture(label=label, seed=100 * label + index)
            Image.fromarray(picture).save(folder / name / f"{index}.png")
    return folder


def write_table(folder: Path, *, each: int = 6) -> Path:
    """Write slices with a `labels.csv` of path, label, two slices to a group, and the scanner of each."""
    folder.mkdir(parents=True)
    rows = []
    for index in range(2 * each):
        label = index % 2
        Image.fromarray(draw_picture(label=label, seed=700 + index)).save(folder / f"{index}.png")
        rows.append(f"{index}.png,{label},patient-{index // 2},{'AB'[index // 2 % 2]}")
    (folder / "labels.csv").write_text("path,label,group,scanner\n" + "\n".join(rows) + "\n")
    return folder


def write_origins(folder: Path, *, each: int = 6) -> Path:
    """Write three origins: the 200-image set's layout, slices with masks, and whole heads with labels."""
    write_kaggle(folder / "kaggle-head-ct-hemorrhage", each=each)
    _write_masked(folder / "bhsd-dev", count=each)
    pictures = folder / "phe-sich" / "images"
    pictures.mkdir(parents=True)
    rows = []
    for index in range(2 * each):
        label = index % 2
        Image.fromarray(draw_picture(label=label, seed=300 + index)).save(pictures / f"{index:04d}.png")
        rows.append(f"{index:04d}.png,{label},{'pos' if label else 'neg'},phe-{index // 2:04d}")
    (folder / "phe-sich" / "labels.csv").write_text("file,any,status,patient\n" + "\n".join(rows) + "\n")
    return folder


def _write_masked(folder: Path, *, count: int) -> None:
    """Write slices with a round bleed and its mask: blue where intraparenchymal, green where subdural."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    for index in range(count):
        hu = draw_head(seed=500 + index)
        mask = np.zeros((*hu.shape, 3), np.uint8)
        place = (110 + 4 * index, 120)
        cv2.circle(hu, place, 16, 68, -1)
        cv2.circle(mask, place, 16, (0, 0, 255) if index % 2 else (0, 255, 0), -1)
        name = f"{120 + index}013.png"
        Image.fromarray(np.round(apply_window(hu, BRAIN) * 255).astype(np.uint8)).save(folder / "images" / name)
        Image.fromarray(mask).save(folder / "masks" / name)
