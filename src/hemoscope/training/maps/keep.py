"""A pool in a run folder: what `split.csv`, `inputs.npy` and `areas.npy` hold of it."""

from pathlib import Path

import numpy as np

from hemoscope.datasets.origins import Case, Pool
from hemoscope.terms import Label
from hemoscope.training.maps.prepare import PreparedPool
from hemoscope.training.run import TRAINING, Run


def rows_of(pool: Pool, parts: np.ndarray) -> list[dict[str, object]]:
    """Return the rows of split.csv: what every run writes, then what a pool adds."""
    return [
        {
            "key": case.key,
            "label": int(case.any),
            "group": case.group,
            "part": part,
            "origin": case.origin,
            **dict(zip(Label, case.targets, strict=True)),
            "has_mask": int(case.mask is not None),
            "patient_has_hemorrhage": "" if case.patient_has_hemorrhage is None else int(case.patient_has_hemorrhage),
            "is_doubtful": int(case.is_doubtful),
        }
        for case, part in zip(pool, parts, strict=True)
    ]


def read_pool(run: Run) -> PreparedPool:
    """Read the pool of a run back, with its prepared slices."""
    cases = tuple(
        Case(
            key=row["key"],
            origin=row["origin"],
            path=Path(row["key"]),
            group=row["group"],
            targets=tuple(float(row[label]) for label in Label),
            mask=Path(row["key"]) if row["has_mask"] == "1" else None,
            patient_has_hemorrhage=bool(int(row["patient_has_hemorrhage"])) if row["patient_has_hemorrhage"] else None,
            is_doubtful=row["is_doubtful"] == "1",
        )
        for row in run.split_rows
    )
    return PreparedPool(Pool(cases), run.inputs, run.areas, {})


def read_learned(run: Run) -> PreparedPool:
    """Read the part of a run's pool that it learns from."""
    return read_pool(run).only(np.flatnonzero([row.part == TRAINING for row in run.split]))
