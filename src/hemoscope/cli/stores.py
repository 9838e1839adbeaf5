"""What the commands that open a store have in common."""

import logging
import signal
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from hemoscope.errors import MissingExtraError, ServiceError

if TYPE_CHECKING:
    from hemoscope.store.store import Store


def open_store(
    folder: Path | None, store_url: str | None, *, keep_pixels_days: int | None = None, must_exist: bool = False
) -> "Store":
    """Open a store.

    Args:
        folder: Of its files; one of the user's own unless given.
        store_url: Of its database; SQLite in the folder unless given.
        keep_pixels_days: As `Store` has it.
        must_exist: Whether not to make a new one: a folder mistyped must not look like a store in which all is well.

    Raises:
        MissingExtraError: What the store needs is not installed.
        ServiceError: As `Store`; "store.not_found".
    """
    try:
        import alembic  # noqa: F401
        import sqlalchemy  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(feature="The store of studies", extra="serve") from error
    from hemoscope.store.files import default_folder
    from hemoscope.store.store import DATABASE, Store

    place = folder or default_folder()
    if must_exist and store_url is None and not (place / DATABASE).is_file():
        raise ServiceError(
            "store.not_found",
            "Expected a folder in which hemoscope serve keeps studies; there is no database in this one.",
            "Name the folder by --folder, or the database by --store.",
        )
    return Store(place, store_url, keep_pixels_days=keep_pixels_days)


def stopping_on_signals() -> threading.Event:
    """Return what SIGTERM and Ctrl-C set, in place of ending the process at once."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def log_to_stderr() -> None:
    """Let our own log through, and of libraries nothing: their warnings quote what stands in the files."""
    logging.basicConfig(level=logging.CRITICAL, format="%(asctime)s %(levelname)s %(process)d %(message)s")
    logging.getLogger("hemoscope").setLevel(logging.INFO)
    warnings.simplefilter("ignore")
