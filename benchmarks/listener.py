"""What the listener bears: many associations at once, any order, duplicates, aborts, and a kill -9 in the middle.

    python benchmarks/listener.py [--associations 20] [--instances 2000] [--size 64] [--workers 1]

Starts `hemoscope listen` on loopback with a store of its own in a temporary folder. Each study is a drawn head of 20
slices with UIDs of its own. All instances, one in ten of them twice, are shuffled and shared among the associations;
one in a hundred instances ends its association by an abort. When half is acknowledged, the listener gets SIGKILL and is
started again. A sender sends what was not acknowledged again, as scanners do. Prints a table; exits 1 where a study was
lost, or scored twice.
"""

import argparse
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from hemoscope.datasets.phantom.volume import FIELD_MM, PhantomSettings, make_phantom
from hemoscope.store.records import Query
from hemoscope.store.store import Store
from hemoscope.store.tables import results
from hemoscope.writing.dicom import write_series

PER_STUDY = 20
DUPLICATES, ABORTS = 0.1, 0.01
QUIET_S = 15
PATIENCE_S = 1800


def main() -> int:
    """Load the listener and print what came of it."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="hemoscope-load-") as folder:
        paths = _draw(Path(folder) / "drawn", options.instances, size=options.size)
        load = _Load(Path(folder) / "store", options.workers)
        try:
            load.send(paths, associations=options.associations)
            outcome = load.outcome(studies=-(-len(paths) // PER_STUDY))
        finally:
            load.stop()
    return _report(outcome, load, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--associations", type=int, default=20)
    parser.add_argument("--instances", type=int, default=2000)
    parser.add_argument("--size", type=int, default=64, help="rows and columns")
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def _draw(folder: Path, count: int, *, size: int) -> list[Path]:
    """Write one drawn head again and again, as studies of their own."""
    phantom = make_phantom(PhantomSettings(size=size, slices=PER_STUDY, spacing_mm=FIELD_MM / size, seed=3))
    paths: list[Path] = []
    while len(paths) < count:
        place = folder / f"study-{len(paths)}"
        paths += write_series(phantom.hu, place, spacing=phantom.spacing, name=f"load {len(paths)}")
    return paths[:count]


class _Load:
    """A listener that is killed once, and those who send to it.

    Args:
        folder: Of its store.
        workers: That score.
    """

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder, self._workers, self._port = folder, workers, 0
        self._lock, self._acknowledged, self._is_killed = threading.Lock(), 0, False
        self.memory: list[float] = []
        self.aborts = self.failures = 0
        self.seconds = 0.0
        self._process = self._start()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._weigh, daemon=True)
        self._watch.start()

    def send(self, paths: list[Path], *, associations: int) -> None:
        """Send every instance until it is acknowledged."""
        draw = random.Random(0)
        every = [*paths, *draw.sample(paths, round(DUPLICATES * len(paths)))]
        draw.shuffle(every)
        began, half = time.perf_counter(), len(every) // 2
        threads = [
            threading.Thread(target=self._send, args=(every[start::associations], start, half))
            for start in range(associations)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.seconds = time.perf_counter() - began

    def outcome(self, *, studies: int) -> Counter[str]:
        """Wait until every study is final, and count."""
        end = time.monotonic() + PATIENCE_S
        with Store(self._folder) as store:
            while time.monotonic() < end:
                found = store.worklist.page(Query(per_page=studies * 2)).submissions
                if len(found) >= studies and all(one.state.is_final for one in found):
                    break
                time.sleep(1)
            counted = Counter(str(one.state) for one in found)
            counted["submissions"], counted["studies"] = len(found), studies
            counted["instances"] = sum(one.files for one in found)
            with store.database.reading() as connection:
                counted["results"] = connection.scalar(select(func.count()).select_from(results)) or 0
        return counted

    def stop(self) -> None:
        """End the listener."""
        self._over.set()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)

    def _start(self) -> "subprocess.Popen[str]":
        command = [
            sys.executable,
            "-m",
            "hemoscope",
            "listen",
            "--port",
            str(self._port),
            "--folder",
            str(self._folder),
        ]
        told = ["--quiet-seconds", str(QUIET_S), "--workers", str(self._workers)]
        process = subprocess.Popen([*command, *told], stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"port (\d+)", line):
                self._port = int(found[1])
                threading.Thread(target=process.stderr.read, daemon=True).start()
                return process
        raise RuntimeError("The listener ended before it said where it listens.")

    def _send(self, paths: list[Path], number: int, half: int) -> None:
        draw, left = random.Random(number), list(paths)
        while left:
            try:
                with _associated(self._port, f"SENDER{number}") as association:
                    while left:
                        status: Dataset = association.send_c_store(dcmread(left[0]))
                        if status.get("Status") != 0:
                            self.failures += 1
                            break
                        left.pop(0)
                        self._count(half)
                        if draw.random() < ABORTS:
                            self.aborts += 1
                            association.abort()
                            break
            except (ConnectionError, RuntimeError, OSError):
                self.failures += 1
                time.sleep(0.2)

    def _count(self, half: int) -> None:
        with self._lock:
            self._acknowledged += 1
            if self._acknowledged < half or self._is_killed:
                return
            self._is_killed = True
            self._process.kill()
            self._process.wait()
            self._process = self._start()

    def _weigh(self) -> None:
        while not self._over.wait(0.5):
            try:
                told = Path(f"/proc/{self._process.pid}/status").read_text()
            except OSError:
                continue
            if found := re.search(r"VmRSS:\s+(\d+)", told):
                self.memory.append(int(found[1]) / 1024)


@contextmanager
def _associated(port: int, title: str) -> Iterator[AE]:
    entity = AE(ae_title=title)
    entity.add_requested_context(CTImageStorage)
    entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = 30
    association = entity.associate("127.0.0.1", port, ae_title="HEMOSCOPE")
    if not association.is_established:
        raise ConnectionError
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def _report(outcome: Counter[str], load: _Load, options: argparse.Namespace) -> int:
    third = max(1, len(load.memory) // 3)
    middle, last = max(load.memory[third : 2 * third]), max(load.memory[2 * third :])
    lost = outcome["studies"] - outcome["scored"]
    again = max(outcome["submissions"] - outcome["studies"], outcome["results"] - outcome["studies"])
    sent = round(options.instances * (1 + DUPLICATES))
    table = Table(title=f"{options.associations} associations, {options.instances} instances, a kill -9 in the middle")
    table.add_column("what")
    table.add_column("figure", justify="right")
    for name, figure in (
        ("instances sent, one in ten twice", f"{sent:,}"),
        ("instances a second, acknowledged", f"{sent / load.seconds:.0f}"),
        ("associations aborted by the sender", f"{load.aborts}"),
        ("sendings that failed and were repeated", f"{load.failures}"),
        ("studies sent", f"{outcome['studies']}"),
        ("studies scored", f"{outcome['scored']}"),
        ("studies lost", f"{lost}"),
        ("studies submitted or scored twice", f"{again}"),
        ("instances in the submissions", f"{outcome['instances']:,}"),
        ("memory of the listener, MiB", f"middle third {middle:.0f}, last third {last:.0f}"),
    ):
        table.add_row(name, figure)
    Console().print(table)
    return int(bool(lost or again))


if __name__ == "__main__":
    sys.exit(main())
