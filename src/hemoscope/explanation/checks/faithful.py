"""Does the score hang on what a map marks? Hide it, or show it alone, and see."""

from collections.abc import Callable

import numpy as np

from hemoscope.explanation.flat_brain import flatten_brain

STEPS = 12
"""Parts in which the marked pixels are hidden, or shown."""


def deletion_and_insertion(
    score: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, relevance: np.ndarray
) -> tuple[float, float]:
    """Hide the pixels of a slice behind flat tissue, the most relevant first; and show them on it in that order.

    Args:
        score: From slices, shape (n, size, size, 1), to probabilities, shape (n,).
        inputs: One slice, float32, shape (size, size, 1).
        relevance: Its map, shape (size, size).

    Returns:
        Mean probability while pixels are hidden, low for a map that marks what counts; and while they are shown, high.

    Source: Petsiuk 2018, arXiv:1806.07421, section 3.2, with a flat brain where the paper blurs.
    """
    flat = flatten_brain(inputs[np.newaxis])[0]
    differs = np.flatnonzero((flat != inputs)[..., 0])
    order = differs[np.argsort(-relevance.ravel()[differs], kind="stable")]
    hidden, shown = [inputs], [flat]
    for part in np.array_split(order, STEPS):
        hidden.append(_copied(hidden[-1], flat, part))
        shown.append(_copied(shown[-1], inputs, part))
    probabilities = score(np.stack([*hidden, *shown]))
    return _area(probabilities[: len(hidden)]), _area(probabilities[len(hidden) :])


def _copied(into: np.ndarray, source: np.ndarray, places: np.ndarray) -> np.ndarray:
    changed = into.copy()
    changed.reshape(-1)[places] = source.reshape(-1)[places]
    return changed


def _area(values: np.ndarray) -> float:
    """The area below equally spaced values, by trapezoids, over their number less one."""
    return float((values[1:] + values[:-1]).sum() / 2 / (len(values) - 1))
