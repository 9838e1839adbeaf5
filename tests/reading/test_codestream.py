"""Sizes are read from compressed frames before a C decoder trusts them."""

import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hemoscope.reading.codestream import FrameSize, frame_size


def encoded(mode: str, file_format: str) -> bytes:
    channels = (30, 20) if mode == "L" else (30, 20, 3)
    out = BytesIO()
    Image.fromarray(np.full(channels, 90, np.uint8)).save(out, format=file_format)
    return out.getvalue()


@pytest.mark.parametrize("file_format", ["JPEG", "JPEG2000"])
@pytest.mark.parametrize(("mode", "components"), [("L", 1), ("RGB", 3)])
def test_the_size_is_that_of_the_encoded_picture(file_format: str, mode: str, components: int):
    assert frame_size(encoded(mode, file_format)) == FrameSize(30, 20, components, 8)


def test_fill_bytes_before_a_marker_are_skipped():
    stream = encoded("L", "JPEG")
    assert frame_size(stream[:2] + b"\xff\xff" + stream[2:]) == FrameSize(30, 20, 1, 8)


def test_jpeg_ls_is_read_from_its_own_marker():
    stream = b"\xff\xd8" + b"\xff\xf7" + struct.pack(">HBHHB", 11, 12, 512, 256, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\x00\x00\x00\x00"
    assert frame_size(stream + scan) == FrameSize(512, 256, 1, 12)


@pytest.mark.parametrize(
    ("position", "value"), [("sampling", 0x01), ("sampling", 0x51), ("scan component", 9), ("scan count", 2)]
)
def test_segments_that_disagree_make_the_stream_unknown(position: str, value: int):
    stream = bytearray(encoded("L", "JPEG"))
    frame, scan = stream.find(b"\xff\xc0"), stream.find(b"\xff\xda")
    at = {"sampling": frame + 11, "scan component": scan + 5, "scan count": scan + 4}[position]
    stream[at] = value
    assert frame_size(bytes(stream)) is None


@pytest.mark.parametrize(("at", "value"), [(3, 0xD4), (3, 0x02), (11, 189)])
def test_a_restart_marker_or_an_unknown_jfif_version_in_the_header_is_damage(at: int, value: int):
    stream = bytearray(encoded("L", "JPEG"))
    assert stream[2:4] == b"\xff\xe0"
    stream[at] = value
    assert frame_size(bytes(stream)) is None


def test_garbage_between_segments_makes_the_stream_unknown():
    stream = encoded("L", "JPEG")
    scan = stream.find(b"\xff\xda")
    assert frame_size(stream[:scan] + b"\x00" * 25 + stream[scan:]) is None


def test_a_frame_agrees_only_with_its_own_size_and_enough_room():
    size = FrameSize(512, 256, 1, 12)
    assert size.agrees_with(512, 256, 1, 16)
    assert not size.agrees_with(512, 256, 1, 8)
    assert not size.agrees_with(256, 512, 1, 16)
    assert not FrameSize(512, 256, 1, 231).agrees_with(512, 256, 1, 16)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8", b"\xff\x4f\xff\x51", b"\xff\xd8\xff\xc0"]))
def test_any_bytes_give_a_size_or_none(rest: bytes, start: bytes):
    size = frame_size(start + rest)
    assert size is None or isinstance(size, FrameSize)
