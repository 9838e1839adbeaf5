"""One slice with whatever is known of it: every label, some labels, a mask, or only its patient's label."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from hemoscope.datasets.items import UNKNOWN, slice_sha256
from hemoscope.terms import Label

NOTHING_KNOWN = (UNKNOWN,) * len(Label)
NO_HEMORRHAGE = (0.0,) * len(Label)


@dataclass(frozen=True, slots=True)
class Case:
    """One slice.

    Attributes:
        key: Name within the pool, unique: origin, then file.
        origin: The collection it comes from.
        path: The file.
        group: What must stay on one side of a split, unique to the origin: a patient, where that is known.
        targets: 1, 0 or UNKNOWN for each label, in the order of `Label`.
        mask: A file with the subtypes in colors; None where there is none.
        patient_has_hemorrhage: What is known of the patient where the slice's own label is not; else None.
        is_doubtful: Whether the label is unsure, as at the edge of a bleed.
        frame: Which slice of a volume, and of its mask, counted from 0; None where the file is a slice.
    """

    key: str
    origin: str
    path: Path
    group: str
    targets: tuple[float, ...] = NOTHING_KNOWN
    mask: Path | None = None
    patient_has_hemorrhage: bool | None = None
    is_doubtful: bool = False
    frame: int | None = None

    @property
    def any(self) -> float:
        """1 with hemorrhage, 0 without, UNKNOWN where nobody has said."""
        return self.targets[0]

    def sha256(self) -> str:
        """SHA-256 of the file's bytes, as `Item.sha256`."""
        return slice_sha256(self.path, self.frame)


@dataclass(frozen=True)
class Pool:
    """Slices of several origins.

    Attributes:
        cases: In the order of their origins.
    """

    cases: tuple[Case, ...]

    def __len__(self) -> int:
        return len(self.cases)

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)

    @cached_property
    def targets(self) -> np.ndarray:
        """float32, shape (n, 6)."""
        return np.array([case.targets for case in self.cases], np.float32).reshape(-1, len(Label))

    @cached_property
    def origins(self) -> np.ndarray:
        """The origin of each case."""
        return np.array([case.origin for case in self.cases])

    @cached_property
    def groups(self) -> np.ndarray:
        """The group of each case."""
        return np.array([case.group for case in self.cases])

    def only(self, indices: Sequence[int] | np.ndarray) -> "Pool":
        """Return the pool with these cases alone."""
        return Pool(tuple(self.cases[int(index)] for index in indices))

    def regrouped(self, groups: Sequence[str]) -> "Pool":
        """Return the same pool with other groups, given in the order of the cases."""
        return Pool(tuple(replace(case, group=group) for case, group in zip(self.cases, groups, strict=True)))

    def data_hash(self) -> str:
        """SHA-256 over every file's bytes, mask and targets, independent of order and place."""
        lines = sorted(
            f"{case.sha256()} {slice_sha256(case.mask, case.frame) if case.mask else '-'} {case.targets} "
            f"{case.patient_has_hemorrhage}"
            for case in self.cases
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
