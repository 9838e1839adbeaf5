"""The page, as the package build made it: files that anybody may see, for they hold nothing of a study."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from hemoscope.errors import ServiceError

FOLDER = Path(str(files("hemoscope.web") / "static"))
ASSETS = "assets"
"""Below it every name holds a hash of its content, so that a browser may keep it for good."""


class _Page(StaticFiles):
    def file_response(self, full_path: Any, *arguments: Any, **named: Any) -> Response:
        """Send a file, with how long it may be kept."""
        response = super().file_response(full_path, *arguments, **named)
        is_asset = Path(full_path).parent.name == ASSETS
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_asset else "no-cache"
        return response


def add_page(app: FastAPI, folder: Path = FOLDER) -> None:
    """Let the application serve the page, after all routes; where it was not built, say how to build it."""
    if (folder / "index.html").is_file():
        app.mount("/", _Page(directory=folder, html=True), name="page")
    else:
        app.add_api_route("/", _not_built, include_in_schema=False)


def _not_built() -> None:
    raise ServiceError(
        "service.no_page",
        "The page was not built with this package; the API answers all the same.",
        "Install hemoscope from a wheel, or see CONTRIBUTING.md for how to build the page.",
    )
