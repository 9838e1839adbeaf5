"""The application: routes behind guards, every error a problem, the page where it was built."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from hemoscope import __version__
from hemoscope.models.bundle import find_point, open_bundle
from hemoscope.store.store import Store
from hemoscope.terms import RESEARCH_USE_ONLY
from hemoscope.web.access import Door
from hemoscope.web.description import describe
from hemoscope.web.desk import Desk
from hemoscope.web.guards import Guards
from hemoscope.web.page import add_page
from hemoscope.web.problems import answer_with_problems
from hemoscope.web.rates import RateLimits
from hemoscope.web.routes import network, objects, service, sessions, studies, verdicts, viewing
from hemoscope.web.service import Service
from hemoscope.web.settings import ServiceSettings

log = logging.getLogger("hemoscope.web.access")
DESCRIPTION = f"Intracranial hemorrhage on head CT: a study in, a result out, a reason always. {RESEARCH_USE_ONLY}"


def create_app(settings: ServiceSettings) -> FastAPI:
    """Build the application.

    Args:
        settings: Of the service.

    Raises:
        BundleError: The bundle is incomplete, changed or of another version: nothing is served with it.
        InputError: "operating_point.unknown".
    """
    bundle = open_bundle(settings.bundle)
    find_point(bundle.study_points, settings.operating_point)
    store = Store(settings.folder, settings.store_url, keep_pixels_days=settings.keep_pixels_days)
    desk, rates = Desk(store, bundle, settings), RateLimits(settings.rates)
    door = Door(
        desk.find_bearer,
        needs_token=settings.needs_token,
        check_guesses=rates.check_guesses,
        count_guess=rates.count_guess,
    )
    shared = Service(settings, bundle, store, desk, door, rates)
    shared.metrics.watch(desk.count_states)
    shared.metrics.tell(version=__version__, model=bundle.name, model_version=bundle.version)
    app = FastAPI(
        title="Hemoscope",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,  # its page would fetch scripts from elsewhere
        redoc_url=None,
        lifespan=_closing(store),
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.service, app.state.door = shared, door
    for part in (sessions, studies, viewing, objects, verdicts, service, network):
        app.include_router(part.router)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    add_page(app)
    answer_with_problems(app)
    app.add_middleware(_guarded, settings=settings, shared=shared)
    return app


def _closing(store: Store) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Close the store when the server ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    return lifespan


def _guarded(app: ASGIApp, *, settings: ServiceSettings, shared: Service) -> Guards:
    def observe(method: str, route: str, status: int, seconds: float) -> None:
        shared.metrics.on_request(method, route, status, seconds)
        log.info("%s %s %d %.0f ms", method, route, status, 1000 * seconds)

    return Guards(app, settings=settings, rates=shared.rates, observe=observe)
