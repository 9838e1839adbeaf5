"""What the viewer shows of a study."""

import html
import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from starlette.responses import FileResponse, Response

from hemoscope.errors import ServiceError
from hemoscope.web.access import Reader
from hemoscope.web.documents import Geometry, StudyId
from hemoscope.web.service import Serving

router = APIRouter(prefix="/api/v1/studies/{study_id}", tags=["viewing"])
Answer = Annotated[int, Query(ge=0, le=10_000, description="Of several in one upload; the first is 0.")]
Plane = Annotated[int, InPath(ge=0, le=100_000, description="As in /slices, from feet to head.", examples=[12])]
GZIP = "application/gzip"
_POLICY_OF_PAGE = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')
_HEAD = 4096
"""Bytes of a page in which its policy stands."""


@router.get("/slices")
def slices(study_id: StudyId, service: Serving, bearer: Reader, answer: Answer = 0) -> Geometry:
    """Describe the volume and every plane of it."""
    told = service.desk.view(study_id, answer, bearer.name).geometry()
    if told is None:
        raise _nothing()
    own = f"/api/v1/studies/{study_id}"
    query = f"?answer={answer}" if answer else ""
    maps = f"{own}/maps.nii.gz{query}" if told["has_maps"] else None
    return Geometry(**told, volume=f"{own}/volume.nii.gz{query}", maps=maps)


@router.get("/volume.nii.gz", response_class=FileResponse, responses={200: {"content": {GZIP: {}}}})
def volume(study_id: StudyId, service: Serving, _: Reader, answer: Answer = 0) -> Response:
    """Return the volume, NIfTI, int16."""
    return _file(service.desk.kept(study_id, answer).volume, GZIP)


@router.get("/maps.nii.gz", response_class=FileResponse, responses={200: {"content": {GZIP: {}}}})
def maps(study_id: StudyId, service: Serving, _: Reader, answer: Answer = 0) -> Response:
    """Return the map of labels, NIfTI, uint8."""
    return _file(service.desk.kept(study_id, answer).maps, GZIP)


@router.get("/overlay/{number}.png", response_class=FileResponse, responses={200: {"content": {"image/png": {}}}})
def overlay(study_id: StudyId, number: Plane, service: Serving, _: Reader, answer: Answer = 0) -> Response:
    """Return a slice with its map, drawn for people."""
    return _file(service.desk.kept(study_id, answer).overlay(number), "image/png")


@router.get("/page.html", response_class=FileResponse, responses={200: {"content": {"text/html": {}}}})
def page(study_id: StudyId, service: Serving, bearer: Reader, answer: Answer = 0) -> Response:
    """Return the page of the study, whole in one file."""
    path = service.desk.view(study_id, answer, bearer.name).page
    found = _file(path, "text/html")
    found.headers["Content-Security-Policy"] = _policy_of(path)
    return found


def _file(path: Path | None, media_type: str) -> Response:
    """Send a file of ours; FileResponse gives it an ETag of its time and size."""
    if path is None or not path.is_file():
        raise _nothing()
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "private, no-cache"})


def _policy_of(path: Path) -> str:
    """Return the page's own policy, which names its one script by hash, and shut it off from this service."""
    with path.open(encoding="utf-8") as stream:
        own = _POLICY_OF_PAGE.search(stream.read(_HEAD))
    policy = html.unescape(own[1]) if own else "default-src 'none'"
    return f"{policy}; frame-ancestors 'none'; sandbox allow-scripts"


def _nothing() -> ServiceError:
    return ServiceError(
        "service.nothing_to_show",
        "There is nothing to show here.",
        "See the study's result for the reason, and /slices for what there is.",
    )
