"""DenseNet121 at 512 x 512 x 3, a backbone of the RSNA 2019 winners, in ONNX Runtime: export FILE, or FILE SLICES RUNS.

Random weights and random inputs: neither changes the time. Nothing is read or prepared.

Source: G. Huang et al., "Densely Connected Convolutional Networks", doi:10.1109/CVPR.2017.243, as Keras builds it.
"""

import json
import os
import sys
import time
from typing import Any

import numpy as np

SIZE = 512
PASSES = (1, 4)


def main() -> None:
    """Export the network, or time it in the better of two arrangements and print the seconds as JSON."""
    if sys.argv[1] == "export":
        export(sys.argv[2])
        return
    path, slices, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = os.cpu_count() or 1
    session = onnxruntime.InferenceSession(path, sess_options=options, providers=["CPUExecutionProvider"])
    score(session, 1, 1)
    tried = {size: score(session, max(PASSES), size) for size in PASSES}
    best = min(tried, key=lambda size: tried[size])
    seconds = [score(session, slices, best) for _ in range(runs)]
    print(json.dumps({"seconds": seconds, "note": f"{best} in a pass on all cores"}))


def export(path: str) -> None:
    """Write the network without its classifier's weights trained, one score per label."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    import keras

    network = keras.applications.DenseNet121(
        weights=None, input_shape=(SIZE, SIZE, 3), classes=6, classifier_activation=None
    )
    network(np.zeros((1, SIZE, SIZE, 3), np.float32))
    network.export(path, format="onnx", verbose=False)


def score(session: Any, slices: int, size: int) -> float:
    """Return the seconds that so many slices take, so many in a pass."""
    inputs = np.random.default_rng(0).random((size, SIZE, SIZE, 3), np.float32)
    name = session.get_inputs()[0].name
    started = time.perf_counter()
    for _ in range(slices // size):
        session.run(None, {name: inputs})
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
