"""Reading and preparing the slices of a study without scoring them, a slice on each core at a time: FOLDER RUNS."""

import contextlib
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import cv2

from hemoscope.errors import RefusedError
from hemoscope.models.bundle import open_bundle
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.reading import Series, open_studies


def main() -> None:
    """Print the seconds of each run after one to warm up as JSON."""
    folder, runs = sys.argv[1], int(sys.argv[2])
    settings = open_bundle().preparation
    cv2.setNumThreads(1)
    seconds = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        with open_studies(folder) as found, ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            series = found.studies[0].chosen
            if series is None:
                sys.exit("the study has no series to score")
            list(threads.map(partial(prepare, series, settings), range(len(series))))
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"seconds": seconds[1:]}))


def prepare(series: Series, settings: PreparationSettings, place: int) -> None:
    """Read and prepare one slice; one that shows no head costs what it costs."""
    with contextlib.suppress(RefusedError):
        prepare_and_check(series.read(place), settings=settings)


if __name__ == "__main__":
    main()
