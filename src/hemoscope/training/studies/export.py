"""A study head for a bundle: as ONNX with free batch and length, proven equal to Keras, with what its scores mean."""

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.errors import MissingExtraError, TrainingError
from hemoscope.models.backend import import_keras
from hemoscope.models.sequence import FEATURES
from hemoscope.models.study_spec import SEQUENCE, StudySpec

TOLERANCE = 1e-4
"""Largest difference allowed between the logits of Keras and of ONNX Runtime."""
OUTPUTS = ("slice_logits", "study_logits")
LENGTHS = ((1, 1), (3, 2), (2, 33), (1, 240))
"""Numbers of studies and of slices that are compared."""


def add_study_head(run: str | os.PathLike[str], folder: Path, *, preparation_hash: str) -> dict[str, Any]:
    """Write the study head of a run into a bundle's folder.

    Args:
        run: The run folder of a study head.
        folder: The bundle, not yet signed.
        preparation_hash: Of the bundle.

    Returns:
        What the bundle's metadata says of it, under "study".

    Raises:
        TrainingError: "run.not_found", "export.other_settings" where the head was trained for a network that is fed
            otherwise, "export.differs".
        BundleError: "bundle.study" where it reads features of another version.
        MissingExtraError: The extra [train] is not installed.
    """
    path = Path(run)
    if not (path / "study.json").is_file():
        raise TrainingError(
            "run.not_found", f"{path.name!r} holds no study head: it has no study.json.", "Train one: train-study."
        )
    said: dict[str, Any] = json.loads((path / "study.json").read_text(encoding="utf-8"))
    if said["preparation_hash"] != preparation_hash:
        raise TrainingError(
            "export.other_settings",
            f"{path.name!r} holds a study head for networks of another preparation.",
            "Train it again with this run's bundle.",
        )
    head = import_keras().saving.load_model(path / "sequence.keras", compile=False)
    write_sequence_onnx(head, folder / SEQUENCE)
    described = said | {"onnx_against_keras": prove_equal(head, folder / SEQUENCE), "trained": _trained(path)}
    StudySpec.from_json(described, folder / SEQUENCE)
    return described


def _trained(path: Path) -> Mapping[str, Any]:
    """Say what the head learned from, as its run kept it."""
    record: dict[str, Any] = json.loads((path / "settings.json").read_text(encoding="utf-8"))
    return record


def write_sequence_onnx(head: Any, path: Path) -> None:
    """Export a study head with free batch and length.

    Args:
        head: keras.Model, as `build_sequence_head` gives it.
        path: The ONNX file to write.

    Raises:
        MissingExtraError: The extra [train] is not installed.
    """
    head(np.zeros((1, 3, len(FEATURES)), np.float32))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)  # Keras' own
            head.export(path, format="onnx", verbose=False)
        _name_outputs(path)
    except ImportError as error:
        raise MissingExtraError(feature="Export", extra="train") from error


def _name_outputs(path: Path) -> None:
    """Call the outputs what they are: Keras numbers them, in the order in which the head gives them."""
    import onnx

    model = onnx.load(path)
    for output, name in zip(model.graph.output, OUTPUTS, strict=True):
        model.graph.node.append(onnx.helper.make_node("Identity", [output.name], [name]))
        output.name = name
    onnx.checker.check_model(model)
    onnx.save(model, path)


def prove_equal(head: Any, onnx_path: Path) -> float:
    """Compare Keras with ONNX Runtime on studies of several lengths, some slices missing.

    Args:
        head: keras.Model.
        onnx_path: Its export.

    Returns:
        The largest absolute difference of the logits of slices and studies.

    Raises:
        TrainingError: "export.differs" where it reaches `TOLERANCE`.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(onnx_path, providers=["CPUExecutionProvider"])
    name, outputs = session.get_inputs()[0].name, [one.name for one in session.get_outputs()]
    rng, largest = np.random.default_rng(0), 0.0
    for studies, slices in LENGTHS:
        features = rng.normal(0, 1, (studies, slices, len(FEATURES))).astype(np.float32)
        features[:, :, -1] = rng.random((studies, slices)) < 0.1
        features[:, :, :-1] *= 1 - features[:, :, -1:]
        found = dict(zip(outputs, session.run(None, {name: features}), strict=True))
        for key, expected in zip(OUTPUTS, head(features), strict=True):
            largest = max(largest, float(np.abs(found[key] - np.asarray(expected)).max()))
    if not largest < TOLERANCE:
        raise TrainingError(
            "export.differs",
            f"Keras and ONNX Runtime differ by {largest:.2g}; expected less than {TOLERANCE:g}.",
            "Report it with the versions in settings.json.",
        )
    return largest
