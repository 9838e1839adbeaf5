"""Every way in which a path can fail to be a readable file has its own code."""

import os
from pathlib import Path

import pytest

from hemoscope.errors import InputError
from hemoscope.reading import read_slice
from hemoscope.reading.source import name_of


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        read_slice(tmp_path / "gone.png")
    assert str(caught.value) == "Expected a file, found nothing called gone.png. Check the path. [input.not_found]"
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_is_not_a_file(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        read_slice(tmp_path)
    assert caught.value.code == "input.is_folder"
    assert caught.value.message == f"Expected a file, received the folder {tmp_path.name}."
    assert caught.value.next_step == "Name one file in it, or list its images with find_images."


@pytest.mark.parametrize("path", ["a\x00b.png", "", "no/such/folder/x.png"])
def test_a_path_that_cannot_exist_is_not_found(path: str):
    with pytest.raises(InputError) as caught:
        read_slice(path)
    assert caught.value.code in {"input.not_found", "input.is_folder"}


def test_a_file_below_a_file_is_not_found(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        read_slice(tmp_path / "a.png" / "b.png")
    assert caught.value.code == "input.not_found"


def test_a_name_too_long_for_the_system_is_unreadable(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        read_slice(tmp_path / ("x" * 5000))
    assert caught.value.code == "input.unreadable"


def test_denied_permission_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "locked.png"
    path.write_bytes(b"x")

    def deny(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Tests may run as root, whom no mode stops, so the refusal is played.
    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(InputError) as caught:
        read_slice(path)
    assert caught.value.code == "input.unreadable"
    assert caught.value.message == "Expected a readable file, received locked.png: permission was denied."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InputError) as caught:
        read_slice(tmp_path / "pipe.png")
    assert caught.value.code == "input.unreadable"
    assert "it is a pipe, socket or device" in caught.value.message


def test_only_the_last_part_of_a_path_is_a_name():
    assert name_of("/home/Jane Doe/scan.dcm") == "scan.dcm"
    assert name_of(".") == "."
