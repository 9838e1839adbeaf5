"""Find and read the origins that a folder holds."""

import os
from collections.abc import Sequence
from pathlib import Path

from hemoscope.datasets.cq500 import load_cq500
from hemoscope.datasets.ct_ich import load_ct_ich
from hemoscope.datasets.masked_volumes import load_masked_volumes
from hemoscope.datasets.origins.cases import Pool
from hemoscope.datasets.origins.readers import (
    Reader,
    read_abdulkader,
    read_bhsd,
    read_cq500,
    read_kaggle,
    read_phe_sich,
    read_rsna,
    reads,
)
from hemoscope.datasets.rsna import NAME, load_rsna
from hemoscope.errors import DatasetError, InputError

ORIGINS: dict[str, Reader] = {
    "kaggle-head-ct-hemorrhage": read_kaggle,
    "bhsd-dev": read_bhsd,
    "phe-sich": read_phe_sich,
    "rsna-2019-slices": read_rsna,
    "abdulkader90": read_abdulkader,
    "cq500-ct-0": read_cq500,
    NAME: reads(load_rsna),
    "cq500": reads(load_cq500),
    "ct-ich": reads(load_ct_ich),
    "bhsd": reads(load_masked_volumes),
    "instance-2022": reads(load_masked_volumes),
}
"""The reader of each origin, by the name of its folder."""


def load_origins(folder: str | os.PathLike[str], *, only: Sequence[str] | None = None) -> Pool:
    """Read every origin that a folder holds.

    Args:
        folder: Holds folders named as in `ORIGINS`.
        only: Read these alone.

    Raises:
        InputError: "input.not_a_folder", or "origin.unknown" for a name that is no origin.
        DatasetError: "data.no_origin" where the folder holds none, or what a reader raises.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InputError("input.not_a_folder", f"Expected a folder; {root.name!r} is none.", "Name its folder.")
    for name in only or ():
        if name not in ORIGINS:
            raise InputError("origin.unknown", f"Expected one of {', '.join(ORIGINS)}; received {name!r}.", "Name one.")
    found = [name for name in only or ORIGINS if (root / name).is_dir()]
    if not found:
        raise DatasetError(
            "data.no_origin",
            f"{root.name!r} holds none of {', '.join(ORIGINS)}.",
            "Name the folder that holds the collections, or train on one collection with another network.",
        )
    return Pool(tuple(case for name in found for case in ORIGINS[name](root / name)))
