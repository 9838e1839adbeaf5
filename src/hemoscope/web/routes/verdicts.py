"""What readers say of the answers."""

from fastapi import APIRouter, Response

from hemoscope.web.access import Reader
from hemoscope.web.documents import NewVerdict, StudyId, Verdict, Verdicts
from hemoscope.web.service import Serving

router = APIRouter(prefix="/api/v1", tags=["verdicts"])


@router.post("/studies/{study_id}/verdicts", status_code=201)
def give_verdict(study_id: StudyId, wanted: NewVerdict, service: Serving, bearer: Reader) -> Verdict:
    """Keep what a reader says; nothing said before is changed."""
    return service.desk.give_verdict(study_id, wanted, bearer.name)


@router.get("/studies/{study_id}/verdicts")
def verdicts(study_id: StudyId, service: Serving, _: Reader) -> Verdicts:
    """List what readers said of a study, the oldest first."""
    return Verdicts(verdicts=service.desk.verdicts(study_id))


@router.get("/verdicts.csv", response_class=Response, responses={200: {"content": {"text/csv": {}}}})
def export(service: Serving, bearer: Reader) -> Response:
    """Return the last verdict on each study as a table of labels, which `hemoscope evaluate` takes.

    Paths in it count from the folder of the service: keep it there.
    """
    return Response(
        service.desk.export(bearer.name),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="verdicts.csv"'},
    )
