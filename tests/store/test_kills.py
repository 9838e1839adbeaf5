"""Workers and submitters killed at random moments: nothing accepted is lost, nothing is scored twice."""

import multiprocessing
import random
import signal
import time
from collections import Counter
from multiprocessing.process import BaseProcess

import pytest

from hemoscope.store.queue import Patience
from hemoscope.store.records import State
from hemoscope.store.store import Store
from tests.store import fake_scorer
from tests.store.whole import check_whole
from tests.waiting import wait_until

KILLS = 100
KINDS = 60
"""Different studies; submissions of the same one must share its result."""
PATIENCE = Patience(lease_s=1.0, most_attempts=10_000)


@pytest.fixture(scope="module")
def processes():
    """Processes that start in milliseconds, from a server that has imported everything."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.fake_scorer"])
    return context


def started(context, target, *arguments) -> BaseProcess:
    process = context.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


@pytest.mark.slow
def test_a_hundred_kills_lose_no_accepted_study_and_score_none_twice(store, url, tmp_path, processes):
    told, folder = tmp_path / "told", store.folder
    told.touch()
    work = (fake_scorer.work, folder, url, PATIENCE, 0.05)
    roles = [work, work, work, (fake_scorer.submit_on, folder, url, told, KINDS)]
    started_at = time.monotonic()
    running = [started(processes, *role) for role in roles]
    wait_until(lambda: store.worklist.count_states()[State.SCORED], within_s=60)
    pace = min(max(time.monotonic() - started_at, 0.3), 1.0)  # a busy machine takes longer to get anywhere
    killed = Counter()
    for _ in range(KILLS):
        time.sleep(random.uniform(0.1, 1.3) * pace)
        number = random.randrange(len(roles))
        running[number].kill()
        running[number].join()
        assert running[number].exitcode == -signal.SIGKILL, "it ended before it was killed"
        killed[roles[number][0].__name__] += 1
        running[number] = started(processes, *roles[number])
    wait_until(lambda: len(told.read_text().split()) > KINDS / 2, within_s=120)
    running[3].kill()
    running[3].join()
    wait_until(lambda: not waiting(store), within_s=120)
    for process in running:
        process.kill()
        process.join()
    check_whole(store, told.read_text().split(), most=KINDS)
    print(f"{dict(killed)} killed, {len(told.read_text().split())} submissions accepted, {KINDS} studies")


def waiting(store: Store) -> int:
    counts = store.worklist.count_states()
    return counts[State.QUEUED] + counts[State.SCORING]
