"""Opening what the user named, with a typed error for everything that is not a readable file."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from hemoscope.errors import InputError, ReadingError


def open_source(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading.

    Args:
        path: The file.

    Returns:
        An open binary file; the caller closes it.

    Raises:
        InputError: "input.not_found", "input.is_folder" or "input.unreadable".
    """
    name = name_of(path)
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise _is_folder(name)
        # A pipe or a device could block for ever, so only regular files are opened.
        if not stat.S_ISREG(mode):
            raise _unreadable(name, "it is a pipe, socket or device")
        return Path(path).open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise _not_found(name) from None
    except PermissionError:
        raise _unreadable(name, "permission was denied") from None
    except OSError as error:
        raise _unreadable(name, error.strerror or "the system gave no reason") from None
    except InputError:
        raise
    except ValueError:
        # pathlib raises a bare ValueError for a path with a NUL byte in it.
        raise _not_found(name) from None


def name_of(path: str | os.PathLike[str]) -> str:
    """Return the file name without its folder, the only part of a path that may appear in a message.

    >>> name_of("/home/someone/scan.dcm")
    'scan.dcm'
    """
    return Path(path).name or "."


def io_failed(name: str, error: OSError) -> ReadingError:
    """Build the error for a disk or share that failed half-way."""
    return ReadingError(
        "read.io_failed",
        f"Expected to read {name} to its end, but the system stopped: {error.strerror or 'no reason given'}.",
        "Copy the file to a local disk and try again.",
    )


def unexpected(error: Exception) -> ReadingError:
    """Build the error for something unforeseen that stopped one input; its text may quote patient data."""
    return ReadingError(
        "read.unexpected",
        f"Reading or preparing the file stopped with {type(error).__name__}.",
        "Please report it with a file that shows it, if it may be shared.",
    )


def _not_found(name: str) -> InputError:
    return InputError("input.not_found", f"Expected a file, found nothing called {name}.", "Check the path.")


def _is_folder(name: str) -> InputError:
    return InputError(
        "input.is_folder",
        f"Expected a file, received the folder {name}.",
        "Name one file in it, or list its images with find_images.",
    )


def _unreadable(name: str, reason: str) -> InputError:
    return InputError(
        "input.unreadable",
        f"Expected a readable file, received {name}: {reason}.",
        "Copy the file to a place where you may read it and try again.",
    )
