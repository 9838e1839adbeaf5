"""Bundles for tests: the shipped one, changed and signed again."""

import json
import shutil
from pathlib import Path

import numpy as np

from hemoscope.datasets.audit.fingerprints import Fingerprints, write_fingerprints
from hemoscope.models.bundle import FINGERPRINTS, shipped_bundle, write_sums


def bundle_with(folder: Path, table: Fingerprints | None) -> Path:
    """Copy the shipped bundle, with these fingerprints or without any."""
    shutil.copytree(shipped_bundle(), folder)
    (folder / FINGERPRINTS).unlink(missing_ok=True)
    if table is not None:
        write_fingerprints(folder / FINGERPRINTS, table)
    write_sums(folder)
    return folder


def only(table: Fingerprints, indices: list[int]) -> Fingerprints:
    """Return these lines of a table."""
    return Fingerprints(tuple(table.hashes[index] for index in indices), np.asarray(table.signatures)[indices])


def contrary(folder: Path) -> Path:
    """Copy the shipped bundle with its calibration turned over: what it called likely it calls unlikely."""
    bundle_with(folder, None)
    path = folder / "metadata.json"
    metadata = json.loads(path.read_text())
    fitted = metadata["calibration"]
    metadata["calibration"] = fitted | {"slope": -fitted["slope"], "intercept": -fitted["intercept"]}
    path.write_text(json.dumps(metadata))
    write_sums(folder)
    return folder
