"""Bundles for tests: the shipped one, changed and signed again."""

import json
import shutil
from pathlib import Path

import numpy as np

from hemoscope.datasets.audit.fingerprints import Fingerprints, write_fingerprints
from hemoscope.models.bundle import FINGERPRINTS, shipped_bundle, write_sums
from hemoscope.models.sequence import FEATURES, build_sequence_head
from hemoscope.models.study_spec import SEQUENCE
from hemoscope.records import OperatingPoint
from hemoscope.training.studies.export import write_sequence_onnx


def bundle_with(folder: Path, table: Fingerprints | None) -> Path:
    """Copy the shipped bundle without a study head, with these fingerprints or without any."""
    shutil.copytree(shipped_bundle(), folder)
    (folder / SEQUENCE).unlink(missing_ok=True)
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


STUDY_SLOPE, STUDY_INTERCEPT, SLICE_SLOPE = 0.8, -0.5, 2.0
STUDY_POINTS = tuple(
    OperatingPoint(name, threshold, "a test", "40 studies")
    for name, threshold in (("rule-out", 0.05), ("balanced", 0.33), ("rule-in", 0.9))
)


def bundle_with_head(folder: Path, table: Fingerprints | None = None) -> Path:
    """Copy the shipped bundle with a study head that nobody trained: its weights are drawn."""
    bundle_with(folder, table)
    head, rng = build_sequence_head(), np.random.default_rng(0)
    head.set_weights([rng.normal(0, 0.2, weights.shape) for weights in head.get_weights()])
    write_sequence_onnx(head, folder / SEQUENCE)
    calibration = {"slope": STUDY_SLOPE, "intercept": STUDY_INTERCEPT, "method": "platt", "fitted_on": "40 studies"}
    said = {
        "features": list(FEATURES),
        "calibration": calibration,
        "subtype_calibration": {},
        "slice_calibration": calibration | {"slope": SLICE_SLOPE},
        "slice_subtype_calibration": {},
        "operating_points": [point.as_json() for point in STUDY_POINTS],
        "fitted_on": "40 studies",
        "figures": {},
    }
    path = folder / "metadata.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"study": said}))
    write_sums(folder)
    return folder
