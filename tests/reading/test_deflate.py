"""A small file that would inflate to gigabytes is refused, and an honest one is read."""

import zlib
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from hemoscope.errors import ReadingError
from hemoscope.reading import read_slice
from hemoscope.reading.deflate import MOST_BYTES, refuse_deflate_bomb


def deflated_bomb(path) -> None:
    """Write the head of a real deflated file, then a stream of zeros longer than any slice."""
    honest = Path(get_testdata_file("image_dfl.dcm", download=False)).read_bytes()
    length = int.from_bytes(honest[140:144], "little")
    deflater = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    zeros = bytes(1 << 24)
    stream = b"".join(deflater.compress(zeros) for _ in range(MOST_BYTES // len(zeros) + 2)) + deflater.flush()
    path.write_bytes(honest[: 144 + length] + stream)


def test_a_deflate_bomb_is_refused_by_its_size(tmp_path):
    deflated_bomb(tmp_path / "bomb.dcm")
    assert (tmp_path / "bomb.dcm").stat().st_size < 1_000_000
    with pytest.raises(ReadingError, match=r"deflated data of bomb\.dcm hold more.*\[read\.too_large\]"):
        read_slice(tmp_path / "bomb.dcm")


@pytest.mark.parametrize("name", ["image_dfl.dcm", "J2K_pixelrep_mismatch.dcm", "rtplan.dcm"])
def test_any_other_file_is_left_at_its_start(name):
    path = Path(get_testdata_file(name, download=False))
    with path.open("rb") as file:
        refuse_deflate_bomb(file, source=name)
        assert file.tell() == 0
    assert dcmread(path) is not None


def test_bytes_behind_a_long_stream_end_it_too(tmp_path):
    """PS3.5 A.5 pads a stream of odd length with a zero, which is no part of it."""
    honest = Path(get_testdata_file("image_dfl.dcm", download=False)).read_bytes()
    length = int.from_bytes(honest[140:144], "little")
    deflater = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    rest = np.random.default_rng(0).integers(0, 4, 3 << 20, dtype=np.uint8).tobytes()
    path = tmp_path / "padded.dcm"
    path.write_bytes(honest[: 144 + length] + deflater.compress(rest) + deflater.flush() + bytes(9))
    with path.open("rb") as file:
        refuse_deflate_bomb(file, source="padded.dcm")
        assert file.tell() == 0
