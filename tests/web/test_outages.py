"""A database that goes away: what is told meanwhile, and what comes of what was accepted before."""

import pytest

from hemoscope.store.pool import STORE_URL
from hemoscope.store.store import Store
from hemoscope.web.settings import ServiceSettings
from tests.web.hostile import study as draw
from tests.web.serving import is_problem, serving
from tests.web.test_scored import send, work, zipped
from tests.web.test_serve import WAIT_S, children, is_final, served, wait_for

pytestmark = pytest.mark.integration


def test_an_outage_is_told_and_costs_nothing_that_was_accepted(frail_postgresql, tmp_path):
    content = zipped(draw(tmp_path / "drawn"))
    settings = ServiceSettings(tmp_path / "service", store_url=frail_postgresql.new_database())
    with serving(settings) as client:
        before = send(client, "before.zip", content)
        frail_postgresql.stop()
        assert is_problem(client.get("/api/v1/studies"), 503, "store.unreachable")
        refused = client.post("/api/v1/studies", files=[("files", ("meanwhile.zip", content))])
        assert is_problem(refused, 503, "store.unreachable")
        assert client.get("/ready").status_code == 503
        assert client.get("/health").status_code == 200
        frail_postgresql.start()
        after = send(client, "after.zip", content)
        work(settings)
        assert [client.get(own).json()["state"] for own in (before, after)] == ["scored", "scored"]
        assert client.get("/api/v1/studies").json()["total"] == 2
    with Store(settings.folder, settings.store_url) as store:
        store.retention.sweep(older_than_s=0)  # nobody could know whether the database had heard of it
    assert len(list((settings.folder / "incoming").iterdir())) == 2
    assert not list((settings.folder / "arriving").iterdir())


def test_the_command_outlives_an_outage_and_ends_in_one(frail_postgresql, tmp_path, monkeypatch):
    monkeypatch.setenv(STORE_URL, frail_postgresql.new_database())
    content = zipped(draw(tmp_path / "drawn"))
    with served(tmp_path / "service") as (process, client):
        own = send(client, "head.zip", content)
        frail_postgresql.stop()
        assert is_problem(client.get(own), 503, "store.unreachable")
        frail_postgresql.start()
        assert wait_for(lambda: client.get(own).json(), until=is_final)["state"] == "scored"
        frail_postgresql.stop()
        workers = children(process.pid)
        process.terminate()
        assert process.wait(WAIT_S) == 0
    frail_postgresql.start()
    assert "Traceback" not in (tmp_path / "service.log").read_text()
    with served(tmp_path / "service", "--workers", "0") as (_, client):
        assert client.get(own).json()["state"] == "scored"
    assert workers
