"""Uploads on their way to the disk."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemoscope.errors import ServiceError
from hemoscope.web.intake import Upload, name_of_upload, showable, take_in
from hemoscope.web.settings import UploadBounds

BOUNDS = UploadBounds(max_files=3, spare_bytes=1 << 20)


def form(files: Iterable[tuple[str, bytes]]) -> tuple[bytes, str]:
    """A body as httpx sends it, and its type."""
    sent = httpx.Request("POST", "http://x", files=[("files", (name, content)) for name, content in files])
    return sent.read(), sent.headers["content-type"]


def take(
    body: bytes, kind: str, folder: Path, *, piece: int = 65536, bounds: UploadBounds = BOUNDS, declared=0
) -> Upload:
    async def pieces():
        for start in range(0, len(body), piece):
            yield body[start : start + piece]

    return asyncio.run(take_in(pieces(), content_type=kind, declared=declared, folder=folder, bounds=bounds))


def refusal(*arguments, **named) -> str:
    with pytest.raises(ServiceError) as caught:
        take(*arguments, **named)
    return caught.value.code


def test_files_are_stored_under_numbers_whole_and_in_order(tmp_path):
    files = [("study/b.dcm", b"\r\n--" * 1000), ("study/a", bytes(range(256)) * 100)]
    upload = take(*form(files), tmp_path / "in")
    assert upload == Upload(("000001.dcm", "000002"), "study", 4000 + 25600)
    assert (tmp_path / "in" / "000001.dcm").read_bytes() == files[0][1]
    assert (tmp_path / "in" / "000002").read_bytes() == files[1][1]


@given(files=st.lists(st.binary(max_size=300), min_size=1, max_size=3), piece=st.integers(1, 400), data=st.data())
def test_pieces_of_any_length_give_the_same_files(files, piece, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pieces") / "in"
    body, kind = form((f"{number}.png", content) for number, content in enumerate(files))
    upload = take(body, kind, folder, piece=piece)
    assert [(folder / name).read_bytes() for name in upload.files] == files


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\boot.ini",
        "a\x00b.dcm",
        "CON",
        "x" * 1000,
        "..",
        ".",
        "\u202egnp.exe",
    ],
)
def test_no_name_of_a_client_becomes_a_path(tmp_path, name):
    body, kind = form([("PLACEHOLDER", b"x")])
    upload = take(body.replace(b"PLACEHOLDER", name.encode()), kind, tmp_path / "deep" / "in")
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()] == [
        Path("deep/in") / upload.files[0]
    ]
    assert upload.files[0].startswith("000001")
    assert len(upload.name) <= 120
    assert "\u202e" not in upload.name
    assert "\x00" not in upload.name


def test_what_is_no_file_of_the_form_is_left_out(tmp_path):
    sent = httpx.Request("POST", "http://x", data={"note": "hello"}, files=[("f", ("a.png", b"x"))])
    assert take(sent.read(), sent.headers["content-type"], tmp_path / "in").files == ("000001.png",)


def test_too_many_files_are_refused(tmp_path):
    body, kind = form([("a.png", b"x")] * 4)
    assert refusal(body, kind, tmp_path / "in") == "service.too_many_files"


def test_an_upload_cut_short_is_refused(tmp_path):
    body, kind = form([("a.png", b"x" * 100)])
    assert refusal(body[:-5], kind, tmp_path / "1") == "service.bad_upload"
    assert refusal(body[:60], kind, tmp_path / "2") == "service.bad_upload"
    assert refusal(b"", kind, tmp_path / "3") == "service.bad_upload"


def test_an_upload_without_a_file_is_refused(tmp_path):
    sent = httpx.Request("POST", "http://x", files=[("note", (None, b"hello"))])
    assert refusal(sent.read(), sent.headers["content-type"], tmp_path / "in") == "service.bad_upload"


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=", "a;b;;"]
)
def test_what_is_no_form_is_refused(tmp_path, kind):
    assert refusal(b"x", kind, tmp_path / "in") == "service.wrong_media_type"


@given(body=st.binary(max_size=200))
def test_noise_is_refused(body, tmp_path_factory):
    folder = tmp_path_factory.mktemp("noise") / "in"
    assert refusal(body, "multipart/form-data; boundary=abc", folder) == "service.bad_upload"


def test_a_disk_without_room_is_told_before_a_byte_is_taken(tmp_path):
    body, kind = form([("a.png", b"x")])
    assert refusal(body, kind, tmp_path / "1", declared=1 << 60) == "service.disk_full"
    assert refusal(body, kind, tmp_path / "2", bounds=replace(BOUNDS, spare_bytes=1 << 60)) == "service.disk_full"
    assert not list((tmp_path / "1").iterdir())


def test_uploads_are_called_by_what_the_reader_knows():
    assert name_of_upload(["C:\\scans\\head.zip"]) == "head.zip"
    assert name_of_upload(["s/1/a.dcm", "s/2/b.dcm"]) == "s"
    assert name_of_upload(["s/a.dcm", "t/b.dcm"]) == "a.dcm and 1 more"
    assert showable("\x1b[2J" + "y" * 300).startswith("\\x1b[2Jyyy")
