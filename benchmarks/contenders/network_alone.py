"""Our network on the prepared slices of a study, in whichever arrangement is fastest here: FOLDER RUNS."""

import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from hemoscope.errors import RefusedError
from hemoscope.inference.engine import Engine
from hemoscope.models.bundle import Bundle, open_bundle
from hemoscope.preparation.canonical import prepare_and_check
from hemoscope.reading import open_studies

TRIES = 3
CORES = os.cpu_count() or 1


def main() -> None:
    """Try each arrangement, then time the best; print its seconds as JSON."""
    folder, runs = sys.argv[1], int(sys.argv[2])
    bundle = open_bundle()
    inputs = prepared(folder, bundle)
    work = arrangements(bundle, inputs)
    tried = {name: statistics.median(timed(call, TRIES)) for name, call in work.items()}
    best = min(tried, key=lambda name: tried[name])
    print(json.dumps({"seconds": timed(work[best], runs), "note": f"{len(inputs)} inputs, {best}"}))


def prepared(folder: str, bundle: Bundle) -> np.ndarray:
    """Return the inputs of every slice that shows a head, float32, shape (n, size, size, 1)."""
    inputs = []
    with open_studies(folder) as found:
        series = found.studies[0].chosen
        if series is None:
            sys.exit("the study has no series to score")
        for place in range(len(series)):
            with contextlib.suppress(RefusedError):
                inputs.append(prepare_and_check(series.read(place), settings=bundle.preparation).inputs)
    return np.concatenate(inputs)


def arrangements(bundle: Bundle, inputs: np.ndarray) -> dict[str, Callable[[], None]]:
    """Return ways to score all inputs: shared passes of several sizes, and a slice for each core."""
    shared, single = Engine(bundle), Engine(bundle, threads=1)
    ways: dict[str, Callable[[], None]] = {
        f"{size} in a pass on all cores": partial(in_passes, shared, inputs, size) for size in (1, 8, len(inputs))
    }
    ways["1 in a pass on each core"] = partial(on_each_core, single, inputs, 1)
    ways["4 in a pass on each core"] = partial(on_each_core, single, inputs, 4)
    return ways


def in_passes(engine: Engine, inputs: np.ndarray, size: int) -> None:
    """Score one pass after another."""
    for first in range(0, len(inputs), size):
        engine.look(inputs[first : first + size])


def on_each_core(engine: Engine, inputs: np.ndarray, size: int) -> None:
    """Score as many passes at once as there are cores."""
    with ThreadPoolExecutor(CORES) as threads:
        list(threads.map(engine.look, [inputs[first : first + size] for first in range(0, len(inputs), size)]))


def timed(call: Callable[[], None], runs: int) -> list[float]:
    """Return seconds of each run after one to warm up."""
    seconds = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return seconds[1:]


if __name__ == "__main__":
    main()
