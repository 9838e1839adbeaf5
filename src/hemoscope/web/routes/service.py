"""How the service is: alive, ready, counted, described."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from prometheus_client import CONTENT_TYPE_LATEST

from hemoscope import __version__
from hemoscope.terms import Label
from hemoscope.web.access import Anybody, Reader
from hemoscope.web.documents import About, Health
from hemoscope.web.figure_documents import Monitoring
from hemoscope.web.service import Serving

router = APIRouter(tags=["service"])


@router.get("/health")
def health() -> Health:
    """Say that the server lives."""
    return Health(status="ok")


@router.get("/metrics", response_class=Response, responses={200: {"content": {CONTENT_TYPE_LATEST: {}}}})
def metrics(service: Serving, _: Reader) -> Response:
    """Return the counters in Prometheus' text format."""
    return Response(service.metrics.render(), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/v1/about")
def about(service: Serving, _: Anybody) -> About:
    """Say what answers here, at which thresholds, and how much an upload may have."""
    bundle, settings = service.bundle, service.settings
    return About(
        version=__version__,
        model=bundle.summary(),
        study_operating_point=bundle.study_points[settings.operating_point].as_json(),
        labels=list(Label),
        keep_pixels_days=settings.keep_pixels_days,
        max_bytes=settings.uploads.max_bytes,
        max_files=settings.uploads.max_files,
        accepts_paths=bool(settings.allowed_paths),
    )


@router.get("/ready", responses={503: {"model": Health}})
def ready(service: Serving, response: Response) -> Health:
    """Say whether studies are taken and scored: the store answers, the disk has room, a worker lives."""
    is_ready = service.desk.is_ready()
    response.status_code = 200 if is_ready else 503
    return Health(status="ok" if is_ready else "failing")


@router.get("/api/v1/monitoring")
def monitoring(
    service: Serving, _: Reader, days: Annotated[int, Query(ge=1, le=366, description="To look back.")] = 30
) -> Monitoring:
    """Say how the service does: throughput, latency, refusals, drift of the scores, agreement with readers."""
    return service.desk.monitoring(days)
