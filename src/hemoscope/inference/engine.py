"""ONNX Runtime behind one small door."""

import os
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.errors import BundleError
from hemoscope.models.bundle import Bundle
from hemoscope.models.study_spec import StudySpec

NO_NUMBER = "result.not_a_probability"
USE_ANOTHER = "Do not use this model bundle: score with the shipped one, or export the run again."


class Engine:
    """A network loaded for scoring.

    Args:
        bundle: The bundle whose `model.onnx` to load.
        threads: CPU threads for one batch; all cores unless given.

    Raises:
        BundleError: "bundle.onnx" where ONNX Runtime cannot load the network.
    """

    def __init__(self, bundle: Bundle, *, threads: int | None = None) -> None:
        self._session = _open(bundle.onnx_path, threads=threads or os.cpu_count() or 1)
        self._input = self._session.get_inputs()[0].name

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of what the network takes, -1 where any number will do."""
        return _shape(self._session.get_inputs()[0])

    @property
    def output_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of the scores and, from a network with maps, of the maps; -1 where it depends on the input."""
        return tuple(_shape(output) for output in self._session.get_outputs()[:2])

    def score(self, inputs: np.ndarray) -> np.ndarray:
        """Score prepared slices.

        Args:
            inputs: float32, shape (n, size, size, 1), as `preprocess_single_image` gives them.

        Returns:
            Scores (logits), float32, shape (n, labels).
        """
        return self.look(inputs)[0]

    def look(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Score prepared slices, and map where the blood is, in one pass.

        Args:
            inputs: As for `score`.

        Returns:
            Scores as `score` gives them, and maps (logits), float32, shape (n, rows, columns, labels); None from a
            network without.
        """
        outputs = self._session.run(None, {self._input: inputs})
        return np.asarray(outputs[0]), np.asarray(outputs[1]) if len(outputs) > 1 else None


class StudyEngine:
    """A study head loaded for scoring.

    Args:
        spec: The bundle's.

    Raises:
        BundleError: "bundle.onnx" where ONNX Runtime cannot load it.
    """

    def __init__(self, spec: StudySpec) -> None:
        self._session = _open(spec.onnx_path, threads=1)  # it is far too small to share
        self._input = self._session.get_inputs()[0].name

    def join(self, described: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Score a study and its slices.

        Args:
            described: float32, shape (n, features), as `describe_slices` gives them.

        Returns:
            Scores (logits) of the study, float32, shape (labels,), and of its slices, shape (n, labels).
        """
        slices, study = self._session.run(["slice_logits", "study_logits"], {self._input: described[np.newaxis]})
        return np.asarray(study[0]), np.asarray(slices[0])


def require_numbers(scores: np.ndarray) -> None:
    """Stop at scores that are no numbers: every comparison with NaN is false, so it would read as no hemorrhage.

    Args:
        scores: Logits, of any shape.

    Raises:
        BundleError: "result.not_a_probability".
    """
    if not np.isfinite(scores).all():
        raise BundleError(NO_NUMBER, "The network gave no number for this slice.", USE_ANOTHER)


def _shape(tensor: Any) -> tuple[int, ...]:
    """Names of axes stand for any number."""
    return tuple(size if isinstance(size, int) else -1 for size in tensor.shape)


def _open(path: Path, *, threads: int) -> Any:
    """Load a network into ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, sess_options=options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises a family of its own without a common base
        raise BundleError(
            "bundle.onnx", f"ONNX Runtime cannot load {path.name}.", "Export the run again with this version."
        ) from error
