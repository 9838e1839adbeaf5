"""The one place that imports Keras: quietly, and with a clear word when it is not installed."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from hemoscope.errors import MissingExtraError


def import_keras() -> ModuleType:
    """Import Keras 3, with TensorFlow unless KERAS_BACKEND names another backend.

    Raises:
        MissingExtraError: The extra [train] is not installed.
    """
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" in sys.modules:
        return sys.modules["keras"]
    try:
        with _silent_stderr():
            import keras
    except ImportError as error:
        raise MissingExtraError(feature="This command", extra="train") from error
    # It warns of every network but the first that one process trains, as folds and trials do.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return keras


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Drop what native code prints: TensorFlow greets on file descriptor 2 before any setting can stop it."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
