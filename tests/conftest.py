"""Fixtures that many rooms share."""

import contextlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import hypothesis
import numpy as np
import pytest

from hemoscope.errors import HemoscopeError
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.reading import find_images, read_slice
from hemoscope.training.fit import train
from hemoscope.training.run import Run
from hemoscope.training.settings import TrainingSettings
from tests.datasets.layouts import write_kaggle
from tests.datasets.public_sets import write_cq500, write_ct_ich, write_rsna
from tests.missing import missing
from tests.store.postgresql import Server, find_programs, running

ROOT = Path(__file__).resolve().parent.parent

# Speed belongs in benchmarks: on a busy machine hypothesis' limit of 200 ms an example fails what is right
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep indexes of headers out of the user's cache, and each test's from the next."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real head CT, or skip."""
    for candidate in (os.environ.get("HEMOSCOPE_DATA"), ROOT.parent / "shared" / "data"):
        if candidate and (Path(candidate) / "README.md").is_file():
            return Path(candidate)
    pytest.skip("real head CT is not here: name its folder in HEMOSCOPE_DATA")


@pytest.fixture(scope="session")
def two_hundred(real_data: Path) -> Path:
    """The 200-image set in Kaggle's layout."""
    return real_data / "kaggle-head-ct-hemorrhage"


@pytest.fixture(scope="session")
def rsna_slices(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[np.ndarray]:
    """HU of every RSNA slice that can be read."""
    folder = tmp_path_factory.mktemp("rsna")
    with zipfile.ZipFile(real_data / "rsna-2019-slices" / "slices.zip") as archive:
        archive.extractall(folder)
    pixels = []
    for path in find_images(folder):
        with contextlib.suppress(HemoscopeError):
            pixels.append(read_slice(path).pixels)
    return pixels


@pytest.fixture(scope="session")
def drawn_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small labelled collection of drawn heads in Kaggle's layout."""
    return write_kaggle(tmp_path_factory.mktemp("data") / "drawn", each=8)


@pytest.fixture(scope="session")
def quick_settings() -> TrainingSettings:
    """Three epochs on small inputs."""
    return TrainingSettings(
        epochs=3, batch_size=4, validation_fraction=0.25, preparation=PreparationSettings(size=32), seed=1
    )


@pytest.fixture(scope="session")
def drawn_run(drawn_set: Path, quick_settings: TrainingSettings, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run on the drawn set; tests must not write into it."""
    return train(drawn_set, tmp_path_factory.mktemp("runs") / "run", settings=quick_settings)


@pytest.fixture(scope="session")
def rsna(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """RSNA 2019 in small; tests must not write into it."""
    return write_rsna(tmp_path_factory.mktemp("sets") / "rsna-intracranial-hemorrhage-detection")


@pytest.fixture(scope="session")
def cq500(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CQ500 in small; tests must not write into it."""
    return write_cq500(tmp_path_factory.mktemp("sets") / "cq500")


@pytest.fixture(scope="session")
def ct_ich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CT-ICH in small; tests must not write into it."""
    return write_ct_ich(tmp_path_factory.mktemp("sets") / "ct-ich")


def start_postgresql() -> AbstractContextManager[Server]:
    """Start a PostgreSQL server on loopback, or skip."""
    programs = find_programs()
    if programs is None:
        missing("PostgreSQL", "make system-packages, or install its server in your system's way")
    return running(programs)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server on loopback, for databases of one's own."""
    with start_postgresql() as server:
        yield server


@pytest.fixture
def frail_postgresql() -> Iterator[Server]:
    """A PostgreSQL server that nobody else needs, to be stopped and started."""
    with start_postgresql() as server:
        yield server
