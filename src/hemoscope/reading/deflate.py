"""Stop a deflated data set that would fill the memory before pydicom inflates it whole."""

import zlib
from typing import BinaryIO

from hemoscope.errors import ReadingError
from hemoscope.reading.limits import MAX_PIXELS

DEFLATED_SYNTAX = b"1.2.840.10008.1.2.1.99"
MOST_BYTES = 4 * MAX_PIXELS
"""A slice of the largest size that is read, at 32 bits a pixel."""
_META_START, _CHUNK = 132, 1 << 20


def refuse_deflate_bomb(file: BinaryIO, *, source: str) -> None:
    """Inflate a deflated data set piece by piece, keeping nothing, and refuse it when it grows too large.

    Args:
        file: The open file, at its start; is put back there.
        source: File name for the message.

    Raises:
        ReadingError: "read.too_large".

    Source: DICOM PS3.5 A.5 (the data set after the meta information is one raw deflate stream); PS3.10 7.1 (the meta
    information opens with its own length).
    """
    head = file.read(_META_START + 12)
    meta = file.read(int.from_bytes(head[-4:], "little")) if head[128:136] == b"DICM\x02\x00\x00\x00" else b""
    if DEFLATED_SYNTAX in meta:
        inflated, inflater = 0, zlib.decompressobj(-zlib.MAX_WBITS)
        while not inflater.eof and (data := inflater.unconsumed_tail or file.read(_CHUNK)):
            inflated += len(inflater.decompress(data, _CHUNK))
            if inflated > MOST_BYTES:
                raise ReadingError(
                    "read.too_large",
                    f"Expected a slice of at most {MOST_BYTES:,} bytes, but the deflated data of {source} hold more.",
                    "Export the single slice at its own size (512 x 512 is usual) and read that.",
                )
    file.seek(0)
