"""Slices of a pool as reviewed cases, and what a network with maps says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hemoscope.datasets.origins import Case, Pool
from hemoscope.review.cases import OnStage, ReviewedCase
from hemoscope.terms import SUBTYPES, Label, Window
from hemoscope.training.maps.calibrate import predict_pool
from hemoscope.training.maps.prepare import BRAIN_BIT, PreparedPool

AT_ONCE = 64
"""Slices between two words on progress."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What a network says of each slice of a pool.

    Attributes:
        scores: Logits, shape (n, 6).
        cells: Logits of the map of any hemorrhage, shape (n, rows, columns).
    """

    scores: np.ndarray
    cells: np.ndarray


def ask(network: Any, prepared: PreparedPool, *, on_stage: OnStage) -> Said:
    """Score every slice and keep its map of any hemorrhage.

    Args:
        network: keras.Model with scores and maps.
        prepared: The slices, at least one.
        on_stage: Told how many are scored.
    """
    scores, cells = [], []
    for start in range(0, len(prepared.pool), AT_ONCE):
        some = prepared.only(np.arange(start, min(start + AT_ONCE, len(prepared.pool))))
        of_slices, maps = predict_pool(network, some)
        scores.append(of_slices)
        cells.append(maps[..., 0])
        on_stage("Scoring", start + len(some.pool), len(prepared.pool))
    return Said(np.concatenate(scores), np.concatenate(cells))


def labelled(pool: Pool) -> np.ndarray:
    """Return the places of the slices whose own label is known."""
    return np.flatnonzero(pool.targets[:, 0] >= 0)


def cases_of(
    prepared: PreparedPool, said: Said, *, scores: Sequence[float] | np.ndarray, threshold: float, window: Window
) -> list[ReviewedCase]:
    """Put slices together with what was said of them.

    Args:
        prepared: The slices.
        said: What a network says of each.
        scores: Of any hemorrhage, in [0, 1].
        threshold: From which one is called positive.
        window: That the inputs show.
    """
    return [
        ReviewedCase(
            key=case.key,
            origin=case.origin,
            group=case.group,
            truth=int(case.any),
            score=float(scores[index]),
            threshold=threshold,
            inputs=prepared.inputs[index][:, :, 0],
            brain=(prepared.areas[index] & BRAIN_BIT) > 0,
            subtypes=_known(case),
            claimed=SUBTYPES[int(np.argmax(said.scores[index, 1:]))],
            is_doubtful=case.is_doubtful,
            cells=said.cells[index],
            mask=None if case.mask is None else (prepared.areas[index] & (BRAIN_BIT - 1)) > 0,
            window=window,
        )
        for index, case in enumerate(prepared.pool)
    ]


def _known(case: Case) -> tuple[Label, ...]:
    return tuple(label for label, target in zip(SUBTYPES, case.targets[1:], strict=True) if target == 1)
