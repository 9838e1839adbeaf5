"""What a batch for a map network is made of: painted bleeds, slices without, masks and slice labels in fixed shares."""

import numpy as np

from hemoscope.datasets.origins import UNKNOWN
from hemoscope.training.maps.prepare import PreparedPool
from hemoscope.training.maps.samples import Sample, make_sample

PAINTED, NORMAL, MASKED, LABELLED = "painted", "normal", "masked", "labelled"
SHARES = {PAINTED: 0.31, NORMAL: 0.38, MASKED: 0.06, LABELLED: 0.25}
"""What a batch is made of: normal slices with a painted bleed; normal slices; bleeds with a mask; bleeds without."""
Batch = tuple[np.ndarray, dict[str, np.ndarray]]
STAND_IN = {MASKED: PAINTED, LABELLED: PAINTED, PAINTED: MASKED, NORMAL: PAINTED}
"""What takes the place of a kind that the pool does not hold."""


class Mixture:
    """Draws batches. What a batch holds follows from seed, epoch, its number and what is decided of patients' slices.

    An origin is drawn first, by the root of how many groups it has, then a group of it, then a slice: so neither a
    large collection nor a long series outweighs the others.

    Args:
        prepared: Slices with areas.
        batch_size: Slices per batch.
        seed: Of the run.

    Attributes:
        batch_size: As given.
        seed: As given.
        targets: What is taken to be known of each slice, float32, shape (n, 6).
    """

    def __init__(self, prepared: PreparedPool, *, batch_size: int, seed: int) -> None:
        self._prepared, self.batch_size, self.seed = prepared, batch_size, seed
        self.targets = prepared.pool.targets.copy()
        self._has_area = np.array([bool(area.any()) for area in prepared.areas])
        self._has_mask = np.array([case.mask is not None for case in prepared.pool])
        self._sort()
        self._kinds = self._arrange(batch_size)

    def draw(self, epoch: int, index: int) -> Batch:
        """Draw a batch: inputs, then targets by the network's output.

        Args:
            epoch: Counted from 0.
            index: Of the batch in the epoch.
        """
        seeds = np.random.SeedSequence((self.seed, epoch, index)).spawn(len(self._kinds))
        samples = [self._sample(kind, seed) for kind, seed in zip(self._kinds, seeds, strict=True)]
        return np.stack([sample.inputs for sample in samples]), {
            "logits": np.stack([sample.targets for sample in samples]),
            "maps": np.stack([sample.maps for sample in samples]),
        }

    @property
    def undecided(self) -> np.ndarray:
        """Indices of the slices of which only the patient's hemorrhage is known."""
        return np.flatnonzero([bool(case.patient_has_hemorrhage) for case in self._prepared.pool])

    def decide(self, indices: np.ndarray, any_targets: np.ndarray) -> None:
        """Set what `any` is taken to be for slices of which nothing is known."""
        targets = self.targets.copy()
        targets[indices] = UNKNOWN
        targets[indices[any_targets == 0]] = 0.0
        targets[indices, 0] = any_targets
        self.take(targets)

    def take(self, targets: np.ndarray) -> None:
        """Draw from now on as if these targets, float32 of shape (n, 6), were the pool's."""
        self.targets = targets
        self._sort()

    def _sort(self) -> None:
        """Sort the slices into kinds, origins and groups."""
        any_target, doubtful = self.targets[:, 0], np.array([case.is_doubtful for case in self._prepared.pool])
        chosen = {
            NORMAL: any_target == 0,
            MASKED: (any_target == 1) & self._has_mask,
            LABELLED: (any_target == 1) & ~self._has_mask & ~doubtful,
        }
        chosen[PAINTED] = chosen[NORMAL] & self._has_area
        self._places = {kind: self._tree(np.flatnonzero(where)) for kind, where in chosen.items()}

    def _tree(self, indices: np.ndarray) -> list[tuple[float, list[np.ndarray]]]:
        """Return, per origin, its weight and the indices of each of its groups."""
        pool, tree = self._prepared.pool, []
        for origin in np.unique(pool.origins[indices]):
            here = indices[pool.origins[indices] == origin]
            groups = [here[pool.groups[here] == group] for group in np.unique(pool.groups[here])]
            tree.append((np.sqrt(len(groups)) + 2.0, groups))
        return tree

    def _arrange(self, batch_size: int) -> list[str]:
        """Say of which kind each slice of a batch is."""
        kinds: list[str] = []
        for kind, share in SHARES.items():
            while kind in STAND_IN and not self._places[kind] and not (kind == LABELLED and self.undecided.size):
                kind = STAND_IN[kind]
            kinds += [kind] * max(1, round(share * batch_size))
        return (kinds + [PAINTED] * batch_size)[:batch_size]

    def _sample(self, kind: str, seed: np.random.SeedSequence) -> Sample:
        rng = np.random.default_rng(seed)
        tree = self._places[kind] or self._places[PAINTED]
        is_painted = kind == PAINTED or not self._places[kind]
        weights = np.array([weight for weight, _ in tree])
        groups = tree[rng.choice(len(tree), p=weights / weights.sum())][1]
        group = groups[rng.integers(len(groups))]
        index = int(group[rng.integers(len(group))])
        return make_sample(
            self._prepared.inputs[index],
            self._prepared.areas[index],
            self.targets[index],
            has_mask=bool(self._has_mask[index]),
            is_painted=is_painted,
            rng=rng,
        )
