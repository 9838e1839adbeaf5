"""Every test of the store runs on SQLite, and again on a real PostgreSQL where there is one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hemoscope.store.store import Store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server = request.getfixturevalue("postgresql")
    address = server.new_database()
    yield address
    server.drop(address)


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store(tmp_path / "store", url) as opened:
        yield opened
