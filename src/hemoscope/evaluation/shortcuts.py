"""How much of the labels can be had without looking at the brain: shortcuts, and the floors a network must beat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.intervals import Interval, group_bootstrap
from hemoscope.evaluation.metrics import accuracy, auroc
from hemoscope.evaluation.splits import as_many_folds

MOST_ITEMS = 20_000
"""Larger collections are judged on a sample of their groups of this size: intervals are narrow by then."""
FOLDS, REPEATS = 5, 5
TREES, SMALLEST_LEAF = 100, 5
DRAWS = 500
BLOCK = 1024
LEAK_ABOVE = 0.5
"""A shortcut is called a leak when the whole interval of its AUROC lies above chance: a mark that few files carry, such
as transparency in negatives alone, tells much of those and little of the rest."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What one property of the files tells of the labels.

    Attributes:
        name: The property.
        auroc: Without regard to direction, max(a, 1 - a), with a bootstrap interval over groups.
        is_higher_in_positives: Whether larger values go with hemorrhage.
    """

    name: str
    auroc: Interval
    is_higher_in_positives: bool

    @property
    def is_leak(self) -> bool:
        """Whether the property tells more than chance would."""
        return self.auroc.low > LEAK_ABOVE


@dataclass(frozen=True, slots=True)
class Floor:
    """What a classifier reaches that sees no brain; a network that does not beat it has shown nothing.

    Attributes:
        name: "metadata" or "thumbnail".
        folds: "random" or "grouped".
        auroc: Mean over the repeats, with a bootstrap interval over groups.
        accuracy: Mean over the repeats, at the classifier's own threshold.
        items: How many it was measured on.
    """

    name: str
    folds: str
    auroc: Interval
    accuracy: float
    items: int


def measure_shortcuts(labels: np.ndarray, groups: np.ndarray, features: Mapping[str, np.ndarray]) -> list[Shortcut]:
    """Say what each property alone tells of the labels.

    Args:
        labels: 0 or 1, shape (n,).
        groups: A group per item, shape (n,).
        features: Finite numbers by name, each of shape (n,).

    Returns:
        The properties, the most telling first.

    Raises:
        DatasetError: "metric.one_class" or "metric.not_finite".
    """
    kept = sample_groups(groups)
    shortcuts = []
    for name, values in features.items():
        sign = 1.0 if auroc(labels[kept], values[kept]) >= 0.5 else -1.0
        interval = group_bootstrap(auroc, labels[kept], sign * values[kept], groups[kept], draws=DRAWS)
        shortcuts.append(Shortcut(name, interval, sign > 0))
    return sorted(shortcuts, key=lambda shortcut: -shortcut.auroc.value)


def metadata_floor(labels: np.ndarray, groups: np.ndarray, features: Mapping[str, np.ndarray]) -> Floor:
    """Cross-validate a classifier that sees properties of the files and no picture.

    Args:
        labels: 0 or 1, shape (n,).
        groups: A group per item, shape (n,); never parted by a fold.
        features: Finite numbers by name, each of shape (n,).

    Raises:
        MissingExtraError: scikit-learn is not installed.
        DatasetError: "split.too_few_groups" where a class has one group alone.

    Source: extremely randomized trees, Geurts et al. 2006, doi:10.1007/s10994-006-6226-1.
    """
    kept = sample_groups(groups)
    table = np.column_stack([values[kept] for values in features.values()])

    def judge(train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
        from sklearn.ensemble import ExtraTreesClassifier

        trees = ExtraTreesClassifier(TREES, min_samples_leaf=SMALLEST_LEAF, random_state=seed)
        trees.fit(table[train], labels[kept][train])
        return np.asarray(trees.predict_proba(table[test])[:, 1] - 0.5)

    scores = _out_of_fold(judge, labels[kept], groups[kept])
    return _floor("metadata", "grouped", labels[kept], groups[kept], scores)


def thumbnail_floor(labels: np.ndarray, groups: np.ndarray, tiny: np.ndarray, *, random_folds: bool = False) -> Floor:
    """Cross-validate the nearest neighbor among thumbnails of whole pictures, borders and letters included.

    Args:
        labels: 0 or 1, shape (n,).
        groups: A group per item, shape (n,); intervals are drawn over them in either case.
        tiny: Thumbnails, float32, shape (n, pixels).
        random_folds: Let folds part groups, as most publications do, to show what that is worth.

    Raises:
        MissingExtraError: scikit-learn is not installed.
        DatasetError: "split.too_few_groups" where a class has one group alone.
    """
    kept = sample_groups(groups)

    def judge(train: np.ndarray, test: np.ndarray, _seed: int) -> np.ndarray:
        return nearest_label(tiny[kept][train], labels[kept][train], tiny[kept][test])

    units = np.arange(len(kept)).astype(str) if random_folds else groups[kept]
    scores = _out_of_fold(judge, labels[kept], units)
    return _floor("thumbnail", "random" if random_folds else "grouped", labels[kept], groups[kept], scores)


def nearest_label(known: np.ndarray, labels: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Score by how much nearer the nearest positive is than the nearest negative; above 0 is 1-NN's positive.

    >>> nearest_label(np.array([[0.0], [1.0]]), np.array([0, 1]), np.array([[0.75], [0.0]])).tolist()
    [0.5, -1.0]
    """
    scores = []
    for start in range(0, len(asked), BLOCK):
        part = asked[start : start + BLOCK].astype(float)
        squared = (part**2).sum(1)[:, None] + (known.astype(float) ** 2).sum(1)[None] - 2 * part @ known.T
        distance = np.sqrt(np.maximum(squared, 0.0))
        scores.append(distance[:, labels == 0].min(1) - distance[:, labels == 1].min(1))
    return np.concatenate(scores)


def sample_groups(groups: np.ndarray, *, most: int = MOST_ITEMS, seed: int = 0) -> np.ndarray:
    """Choose whole groups at random until there are `most` items; all of a smaller collection.

    >>> sample_groups(np.array(["a", "b", "a"])).tolist()
    [0, 1, 2]
    """
    if len(groups) <= most:
        return np.arange(len(groups))
    names, member_of = np.unique(groups, return_inverse=True)
    place = np.random.default_rng(seed).permutation(len(names))[member_of]
    last = np.sort(place)[most - 1]
    return np.flatnonzero(place <= last)


def _out_of_fold(
    judge: Callable[[np.ndarray, np.ndarray, int], np.ndarray], labels: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """Score every item by a classifier that has not seen its group; shape (n, REPEATS)."""
    scores = np.zeros((len(labels), REPEATS))
    for repeat in range(REPEATS):
        for train, test in as_many_folds(labels, groups, most=FOLDS, seed=repeat):
            scores[test, repeat] = judge(train, test, repeat)
    return scores


def _floor(name: str, folds: str, labels: np.ndarray, groups: np.ndarray, scores: np.ndarray) -> Floor:
    def mean_auroc(own: np.ndarray, drawn: np.ndarray) -> float:
        return float(np.mean([auroc(own, drawn[:, repeat]) for repeat in range(REPEATS)]))

    correct = float(np.mean([accuracy(labels, scores[:, repeat], threshold=0.0) for repeat in range(REPEATS)]))
    interval = group_bootstrap(mean_auroc, labels, scores, groups, draws=DRAWS)
    return Floor(name, folds, interval, correct, len(labels))
