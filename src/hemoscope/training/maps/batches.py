"""Feed a map network: every batch holds painted bleeds, slices without, masks and slice labels in fixed shares."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from hemoscope.datasets.origins import UNKNOWN
from hemoscope.models.backend import import_keras
from hemoscope.training.maps.prepare import PreparedPool
from hemoscope.training.maps.samples import Sample, make_sample

keras = import_keras()

PAINTED, NORMAL, MASKED, LABELLED = "painted", "normal", "masked", "labelled"
SHARES = {PAINTED: 0.31, NORMAL: 0.38, MASKED: 0.06, LABELLED: 0.25}
"""What a batch is made of: normal slices with a painted bleed; normal slices; bleeds with a mask; bleeds without."""
Batch = tuple[np.ndarray, dict[str, np.ndarray]]
STAND_IN = {MASKED: PAINTED, LABELLED: PAINTED, PAINTED: MASKED, NORMAL: PAINTED}
"""What takes the place of a kind that the pool does not hold."""


class MapBatches(keras.utils.PyDataset):  # type: ignore[name-defined]
    """Batches without end, cut into epochs. What a batch holds follows from seed, epoch and its number alone.

    An origin is drawn first, by the root of how many groups it has, then a group of it, then a slice: so neither a
    large collection nor a long series outweighs the others.

    Args:
        prepared: Slices with areas.
        batch_size: Slices per batch.
        steps: Batches per epoch.
        seed: Of the run.
        epoch: The epoch that comes first, counted from 0.
    """

    def __init__(self, prepared: PreparedPool, *, batch_size: int, steps: int, seed: int, epoch: int) -> None:
        super().__init__()
        self._prepared, self._targets = prepared, prepared.pool.targets.copy()
        self._steps, self._seed, self._epoch = steps, seed, epoch
        self._has_mask = np.array([case.mask is not None for case in prepared.pool])
        self._ahead: dict[int, Future[Batch]] = {}
        self._thread = ThreadPoolExecutor(1)
        self._sort()
        self._kinds = self._arrange(batch_size)

    def __len__(self) -> int:
        """Batches per epoch."""
        return self._steps

    def __getitem__(self, index: int) -> Batch:
        """One batch: inputs, then targets by the network's output. The next is made while the network learns."""
        batch = self._ahead.pop(index, None)
        if index + 1 < self._steps:
            self._ahead[index + 1] = self._thread.submit(self._make, index + 1)
        return self._make(index) if batch is None else batch.result()

    def _make(self, index: int) -> Batch:
        seeds = np.random.SeedSequence((self._seed, self._epoch, index)).spawn(len(self._kinds))
        samples = [self._draw(kind, seed) for kind, seed in zip(self._kinds, seeds, strict=True)]
        return np.stack([sample.inputs for sample in samples]), {
            "logits": np.stack([sample.targets for sample in samples]),
            "maps": np.stack([sample.maps for sample in samples]),
        }

    def on_epoch_end(self) -> None:
        """Arrange the next epoch."""
        self._ahead.clear()
        self._epoch += 1

    @property
    def undecided(self) -> np.ndarray:
        """Indices of the slices of which only the patient's hemorrhage is known."""
        return np.flatnonzero([bool(case.patient_has_hemorrhage) for case in self._prepared.pool])

    def decide(self, indices: np.ndarray, any_targets: np.ndarray) -> None:
        """Set what `any` is taken to be for slices of which nothing is known."""
        self._targets[indices] = UNKNOWN
        self._targets[indices[any_targets == 0]] = 0.0
        self._targets[indices, 0] = any_targets
        self._sort()

    def _sort(self) -> None:
        """Sort the slices into kinds, origins and groups."""
        any_target, doubtful = self._targets[:, 0], np.array([case.is_doubtful for case in self._prepared.pool])
        chosen = {
            NORMAL: any_target == 0,
            MASKED: (any_target == 1) & self._has_mask,
            LABELLED: (any_target == 1) & ~self._has_mask & ~doubtful,
        }
        chosen[PAINTED] = chosen[NORMAL] & (self._prepared.areas.reshape(len(any_target), -1).max(axis=1) > 0)
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

    def _draw(self, kind: str, seed: np.random.SeedSequence) -> Sample:
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
            self._targets[index],
            has_mask=bool(self._has_mask[index]),
            is_painted=is_painted,
            rng=rng,
        )
