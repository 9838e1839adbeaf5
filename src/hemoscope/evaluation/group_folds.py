"""Parts to hold out in turn, groups kept whole, for what is fitted while something is judged."""

from collections.abc import Iterator

import numpy as np

from hemoscope.errors import DatasetError, MissingExtraError


def stratified_group_folds(
    labels: np.ndarray, groups: np.ndarray, *, most: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield folds that never split a group: `most`, or as many as the smaller class has groups.

    Args:
        labels: 0 or 1, shape (n,).
        groups: A group per item, shape (n,).
        most: How many at most, 2 or more.
        seed: Which arrangement.

    Yields:
        Indices of the part to fit on and of the part held out, sorted.

    Raises:
        DatasetError: "split.too_few_groups" where a class has a single group.
        MissingExtraError: The extra [train] is not installed.
    """
    try:
        from sklearn.model_selection import StratifiedGroupKFold
    except ImportError as error:
        raise MissingExtraError(feature="Cross-validation", extra="train") from error
    fewest = min(len(np.unique(groups[labels == label])) for label in (0, 1))
    if fewest < 2:
        raise DatasetError(
            "split.too_few_groups",
            f"Expected at least 2 groups of each class; the smaller class has {fewest}.",
            "Add patients.",
        )
    splitter = StratifiedGroupKFold(n_splits=min(most, fewest), shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(labels)), labels, groups)
