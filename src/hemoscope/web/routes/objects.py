"""The result of a study as DICOM objects and as FHIR."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from starlette.responses import FileResponse, Response

from hemoscope.errors import ServiceError
from hemoscope.web.access import Reader
from hemoscope.web.documents import StudyId
from hemoscope.web.object_documents import ResultObject, ResultObjects
from hemoscope.web.routes.viewing import Answer
from hemoscope.web.service import Serving

router = APIRouter(prefix="/api/v1/studies/{study_id}", tags=["objects"])
Name = Annotated[
    str, InPath(pattern=r"^(sr|seg|kos|sc-[0-9]{4,6})\.dcm$", description="As listed.", examples=["sr.dcm"])
]
DICOM, FHIR, ZIP = "application/dicom", "application/fhir+json", "application/zip"
_PRIVATE = {"Cache-Control": "private, no-cache"}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive, so that the same objects make the same bytes."""


@router.get("/dicom")
def listed(study_id: StudyId, service: Serving, bearer: Reader, answer: Answer = 0) -> ResultObjects:
    """List the DICOM objects of a result."""
    paths = _some(service.desk.view(study_id, answer, bearer.name).objects)
    own, query = f"/api/v1/studies/{study_id}", f"?answer={answer}" if answer else ""
    return ResultObjects(
        objects=[
            ResultObject(name=path.name, size=path.stat().st_size, link=f"{own}/dicom/{path.name}{query}")
            for path in paths
        ],
        archive=f"{own}/dicom.zip{query}",
        fhir=f"{own}/fhir.json{query}",
    )


@router.get("/dicom.zip", response_class=Response, responses={200: {"content": {ZIP: {}}}})
def archive(study_id: StudyId, service: Serving, bearer: Reader, answer: Answer = 0) -> Response:
    """Return all DICOM objects of a result in one archive."""
    packed = _packed(_some(service.desk.view(study_id, answer, bearer.name).objects))
    disposition = {"Content-Disposition": f'attachment; filename="{study_id}.zip"'}
    return Response(packed, media_type=ZIP, headers={**_PRIVATE, **disposition})


@router.get("/dicom/{name}", response_class=FileResponse, responses={200: {"content": {DICOM: {}}}})
def one(study_id: StudyId, name: Name, service: Serving, bearer: Reader, answer: Answer = 0) -> Response:
    """Return one DICOM object of a result, PS3.10."""
    kept = service.desk.view(study_id, answer, bearer.name)
    (path,) = _some([path for path in kept.objects if path.name == name])
    return FileResponse(path, media_type=DICOM, headers=_PRIVATE)


@router.get("/fhir.json", response_class=FileResponse, responses={200: {"content": {FHIR: {}}}})
def fhir(study_id: StudyId, service: Serving, bearer: Reader, answer: Answer = 0) -> Response:
    """Return the result as a FHIR R4 Bundle."""
    path = service.desk.view(study_id, answer, bearer.name).fhir
    if not path.is_file():
        raise _none()
    return FileResponse(path, media_type=FHIR, headers=_PRIVATE)


def _some(paths: Sequence[Path]) -> Sequence[Path]:
    if not paths:
        raise _none()
    return paths


def _packed(paths: Sequence[Path]) -> bytes:
    """Pack a few small files; nothing in them would shrink much."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for path in paths:
            entry = zipfile.ZipInfo(path.name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())
    return stream.getvalue()


def _none() -> ServiceError:
    return ServiceError(
        "service.nothing_to_show",
        "There are no such objects of this answer: only studies that came as DICOM and were scored have them, where "
        "the service has the extra [dicom].",
        "See the warnings of the study's result for the reason.",
    )
