from pathlib import Path

import numpy as np
from PIL import Image

from hemoscope.writing.picture import write_mask, write_picture


def test_picture_is_8_bit_grey_and_rounded(tmp_path: Path) -> None:
    write_picture(np.array([[0.0, 0.5, 1.0], [-1.0, 2.0, 0.1]], np.float32), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.mode == "L"
        assert np.asarray(picture).tolist() == [[0, 128, 255], [0, 255, 26]]


def test_mask_keeps_its_label_numbers(tmp_path: Path) -> None:
    mask = np.arange(6, dtype=np.uint8).reshape(2, 3)
    write_mask(mask, tmp_path / "mask.png")
    with Image.open(tmp_path / "mask.png") as picture:
        assert np.array_equal(np.asarray(picture), mask)


def test_only_the_picture_is_left_in_the_folder(tmp_path: Path) -> None:
    write_picture(np.zeros((2, 2), np.float32), tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
