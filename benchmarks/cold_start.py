"""What one cold answer costs: `hemoscope predict one.png` beside the same picture through a plain Keras script.

Each run is a fresh process: start the interpreter, import, load the network, read and prepare the picture, score,
print. Runs of both alternate, so that a busy machine slows both. Prints median wall time and peak memory of each,
and the ratios with the range over pairs.

    python benchmarks/cold_start.py [--runs 9]

Data: a procedurally drawn head phantom. Both use the shipped bundle; the Keras script imports hemoscope only to prepare
the picture, so that both networks see the same input.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hemoscope.datasets.phantom import make_slice
from hemoscope.models.bundle import shipped_bundle
from hemoscope.preparation.window import apply_window
from hemoscope.terms import BRAIN, Label
from hemoscope.writing.picture import write_picture

KERAS_SCRIPT = """
import sys
import keras
from hemoscope import preprocess_single_image
network = keras.saving.load_model(sys.argv[1])
print(network.predict(preprocess_single_image(sys.argv[2]), verbose=0)[0])
"""


def main() -> None:
    """Time both, alternating, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "one.png"
        write_picture(apply_window(make_slice(Label.INTRAPARENCHYMAL, seed=0)[0], BRAIN), picture)
        commands = {
            "hemoscope predict": [sys.executable, "-m", "hemoscope", "predict", str(picture)],
            "plain Keras": [sys.executable, "-c", KERAS_SCRIPT, str(shipped_bundle() / "model.keras"), str(picture)],
        }
        measured = {name: [] for name in commands}
        for index in range(runs + 1):
            for name, command in commands.items():
                cost = measure(command)
                if index:  # the first of each fills the disk cache
                    measured[name].append(cost)
    print_table(measured)


def measure(command: list[str]) -> tuple[float, float]:
    """Return wall seconds and peak resident MB of one process."""
    started = time.perf_counter()
    wrapper = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-S", "-c", wrapper, *command], check=True, capture_output=True, text=True)
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return time.perf_counter() - started, int(done.stdout) / unit


def print_table(measured: dict[str, list[tuple[float, float]]]) -> None:
    """Print medians and paired ratios."""
    print(f"{'':<20}{'wall time (s)':>15}{'peak memory (MB)':>18}")
    for name, costs in measured.items():
        seconds, megabytes = (statistics.median(column) for column in zip(*costs, strict=True))
        print(f"{name:<20}{seconds:>15.2f}{megabytes:>18.0f}")
    ours, theirs = measured.values()
    for title, index in (("faster", 0), ("less memory", 1)):
        ratios = sorted(other[index] / own[index] for own, other in zip(ours, theirs, strict=True))
        print(f"{title}: {statistics.median(ratios):.1f} times [{ratios[0]:.1f}-{ratios[-1]:.1f}], {len(ratios)} pairs")


if __name__ == "__main__":
    main()
