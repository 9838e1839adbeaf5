"""How large a picture may be before anything is decoded."""

from hemoscope.errors import ReadingError

MAX_PIXELS = 64_000_000
"""Largest rows x columns that is decoded: far above any head CT, far below what exhausts a small machine."""


def check_size(rows: int, columns: int, *, source: str) -> None:
    """Refuse a picture without pixels, or with too many, from its header alone.

    Args:
        rows: Height in pixels, as the header states it.
        columns: Width in pixels, as the header states it.
        source: File name for the message.

    Raises:
        ReadingError: "read.zero_size" or "read.too_large".

    >>> check_size(512, 512, source="slice.png")
    """
    if rows <= 0 or columns <= 0:
        raise ReadingError(
            "read.zero_size",
            f"Expected at least one pixel in {source}, received {columns} x {rows}.",
            "Export the slice again.",
        )
    if rows * columns > MAX_PIXELS:
        raise ReadingError(
            "read.too_large",
            f"Expected at most {MAX_PIXELS:,} pixels in {source}, received {columns:,} x {rows:,}.",
            "Export the single slice at its own size (512 x 512 is usual) and read that.",
        )
