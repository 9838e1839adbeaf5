"""Prepared slices that need not fit into the memory: written to a file as they are made, read when asked for."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import DTypeLike

from hemoscope.writing.atomic import write_atomically

BLOCK = 256
"""Rows copied at a time."""


class Rows:
    """Some rows of an array, in memory or in a file, each read anew whenever it is asked for.

    Args:
        array: Shape (n, ...).
        chosen: Places of the rows in it.
        dtype: What they are turned into; their own unless given.
    """

    def __init__(self, array: "np.ndarray | Rows", chosen: np.ndarray, dtype: DTypeLike | None = None) -> None:
        self.dtype: np.dtype[Any] = np.dtype(array.dtype if dtype is None else dtype)
        self._chosen: np.ndarray = array._chosen[chosen] if isinstance(array, Rows) else np.asarray(chosen)
        self._array: np.ndarray = array._array if isinstance(array, Rows) else array

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the rows together."""
        return (len(self._chosen), *self._array.shape[1:])

    def __len__(self) -> int:
        return len(self._chosen)

    def __getitem__(self, places: Any) -> np.ndarray:
        """Read one row by its place, or several by an array or a slice of places."""
        return np.asarray(self._array[self._chosen[places]], self.dtype)

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[place] for place in range(len(self)))


class RowsInMemory:
    """Takes rows of one shape and stacks them."""

    def __init__(self) -> None:
        self._rows: list[np.ndarray] = []

    def append(self, row: np.ndarray) -> None:
        """Take one more."""
        self._rows.append(row)

    def finish(self) -> np.ndarray:
        """Return all, shape (n, ...); at least one was taken."""
        return np.stack(self._rows)

    def discard(self) -> None:
        """Let them go."""
        self._rows.clear()


class RowsInFile:
    """Takes rows of one shape and appends them to a file; no more than one is in memory.

    Args:
        path: The .npy file that `finish` brings into being, or replaces: whole or not at all.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._temporary = path, path.with_name(f".{os.getpid()}.{path.name}")
        self._stream: IO[bytes] | None = None
        self._shape: tuple[int, ...] = ()
        self._dtype = np.dtype(np.uint8)
        self._count = 0

    def append(self, row: np.ndarray) -> None:
        """Take one more, of the shape and type of the first."""
        if self._stream is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._temporary.open("wb")
            self._shape, self._dtype = row.shape, row.dtype
            _write_header(self._stream, (0, *row.shape), row.dtype)
        if (row.shape, row.dtype) != (self._shape, self._dtype):
            raise ValueError(f"expected {self._dtype} of shape {self._shape}, received {row.dtype} of {row.shape}")
        self._stream.write(np.ascontiguousarray(row).data)
        self._count += 1

    def finish(self) -> np.ndarray:
        """Put the file into place, and return all rows, shape (n, ...), mapped; at least one was taken."""
        if self._stream is None:
            raise ValueError("no row was taken")
        self._stream.seek(0)
        _write_header(
            self._stream, (self._count, *self._shape), self._dtype
        )  # as long as before: NumPy leaves room for the first axis to grow
        self._stream.close()
        self._temporary.replace(self._path)
        return np.asanyarray(np.load(self._path, mmap_mode="r", allow_pickle=False))

    def discard(self) -> None:
        """Remove what was written, unless it is in place already."""
        if self._stream is not None:
            self._stream.close()
        self._temporary.unlink(missing_ok=True)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Lend a place on the disk of `folder` for slices that need not fit into the memory; it is gone afterwards.

    What a killed call left there goes first, so one call at a time may work in `folder`. A folder that was made for
    this alone goes too.
    """
    place, is_new = folder / "scratch", not folder.exists()
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if is_new:
            with suppress(OSError):  # something was kept in it
                folder.rmdir()


def gather(path: Path | None) -> RowsInMemory | RowsInFile:
    """Take rows into a file, or into the memory where none is named."""
    return RowsInMemory() if path is None else RowsInFile(path)


def save_rows(path: Path, rows: np.ndarray | Rows) -> None:
    """Write rows as a .npy file, unless they are that file already."""
    if isinstance(rows, np.memmap) and path.exists() and path.samefile(str(rows.filename)):
        return

    def write(temporary: Path) -> None:
        with temporary.open("wb") as stream:
            _write_header(stream, rows.shape, rows.dtype)
            for first in range(0, len(rows), BLOCK):
                stream.write(np.ascontiguousarray(rows[first : first + BLOCK]).data)

    write_atomically(path, write)


def _write_header(stream: IO[bytes], shape: tuple[int, ...], dtype: "np.dtype[Any]") -> None:
    npy.write_array_header_1_0(stream, {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape})
