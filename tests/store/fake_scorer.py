"""A scorer that takes no time to speak of, and processes that work and submit with it until they are killed."""

import hashlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from hemoscope.errors import ReadingError, RefusedError
from hemoscope.records import Decision, ErrorReport, SliceResult, Status
from hemoscope.results.document import result_as_json
from hemoscope.store.queue import Patience
from hemoscope.store.records import Made, Model
from hemoscope.store.store import Store
from hemoscope.store.worker import Worker
from hemoscope.terms import Label
from tests.store.filling import submit

MODEL = Model.of(
    {"name": "fake", "version": "1", "bundle_sha256": "b" * 64, "preparation_hash": "p" * 16},
    operating_point="balanced",
    software="0",
)
POISON, UNREADABLE, REFUSED, BROKEN = b"poison", b"unreadable", b"refused", b"broken"


@dataclass
class FakeStudy:
    """A file; its bytes say how it goes."""

    path: Path
    root: Path
    scorer: "FakeScorer"
    on_progress: Callable[[float], None]

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @property
    def key(self) -> str | None:
        return None if self.content.startswith(UNREADABLE) else hashlib.sha256(self.content).hexdigest()

    def score(self, folder: Path | None) -> Made:
        self.scorer.scored.append(self.content)
        self.on_progress(0.0)
        content = self.content
        if content.startswith(POISON):
            os.kill(os.getpid(), signal.SIGKILL)
        if content.startswith(BROKEN):
            raise RuntimeError("nobody foresaw this")
        time.sleep(random.uniform(0, 2 * self.scorer.seconds))
        self.on_progress(0.5)
        result = self._answer(content)
        if folder is not None:
            folder.mkdir(parents=True)
            (folder / "index.html").write_bytes(content)
        error = None if result.error is None else result.error.code
        subtype = Label.SUBDURAL if result.decision is Decision.POSITIVE else None
        return Made(
            result.status,
            result_as_json(result),
            is_study=False,
            probability=result.probability,
            decision=result.decision,
            strongest_subtype=subtype,
            error_code=error,
            folder=folder,
        )

    def pass_over(self) -> None:
        self.scorer.passed_over.append(self.content)

    def _answer(self, content: bytes) -> SliceResult:
        name = self.path.relative_to(self.root).as_posix()
        for start, kind, status in ((REFUSED, RefusedError, Status.REFUSED), (UNREADABLE, ReadingError, Status.FAILED)):
            if content.startswith(start):
                error = kind("read.damaged", "It is damaged.", "Send it again.")
                return SliceResult(name, status, error=ErrorReport.of(error))
        probability = int(hashlib.sha256(content).hexdigest()[:8], 16) / 0xFFFFFFFF
        decision = Decision.POSITIVE if probability >= 0.5 else Decision.NEGATIVE
        subtypes = {Label.SUBDURAL: probability, Label.EPIDURAL: probability / 2}
        return SliceResult(name, Status.SCORED, probability=probability, decision=decision, subtypes=subtypes)


class FakeScorer:
    """Scores every file by its hash.

    Args:
        model: What it says that it is.
        seconds: That a study takes in the mean.
    """

    def __init__(self, model: Model = MODEL, *, seconds: float = 0.0) -> None:
        self.model, self.seconds = model, seconds
        self.scored: list[bytes] = []
        self.passed_over: list[bytes] = []

    def look_into(self, path: Path, *, on_progress: Callable[[float], None]) -> Iterator[FakeStudy]:
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        if not files:
            raise ReadingError("input.no_images", "There is nothing.", "Send something.")
        root = path.parent if path.is_file() else path
        return (FakeStudy(file, root, self, on_progress) for file in files if file.is_file())


def work(folder: Path, url: str, patience: Patience, seconds: float) -> None:
    """Work until killed."""
    with Store(folder, url, patience=patience) as store:
        Worker(store, FakeScorer(seconds=seconds), stopping=Event(), poll_s=0.05).run()


def submit_on(folder: Path, url: str, told: Path, kinds: int) -> None:
    """Submit until killed; tell of each submission once it is accepted, as an answer to a client would."""
    with Store(folder, url) as store, told.open("a") as out:
        while True:
            one = submit(store, content=f"study {random.randrange(kinds)}".encode())
            out.write(f"{one.id}\n")
            out.flush()
            time.sleep(random.uniform(0, 0.1))
