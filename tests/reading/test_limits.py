"""Size is judged from the header, before memory is asked for."""

import pytest

from hemoscope.errors import ReadingError
from hemoscope.reading.limits import MAX_PIXELS, check_size


def test_the_limit_itself_is_allowed():
    assert MAX_PIXELS == 64_000_000
    check_size(8000, 8000, source="x.png")


def test_one_row_more_is_too_large():
    with pytest.raises(ReadingError) as caught:
        check_size(8001, 8000, source="x.png")
    assert str(caught.value) == (
        "Expected at most 64,000,000 pixels in x.png, received 8,000 x 8,001. "
        "Export the single slice at its own size (512 x 512 is usual) and read that. [read.too_large]"
    )


@pytest.mark.parametrize(("rows", "columns"), [(0, 5), (5, 0), (-1, 5)])
def test_no_pixels_at_all_is_an_error(rows: int, columns: int):
    with pytest.raises(ReadingError) as caught:
        check_size(rows, columns, source="x.png")
    assert caught.value.code == "read.zero_size"
    assert caught.value.message == f"Expected at least one pixel in x.png, received {columns} x {rows}."
