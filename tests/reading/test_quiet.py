"""Other libraries stay quiet in any number of threads, and speak again afterwards."""

import logging
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hemoscope.reading import open_studies
from hemoscope.reading.quiet import quiet_libraries
from tests.reading.series_files import random_volume, write_edited


def test_the_last_to_leave_restores_whatever_the_order():
    logger, before = logging.getLogger("pydicom"), list(warnings.filters)
    inside, may_leave = threading.Barrier(2), threading.Event()

    def early() -> None:
        with quiet_libraries():
            inside.wait()

    def late() -> None:
        with quiet_libraries():
            inside.wait()
            may_leave.wait()
            assert logger.disabled
            warnings.warn("not heard", UserWarning, stacklevel=1)

    with ThreadPoolExecutor(2) as pool:
        last = pool.submit(late)
        pool.submit(early).result()
        may_leave.set()
        last.result()
    assert not logger.disabled
    assert list(warnings.filters) == before
    with pytest.warns(UserWarning, match="heard again"):
        warnings.warn("heard again", UserWarning, stacklevel=1)


def test_slices_read_in_many_threads_are_the_slices(tmp_path: Path):
    volume = random_volume(slices=24)
    write_edited(volume, tmp_path)
    with open_studies(tmp_path) as found, ThreadPoolExecutor(8) as pool:
        series = found.studies[0].chosen
        assert series is not None
        for _ in range(3):
            slices = pool.map(series.read, range(24))
            assert all(np.array_equal(slice_.pixels, expected) for slice_, expected in zip(slices, volume, strict=True))
    assert not logging.getLogger("pydicom").disabled


def test_a_slice_that_is_not_there_is_an_index_error(tmp_path: Path):
    write_edited(random_volume(), tmp_path)
    with open_studies(tmp_path) as found:
        for index in (-1, 6):
            with pytest.raises(IndexError, match=f"slice {index} of 6"):
                found.studies[0].series[0].read(index)
