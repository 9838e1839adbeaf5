"""What a network learned from, small enough to travel with it: it lets a slice be known again, and shows none."""

import base64
import binascii
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from hemoscope.datasets.audit.signatures import THUMBNAIL, brain_signatures
from hemoscope.errors import BundleError
from hemoscope.writing.atomic import write_atomically

SIDE = 16
"""Rows and columns of a signature: 256 bytes a slice. Half of that parts copies from other patients less clearly."""
ALIKE = 0.85
"""Correlation of two signatures from which they are taken for one picture, or for neighbors of one series. On the
200-image set the listed copies reach 0.92 and more, no two groups 0.70, and no slice of phe-sich with one of that set
0.80; benchmarks/duplicates.py prints this, and a test with the real data holds it."""
COLUMNS = ("sha256", f"brain{SIDE}")
BLOCK = 1024
UNKNOWN = ""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprints:
    """A line per slice.

    Attributes:
        hashes: SHA-256 of each file in hex digits; empty where nobody kept it.
        signatures: int8, shape (n, SIDE ** 2): the detail of each brain; zeros where a slice shows none.
    """

    hashes: tuple[str, ...]
    signatures: np.ndarray

    def __len__(self) -> int:
        return len(self.hashes)

    def __add__(self, other: "Fingerprints") -> "Fingerprints":
        """Both tables in one."""
        return Fingerprints(self.hashes + other.hashes, np.concatenate([self.signatures, other.signatures]))


class Likeness(StrEnum):
    """How a slice was known again, the surest first."""

    SAME_FILE = "same file"
    NEAR_DUPLICATE = "near-duplicate"


@dataclass(frozen=True, slots=True)
class Seen:
    """A slice that stands in a table of fingerprints.

    Attributes:
        index: Of the slice that was asked about.
        likeness: How it was known again.
        score: 1 for the same file, else the correlation of the signatures.
    """

    index: int
    likeness: Likeness
    score: float


def fingerprint(inputs: Iterable[np.ndarray], *, hashes: Sequence[str]) -> Fingerprints:
    """Take the fingerprints of prepared slices.

    Two slices can be compared only where both were prepared with the same settings.

    Args:
        inputs: n prepared slices, each of shape (size, size) or (size, size, 1), float in [0, 1].
        hashes: SHA-256 of each file, or `UNKNOWN`.

    Returns:
        A line per slice. A signature is the brain's detail (`brain_signatures`), shrunk and rounded to 8 bits.
    """
    fine = brain_signatures(inputs)
    step = THUMBNAIL // SIDE
    shrunk = fine.reshape(-1, SIDE, step, SIDE, step).mean(axis=(2, 4)).reshape(len(fine), -1)
    centered = shrunk - shrunk.mean(axis=1, keepdims=True)
    largest = np.abs(centered).max(axis=1, keepdims=True, initial=1e-6)
    return Fingerprints(tuple(hashes), np.round(centered / largest * 127).astype(np.int8))


def write_fingerprints(path: Path, table: Fingerprints) -> None:
    """Write a table as CSV: SHA-256, then the signature's bytes in base64 (RFC 4648)."""

    def write(temporary: Path) -> None:
        with temporary.open("w", newline="", encoding="ascii") as stream:
            lines = csv.writer(stream, lineterminator="\n")
            lines.writerow(COLUMNS)
            for value, signature in zip(table.hashes, table.signatures, strict=True):
                lines.writerow([value, base64.b64encode(signature.tobytes()).decode("ascii")])

    write_atomically(path, write)


def read_fingerprints(path: Path) -> Fingerprints:
    """Read what `write_fingerprints` wrote.

    Raises:
        BundleError: "bundle.fingerprints" where it is of another form.
    """
    try:
        with path.open(newline="", encoding="ascii") as stream:
            header, *lines = csv.reader(stream)
            if tuple(header) != COLUMNS:
                raise ValueError(header)
            hashes = tuple(value for value, _ in lines)
            signatures = [base64.b64decode(text, validate=True) for _, text in lines]
            table = np.frombuffer(b"".join(signatures), np.int8).reshape(len(lines), SIDE**2)
    except (ValueError, binascii.Error, csv.Error) as error:
        raise BundleError(
            "bundle.fingerprints",
            f"{path.name} is no table of {' and '.join(COLUMNS)}.",
            "Export the run again with this version.",
        ) from error
    return Fingerprints(hashes, table)


def find_seen(asked: Fingerprints, known: Fingerprints) -> tuple[Seen, ...]:
    """Tell which slices stand in a table: by file, or by a brain that looks the same, mirrored or not.

    Args:
        asked: The slices to ask about.
        known: The table, of slices prepared with the same settings.

    Returns:
        Those that do, in the order of `asked`, each with the surest likeness.
    """
    files = set(known.hashes) - {UNKNOWN}
    alike = _most_alike(_unit(asked.signatures), _unit(known.signatures))
    seen = []
    for index, (value, score) in enumerate(zip(asked.hashes, alike.tolist(), strict=True)):
        if value in files:
            seen.append(Seen(index, Likeness.SAME_FILE, 1.0))
        elif score >= ALIKE:
            seen.append(Seen(index, Likeness.NEAR_DUPLICATE, min(score, 1.0)))
    return tuple(seen)


def _most_alike(asked: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return for each asked vector the largest dot product with any known one, seen as it is or in a mirror."""
    best = np.zeros(len(asked), np.float32)
    if not len(known):
        return best
    mirror = np.ascontiguousarray(asked.reshape(-1, SIDE, SIDE)[:, :, ::-1]).reshape(asked.shape)
    for start in range(0, len(asked), BLOCK):
        rows = slice(start, start + BLOCK)
        for view in (asked, mirror):
            best[rows] = np.maximum(best[rows], (view[rows] @ known.T).max(axis=1))
    return best


def _unit(signatures: np.ndarray) -> np.ndarray:
    vectors = signatures.astype(np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1.0)
