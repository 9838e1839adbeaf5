"""Whole study through Predictor.predict_studies, in one process that has done it once: FOLDER RUNS."""

import json
import sys
import time

from hemoscope import Predictor


def main() -> None:
    """Print the seconds of each run as JSON."""
    folder, runs = sys.argv[1], int(sys.argv[2])
    predictor = Predictor()
    seconds = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        (result,) = predictor.predict_studies(folder)
        seconds.append(time.perf_counter() - started)
        if result.probability is None:
            sys.exit(f"not scored: {result.error}")
    print(json.dumps({"seconds": seconds[1:]}))


if __name__ == "__main__":
    main()
