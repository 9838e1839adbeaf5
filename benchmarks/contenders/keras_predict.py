"""The same study through plain Keras, read and prepared slice by slice with the same code: FOLDER RUNS.

With 0 runs it does once what a script would, for the cold time of the whole process.
"""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np

from hemoscope import preprocess_single_image
from hemoscope.errors import RefusedError
from hemoscope.models.bundle import shipped_bundle


def main() -> None:
    """Predict, and print the seconds of each run after the first as JSON."""
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    network = keras.saving.load_model(shipped_bundle() / "model.keras")
    seconds = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        slices = []
        for path in sorted(folder.glob("*.dcm")):
            with contextlib.suppress(RefusedError):
                slices.append(preprocess_single_image(path))
        inputs = np.concatenate(slices)
        network.predict(inputs, verbose=0)
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"seconds": seconds[1:], "note": f"{len(inputs)} inputs"}))


if __name__ == "__main__":
    main()
