"""Run a program once and weigh it: wall time, peak memory, and what it printed."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one process cost.

    Attributes:
        seconds: Wall time from start to end.
        megabytes: Peak resident memory, of it and of its children the largest.
        output: What it printed on stdout.
    """

    seconds: float
    megabytes: float
    output: str


def weigh(command: list[str]) -> Cost:
    """Run a program to its end, its talk on stderr dropped, or end this one saying which failed."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if process.stdout is None:
        raise RuntimeError("stdout is a pipe, so this cannot be")
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command[:4])} ... ended with code {process.returncode}")
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return Cost(seconds, usage.ru_maxrss / unit, output)
