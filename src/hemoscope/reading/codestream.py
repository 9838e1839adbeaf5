"""The size that a compressed frame states for itself, read before a decoder written in C trusts it.

GDCM ends the whole process on a JPEG whose header was damaged to 231 bits a sample, or on one that its libjpeg merely
warns about, and any decoder allocates what the stream asks for, whatever the DICOM header said. So both headers must
agree first, and a JPEG header must be one that libjpeg has nothing to say about.
"""

import struct
from typing import NamedTuple

_JPEG_START = b"\xff\xd8"
_J2K_START = b"\xff\x4f\xff\x51"
_FRAME_MARKERS = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
"""SOF0 to SOF15 without DHT, JPG and DAC (ITU-T T.81 table B.1), and SOF55 of JPEG-LS (ITU-T T.87 C.1.1)."""
_START_OF_SCAN = 0xDA
_HEADER_MARKERS = _FRAME_MARKERS | {0xC4, 0xDB, 0xDD, 0xF8, 0xFE, _START_OF_SCAN, *range(0xE0, 0xF0)}
"""What may stand before the scan: frame, DHT, DQT, DRI, LSE, COM, SOS and APPn; restarts and others are damage."""


class FrameSize(NamedTuple):
    """What the header of one compressed frame states.

    Attributes:
        rows: Height in pixels.
        columns: Width in pixels.
        components: Samples per pixel.
        precision: Bits per sample.
    """

    rows: int
    columns: int
    components: int
    precision: int

    def agrees_with(self, rows: int, columns: int, components: int, bits_allocated: int) -> bool:
        """Whether a DICOM header states the same size and has room for the samples."""
        return self[:3] == (rows, columns, components) and 1 <= self.precision <= bits_allocated


def frame_size(stream: bytes) -> FrameSize | None:
    """Read the size from a JPEG, JPEG-LS or JPEG 2000 code stream, with or without a JP2 wrapper.

    Args:
        stream: One compressed frame.

    Returns:
        The stated size, or None when no frame header is found.

    Source: ITU-T T.81 B.2.2 (SOFn); ITU-T T.800 A.5.1 (SIZ).
    """
    try:
        return _jpeg(stream) if stream.startswith(_JPEG_START) else _jpeg_2000(stream)
    except (struct.error, IndexError):
        return None


def _jpeg(stream: bytes) -> FrameSize | None:
    """Walk all segments up to the first scan; one that is out of place or disagrees makes the whole stream unknown."""
    at = len(_JPEG_START)
    size: FrameSize | None = None
    component_ids = b""
    while stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == 0xFF:
            # Any number of fill bytes may stand before a marker.
            at += 1
            continue
        length = int.from_bytes(stream[at + 2 : at + 4], "big")
        segment = stream[at + 4 : at + 2 + length]
        if marker in _FRAME_MARKERS:
            size, component_ids = _start_of_frame(segment)
        if marker not in _HEADER_MARKERS or not _application_fits(segment):
            return None
        if marker == _START_OF_SCAN:
            return size if _scan_fits(segment, component_ids) else None
        at += 2 + length
    return None


def _start_of_frame(segment: bytes) -> tuple[FrameSize | None, bytes]:
    precision, rows, columns, components = struct.unpack(">BHHB", segment[:6])
    # Each component has an id, its sampling factors (1 to 4 each) and a table number.
    sampling = segment[7::3]
    is_whole = len(segment) == 6 + 3 * components
    if not is_whole or any(not (1 <= factor >> 4 <= 4 and 1 <= factor & 15 <= 4) for factor in sampling):
        return None, b""
    return FrameSize(rows, columns, components, precision), segment[6::3]


def _application_fits(segment: bytes) -> bool:
    """Whether JFIF is of version 1 and Adobe, unless too short to count, names a color transform that exists."""
    if segment.startswith(b"JFIF\x00"):
        return segment[5] == 1
    return not segment.startswith(b"Adobe") or len(segment) < 12 or segment[11] <= 2


def _scan_fits(segment: bytes, component_ids: bytes) -> bool:
    count = segment[0]
    selected = segment[1 : 1 + 2 * count : 2]
    return len(segment) == 4 + 2 * count and 1 <= count <= len(component_ids) and set(selected) <= set(component_ids)


def _jpeg_2000(stream: bytes) -> FrameSize | None:
    at = stream.find(_J2K_START)
    if at < 0:
        return None
    right, bottom, left, top = struct.unpack(">IIII", stream[at + 8 : at + 24])
    components, depth = struct.unpack(">HB", stream[at + 40 : at + 43])
    return FrameSize(bottom - top, right - left, components, (depth & 0x7F) + 1)
