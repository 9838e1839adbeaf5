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
