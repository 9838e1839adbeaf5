"""From a run to a bundle: the best network, calibrated, with its thresholds, proven equal in Keras and ONNX Runtime."""

import hashlib
import json
import os
import shutil
import tempfile
import warnings
import zipfile
from collections import Counter
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.datasets.audit.fingerprints import write_fingerprints
from hemoscope.errors import MissingExtraError, TrainingError
from hemoscope.evaluation.figures import measure
from hemoscope.models.bundle import FINGERPRINTS, FORMAT, Bundle, open_bundle, write_sums
from hemoscope.models.map_net import STRIDE, with_mirror
from hemoscope.models.registry import find_model
from hemoscope.training.calibrate import calibrate, score
from hemoscope.training.card import write_card
from hemoscope.training.fingerprints import fingerprint_run
from hemoscope.training.maps.calibrate import calibrate_subtypes
from hemoscope.training.run import VALIDATION, Run, load_best
from hemoscope.training.studies.export import add_study_head

TOLERANCE = 1e-4
"""Largest difference allowed between the outputs (logits) of Keras and of ONNX Runtime."""
MOST_COMPARED = 512
"""Slices compared; more would prove no more."""
LENGTH = {"epochs", "steps", "patience"}
"""Settings in which a cross-validation by origin may differ from the run it speaks for."""
LICENCE_NOTE = (
    "Weights: Apache-2.0, as far as the licence of the training data allows. The terms of the training data are those "
    "of its source; the data itself is not part of this bundle."
)


def export(
    run_folder: str | os.PathLike[str],
    bundle_folder: str | os.PathLike[str],
    *,
    left_out: str | os.PathLike[str] | None = None,
    data: str | os.PathLike[str] | None = None,
    study: str | os.PathLike[str] | None = None,
) -> Bundle:
    """Write the bundle of a run's best epoch.

    Calibration and thresholds are fitted on the run's validation part, which also chose the epoch; so the figures of
    that part in the bundle are optimistic, and say so.

    Args:
        run_folder: A run with at least one epoch.
        bundle_folder: Where to write; must not exist, or be empty.
        left_out: A finished cross-validation by origin of the same settings (but for its length) and the same data.
            The bundle and its card then carry its figures: those of networks like this one that never saw the origin
            they are judged on.
        data: What the run was trained on, to add the SHA-256 of each file to the bundle's fingerprints.
        study: The run folder of a study head, to be carried along.

    Raises:
        TrainingError: "run.not_found", "run.no_epoch", "run.data_changed", "export.exists", "export.differs", or
            "export.other_settings" where `left_out` judged another network.
        MissingExtraError: The extra [train] is not installed.
    """
    run, target = Run.at(run_folder), Path(bundle_folder)
    if not run.record or not run.best_epoch:
        raise TrainingError("run.no_epoch", "The run has no epoch to export.", "Train it with --resume first.")
    if target.exists() and any(target.iterdir()):
        raise TrainingError(
            "export.exists", f"{target.name!r} is not empty.", "Name a new folder, or remove the old bundle first."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as temporary:
        folder = Path(temporary) / "bundle"
        folder.mkdir()
        network = load_best(run)
        if find_model(run.settings.model).has_maps:
            network = with_mirror(network)
        network.save(folder / "model.keras")
        _compress(folder / "model.keras")
        write_onnx(network, folder / "model.onnx", size=run.settings.preparation.size)
        difference = prove_equal(network, folder / "model.onnx", run.inputs)
        metadata = _metadata(run, network, difference) | {"left_out": _figures(run, left_out)}
        if study is not None:
            metadata["study"] = add_study_head(study, folder, preparation_hash=run.settings.preparation.hash)
        (folder / "metadata.json").write_text(json.dumps(metadata, indent=2) + "\n", encoding="utf-8")
        write_card(metadata, folder / "MODEL_CARD.md")
        write_fingerprints(folder / FINGERPRINTS, fingerprint_run(run, data))
        write_sums(folder)
        shutil.copytree(folder, target, dirs_exist_ok=True)
    return open_bundle(target)


def _compress(path: Path) -> None:
    """Deflate the archive that Keras stores as it is; Keras reads both."""
    with zipfile.ZipFile(path) as stored:
        contents = {name: stored.read(name) for name in stored.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)


def write_onnx(network: Any, path: Path, *, size: int) -> None:
    """Export with a free batch axis. The first call builds the graph that the export traces.

    Args:
        network: keras.Model.
        path: The ONNX file to write.
        size: Rows and columns of its input.

    Raises:
        MissingExtraError: The extra [train] is not installed.
    """
    network(np.zeros((1, size, size, 1), np.float32))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)  # Keras' own
            network.export(path, format="onnx", verbose=False)
    except ImportError as error:
        raise MissingExtraError(feature="Export", extra="train") from error


def prove_equal(network: Any, onnx_path: Path, inputs: np.ndarray) -> float:
    """Compare Keras with ONNX Runtime on real inputs and on noise.

    Args:
        network: keras.Model.
        onnx_path: Its export.
        inputs: float32, shape (n, size, size, 1).

    Returns:
        The largest absolute difference of scores, and of maps where there are.

    Raises:
        TrainingError: "export.differs" where it reaches `TOLERANCE`.
    """
    import onnxruntime

    noise = np.random.default_rng(0).random((8, *inputs.shape[1:]), dtype=np.float32)
    session = onnxruntime.InferenceSession(onnx_path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    largest = 0.0
    for batch in (*np.array_split(np.asarray(inputs[:MOST_COMPARED]), -(-len(inputs[:MOST_COMPARED]) // 64)), noise):
        fed = batch.astype(np.float32)
        from_keras = network.predict(fed, verbose=0)
        outputs = from_keras if isinstance(from_keras, list) else [from_keras]
        for ours, theirs in zip(session.run(None, {name: fed}), outputs, strict=True):
            largest = max(largest, float(np.abs(ours - np.asarray(theirs)).max()))
    if not largest < TOLERANCE:
        raise TrainingError(
            "export.differs",
            f"Keras and ONNX Runtime differ by {largest:.2g}; expected less than {TOLERANCE:g}.",
            "Report it with the versions in run.json.",
        )
    return largest


def _counted(data: dict[str, Any]) -> dict[str, Any]:
    """Count what was left out by its reason: the names of the files stay in the run."""
    return data | {"left_out": dict(Counter(data["left_out"].values()))}


def _figures(run: Run, left_out: str | os.PathLike[str] | None) -> dict[str, Any]:
    """Read the figures of a cross-validation by origin; nothing where none is given.

    Its networks may have learned for another while, as one may want of so many of them; the bundle says for how long.
    """
    if left_out is None:
        return {}
    folder = Path(left_out)
    try:
        record = json.loads((folder / "validation.json").read_text(encoding="utf-8"))
        figures: dict[str, Any] = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(
            "run.not_found", f"{folder.name!r} holds no finished cross-validation.", "Finish it first."
        ) from error
    theirs, ours = (
        {name: value for name, value in settings.items() if name not in LENGTH}
        for settings in (record["settings"], run.record["settings"])
    )
    if (theirs, record["sha256"]) != (ours, run.record["data"]["sha256"]):
        raise TrainingError(
            "export.other_settings",
            f"{folder.name!r} judged a network of other settings or other data.",
            "Cross-validate with the settings of the run.",
        )
    return {"epochs": record["settings"]["epochs"], "steps": _steps(folder), "figures": figures}


def _steps(folder: Path) -> list[int]:
    """Return the fewest and the most steps per epoch of the runs in a cross-validation's folder."""
    found = [Run.at(run.parent).settings.steps for run in sorted((folder / "runs").glob("*/run.json"))]
    return [min(found), max(found)]


def _describe_maps(size: int, labels: int) -> dict[str, Any]:
    """Describe the second output."""
    cells = size // STRIDE
    return {"shape": [None, cells, cells, labels], "dtype": "float32", "meaning": "logit of blood in each cell"}


def hash_weights(network: Any) -> str:
    """Return the SHA-256 of all weights in hex digits: networks that learned differently never share a version."""
    digest = hashlib.sha256()
    for weights in network.get_weights():
        digest.update(np.ascontiguousarray(weights).tobytes())
    return digest.hexdigest()


def _metadata(run: Run, network: Any, difference: float) -> dict[str, Any]:
    settings, data = run.settings, run.record["data"]
    spec, size = find_model(settings.model), settings.preparation.size
    fitted = calibrate(run, network)
    subtypes = calibrate_subtypes(run, network) if spec.has_maps else {}
    inputs, labels, groups = run.part(VALIDATION)
    probabilities = fitted.calibration.apply(score(network, inputs))
    decisions = probabilities >= fitted.balanced.point.threshold
    return {
        "format": FORMAT,
        "name": spec.name,
        "version": f"{version('hemoscope')}+{data['sha256'][:8]}.{hash_weights(network)[:8]}",
        "labels": [str(label) for label in spec.labels],
        "inputs": {"shape": [None, size, size, 1], "dtype": "float32", "range": [0, 1], "meaning": "prepared slice"},
        "outputs": {"shape": [None, len(spec.labels)], "dtype": "float32", "meaning": "scores (logits)"},
        "maps": _describe_maps(size, len(spec.labels)) if spec.has_maps else None,
        "preparation": {"hash": settings.preparation.hash, "settings": settings.preparation.as_json()},
        "calibration": asdict(fitted.calibration),
        "calibration_choice": fitted.choice.as_json(),
        "subtype_calibration": {label: asdict(own) for label, own in subtypes.items()},
        "operating_points": [point.as_json() for point in fitted.points],
        "abstention": fitted.abstention.as_json(),
        "onnx_against_keras": difference,
        "training": run.record | {"data": _counted(data), "best_epoch": run.best_epoch, "epochs_run": run.last_epoch},
        "validation": {
            name: figure._asdict() for name, figure in measure(labels[:, 0], probabilities, decisions, groups).items()
        },
        "licence": LICENCE_NOTE,
    }
