"""What a study costs beside its network alone, plain Keras, DenseNet121 and BLAST-CT, all on the same study in one run.

    python benchmarks/study.py [--rounds 3] [--blast PYTHON]

Each round runs every contender once, in turn, so that a busy machine slows all; prints medians with the range over
rounds, and ratios taken within rounds. *Cold* is a fresh process, from the start of the interpreter to its end; *warm*
is the median of some runs in one process that has done it once. Peak memory is that of the whole process.

BLAST-CT needs an environment of its own, and is left out without --blast:

    python -m venv blast && blast/bin/pip install torch blast-ct
    python benchmarks/study.py --blast blast/bin/python

Data: rsna-2019-study (32 slices) in the folder HEMOSCOPE_DATA or ../shared/data. What each contender does stands in
benchmarks/contenders/.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from process import Cost, weigh
from real_data import folder

STUDY, SLICES = "rsna-2019-study", 32
CONTENDERS = Path(__file__).parent / "contenders"
COLD, WARM, NETWORK = "hemoscope predict, cold", "hemoscope, warm", "its network alone, warm"
PREPARATION = "its reading and preparing, warm"
KERAS_COLD, KERAS_WARM = "Keras predict, cold", "Keras predict, warm"
DENSENET, BLAST = "DenseNet121, network alone", "BLAST-CT, warm"
AGAINST = {KERAS_COLD: COLD, KERAS_WARM: WARM, DENSENET: WARM, BLAST: WARM, NETWORK: WARM, PREPARATION: WARM}
"""What each is compared with."""
MEGABYTES, COLD_S, WARM_S, SHARE, KERAS_TIMES, BLAST_TIMES = 600, 2.0, 1.0, 0.85, 10, 100
"""What is to be reached."""


@dataclass(frozen=True)
class Measured:
    """One contender in one round.

    Attributes:
        seconds: Of the whole process, or the median of its warm runs.
        megabytes: Peak of the process.
        note: What it says of itself.
    """

    seconds: float
    megabytes: float
    note: str = ""


def main() -> None:
    """Measure all, then print the table and what is reached."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--warm-runs", type=int, default=5, help="timed runs in each warm process")
    parser.add_argument("--rest", type=float, default=0, metavar="SECONDS", help="let the machine cool between rounds")
    parser.add_argument("--blast", metavar="PYTHON", help="interpreter of an environment with blast-ct and torch")
    parser.add_argument("--blast-limit", type=float, default=40, metavar="SECONDS", help="then its time is scaled")
    options = parser.parse_args()
    rounds: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        todo = contenders(Path(temporary), options)
        for number in range(options.rounds):
            time.sleep(options.rest)
            for name, measure in todo.items():
                if name == BLAST and number:
                    continue  # minutes long; once tells enough
                print(f"round {number + 1}: {name}", file=sys.stderr)
                rounds.setdefault(name, []).append(measure())
    print_table(rounds)
    print_targets(rounds)


def contenders(temporary: Path, options: argparse.Namespace) -> dict[str, Callable[[], Measured]]:
    """Prepare what all need, and return how to measure each."""
    study, runs = str(folder(STUDY)), str(options.warm_runs)
    densenet, volume = str(temporary / "densenet121.onnx"), str(temporary / "study.nii.gz")
    weigh(script("densenet121", "export", densenet))
    predict = [sys.executable, "-m", "hemoscope", "predict", study]
    weigh(predict)  # fills the disk cache
    found: dict[str, Callable[[], Measured]] = {
        COLD: partial(cold, predict),
        WARM: partial(warm, script("hemoscope_warm", study, runs)),
        NETWORK: partial(warm, script("network_alone", study, runs)),
        PREPARATION: partial(warm, script("preparation_alone", study, runs)),
        KERAS_COLD: partial(cold, script("keras_predict", study, "0")),
        KERAS_WARM: partial(warm, script("keras_predict", study, runs)),
        DENSENET: partial(warm, script("densenet121", densenet, str(SLICES), "1")),
    }
    if options.blast:
        weigh(script("as_nifti", study, volume))
        blast = [options.blast, str(CONTENDERS / "blast_ct_volume.py"), volume, str(options.blast_limit)]
        found[BLAST] = partial(warm, blast)
    return found


def script(name: str, *arguments: str) -> list[str]:
    """Return the command of a contender."""
    return [sys.executable, str(CONTENDERS / f"{name}.py"), *arguments]


def cold(command: list[str]) -> Measured:
    """Weigh a whole process."""
    cost = weigh(command)
    return Measured(cost.seconds, cost.megabytes)


def warm(command: list[str]) -> Measured:
    """Take the time that a process measured itself."""
    cost: Cost = weigh(command)
    told = json.loads(cost.output.splitlines()[-1])
    return Measured(statistics.median(told["seconds"]), cost.megabytes, told.get("note", ""))


def ratios(rounds: dict[str, list[Measured]], name: str, other: str) -> list[float]:
    """Return how many times longer one takes than the other, within rounds, in ascending order."""
    return sorted(first.seconds / second.seconds for first, second in zip(rounds[name], rounds[other], strict=False))


def spread(values: list[float], digits: int) -> str:
    """Return the median, and the range where there are several."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def print_table(rounds: dict[str, list[Measured]]) -> None:
    """Print a row for each contender."""
    count = max(map(len, rounds.values()))
    print(f"{STUDY}, {SLICES} slices, {os.cpu_count()} cores; rounds: {count}, median [range]")
    print(f"{'':<33}{'wall time (s)':>20}{'peak MB':>9}  times ours")
    for name, measured in rounds.items():
        seconds = spread([one.seconds for one in measured], 2)
        megabytes = statistics.median(one.megabytes for one in measured)
        times = spread(ratios(rounds, name, AGAINST[name]), 2) if name in AGAINST else ""
        print(f"{name:<33}{seconds:>20}{megabytes:>9.0f}  {times:<20}{measured[-1].note}".rstrip())


def print_targets(rounds: dict[str, list[Measured]]) -> None:
    """Print each target with what was measured, reached or missed."""

    def told(title: str, value: float, unit: str, *, is_reached: bool) -> None:
        print(f"{'reached' if is_reached else 'missed':<9}{title:<44}{value:.2f} {unit}".rstrip())

    print()
    cold_s, warm_s = (statistics.median(one.seconds for one in rounds[name]) for name in (COLD, WARM))
    megabytes = max(one.megabytes for name in (COLD, WARM) for one in rounds[name])
    told(f"cold in less than {COLD_S:.0f} s", cold_s, "s", is_reached=cold_s < COLD_S)
    told(f"warm in less than {WARM_S:.0f} s", warm_s, "s", is_reached=warm_s < WARM_S)
    told(f"in less than {MEGABYTES} MB", megabytes, "MB", is_reached=megabytes < MEGABYTES)
    share = statistics.median(ratios(rounds, NETWORK, WARM))
    told(f"network alone at least {SHARE:.2f} of the whole", share, "", is_reached=share >= SHARE)
    for title, name, goal in (
        (KERAS_COLD, KERAS_COLD, KERAS_TIMES),
        (KERAS_WARM, KERAS_WARM, KERAS_TIMES),
        ("BLAST-CT", BLAST, BLAST_TIMES),
    ):
        if name in rounds:
            times = statistics.median(ratios(rounds, name, AGAINST[name]))
            told(f"{goal} times as fast as {title}", times, "times", is_reached=times >= goal)


if __name__ == "__main__":
    main()
