"""Whether reading and preparing end any damaged file in an answer or a code: no other exception, no hang, no crash.

Files of every kind (DICOM in seven transfer syntaxes, NIfTI, pictures, archives, the test files of pydicom) are damaged
at random: bytes and lengths changed, parts cut, doubled, swapped with another file's, elements given values that
cannot be. Each is read alone and as a place with a healthy file beside it, which must still be read, and every slice
that comes out is prepared. It happens in processes of their own: one that dies or takes too long is counted, and
another goes on behind it.

    python benchmarks/fuzz.py [--inputs 10000] [--seed 0] [--keep FOLDER] [--real FILE ...]
    python benchmarks/fuzz.py --only NUMBER ...   reads single inputs here, for a debugger

Ends with 1 where anything was found; --keep writes what was found as files.
"""

import argparse
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from hemoscope.errors import HemoscopeError
from hemoscope.preparation.canonical import prepare_and_check
from hemoscope.reading import open_studies, read_slice
from hemoscope.records import Slice
from mutations import SeedFile, mutated, seed_files

SLICES = 8
"""At most so many of a series are prepared; all are read."""
PREPARED, NOTHING = "read and prepared", "nothing to read"
UNTYPED, HANG, CRASH, MEMORY, LOST = "UNTYPED", "HANG", "CRASH", "MEMORY", "LOST"
FOUND = (UNTYPED, HANG, CRASH, MEMORY, LOST)
"""What must not be."""
ROOM = 8 << 30
"""Bytes of addresses that a process may have, so that no input costs the machine."""


@dataclass(frozen=True)
class Outcome:
    """What became of one input.

    Attributes:
        number: Of the input.
        what: PREPARED, NOTHING, the code of an error, or one of FOUND.
        words: More of what was found.
        seconds: How long it took.
        megabytes: Peak memory of its process up to then.
    """

    number: int
    what: str
    words: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


def main() -> None:
    """Read all, print what became of them, and end with 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=40, metavar="SECONDS", help="longer is a hang")
    parser.add_argument("--memory", type=float, default=1000, metavar="MB", help="more is too much")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write what was found there")
    parser.add_argument("--real", type=Path, nargs="*", default=[], metavar="FILE", help="damage these files too")
    parser.add_argument("--only", type=int, nargs="+", metavar="NUMBER", help="read these inputs in this process")
    parser.add_argument("--part", type=int, nargs=3, help=argparse.SUPPRESS)  # how a process of its own is started
    options = parser.parse_args()
    seeds = seed_files(real=tuple(options.real))
    if options.part:
        work(seeds, range(*options.part), seed=options.seed)
    elif options.only:
        for number in options.only:
            file = mutated(seeds, seed=options.seed, number=number)
            print(number, file.name, end=" ", flush=True)
            with tempfile.TemporaryDirectory() as folder:
                print(read_all(file, seeds[0], Path(folder)))
    else:
        sys.exit(report(options, seeds))


def report(options: argparse.Namespace, seeds: tuple[SeedFile, ...]) -> int:
    """Spread the inputs over processes, and print what became of them."""
    started, outcomes = time.perf_counter(), []
    parts = [range(first, options.inputs, options.workers) for first in range(options.workers)]
    with Progress(console=Console(stderr=True)) as bar, ThreadPoolExecutor(options.workers) as pool:
        task = bar.add_task("Reading damaged files", total=options.inputs)

        def watch(part: range) -> list[Outcome]:
            found = []
            for outcome in watched(part, options):
                found.append(outcome)
                bar.advance(task)
            return found

        for part in pool.map(watch, parts):
            outcomes += part
    seconds = time.perf_counter() - started
    counts = Counter(outcome.what for outcome in outcomes)
    healthy = len({file.name for file in seeds})
    print(f"{len(outcomes):,} damaged files of {healthy} healthy ones, seed {options.seed}, in {seconds:.0f} s")
    for what, count in counts.most_common():
        print(f"{count:>8,}  {what}")
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    print(f"slowest: number {slowest.number}, {slowest.seconds:.1f} s")
    print(f"peak memory of a process: {max(outcome.megabytes for outcome in outcomes):.0f} MB")
    found = sorted((outcome for outcome in outcomes if outcome.what in FOUND), key=lambda outcome: outcome.number)
    print(f"found: {len(found)}")
    for outcome in found:
        file = mutated(seeds, seed=options.seed, number=outcome.number)
        print(f"  number {outcome.number}, {file.name}: {outcome.what} {outcome.words}".rstrip())
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{outcome.number}-{file.name}").write_bytes(file.data)
    return int(bool(found))


def watched(numbers: range, options: argparse.Namespace) -> Iterator[Outcome]:
    """Read inputs in a process of their own, and start another where it dies or takes too long."""
    peak = 0.0
    while numbers:
        command = [sys.executable, __file__, "--seed", str(options.seed)]
        command += ["--part", *map(str, (numbers.start, numbers.stop, numbers.step))]
        command += ["--real", *map(str, options.real)]
        process = subprocess.Popen(
            command, bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )  # unbuffered, as a line that waits in a buffer would not be seen
        for outcome in _told(process, options.limit):
            grown, peak = outcome.megabytes > max(peak, options.memory), max(peak, outcome.megabytes)
            yield Outcome(outcome.number, MEMORY, f"{outcome.megabytes:.0f} MB") if grown else outcome
            numbers = range(outcome.number + numbers.step, numbers.stop, numbers.step)
        ended = process.poll()
        if numbers and ended is None:
            os.killpg(process.pid, signal.SIGKILL)
            yield Outcome(numbers.start, HANG, f"longer than {options.limit:g} s", seconds=options.limit)
        elif numbers:
            yield Outcome(numbers.start, CRASH, f"the process ended with {ended}")
        process.wait()
        numbers = numbers[1:]
        peak = 0.0


def _told(process: "subprocess.Popen[bytes]", limit: float) -> Iterator[Outcome]:
    """Yield what a process tells, until it ends or is silent for too long."""
    assert process.stdout is not None, "stdout is a pipe"
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        patience = limit + 60  # it makes its seeds first
        while selector.select(patience):
            line = process.stdout.readline()
            if not line:
                process.wait()
                return
            yield Outcome(**json.loads(line))
            patience = limit


def work(seeds: tuple[SeedFile, ...], numbers: range, *, seed: int) -> None:
    """Read inputs, and tell of each as a line of JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    out = os.fdopen(os.dup(1), "w", buffering=1)  # libraries print, too
    os.dup2(2, 1)
    for number in numbers:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            started = time.perf_counter()
            what, words = read_all(mutated(seeds, seed=seed, number=number), seeds[0], Path(folder))
            seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
        told = {"number": number, "what": what, "words": words, "seconds": seconds, "megabytes": peak}
        out.write(json.dumps(told) + "\n")


def read_all(file: SeedFile, healthy: SeedFile, folder: Path) -> tuple[str, str]:
    """Read a file alone, then as a place with a healthy one beside it, and prepare what comes out.

    Returns:
        What became of it, and more words where something was found.
    """
    (folder / file.name).write_bytes(file.data)
    try:
        alone = _alone(folder / file.name)
        (folder / f"healthy-{healthy.name}").write_bytes(healthy.data)
        return _place(folder, alone)
    except Exception as error:
        line = error.__traceback__
        while line is not None and line.tb_next is not None:
            line = line.tb_next
        where = "" if line is None else f"{Path(line.tb_frame.f_code.co_filename).name}:{line.tb_lineno}"
        return UNTYPED, f"{type(error).__name__} at {where}: {str(error)[:120]}"


def _alone(path: Path) -> str:
    try:
        _prepare(read_slice(path))
        return PREPARED
    except HemoscopeError as error:
        return error.code


def _place(folder: Path, alone: str) -> tuple[str, str]:
    """Read all studies; what was read, or why not, when the file was no single slice."""
    with open_studies(folder) as found:
        count, codes = 0, [problem.error.code for problem in found.problems]
        for series in (series for study in found.studies for series in study.series):
            for index in range(len(series)):
                try:
                    image = series.read(index)
                    if index < SLICES:
                        _prepare(image)
                    count += 1
                except HemoscopeError as error:
                    count += error.code.startswith("gate.")  # it was read, and shows no head
                    codes.append(error.code)
    if not count:
        return LOST, f"the healthy file beside it was not read: {', '.join(codes)}"
    if alone == PREPARED or count > 1:
        return PREPARED, ""
    return (codes[0] if codes else alone) or NOTHING, ""


def _prepare(image: Slice) -> None:
    if image.pixels.ndim != 2 or not np.isfinite(image.pixels).all():
        raise AssertionError(f"pixels of shape {image.pixels.shape}, or not finite")
    prepared = prepare_and_check(image)
    if not (np.isfinite(prepared.inputs).all() and 0 <= prepared.inputs.min() <= prepared.inputs.max() <= 1):
        raise AssertionError("an input outside [0, 1]")


if __name__ == "__main__":
    main()
