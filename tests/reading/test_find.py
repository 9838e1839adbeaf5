"""Folders are searched for what is, or claims to be, an image."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemoscope.errors import InputError
from hemoscope.reading import find_images


@pytest.fixture
def folder(tmp_path: Path, make_dicom: Callable[..., Path], pydicom_files: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "__MACOSX").mkdir()
    picture = Image.fromarray(np.zeros((4, 4), np.uint8))
    for name in ("b/2.png", "10.png", ".hidden/3.png", "__MACOSX/4.png", ".5.png"):
        picture.save(tmp_path / name)
    picture.save(tmp_path / "no_extension", format="BMP")
    (tmp_path / "IM000001").write_bytes(make_dicom(np.zeros((4, 4), np.int16)).read_bytes())
    (tmp_path / "DICOMDIR").write_bytes((pydicom_files / "dicomdirtests" / "DICOMDIR").read_bytes())
    (tmp_path / "broken.PNG").write_text("not a picture")
    (tmp_path / "labels.csv").write_text("id,label")
    (tmp_path / "empty").write_bytes(b"")
    return tmp_path


def test_images_are_found_below_a_folder_in_sorted_order(folder: Path):
    found = [path.relative_to(folder).as_posix() for path in find_images(folder)]
    assert found == ["10.png", "IM000001", "b/2.png", "broken.PNG", "no_extension"]


def test_an_empty_folder_has_no_images(tmp_path: Path):
    assert find_images(tmp_path) == []


def test_a_missing_folder_is_not_found(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        find_images(tmp_path / "gone")
    assert str(caught.value) == "Expected a folder, found nothing called gone. Check the path. [input.not_found]"


def test_a_file_is_not_a_folder(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        find_images(tmp_path / "a.png")
    assert caught.value.code == "input.not_a_folder"
    assert caught.value.message == "Expected a folder, received the file a.png."
    assert caught.value.next_step == "Read it with read_slice instead."


def test_a_folder_that_may_not_be_read_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def deny(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hemoscope.reading.find.os.scandir", deny)
    with pytest.raises(InputError) as caught:
        find_images(tmp_path)
    assert caught.value.code == "input.unreadable"
    assert "Permission denied" in caught.value.message


def test_a_dangling_link_with_an_image_name_is_kept_to_be_reported(tmp_path: Path):
    (tmp_path / "lost.dcm").symlink_to(tmp_path / "nowhere")
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    assert find_images(tmp_path) == [tmp_path / "lost.dcm"]
