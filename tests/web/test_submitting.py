"""Studies on their way in, before any worker looks at them."""

from functools import partial
from pathlib import Path

import pytest

from hemoscope.store.records import Role
from hemoscope.store.store import Store
from hemoscope.web.settings import Rates, UploadBounds
from tests.web.serving import is_problem, serving

NOBODY = "0" * 32


@pytest.fixture(scope="module")
def settle(new_settings, tmp_path_factory):
    """Makes settings with narrow bounds and an empty store."""
    allowed = tmp_path_factory.mktemp("incoming")
    return partial(new_settings, allowed_paths=(allowed,), uploads=UploadBounds(max_bytes=1 << 20, max_files=5))


@pytest.fixture(scope="module")
def settings(settle, tmp_path_factory):
    return settle(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def client(settings):
    with serving(settings) as client:
        yield client


def send(client, name="head.png", content=b"x", **headers):
    return client.post("/api/v1/studies", files=[("files", (name, content))], headers=headers)


def files_of(settings, kind: str) -> list[Path]:
    return sorted(path for path in (settings.folder / kind).rglob("*") if path.is_file())


def test_a_study_is_accepted_and_stands_in_the_queue(client, settings):
    answer = send(client, "SMITH^JOHN.png", b"pixels")
    assert answer.status_code == 202
    told = answer.json()
    assert answer.headers["location"] == told["links"]["self"] == f"/api/v1/studies/{told['id']}"
    assert told["state"] == "queued"
    study = client.get(told["links"]["self"]).json()
    assert (study["name"], study["state"], study["progress"], study["answers"]) == ("SMITH^JOHN.png", "queued", 0.0, [])
    kept = settings.folder / "incoming" / told["id"]
    assert [path.name for path in kept.iterdir()] == ["000001.png"]
    assert (kept / "000001.png").read_bytes() == b"pixels"


def test_no_name_stands_in_an_address_a_path_or_a_log(client, settings, caplog):
    caplog.set_level("DEBUG")
    told = send(client, "DOE^JANE^1950.dcm").json()
    client.get("/api/v1/studies", params={"q": "DOE^JANE"})
    client.get("/DOE^JANE")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("hemoscope", "uvicorn"))]
    assert any("POST /api/v1/studies 202" in line for line in ours)
    assert not any("JANE" in line for line in ours)
    assert not any(told["id"] in line for line in ours)
    assert "JANE" not in str(told["links"])
    assert not any("JANE" in str(path) for path in settings.folder.rglob("*"))


def test_the_worklist_finds_filters_and_pages(tmp_path, settle):
    with serving(settle(tmp_path)) as client:
        for name in ("alpha.png", "beta.png", "alphabet.png"):
            send(client, name)
        everything = client.get("/api/v1/studies", params={"sort": "oldest"}).json()
        assert [study["name"] for study in everything["studies"]] == ["alpha.png", "beta.png", "alphabet.png"]
        assert (everything["total"], everything["page"], everything["per_page"]) == (3, 1, 50)
        found = client.get("/api/v1/studies", params={"q": "ALPHA", "sort": "newest"}).json()
        assert [study["name"] for study in found["studies"]] == ["alphabet.png", "alpha.png"]
        second = client.get("/api/v1/studies", params={"per_page": 2, "page": 2, "sort": "oldest"}).json()
        assert ([study["name"] for study in second["studies"]], second["total"]) == (["alphabet.png"], 3)
        assert client.get("/api/v1/studies", params={"state": ["scored", "failed"]}).json()["total"] == 0
        assert client.get("/api/v1/studies", params={"state": ["scored", "queued"]}).json()["total"] == 3
        assert client.get("/api/v1/studies", params={"q": "%"}).json()["total"] == 0
        came = [one["received_at"] for one in everything["studies"]]
        assert client.get("/api/v1/studies", params={"received_from": came[1]}).json()["total"] == 2
        assert client.get("/api/v1/studies", params={"received_until": came[1]}).json()["total"] == 1
        span = {"received_from": "0001-01-01T00:00:00+14:00", "received_until": "9999-12-31T23:59:59-14:00"}
        assert client.get("/api/v1/studies", params=span).json()["total"] == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "gone"},
        {"page": 0},
        {"per_page": 10_000},
        {"sort": "random"},
        {"q": "x" * 201},
        {"received_from": "2026-11-26T12:00:00"},
        {"received_until": "yesterday"},
        {"odd": 1},
    ],
)
def test_a_worklist_that_makes_no_sense_is_a_bad_request(client, wrong):
    assert is_problem(client.get("/api/v1/studies", params=wrong), 422, "service.bad_request")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/events",
        "/result",
        "/slices",
        "/volume.nii.gz",
        "/maps.nii.gz",
        "/overlay/0.png",
        "/page.html",
        "/dicom",
        "/dicom.zip",
        "/dicom/sr.dcm",
        "/fhir.json",
        "/verdicts",
    ],
)
def test_a_study_that_is_not_there_is_unknown(client, path):
    assert is_problem(client.get(f"/api/v1/studies/{NOBODY}{path}"), 404, "service.unknown_study")


@pytest.mark.parametrize(
    "path",
    [
        "/result",
        "/slices",
        "/volume.nii.gz",
        "/maps.nii.gz",
        "/overlay/0.png",
        "/page.html",
        "/dicom",
        "/dicom.zip",
        "/dicom/sr.dcm",
        "/fhir.json",
    ],
)
def test_before_it_is_scored_there_is_nothing_to_look_at(client, path):
    own = send(client).json()["links"]["self"]
    assert is_problem(client.get(own + path), 409, "service.not_ready")
    verdict = client.post(f"{own}/verdicts", json={"opinion": "agree"})
    assert is_problem(verdict, 409, "service.not_ready")


@pytest.mark.parametrize(
    "study_id",
    ["..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "x" * 32, "0" * 31, "0" * 33, f"{NOBODY}%00", "A" * 32, "'--"],
)
def test_an_id_that_is_none_reaches_no_file(client, study_id):
    for path in (f"/api/v1/studies/{study_id}/volume.nii.gz", f"/api/v1/studies/{study_id}"):
        answer = client.get(path)
        assert answer.status_code in (404, 422), path
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_study_is_deleted_with_its_files(client, settings):
    told = send(client, content=b"to be deleted").json()
    assert (settings.folder / "incoming" / told["id"]).is_dir()
    assert client.delete(told["links"]["self"]).status_code == 204
    assert not (settings.folder / "incoming" / told["id"]).exists()
    assert is_problem(client.get(told["links"]["self"]), 404, "service.unknown_study")
    assert is_problem(client.delete(told["links"]["self"]), 404, "service.unknown_study")


def test_what_is_refused_leaves_nothing_behind(client, settings):
    before = files_of(settings, "")
    assert is_problem(client.post("/api/v1/studies", files=[("f", ("a.png", b"x"))] * 6), 413, "service.too_many_files")
    assert is_problem(send(client, content=b"x" * (1 << 20)), 413, "service.too_large")
    assert is_problem(client.post("/api/v1/studies", json={}), 415, "service.wrong_media_type")
    assert is_problem(client.post("/api/v1/studies", data={"a": "b"}), 415, "service.wrong_media_type")
    cut = client.post(
        "/api/v1/studies", content=b"--x\r\n", headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert is_problem(cut, 400, "service.bad_upload")
    assert not list((settings.folder / "arriving").iterdir())
    kept = [path for path in files_of(settings, "") if not path.name.startswith("hemoscope.db")]
    assert kept == [path for path in before if not path.name.startswith("hemoscope.db")]


def test_a_study_on_the_server_is_taken_only_from_where_that_is_allowed(client, settings):
    [allowed] = settings.allowed_paths
    (allowed / "study").mkdir()
    (allowed / "out").symlink_to("/etc")

    def ask(path):
        return client.post("/api/v1/studies/from-path", json={"path": str(path)})

    assert ask(allowed / "study").status_code == 202
    outside = ["/etc", "/etc/passwd", allowed / ".." / "x", allowed / "out", allowed / "out" / "passwd", "study", ""]
    for path in [*outside, allowed / "not there", f"{allowed}/study\0", "~", "file:///etc/passwd", f"{allowed}-other"]:
        assert is_problem(ask(path), 403, "service.path_not_allowed"), path


def test_paths_are_taken_from_nowhere_unless_it_is_said(tmp_path, settle):
    with serving(settle(tmp_path, allowed_paths=())) as client:
        assert client.get("/api/v1/about").json()["accepts_paths"] is False
        answer = client.post("/api/v1/studies/from-path", json={"path": str(tmp_path)})
        assert is_problem(answer, 403, "service.path_not_allowed")


def test_submissions_have_a_rate_of_their_own(tmp_path, settle):
    with serving(settle(tmp_path, rates=Rates(submissions="2/minute"))) as client:
        assert [send(client).status_code for _ in range(3)] == [202, 202, 429]
        assert client.get("/api/v1/studies").json()["total"] == 2


@pytest.fixture(scope="module")
def guarded(new_settings, tmp_path_factory):
    """A server that needs tokens, and one for each role."""
    settings = new_settings(tmp_path_factory.mktemp("guarded"), requires_tokens=True)
    with Store(settings.folder, settings.store_url) as store:
        tokens = {role: store.tokens.add(f"{role}-1", [role]) for role in Role}
    with serving(settings) as client:
        yield client, {role: {"Authorization": f"Bearer {token}"} for role, token in tokens.items()}


ROUTES = [
    ("POST", "/api/v1/studies", {Role.SUBMIT}),
    ("POST", "/api/v1/studies/from-path", {Role.SUBMIT}),
    ("GET", "/api/v1/studies", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}", {Role.SUBMIT, Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/events", {Role.SUBMIT, Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/result", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/slices", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/volume.nii.gz", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/maps.nii.gz", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/overlay/0.png", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/page.html", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/dicom", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/dicom.zip", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/dicom/sr.dcm", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/fhir.json", {Role.READ}),
    ("GET", f"/api/v1/studies/{NOBODY}/verdicts", {Role.READ}),
    ("POST", f"/api/v1/studies/{NOBODY}/verdicts", {Role.READ}),
    ("DELETE", f"/api/v1/studies/{NOBODY}", set()),
    ("GET", "/api/v1/verdicts.csv", {Role.READ}),
    ("GET", "/api/v1/monitoring", {Role.READ}),
    ("GET", "/api/v1/about", {Role.SUBMIT, Role.READ}),
    ("GET", "/metrics", {Role.READ}),
    ("GET", "/v2", {Role.SUBMIT, Role.READ}),
    ("GET", "/v2/models/map-net", {Role.SUBMIT, Role.READ}),
    ("POST", "/v2/models/map-net/infer", {Role.SUBMIT, Role.READ}),
]


@pytest.mark.parametrize(("method", "path", "roles"), ROUTES, ids=lambda value: value if isinstance(value, str) else "")
def test_every_route_asks_for_its_role(guarded, method, path, roles):
    client, tokens = guarded
    body = {"json": {"opinion": "agree", "path": "/x", "inputs": []}} if method == "POST" else {}
    assert is_problem(client.request(method, path, **body), 401, "service.no_token")
    for role, headers in tokens.items():
        answer = client.request(method, path, headers=headers, **body)
        if role in roles or role is Role.ADMIN:
            assert answer.status_code not in (401, 403) or answer.json()["code"] == "service.path_not_allowed", role
        else:
            assert is_problem(answer, 403, "service.forbidden"), role


def test_every_route_of_the_api_is_in_that_list(guarded):
    client, _ = guarded
    described = client.get("/api/v1/openapi.json").json()["paths"]
    open_to_all = {"/health", "/ready", "/v2/health/live", "/v2/health/ready", "/api/v1/session"}
    listed = {
        (
            method.lower(),
            path.replace(NOBODY, "{study_id}").replace("/0.png", "/{number}.png").replace("/sr.dcm", "/{name}"),
        )
        for method, path, _ in ROUTES
    }
    listed = {(method, path.replace("map-net", "{name}")) for method, path in listed}
    for path, item in described.items():
        for method in item:
            if path not in open_to_all and "/versions/" not in path and not path.endswith("{name}/ready"):
                assert (method, path) in listed, (method, path)


def test_a_wrong_token_is_refused_and_guessing_ends(new_settings, tmp_path):
    with serving(new_settings(tmp_path, requires_tokens=True)) as client:
        for _ in range(10):
            answer = client.get("/api/v1/studies", headers={"Authorization": "Bearer hemoscope_guess"})
            assert is_problem(answer, 401, "service.no_token")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        answer = client.post("/api/v1/session", json={"token": "hemoscope_guess"})
        assert is_problem(answer, 429, "service.too_often")


def test_a_token_becomes_a_cookie_that_no_script_and_no_other_site_can_use(guarded):
    client, tokens = guarded
    token = tokens[Role.READ]["Authorization"].removeprefix("Bearer ")
    assert client.get("/api/v1/session").json() == {"needs_token": True, "name": None, "roles": []}
    answer = client.post("/api/v1/session", json={"token": token})
    assert answer.json() == {"needs_token": True, "name": "read-1", "roles": ["read"]}
    cookie = answer.headers["set-cookie"]
    assert token not in cookie
    for part in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert client.get("/api/v1/studies").status_code == 200
    assert is_problem(send(client), 403, "service.forbidden")
    foreign = client.post(
        f"/api/v1/studies/{NOBODY}/verdicts", json={"opinion": "agree"}, headers={"Origin": "http://evil.example"}
    )
    assert is_problem(foreign, 403, "service.bad_origin")
    assert client.delete("/api/v1/session").status_code == 204
    client.cookies.clear()
    stolen = cookie.split(";")[0]
    assert is_problem(client.get("/api/v1/studies", headers={"Cookie": stolen}), 401, "service.no_token")


def test_a_token_that_is_withdrawn_opens_nothing(new_settings, tmp_path):
    settings = new_settings(tmp_path, requires_tokens=True)
    with Store(settings.folder, settings.store_url) as store, serving(settings) as client:
        headers = {"Authorization": f"Bearer {store.tokens.add('room', [Role.READ])}"}
        assert client.get("/api/v1/studies", headers=headers).status_code == 200
        store.tokens.revoke("room")
        assert is_problem(client.get("/api/v1/studies", headers=headers), 401, "service.no_token")
