"""What the service bears: many clients send many studies at once; is any lost, how long does each wait, does it grow?

    python benchmarks/service.py [--clients 50] [--studies 500] [--workers 2] [--slices 6] [--size 128] [--store URL]

Starts `hemoscope serve` on loopback with a store of its own in a temporary folder, or in the empty database named. Each
study is a drawn head with UIDs of its own, so each has to be scored. Prints a table; exits 1 where a study was lost.
"""

import argparse
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.store.pool import STORE_URL
from hemoscope.terms import Label
from hemoscope.writing.dicom import write_series

MM = 1.8
"""Of a pixel: a head then fills 128 of them."""
FINAL = {"scored", "refused", "failed"}


def main() -> int:
    """Load the service and print what came of it."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="hemoscope-load-") as folder:
        zips = _draw(Path(folder) / "drawn", options.studies, slices=options.slices, size=options.size)
        server = _start(Path(folder) / "service", options.workers, options.store)
        try:
            base = _address(server)
            memory = _Memory(server.pid)
            outcome = _load(base, zips, clients=options.clients)
            memory.stop()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)
    return _report(outcome, memory, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--studies", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--slices", type=int, default=6)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--store", help="URL of an empty PostgreSQL database; SQLite unless given")
    return parser.parse_args()


def _draw(folder: Path, count: int, *, slices: int, size: int) -> list[bytes]:
    """Draw one head with and one without a bleed, and give each study UIDs of its own."""
    drawn = [
        make_phantom(PhantomSettings(size=size, slices=slices, spacing_mm=MM, bleeds=bleeds, seed=3))
        for bleeds in ((), (Label.INTRAPARENCHYMAL,))
    ]
    zips = []
    for number in range(count):
        phantom = drawn[number % 2]
        paths = write_series(phantom.hu, folder, spacing=(5.0, MM, MM), name=f"load {number}")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in paths:
                archive.write(path, path.name)
        zips.append(stream.getvalue())
    return zips


def _start(folder: Path, workers: int, store: str | None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "hemoscope", "serve", "--port", "0", "--folder", str(folder)]
    environment = {**os.environ, "NO_COLOR": "1", **({} if store is None else {STORE_URL: store})}
    return subprocess.Popen([*command, "--workers", str(workers)], stderr=subprocess.PIPE, text=True, env=environment)


def _address(server: subprocess.Popen[str]) -> str:
    """Wait for the address that the server prints, and let a thread read the rest."""
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r"http://\S+", line):
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return found[0].rstrip("/.")
    raise RuntimeError("The server ended before it printed its address.")


class _Memory:
    """Watches the memory of the server and its workers, in MiB."""

    def __init__(self, pid: int) -> None:
        self._pid, self._over = pid, threading.Event()
        self.server: list[float] = []
        self.together: list[float] = []
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(1.0):
            try:
                self.server.append(_resident(self._pid))
                self.together.append(self.server[-1] + sum(map(_resident, _children(self._pid))))
            except OSError:
                return


def _resident(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _children(pid: int) -> list[int]:
    told = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    direct = [int(child) for child in " ".join(told).split()]
    return direct + [grandchild for child in direct for grandchild in _children(child)]


def _load(base: str, zips: list[bytes], *, clients: int) -> dict[str, list[float] | Counter[str] | float | int]:
    """Let every client send a study, wait for its answer, and take the next."""
    answers: list[float] = []
    finals: list[float] = []
    states: Counter[str] = Counter()

    def one(content: bytes) -> None:
        began = time.perf_counter()
        accepted = _send(base, content)
        answers.append(time.perf_counter() - began)
        while (state := _get(f"{base}/api/v1/studies/{accepted['id']}")["state"]) not in FINAL:
            time.sleep(0.5)
        finals.append(time.perf_counter() - began)
        states[state] += 1

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        failures = [error for error in threads.map(lambda content: _failure(one, content), zips) if error]
    wall = time.perf_counter() - began
    total = _get(f"{base}/api/v1/studies?per_page=1")["total"]
    return {
        "answers": answers, "finals": finals, "states": states, "failures": failures, "wall": wall, "total": total
    }  # fmt: skip


def _failure(work, content: bytes) -> str | None:
    try:
        work(content)
    except Exception as error:  # counted, and printed
        return f"{type(error).__name__}: {error}"
    return None


def _send(base: str, content: bytes) -> dict:
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="study.zip"\r\n\r\n'
    request = urllib.request.Request(
        f"{base}/api/v1/studies",
        data=head + content + b"\r\n--x--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def _get(address: str) -> dict:
    with urllib.request.urlopen(address, timeout=120) as answer:
        return json.load(answer)


def _report(outcome: dict, memory: _Memory, options: argparse.Namespace) -> int:
    lost = options.studies - sum(outcome["states"].values())
    table = Table(
        "what", "figure", title=f"{options.clients} clients, {options.studies} studies, {options.workers} workers"
    )
    for name, seconds in (("accepted after", outcome["answers"]), ("scored after", outcome["finals"])):
        median, p95, slowest = np.quantile(seconds or [float("nan")], [0.5, 0.95, 1.0])
        table.add_row(f"{name}, s", f"median {median:.2f}, p95 {p95:.2f}, slowest {slowest:.2f}")
    table.add_row("states", ", ".join(f"{count} {state}" for state, count in outcome["states"].items()))
    table.add_row("in the worklist", str(outcome["total"]))
    table.add_row("lost", str(lost))
    table.add_row("studies a minute", f"{60 * options.studies / outcome['wall']:.0f}")
    for name, mib in (("server", memory.server), ("server and workers", memory.together)):
        third = max(1, len(mib) // 3)
        first, last = np.median(mib[third : 2 * third]), np.median(mib[-third:])
        table.add_row(f"memory of {name}, MiB", f"middle third {first:.0f}, last third {last:.0f}, most {max(mib):.0f}")
    Console().print(table)
    for failure in outcome["failures"][:5]:
        print(failure, file=sys.stderr)
    return 1 if lost or outcome["total"] != options.studies else 0


if __name__ == "__main__":
    sys.exit(main())
