"""Prepare the slices of a pool, with what is known of each pixel."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemoscope.datasets.audit import find_near_duplicates, merge_groups
from hemoscope.datasets.origins import Case, Pool
from hemoscope.datasets.origins.masks import read_mask
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.reading import read_slice
from hemoscope.records import ErrorReport
from hemoscope.terms import SUBTYPES
from hemoscope.training.data import prepare_each
from hemoscope.training.rows import Rows, gather

BRAIN_BIT = 1 << len(SUBTYPES)
"""In an area: the pixel lies within the skull. The bits below are the subtypes, in the order of SUBTYPES."""

PATIENTS_UNKNOWN = ("kaggle-head-ct-hemorrhage",)
"""Origins whose slices name no patient."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedPool:
    """A pool whose slices are ready for a network.

    Attributes:
        pool: The cases that could be prepared.
        inputs: float16, shape (n, size, size, 1), in [0, 1], in their order; in memory or in a file.
        areas: uint8, shape (n, size, size): a bit per subtype from the case's mask, and BRAIN_BIT; likewise.
        left_out: Key and reason of the others.
    """

    pool: Pool
    inputs: np.ndarray | Rows
    areas: np.ndarray | Rows
    left_out: dict[str, ErrorReport]

    def only(self, indices: np.ndarray) -> "PreparedPool":
        """Return these cases alone; nothing is copied."""
        return PreparedPool(self.pool.only(indices), Rows(self.inputs, indices), Rows(self.areas, indices), {})


def prepare_pool(
    pool: Pool,
    *,
    settings: PreparationSettings,
    paths: tuple[Path, Path] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> PreparedPool:
    """Prepare every slice; those that cannot be are left out with their reason. Slices nearly the same share a group.

    Args:
        pool: What to prepare.
        settings: How.
        paths: The .npy files to keep inputs and areas in, one by one, where they may be more than the memory holds.
        on_progress: Called with how many are done and how many there are.

    Raises:
        DatasetError: "data.nothing_left".
    """
    gathered = [gather(path) for path in paths or (None, None)]

    def take(made: tuple[np.ndarray, np.ndarray]) -> None:
        for rows, row in zip(gathered, made, strict=True):
            rows.append(row)

    try:
        kept, left_out = prepare_each(
            pool.cases, lambda case: _prepare(case, settings), take=take, on_progress=on_progress
        )
        inputs, areas = (rows.finish() for rows in gathered)
    finally:
        for rows in gathered:
            rows.discard()
    left = pool.only(kept)
    return PreparedPool(left.regrouped(_joined(left, inputs)), inputs, areas, left_out)


def _joined(pool: Pool, inputs: np.ndarray) -> list[str]:
    """Join groups that hold nearly the same slice, where patients are not named.

    Where they are, thumbnails of like slices would chain patients into one group.
    """
    groups = list(pool.groups)
    for origin in PATIENTS_UNKNOWN:
        here = np.flatnonzero(pool.origins == origin)
        if not here.size:
            continue
        merged = merge_groups([groups[index] for index in here], find_near_duplicates(Rows(inputs, here, np.float32)))
        for index, group in zip(here, merged, strict=True):
            groups[index] = group
    return groups


def _prepare(case: Case, settings: PreparationSettings) -> tuple[np.ndarray, np.ndarray]:
    """Return a slice's input and its areas."""
    prepared = prepare_and_check(read_slice(case.path, frame=case.frame), settings=settings)
    area = np.zeros(prepared.brain.shape, np.uint8)
    if not prepared.notices:
        area |= np.uint8(BRAIN_BIT) * prepared.brain
    if case.mask is not None:
        for bit, mask in enumerate(read_mask(case.mask, case.frame)):
            area |= np.uint8(1 << bit) * (prepared.frame.to_input(mask.astype(np.float32)) > 0.5)
    return prepared.inputs[0].astype(np.float16), area
