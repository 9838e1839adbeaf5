"""Fixtures of the labelled collections."""

from pathlib import Path

import pytest

from tests.datasets.public_sets import write_cq500, write_ct_ich, write_rsna


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep indexes of headers out of the user's cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


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
