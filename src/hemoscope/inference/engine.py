"""ONNX Runtime behind one small door."""

import os

import numpy as np

from hemoscope.errors import BundleError
from hemoscope.models.bundle import Bundle


class Engine:
    """A network loaded for scoring.

    Args:
        bundle: The bundle whose `model.onnx` to load.
        threads: CPU threads for one batch; all cores unless given.

    Raises:
        BundleError: "bundle.onnx" where ONNX Runtime cannot load the network.
    """

    def __init__(self, bundle: Bundle, *, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or os.cpu_count() or 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                bundle.onnx_path, sess_options=options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises a family of its own without a common base
            raise BundleError(
                "bundle.onnx", "ONNX Runtime cannot load model.onnx.", "Export the run again with this version."
            ) from error
        self._input = self._session.get_inputs()[0].name

    def score(self, inputs: np.ndarray) -> np.ndarray:
        """Score prepared slices.

        Args:
            inputs: float32, shape (n, size, size, 1), as `preprocess_single_image` gives them.

        Returns:
            Scores (logits), float32, shape (n, labels).
        """
        return np.asarray(self._session.run(None, {self._input: inputs})[0])
