"""What a study head learns from: studies and parts of them, filled up to one length."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hemoscope.datasets.origins import UNKNOWN
from hemoscope.datasets.studies.cases import join_targets
from hemoscope.models.sequence import FEATURES, SCALE
from hemoscope.terms import Label
from hemoscope.training.studies.scored import ScoredStudy

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]
LEAST_SLICES = 6
"""Parts of studies are not made shorter."""
PART, EVERY_SECOND, GAP, MISSING = 0.4, 0.15, 0.4, 0.25
"""How often a range of a study is taken, every second slice, a run of slices left out, single slices lost."""
LONGEST_GAP = 3
SHIFT = 0.3
"""Standard deviation of a shift of all logits of a study: networks trained alike differ by about as much."""
SHIFTED = [index for index, name in enumerate(FEATURES) if name.startswith(("score_", "support_"))]


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Studies for a study head, filled up with missing slices.

    Attributes:
        features: float32, shape (studies, longest, len(FEATURES)).
        slices: float32, shape (studies, longest, 6): 1, 0 or UNKNOWN.
        studies: float32, shape (studies, 6), likewise.
    """

    features: np.ndarray
    slices: np.ndarray
    studies: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class DescribedStudy:
    """A study as a study head sees it: described once, learned from and judged by many heads.

    Attributes:
        study: The study.
        samples: Features, slice targets and study targets: of the whole study, then of parts of it.
    """

    study: ScoredStudy
    samples: tuple[Sample, ...]

    def without_maps(self) -> "DescribedStudy":
        """Return the same with a study that has let its maps go."""
        return replace(self, study=self.study.without_maps())


def describe_study(study: ScoredStudy, *, variants: int, seed: int) -> DescribedStudy:
    """Describe a study, whole and in parts.

    Args:
        study: The study.
        variants: How many parts.
        seed: Other parts; two studies get others by their keys.
    """
    rng = np.random.default_rng((seed, zlib.crc32(study.key.encode())))
    whole = (study.describe(), study.slice_targets, study.study_targets)
    return DescribedStudy(study, (whole, *(make_variant(study, rng=rng) for _ in range(variants))))


def fill_up(samples: Sequence[Sample]) -> Sequences:
    """Bring studies of several lengths to one.

    Args:
        samples: Features, slice targets and study targets.
    """
    longest = max(len(features) for features, _, _ in samples)
    filled = Sequences(
        features=np.zeros((len(samples), longest, len(FEATURES)), np.float32),
        slices=np.full((len(samples), longest, len(Label)), UNKNOWN, np.float32),
        studies=np.stack([targets for _, _, targets in samples]),
    )
    filled.features[:, :, FEATURES.index("missing")] = 1.0
    for index, (features, targets, _) in enumerate(samples):
        filled.features[index, : len(features)] = features
        filled.slices[index, : len(targets)] = targets
    return filled


def make_variant(study: ScoredStudy, *, rng: np.random.Generator) -> Sample:
    """Take a part of a study, in either direction, as another scan of it might have been.

    Args:
        study: The study.
        rng: Where chance comes from.

    Returns:
        Features, slice targets and study targets of the part.
    """
    indices, stride, is_part = np.arange(len(study)), 1, False
    knows_slices = bool((study.slice_targets[:, 0] >= 0).any())
    if knows_slices and len(indices) > LEAST_SLICES and rng.random() < PART:
        length = int(rng.integers(max(LEAST_SLICES, len(indices) // 3), len(indices) + 1))
        start = int(rng.integers(len(indices) - length + 1))
        indices, is_part = indices[start : start + length], True
    if len(indices) >= 2 * LEAST_SLICES and rng.random() < EVERY_SECOND:
        indices, stride, is_part = indices[int(rng.integers(2)) :: 2], 2, is_part or knows_slices
    if len(indices) > LEAST_SLICES + LONGEST_GAP and rng.random() < GAP:
        start, length = int(rng.integers(1, len(indices) - LONGEST_GAP)), int(rng.integers(1, LONGEST_GAP + 1))
        indices, is_part = np.delete(indices, np.s_[start : start + length]), is_part or knows_slices
    if rng.random() < 0.5:
        indices = indices[::-1]
    features, targets = study.describe(indices, stride=stride), study.slice_targets[indices].copy()
    lost = _lose(len(indices), rng)
    features[lost], targets[lost] = 0.0, UNKNOWN
    features[lost, FEATURES.index("missing")] = 1.0
    present = features[:, FEATURES.index("missing")] == 0
    features[np.ix_(present, SHIFTED)] += np.float32(rng.normal(0, SHIFT) / SCALE)
    of_study = join_targets(study.slice_targets[indices]) if is_part else study.study_targets
    if not present.any() or (lost.any() and of_study[0] == 1 and not (targets[:, 0] == 1).any() and knows_slices):
        of_study = np.full_like(study.study_targets, UNKNOWN)
    return features, targets, of_study


def _lose(count: int, rng: np.random.Generator) -> np.ndarray:
    """Choose slices that could not be read; never all."""
    lost = np.zeros(count, bool)
    if count > 2 and rng.random() < MISSING:
        lost[rng.choice(count, size=int(rng.integers(1, max(2, count // 5 + 1))), replace=False)] = True
    return lost
