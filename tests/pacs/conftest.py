"""A listener on loopback, a drawn study, and a peer that sends it."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from hemoscope.pacs.settings import ListenSettings
from hemoscope.store.records import Query, Submission
from hemoscope.store.store import Store
from hemoscope.writing.dicom import write_series
from tests.waiting import wait_until

pytest.importorskip("pynetdicom")
SIDE = 16
IGNORED = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""For tests of associations that break: pynetdicom does not close their sockets itself."""


@pytest.fixture(autouse=True)
def _sockets_of_pynetdicom() -> Iterator[None]:
    """Collect sockets that pynetdicom leaves to the garbage within the test that they are of: see IGNORED."""
    yield
    gc.collect()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


@contextmanager
def listening(store: Store, **settings: Any) -> Iterator[Any]:
    """Run a listener with a short quiet time."""
    from hemoscope.pacs.listener import Listener

    with Listener(store, ListenSettings(**{"port": 0, "quiet_s": 0.4, **settings})) as listener:
        yield listener


def draw(folder: Path, name: str, count: int = 3) -> list[Dataset]:
    """Write a small study of noise and read it."""
    hu = np.random.default_rng(sum(map(ord, name))).integers(0, 80, (count, SIDE, SIDE)).astype(np.float32)
    return [dcmread(path) for path in write_series(hu, folder / name, spacing=(5.0, 1.0, 1.0), name=name)]


def send(port: int, instances: Iterable[Dataset], *, calling: str = "SCANNER", called: str = "HEMOSCOPE") -> list[int]:
    """Send instances in one association; give the status of each."""
    with associated(port, calling=calling, called=called) as association:
        return [association.send_c_store(one).Status for one in instances]


@contextmanager
def associated(port: int, *, calling: str = "SCANNER", called: str = "HEMOSCOPE", **tls: Any) -> Iterator[Any]:
    from pynetdicom import AE
    from pynetdicom.sop_class import CTImageStorage, Verification

    entity = AE(ae_title=calling)
    for known in (CTImageStorage, Verification):
        entity.add_requested_context(known)
    association = entity.associate("127.0.0.1", port, ae_title=called, **tls)
    assert association.is_established, "the association was refused"
    try:
        yield association
    finally:
        association.release()


def submissions(store: Store) -> list[Submission]:
    return list(store.worklist.page(Query()).submissions)


def wait_for(store: Store, count: int) -> list[Submission]:
    """Wait until so many were submitted."""
    wait_until(lambda: len(submissions(store)) >= count)
    return submissions(store)
