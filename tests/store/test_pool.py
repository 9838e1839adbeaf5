"""Workers as processes: kept running, ended with whoever started them."""

import os
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from hemoscope.store.pool import PoolSettings, WorkerPool
from hemoscope.store.records import State
from hemoscope.store.store import Store
from tests.datasets.layouts import draw_picture
from tests.waiting import wait_until

SLEEPER = [sys.executable, "-c", "import sys; sys.stdin.buffer.read()"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_so_many_workers_run_and_none_is_left(tmp_path):
    with WorkerPool(PoolSettings(tmp_path, count=3), command=SLEEPER) as pool:
        wait_until(lambda: len(pool.processes) == 3)
        pids = pool.processes
    assert not any(is_running(pid) for pid in pids)


def test_a_worker_that_dies_is_started_again(tmp_path):
    with WorkerPool(PoolSettings(tmp_path), command=SLEEPER) as pool:
        wait_until(lambda: len(pool.processes) == 1)
        (first,) = pool.processes
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: pool.processes and pool.processes != (first,))


def test_one_that_dies_at_once_is_started_ever_more_seldom(tmp_path, caplog):
    with WorkerPool(PoolSettings(tmp_path), command=[sys.executable, "-c", "raise SystemExit(7)"]):
        wait_until(lambda: caplog.text.count("a worker ended with 7") == 2)
    assert "starts in 1.0 s" in caplog.text
    assert "starts in 2.0 s" in caplog.text


def test_one_that_cannot_be_started_is_tried_again(tmp_path, monkeypatch, caplog):
    real, failures = WorkerPool._start, [OSError(12, "Cannot allocate memory")]
    monkeypatch.setattr(
        WorkerPool, "_start", lambda self: (_ for _ in ()).throw(failures.pop()) if failures else real(self)
    )
    with WorkerPool(PoolSettings(tmp_path), command=SLEEPER) as pool:
        wait_until(lambda: len(pool.processes) == 1)
    assert "no worker could be started: OSError" in caplog.text


def test_one_that_does_not_listen_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("hemoscope.store.pool.GRACE_S", 0.3)
    with WorkerPool(PoolSettings(tmp_path), command=DEAF) as pool:
        wait_until(lambda: len(pool.processes) == 1)
        time.sleep(0.5)
        (pid,) = pool.processes
    assert not is_running(pid)


def test_the_password_of_the_database_stands_in_no_command_line(tmp_path):
    settings = PoolSettings(tmp_path, url="postgresql://u:geheim@h/d", bundle=tmp_path / "b", keep_pixels_days=7)
    assert not any("geheim" in part for part in settings.command())
    assert settings.command()[4:] == [
        *("--folder", str(tmp_path), "--operating-point", "balanced", "--keep-pixels", "7"),
        *("--bundle", str(tmp_path / "b"), "--until-closed"),
    ]
    told = [PoolSettings(tmp_path, keep_pixels_days=days).command()[9] for days in (None, 0)]
    assert told == ["all", "none"]


def newest(owner: subprocess.Popen[str]) -> int:
    """Return the worker that the owner tells of now; what it told before waits in the pipe."""
    until = time.monotonic() + 1
    while True:
        told = owner.stdout.readline().split()
        if told and time.monotonic() > until:
            return int(told[0])


@pytest.mark.slow
def test_a_killed_worker_costs_nothing_and_a_killed_owner_takes_its_workers_along(tmp_path):
    Image.fromarray(draw_picture(label=1, seed=0)).save(tmp_path / "a.png")
    code = (
        "import sys, time; from pathlib import Path; from hemoscope.store.pool import *\n"
        f"with WorkerPool(PoolSettings(Path({str(tmp_path / 'store')!r}))) as pool:\n"
        "    while True: print(*pool.processes, flush=True); time.sleep(0.1)"
    )
    with (
        Store(tmp_path / "store") as store,
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner,
    ):
        wait_until(lambda: store.queue.count_alive() == 1)
        worker = newest(owner)
        one = store.submissions.accept_place(tmp_path / "a.png", name="a.png", who="local")
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: store.submissions.get(one.id).state.is_final, within_s=120)
        assert store.submissions.get(one.id).state is not State.FAILED
        assert len(store.submissions.answers(one.id)) == 1
        again = newest(owner)
        assert again != worker
        owner.kill()
        wait_until(lambda: not is_running(again))
