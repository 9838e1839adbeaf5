"""Write src/hemoscope/web/examples.json: what the API gave when it was asked, for its own description.

    python docs/reference/write_api_examples.py

Every route that answers in words is asked of a real service with a drawn study that it scored. Ids, moments and paths
are replaced by made-up ones; a test asks again and compares the form.
"""

import io
import json
import math
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.store.records import Role
from hemoscope.store.store import Store
from hemoscope.terms import Label
from hemoscope.web.description import EXAMPLES
from hemoscope.writing.dicom import write_series

INCOMING, MOMENT, TOKEN = "/data/incoming", "2026-01-02T03:04:05Z", "hemoscope_example"
STUDY_ID, VERDICT_ID = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
VERDICT = {"opinion": "disagree", "reason": "a calcification", "subtypes": [], "has_hemorrhage": False}
CUT = "The numbers are cut here: each slice has rows x columns of them."
OF_A_STUDY = ("", "/events", "/result", "/slices", "/dicom", "/fhir.json", "/verdicts")
OTHERS = (
    "/api/v1/session",
    "/api/v1/studies",
    "/api/v1/verdicts.csv",
    "/api/v1/about",
    "/api/v1/monitoring",
    "/health",
    "/ready",
    "/metrics",
    "/v2",
    "/v2/health/live",
    "/v2/health/ready",
)
OF_A_MODEL = ("", "/ready")
_MOMENTS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
Examples = dict[str, dict[str, Any]]


def examples() -> Examples:
    """Ask every route that answers in words.

    Returns:
        By method and path, as "GET /health": "response"; where something is sent, "request"; where that is not whole,
        "note".
    """
    with tempfile.TemporaryDirectory() as name:
        incoming, folder = Path(name) / "incoming", Path(name) / "service"
        archive = _draw(incoming / "study-17")
        with Store(folder) as store:
            token = store.tokens.add("reading-room", [Role.READ])
        with _serving(folder, incoming) as client:
            made = {**_of_sending(client, archive, incoming / "study-17"), **_of_sessions(client, token)}
            own = made["POST /api/v1/studies"]["response"]["links"]["self"]
            client.get(f"{own}/events")  # until it is scored
            made |= {**_of_a_study(client, own), **_of_others(client), **_of_the_network(client)}
        told = json.dumps(made, ensure_ascii=False).replace(str(incoming), INCOMING)
    told = told.replace(made["POST /api/v1/studies/{study_id}/verdicts"]["response"]["id"], VERDICT_ID)
    for sent in ("POST /api/v1/studies", "POST /api/v1/studies/from-path"):
        told = told.replace(made[sent]["response"]["id"], STUDY_ID)
    return json.loads(_MOMENTS.sub(MOMENT, told))


@contextmanager
def _serving(folder: Path, incoming: Path) -> Iterator[httpx.Client]:
    command = [sys.executable, "-m", "hemoscope", "serve", "--port", "0", "--folder", str(folder)]
    command += ["--allow-path", str(incoming)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        assert service.stderr is not None
        [address] = re.findall(r"http://\S+", service.stderr.readline())
        Thread(target=service.stderr.read, daemon=True).start()
        try:
            with httpx.Client(base_url=address, timeout=120) as client:
                yield client
        finally:
            service.terminate()


def _draw(folder: Path) -> bytes:
    drawn = make_phantom(PhantomSettings(size=128, slices=3, spacing_mm=1.8, bleeds=(Label.INTRAPARENCHYMAL,), seed=5))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in write_series(drawn.hu, folder, spacing=(5.0, 1.8, 1.8), name="example"):
            archive.write(path, path.name)
    return stream.getvalue()


def _of_sending(client: httpx.Client, archive: bytes, lying: Path) -> Examples:
    place = {"path": str(lying)}
    from_path = client.post("/api/v1/studies/from-path", json=place).json()
    client.delete(f"/api/v1/studies/{from_path['id']}")
    sent = client.post("/api/v1/studies", files=[("files", ("head-ct.zip", archive))]).json()
    return {
        "POST /api/v1/studies": {"response": sent},
        "POST /api/v1/studies/from-path": {"request": place, "response": from_path},
    }


def _of_sessions(client: httpx.Client, token: str) -> Examples:
    answer = client.post("/api/v1/session", json={"token": token}).json()
    client.cookies.clear()
    return {"POST /api/v1/session": {"request": {"token": TOKEN}, "response": answer}}


def _of_a_study(client: httpx.Client, own: str) -> Examples:
    route = "/api/v1/studies/{study_id}"
    kept = client.post(f"{own}/verdicts", json=VERDICT).json()
    return {
        f"POST {route}/verdicts": {"request": VERDICT, "response": kept},
        **{f"GET {route}{place}": {"response": _words(client.get(f"{own}{place}"))} for place in OF_A_STUDY},
    }


def _of_others(client: httpx.Client) -> Examples:
    return {f"GET {path}": {"response": _words(client.get(path))} for path in OTHERS}


def _of_the_network(client: httpx.Client) -> Examples:
    [name, version] = [client.get("/api/v1/about").json()["model"][key] for key in ("name", "version")]
    own = f"/v2/models/{name}"
    shape = [1, *client.get(own).json()["inputs"][0]["shape"][1:]]
    tensor = {"name": "inputs", "shape": shape, "datatype": "FP32"}
    outputs = [{"name": "scores"}]
    zeros = {"inputs": [{**tensor, "data": [0.0] * math.prod(shape)}], "outputs": outputs}
    asked = {
        "request": {"inputs": [{**tensor, "data": [0.0, 0.0, 0.0]}], "outputs": outputs},
        "note": CUT,
        "response": client.post(f"{own}/infer", json=zeros).json(),
    }
    made: Examples = {}
    for route, place in (
        ("/v2/models/{name}", own),
        ("/v2/models/{name}/versions/{version}", f"{own}/versions/{version}"),
    ):
        made |= {f"GET {route}{end}": {"response": client.get(f"{place}{end}").json()} for end in OF_A_MODEL}
        made[f"POST {route}/infer"] = asked
    return made


def _words(answer: httpx.Response) -> Any:
    """Return JSON as what it says, and other text as it is, but metrics without bins and without when each began."""
    if "json" in answer.headers["content-type"]:
        return answer.json()
    lines = answer.text.splitlines(keepends=True)
    return "".join(line for line in lines if "_bucket{" not in line and "_created" not in line)


if __name__ == "__main__":
    text = json.dumps(examples(), indent=1, ensure_ascii=False, sort_keys=True)
    EXAMPLES.write_text(text + "\n", encoding="utf-8")
