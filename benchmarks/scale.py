"""Slices per second and peak memory of `hemoscope predict --out` as a batch grows: memory flat, time linear.

    python benchmarks/scale.py [--slices 100 1000 10000] [--size 256]

Data: one drawn head of 30 slices, written again and again as a study of its own; at the default sizes 1.3 GB in the
temporary folder. Larger batches hold the files of the smaller ones by hard links. Each batch is scored in a fresh
process; peak memory is of the whole process. Memory is flat where its slope is nothing, and time linear where its
exponent is 1.
"""

import argparse
import math
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from hemoscope.datasets.phantom import FIELD_MM, HEIGHT, PhantomSettings, make_phantom
from hemoscope.writing.dicom import write_series
from process import Cost, weigh

PER_STUDY = 30


def main() -> None:
    """Write, score and tell, from the smallest batch to the largest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--size", type=int, default=256, help="rows and columns")
    options = parser.parse_args()
    sizes = sorted(options.slices)
    with tempfile.TemporaryDirectory() as temporary:
        library = Path(temporary) / "library"
        write_studies(library, sizes[-1], size=options.size)
        print(f"slices of {options.size} x {options.size}, {PER_STUDY} a study, {os.cpu_count()} cores")
        print(f"{'slices':>8}{'studies':>9}{'seconds':>10}{'slices a second':>17}{'peak MB':>10}")
        costs = [score(library, Path(temporary), count) for count in sizes]
    if len(sizes) > 1:
        print_slopes(sizes, costs)


def write_studies(library: Path, slices: int, *, size: int) -> None:
    """Write so many slices as studies in folders of their own, all of one drawn head."""
    settings = PhantomSettings(size=size, slices=PER_STUDY, spacing_mm=FIELD_MM / size, thickness_mm=HEIGHT / PER_STUDY)
    phantom = make_phantom(settings)
    for number in range(math.ceil(slices / PER_STUDY)):
        left = slices - number * PER_STUDY
        first = max(0, (PER_STUDY - left) // 2) if left < PER_STUDY else 0  # a short study keeps the middle of the head
        hu = phantom.hu[first : first + min(left, PER_STUDY)]
        write_series(hu, library / f"study-{number:05d}", spacing=phantom.spacing, name=f"scale {number}")


def score(library: Path, temporary: Path, slices: int) -> Cost:
    """Score the first so many slices in a fresh process, and print the row."""
    batch = temporary / f"batch-{slices}"
    paths = sorted(library.rglob("*.dcm"))[:slices]
    for path in paths:
        target = batch / path.relative_to(library)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, target)
    journal = temporary / f"{slices}.jsonl"
    cost = weigh([sys.executable, "-m", "hemoscope", "predict", str(batch), "--out", str(journal)])
    studies = len({path.parent for path in paths})
    answers = len(journal.read_text().splitlines()) - 1  # the first line says what scored
    if answers != studies:
        sys.exit(f"{studies} studies, but {answers} answers")
    row = f"{slices:>8}{studies:>9}{cost.seconds:>10.1f}{slices / cost.seconds:>17.1f}{cost.megabytes:>10.0f}"
    print(row, flush=True)
    return cost


def print_slopes(sizes: list[int], costs: list[Cost]) -> None:
    """Print how memory and time grow."""
    memory = np.polyfit(sizes, [cost.megabytes for cost in costs], 1)[0] * 1000
    exponent = np.polyfit(np.log(sizes), np.log([cost.seconds for cost in costs]), 1)[0]
    each = (costs[-1].seconds - costs[0].seconds) / (sizes[-1] - sizes[0])
    print(f"\nmemory: {memory:+.1f} MB for every 1,000 slices more")
    print(
        f"time: {1000 * each:.1f} ms for each slice more, growing with the number of slices to the power {exponent:.2f}"
    )


if __name__ == "__main__":
    main()
