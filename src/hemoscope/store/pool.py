"""Workers as processes of their own, started again where one dies, and ended with whoever started them."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

log = logging.getLogger("hemoscope.store.pool")
STORE_URL = "HEMOSCOPE_STORE"
"""Environment variable with the address of the database: a password in a command line is there for all to see."""
GRACE_S = 10.0
"""Seconds for a worker to put back what it has."""
_LOOK_S, _FIRST_PAUSE_S, _LONGEST_PAUSE_S, _HEALTHY_S = 0.2, 0.5, 30.0, 60.0


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """What workers are told.

    Attributes:
        folder: Of the store.
        url: Of the database; SQLite in `folder` unless given.
        count: How many work.
        bundle: They score with; the shipped one unless given.
        operating_point: What decides.
        keep_pixels_days: As `Store` has it.
    """

    folder: Path
    url: str | None = None
    count: int = 1
    bundle: Path | None = None
    operating_point: str = "balanced"
    keep_pixels_days: int | None = None

    def command(self) -> list[str]:
        """Return the command line of a worker."""
        keep = "all" if self.keep_pixels_days is None else "none" if not self.keep_pixels_days else None
        told = [
            *("--folder", str(self.folder)),
            *("--operating-point", self.operating_point),
            *("--keep-pixels", keep or str(self.keep_pixels_days)),
            *(() if self.bundle is None else ("--bundle", str(self.bundle))),
        ]
        return [sys.executable, "-m", "hemoscope", "work", *told, "--until-closed"]


class WorkerPool:
    """Keeps so many workers at work, each a process.

    Each watches its standard input: where this process ends in any way, that closes, and the worker puts back what it
    has and ends.

    Args:
        settings: What they are told.
        command: Of a worker; that of `settings` unless given.
    """

    def __init__(self, settings: PoolSettings, *, command: Sequence[str] | None = None) -> None:
        self._settings, self._command = settings, list(command or settings.command())
        self._stopping = Event()
        self._threads = [
            Thread(target=self._keep_one, args=(number,), name=f"workers-{number}", daemon=True)
            for number in range(settings.count)
        ]
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * settings.count

    def __enter__(self) -> Self:
        """Start them."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Tell them to stop, and wait until they have."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of those that run now."""
        return tuple(process.pid for process in self._processes if process is not None and process.poll() is None)

    def _keep_one(self, number: int) -> None:
        """Keep one worker running; one that dies at once again and again is started ever more seldom."""
        pause = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                process = self._processes[number] = self._start()
            except OSError as error:  # such as too little memory, which may come back
                log.warning("no worker could be started: %s", type(error).__name__)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
                self._stopping.wait(pause)
                continue
            while process.poll() is None and not self._stopping.wait(_LOOK_S):
                pass
            if self._stopping.is_set():
                _end(process)
                return
            _close(process)
            pause = _FIRST_PAUSE_S if time.monotonic() - started > _HEALTHY_S else min(2 * pause, _LONGEST_PAUSE_S)
            log.warning("a worker ended with %d; another starts in %.1f s", process.returncode, pause)
            self._stopping.wait(pause)

    def _start(self) -> subprocess.Popen[bytes]:
        environment = dict(os.environ)
        if self._settings.url is not None:
            environment[STORE_URL] = self._settings.url
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, env=environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
