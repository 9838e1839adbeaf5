"""Studies: sent, followed, listed, deleted."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Query as InQuery
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from hemoscope.errors import ServiceError
from hemoscope.store.records import Query
from hemoscope.terms import Label
from hemoscope.web.access import Admin, Follower, Reader, Submitter, address_of
from hemoscope.web.documents import Accepted, FromPath, Study, StudyId, Worklist, WorklistQuery
from hemoscope.web.intake import take_in
from hemoscope.web.rates import SUBMISSIONS
from hemoscope.web.service import Serving

LOOK_S = 0.5
"""Seconds between looks at a study that is followed."""
BEAT_S = 15.0
"""Seconds after which a word is sent where nothing is new, so that no proxy hangs up."""
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                    },
                }
            }
        },
    }
}
router = APIRouter(prefix="/api/v1/studies", tags=["studies"])


@router.post("", status_code=202, openapi_extra=UPLOAD)
async def submit(request: Request, response: Response, service: Serving, bearer: Submitter) -> Accepted:
    """Take a study: any number of files, or one zip. When this answers, no kill loses it."""
    service.rates.take(SUBMISSIONS, address_of(request))
    arrival = service.store.submissions.reserve()
    try:
        upload = await take_in(
            request.stream(),
            content_type=request.headers.get("content-type", ""),
            declared=_declared(request),
            folder=arrival.folder,
            bounds=service.settings.uploads,
        )
        accepted = await run_in_threadpool(service.desk.accept, arrival, upload, bearer.name)
    except BaseException:  # also where the client goes: what is not accepted leaves nothing
        await run_in_threadpool(service.store.submissions.abandon, arrival)
        raise
    service.metrics.on_upload(upload.size)
    response.headers["Location"] = accepted.links.self
    return accepted


@router.post("/from-path", status_code=202)
def submit_from_path(
    wanted: FromPath, request: Request, response: Response, service: Serving, bearer: Submitter
) -> Accepted:
    """Take a study that lies on the server, below a folder that it was told to take from; it is left where it is."""
    service.rates.take(SUBMISSIONS, address_of(request))
    path = allowed_path(wanted.path, service.settings.allowed_paths)
    accepted = service.desk.accept_place(path, bearer.name)
    response.headers["Location"] = accepted.links.self
    return accepted


@router.get("")
def worklist(service: Serving, _: Reader, wanted: Annotated[WorklistQuery, InQuery()]) -> Worklist:
    """List the studies, those that a reader should see first before the others."""
    query = Query(
        states=tuple(wanted.state),
        decision=wanted.decision,
        subtype=None if wanted.subtype is None else Label(wanted.subtype),
        verdict=wanted.verdict,
        is_read=wanted.is_read,
        text=wanted.q,
        received_from=wanted.received_from,
        received_until=wanted.received_until,
        order=wanted.sort,
        page=wanted.page,
        per_page=wanted.per_page,
    )
    return service.desk.worklist(query)


@router.get("/{study_id}")
def study(study_id: StudyId, service: Serving, _: Follower) -> Study:
    """Say where a study stands, and what was said of it once it is final."""
    return service.desk.study(study_id)


@router.get(
    "/{study_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events named study, each a Study."}},
)
async def events(study_id: StudyId, request: Request, service: Serving, _: Follower) -> StreamingResponse:
    """Follow a study until it is final, by server-sent events."""
    first = await run_in_threadpool(service.desk.study, study_id)
    return StreamingResponse(
        _follow(first, request, service), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.get("/{study_id}/result")
def result(study_id: StudyId, service: Serving, bearer: Reader) -> Response:
    """Return the documented JSON of the answers (docs/reference/json.md)."""
    return Response(service.desk.result(study_id, bearer.name), media_type="application/json")


@router.delete("/{study_id}", status_code=204)
def delete(study_id: StudyId, service: Serving, bearer: Admin) -> None:
    """Delete a study with its files and answers; the audit trail keeps that it was there and who deleted it."""
    service.desk.delete(study_id, bearer.name)


async def _follow(first: Study, request: Request, service: Serving) -> AsyncIterator[str]:
    """Send a study whenever something of it is new."""
    now, quiet_s = first, 0.0
    yield f"event: study\ndata: {now.model_dump_json()}\n\n"
    while not now.state.is_final and not await request.is_disconnected():
        await asyncio.sleep(LOOK_S)
        quiet_s += LOOK_S
        try:
            seen = await run_in_threadpool(service.desk.study, first.id)
        except ServiceError:  # it was deleted
            return
        if (seen.state, seen.progress) != (now.state, now.progress):
            now, quiet_s = seen, 0.0
            yield f"event: study\ndata: {now.model_dump_json()}\n\n"
        elif quiet_s >= BEAT_S:
            quiet_s = 0.0
            yield ": still here\n\n"


def _declared(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else 0


def allowed_path(named: str, roots: tuple[Path, ...]) -> Path:
    """Return a path that a client named if it lies, links followed, below one of the folders allowed.

    Raises:
        ServiceError: "service.path_not_allowed", the same for what is not there, so that nobody learns what is.
    """
    refused = ServiceError(
        "service.path_not_allowed",
        "The path is in none of the folders that this server takes studies from.",
        "Send the files, or ask whoever runs the server to start it with --allow-path FOLDER.",
    )
    try:
        path = Path(named).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise refused from None
    if not Path(named).is_absolute() or not any(path.is_relative_to(root.resolve()) for root in roots):
        raise refused
    return path
