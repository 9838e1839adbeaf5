"""The whole path of a study on a real PostgreSQL: what the routes ask of the store must not hang on SQLite."""

import pytest

from hemoscope.web.settings import ServiceSettings
from tests.store.conftest import postgresql  # noqa: F401  a fixture
from tests.web.hostile import study as draw
from tests.web.serving import is_problem, serving
from tests.web.test_scored import send, work, zipped


@pytest.mark.integration
def test_a_study_goes_all_the_way_on_postgresql(postgresql, tmp_path):  # noqa: F811
    address = postgresql.new_database()
    settings = ServiceSettings(tmp_path / "service", store_url=address)
    try:
        with serving(settings) as client:
            own = send(client, "head.zip", zipped(draw(tmp_path / "drawn")))
            assert client.get("/api/v1/studies", params={"q": "HEAD", "state": "queued"}).json()["total"] == 1
            work(settings)
            study = client.get(own).json()
            assert study["state"] == "scored"
            assert client.get(f"{own}/slices").json()["count"] == 6
            assert client.post(f"{own}/verdicts", json={"opinion": "agree"}).status_code == 201
            wanted = {"decision": study["decision"], "verdict": "agree", "is_read": True, "sort": "probability"}
            assert client.get("/api/v1/studies", params=wanted).json()["total"] == 1
            assert len(client.get("/api/v1/verdicts.csv").text.splitlines()) == 7
            told = client.get("/api/v1/monitoring", params={"days": 1}).json()
            assert sum(one["agree"] for one in told["agreement"]) == 1
            assert client.delete(own).status_code == 204
            assert is_problem(client.get(own), 404, "service.unknown_study")
        assert not (settings.folder / "hemoscope.db").exists()
    finally:
        postgresql.drop(address)


@pytest.mark.integration
def test_a_database_that_goes_away_is_told_and_comes_back(postgresql, tmp_path):  # noqa: F811
    address = postgresql.new_database()
    with serving(ServiceSettings(tmp_path / "service", store_url=address)) as client:
        assert client.get("/api/v1/studies").json()["total"] == 0
        postgresql.drop(address)
        assert is_problem(client.get("/api/v1/studies"), 503, "store.unreachable")
        assert client.get("/ready").status_code == 503
        assert client.get("/health").status_code == 200
