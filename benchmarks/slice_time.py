"""What one more slice costs once the shipped bundle is loaded, and where the time goes.

Prints the median and the middle 80 % over slices, in milliseconds: reading, preparing, scoring (scores and maps in one
pass), and all of `Predictor.predict`, which also calibrates and decides.

    python benchmarks/slice_time.py [--slices 60]

Data: the RSNA slices in the folder HEMOSCOPE_DATA or ../shared/data, 512 x 512 DICOM.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from hemoscope import Predictor
from hemoscope.datasets.origins import load_origins
from hemoscope.errors import HemoscopeError
from hemoscope.inference.engine import Engine
from hemoscope.preparation.canonical import prepare
from hemoscope.reading import read_slice
from real_data import folder


def main() -> None:
    """Time each part on each slice that can be scored, after one round to warm up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=60)
    paths = [case.path for case in load_origins(folder("."), only=["rsna-2019-slices"])][: parser.parse_args().slices]
    predictor = Predictor()
    engine, settings = Engine(predictor.bundle), predictor.bundle.preparation
    times: dict[str, list[float]] = {name: [] for name in ("read", "prepare", "score", "predict")}
    for number, path in enumerate([paths[0], *paths]):
        try:
            image, read_ms = timed(read_slice, path)
            inputs, prepare_ms = timed(prepare, image, settings=settings)
        except HemoscopeError:
            continue
        _, score_ms = timed(engine.look, inputs)
        _, predict_ms = timed(predictor.predict, path)
        if number:
            for name, value in zip(times, (read_ms, prepare_ms, score_ms, predict_ms), strict=True):
                times[name].append(value)
    print(f"{predictor.bundle.name} {predictor.bundle.version}, {os.cpu_count()} cores, {len(times['read'])} slices")
    print(f"{'':<10}{'median (ms)':>12}   middle 80 %")
    for name, values in times.items():
        low, high = np.percentile(values, [10, 90])
        print(f"{name:<10}{statistics.median(values):>12.1f}   {low:.1f} to {high:.1f}")


def timed(call: Callable[..., Any], *arguments: Any, **options: Any) -> tuple[Any, float]:
    """Call, and return the answer with the milliseconds that it took."""
    started = time.perf_counter()
    answer = call(*arguments, **options)
    return answer, 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
