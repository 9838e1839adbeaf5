"""How the search for near-duplicates grows with the collection, and which planted pairs it finds.

    python benchmarks/audit_scale.py [--sizes 1000 4000 16000 64000]

Data: none. Signatures are drawn: each patient has a few slices around a point of its own, as far from others' as the
thumbnails of phe-sich are (median correlation 0.6), and one in twenty items gets a copy at a stated correlation.
The first table runs cells at every size; "all pairs" is the same code with every pair compared, at sizes it can bear.
"""

import argparse
import subprocess
import sys
import tracemalloc
from time import perf_counter

import numpy as np

from hemoscope.datasets.audit.search import pairs_above
from hemoscope.datasets.audit.signatures import THUMBNAIL

LARGEST_ALL_PAIRS = 16_000
SPREAD, SLICES = 0.75, 8
"""How far patients lie from the mean head, and slices of each."""
PLANTED = {"copy at 0.99": 0.99, "copy at 0.97": 0.97, "copy at 0.90": 0.90, "copy at 0.80": 0.80, "copy at 0.65": 0.65}


def draw(count: int, *, alike: float, seed: int = 0) -> tuple[np.ndarray, set[tuple[int, int]]]:
    """Draw unit vectors with planted pairs of one correlation; return both."""
    generator = np.random.default_rng(seed)
    smooth = _smooth(generator, 1 + count // SLICES)
    copies = count // 20
    originals = count - copies
    heads = smooth[0] + SPREAD * smooth[1:][np.arange(originals) % (len(smooth) - 1)]
    vectors = _unit(heads + 0.35 * _smooth(generator, originals))
    chosen = np.sort(generator.choice(originals, size=copies, replace=False))
    noise = _smooth(generator, copies)
    noise = _unit(noise - (noise * vectors[chosen]).sum(1, keepdims=True) * vectors[chosen])
    planted = alike * vectors[chosen] + np.sqrt(1 - alike**2) * noise
    pairs = {(int(first), originals + place) for place, first in enumerate(chosen)}
    return np.concatenate([vectors, planted]).astype(np.float32), pairs


def _smooth(generator: np.random.Generator, count: int) -> np.ndarray:
    """Draw fields of 48 waves each, in float32, of length 1."""
    grid = np.arange(THUMBNAIL) / THUMBNAIL
    waves = np.stack(
        [
            np.outer(np.cos(np.pi * row * grid), np.cos(np.pi * column * grid)).ravel()
            for row in range(8)
            for column in range(6)
        ]
    )
    return _unit(generator.normal(size=(count, len(waves))).astype(np.float32) @ waves.astype(np.float32))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def measure(count: int, *, cells: bool) -> str:
    """Time one search; return seconds, the largest memory in use beyond the vectors, theirs in MB, and recall."""
    vectors, planted = draw(count, alike=0.99)
    tracemalloc.start()
    started = perf_counter()
    found = pairs_above(vectors, 0.966, all_pairs_up_to=0 if cells else count)
    seconds = perf_counter() - started
    _, peak = tracemalloc.get_traced_memory()
    hits = len(planted & {pair[:2] for pair in found})
    return f"{seconds:.2f} {peak / 2**20:.0f} {vectors.nbytes / 2**20:.0f} {hits / len(planted):.4f}"


def growth(sizes: list[int]) -> None:
    """Print time and memory by size, each in a process of its own."""
    print(f"{'slices':>7}  {'way':<9} {'seconds':>8} {'MB more':>8} {'MB data':>8} {'recall':>7}")
    for count in sizes:
        for way in ("cells", "all pairs"):
            if way == "all pairs" and count > LARGEST_ALL_PAIRS:
                continue
            command = [sys.executable, __file__, "--one", str(count), way]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            print(f"{count:>7}  {way:<9} {told[0]:>8} {told[1]:>8} {told[2]:>8} {told[3]:>7}", flush=True)


def recall(count: int) -> None:
    """Print how many planted pairs cells find, by how alike they are, against all pairs."""
    print(f"\nplanted pairs found among {count} slices, by correlation")
    print(f"{'pairs':<14} {'threshold':>9} {'all pairs':>10} {'cells':>8}")
    for name, alike in PLANTED.items():
        vectors, planted = draw(count, alike=alike)
        threshold = min(0.966, alike - 0.02)
        shares = []
        for most in (count, 0):
            found = {pair[:2] for pair in pairs_above(vectors, threshold, all_pairs_up_to=most)}
            shares.append(len(planted & found) / len(planted))
        print(f"{name:<14} {threshold:>9.2f} {shares[0]:>10.4f} {shares[1]:>8.4f}", flush=True)


def main() -> None:
    """Run both tables, or one measurement for the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 4000, 16_000, 64_000])
    parser.add_argument("--one", nargs=2, metavar=("COUNT", "WAY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(measure(int(options.one[0]), cells=options.one[1] == "cells"))
        return
    growth(options.sizes)
    recall(4000)


if __name__ == "__main__":
    main()
