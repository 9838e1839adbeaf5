"""Keep the warnings of other libraries in, from any number of threads at once."""

import contextlib
import logging
import threading
import warnings
from collections.abc import Iterator

_LOGGERS = ("pydicom", "nibabel.global")
_lock = threading.Lock()
_inside = 0
_outer = contextlib.ExitStack()


@contextlib.contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence warnings and log lines: they may quote patient data, and what matters to pixels has a code.

    Python's own `warnings.catch_warnings` is not safe where slices are decoded in several threads: whoever leaves last
    would restore what another had set. Here the first to enter silences and the last to leave restores.
    """
    global _inside
    with _lock:
        if _inside == 0:
            _outer.enter_context(_silence())
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _outer.close()


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    were_disabled = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, was_disabled in zip(loggers, were_disabled, strict=True):
            logger.disabled = was_disabled
