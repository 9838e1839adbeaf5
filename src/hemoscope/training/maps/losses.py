"""Losses that leave out what nobody knows: a target below 0 counts for nothing."""

from typing import Any

from hemoscope.models.backend import import_keras

ANY_WEIGHT = 2.0
"""How much more hemorrhage or not counts than each subtype."""
BLOOD_WEIGHT = 4.0
"""How much more a cell with blood counts than one without: there are a hundred times fewer."""
CELL_WEIGHT, OVERLAP_WEIGHT = 4.0, 0.5
SMOOTHING = 0.02
"""How far slice targets move from 0 and 1: some labels are wrong."""


def slice_loss(targets: Any, logits: Any) -> Any:
    """Return binary cross-entropy of the slice scores.

    Args:
        targets: 1, 0 or below 0 for unknown, shape (n, labels).
        logits: Same shape.

    Returns:
        Shape (n,).
    """
    ops = import_keras().ops
    known = ops.cast(targets >= 0, "float32")
    weights = known * ops.concatenate([ops.full_like(known[:, :1], ANY_WEIGHT), ops.ones_like(known[:, 1:])], axis=1)
    smooth = ops.maximum(targets, 0.0) * (1 - 2 * SMOOTHING) + SMOOTHING
    entropy = _entropy(smooth, logits)
    return ops.sum(weights * entropy, axis=1) / ops.maximum(ops.sum(weights, axis=1), 1.0)


def map_loss(targets: Any, logits: Any) -> Any:
    """Return cross-entropy of the cells plus what the maps of visible bleeds lack in overlap.

    Args:
        targets: In [0, 1], or below 0 for unknown, shape (n, rows, columns, labels).
        logits: Same shape.

    Returns:
        Shape (n,).

    Source: soft overlap after Milletari 2016 (doi:10.1109/3DV.2016.79).
    """
    ops = import_keras().ops
    known = ops.cast(targets >= 0, "float32")
    truth = ops.maximum(targets, 0.0)
    weights = known * (1 + BLOOD_WEIGHT * truth)
    cells = ops.mean(weights * _entropy(truth, logits), axis=(1, 2, 3))
    found = ops.sigmoid(logits) * known
    both, sizes = (ops.sum(values, axis=(1, 2)) for values in (found * truth, found + truth))
    is_there = ops.cast(ops.max(truth, axis=(1, 2)) > 0, "float32")
    missing = ops.sum(is_there * (1 - (2 * both + 1) / (sizes + 1)), axis=1) / ops.maximum(ops.sum(is_there, axis=1), 1)
    return CELL_WEIGHT * cells + OVERLAP_WEIGHT * missing


def _entropy(targets: Any, logits: Any) -> Any:
    """Binary cross-entropy from logits, in the form that cannot overflow."""
    ops = import_keras().ops
    return ops.maximum(logits, 0) - logits * targets + ops.log1p(ops.exp(-ops.abs(logits)))
