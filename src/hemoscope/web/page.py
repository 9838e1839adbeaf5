"""The page, as the package build made it: files that anybody may see, for they hold nothing of a study."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from hemoscope.errors import ServiceError

FOLDER = Path(str(files("hemoscope.web") / "static"))
ASSETS = "assets"
"""Below it every name holds a hash of its content, so that a browser may keep it for good."""


class _Assets(StaticFiles):
    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """Send a file, with how long it may be kept."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def add_page(app: FastAPI, folder: Path = FOLDER) -> None:
    """Let the application serve the page; where it was not built, say how to build it."""
    start = folder / "index.html"
    if not start.is_file():
        app.add_api_route("/", _not_built, include_in_schema=False)
        return
    app.add_api_route("/", _sends(start), include_in_schema=False)
    for path in sorted(folder.iterdir()):
        if path.is_file():
            app.add_api_route(f"/{path.name}", _sends(path), include_in_schema=False)
    app.mount(f"/{ASSETS}", _Assets(directory=folder / ASSETS), name=ASSETS)


def _sends(path: Path) -> Callable[[], Response]:
    """Return a route that sends a file; browsers are to ask each time whether it is still the same."""

    def send() -> FileResponse:
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    return send


def _not_built() -> None:
    raise ServiceError(
        "service.no_page",
        "The page was not built with this package; the API answers all the same.",
        "Install hemoscope from a wheel, or see CONTRIBUTING.md for how to build the page.",
    )
