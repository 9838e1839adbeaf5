"""Divide a pool into training and validation parts: by group, from every origin, of both classes."""

import numpy as np

from hemoscope.datasets.origins import Pool
from hemoscope.training.run import TRAINING, VALIDATION


def split_pool(pool: Pool, *, fraction: float, seed: int) -> np.ndarray:
    """Divide a pool.

    Patients of whose slices nothing is known stay in the training part: there is nothing to validate on.

    Args:
        pool: Cases with groups.
        fraction: About this share of each origin's groups, with and without hemorrhage, is held out.
        seed: Which arrangement.

    Returns:
        TRAINING or VALIDATION for each case.
    """
    rng = np.random.default_rng(seed)
    held_out: list[str] = []
    groups, origins, any_target = pool.groups, pool.origins, pool.targets[:, 0]
    has_unknown = set(groups[any_target < 0])
    has_blood = set(groups[any_target == 1])
    for origin in np.unique(origins):
        known = [str(group) for group in np.unique(groups[origins == origin]) if group not in has_unknown]
        for stratum in (
            [group for group in known if group in has_blood],
            [group for group in known if group not in has_blood],
        ):
            if len(stratum) > 1:
                count = max(1, round(fraction * len(stratum)))
                held_out += [stratum[index] for index in rng.permutation(len(stratum))[:count]]
    return np.where(np.isin(groups, held_out), VALIDATION, TRAINING)
