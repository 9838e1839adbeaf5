"""Every test of the service that touches its store runs on SQLite, and on a real PostgreSQL where there is one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hemoscope.web.settings import ServiceSettings

NewSettings = Callable[..., ServiceSettings]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def new_settings(request: pytest.FixtureRequest) -> Iterator[NewSettings]:
    """Makes the settings of a service with an empty store, from its folder and what else is to be set."""
    if request.param == "sqlite":
        yield ServiceSettings
        return
    server, made = request.getfixturevalue("postgresql"), []

    def make(folder: Path, **others: object) -> ServiceSettings:
        made.append(server.new_database())
        return ServiceSettings(folder, store_url=made[-1], **others)

    yield make
    for address in made:
        server.drop(address)
