"""Splits that keep groups whole: a patient and the pictures that are nearly the same stand on one side."""

from collections.abc import Iterator, Sequence

import numpy as np

from hemoscope.errors import DatasetError, MissingExtraError


def grouped_folds(
    labels: Sequence[int], groups: Sequence[str], *, folds: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield stratified folds that never split a group.

    Args:
        labels: 0 or 1 per item.
        groups: A group per item.
        folds: How many.
        seed: Which arrangement.

    Yields:
        Indices of the training part and of the part held out, sorted.

    Raises:
        DatasetError: "split.too_few_groups" where a class has fewer groups than folds.
        MissingExtraError: The extra [train] is not installed.
    """
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise MissingExtraError(feature="Splitting", extra="train") from error
    fewest = _fewest_groups(labels, groups)
    if fewest < folds:
        raise DatasetError(
            "split.too_few_groups",
            f"Expected at least {folds} groups of each class; the smaller class has {fewest}.",
            "Add patients, or split into fewer parts." if folds > 2 else "Add patients.",
        )
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(labels)), np.asarray(labels), np.asarray(groups))


def as_many_folds(
    labels: np.ndarray, groups: np.ndarray, *, most: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield folds as `grouped_folds` does: `most`, or as many as the smaller class has groups, but two at least.

    Args:
        labels: 0 or 1, shape (n,).
        groups: A group per item, shape (n,).
        most: How many at most, 2 or more.
        seed: Which arrangement.

    Raises:
        DatasetError: "split.too_few_groups" where a class has a single group.
        MissingExtraError: The extra [train] is not installed.
    """
    folds = max(2, min(most, _fewest_groups(labels, groups)))
    return grouped_folds(labels.tolist(), groups.tolist(), folds=folds, seed=seed)


def grouped_holdout(
    labels: Sequence[int], groups: Sequence[str], *, fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Split once into training and validation parts, about `fraction` of the items in the second.

    It is more where a class has too few groups for that: one group of it is always held out, and one learned from.

    Raises:
        DatasetError: "split.fraction" for a fraction outside (0, 0.5], or what `as_many_folds` raises.
    """
    if not 0 < fraction <= 0.5:
        raise DatasetError(
            "split.fraction", f"Expected a validation fraction above 0 and up to 0.5; received {fraction}.", "Use 0.2."
        )
    return next(as_many_folds(np.asarray(labels), np.asarray(groups), most=round(1 / fraction), seed=seed))


def _fewest_groups(labels: Sequence[int] | np.ndarray, groups: Sequence[str] | np.ndarray) -> int:
    """Count the groups of the class that has fewer."""
    return min(len({group for group, own in zip(groups, labels, strict=True) if own == label}) for label in (0, 1))
