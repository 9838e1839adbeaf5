"""The page is served as files, and nothing beside them."""

import pytest

from hemoscope.web.page import FOLDER, add_page
from hemoscope.web.settings import ServiceSettings
from tests.web.serving import is_problem, serving


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(ServiceSettings(tmp_path_factory.mktemp("service"), requires_tokens=True)) as client:
        yield client


def test_the_page_needs_no_token_and_is_asked_for_anew(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_nothing_of_the_page_stands_inline_or_comes_from_elsewhere():
    page = (FOLDER / "index.html").read_text()
    assert "<style" not in page
    assert "style=" not in page
    assert "://" not in page
    assert page.count("<script") == page.count("<script ") == page.count(" src=")


def test_its_assets_may_be_kept_for_good_for_their_names_change_with_them(client):
    assets = list((FOLDER / "assets").iterdir())
    assert assets
    for path in assets:
        answer = client.get(f"/assets/{path.name}")
        assert answer.content == path.read_bytes()
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/../app.py", "/%2e%2e/app.py", "/assets/../../app.py", "/assets/%2e%2e/%2e%2e/app.py", "/..%2fapp.py", "/x"],
)
def test_no_other_file_is_reached(client, path):
    answer = client.get(path)
    assert is_problem(answer, 404, "service.no_such_route")
    assert "create_app" not in answer.text


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_nothing_can_be_changed_there(client, method):
    for path in ("/", "/index.html", "/assets/x"):
        assert is_problem(client.request(method, path), 405, "service.wrong_method")


def test_where_it_was_not_built_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("hemoscope.web.app.add_page", lambda app: add_page(app, tmp_path))
    with serving(ServiceSettings(tmp_path / "service")) as client:
        assert is_problem(client.get("/"), 404, "service.no_page")
        assert client.get("/health").status_code == 200
