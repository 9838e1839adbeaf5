"""Waiting for what other threads and processes do."""

import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], object], *, within_s: float = 60.0) -> None:
    """Wait until something is so; fail where it does not come to be."""
    end = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)
