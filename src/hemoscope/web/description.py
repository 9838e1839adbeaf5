"""The OpenAPI document: what FastAPI makes of the routes, with examples, our errors, and how to show a token."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from hemoscope.web.documents import Problem
from hemoscope.web.problems import MEDIA_TYPE

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
OPEN: Final = frozenset({"/health", "/ready", "/v2/health/live", "/v2/health/ready", "/api/v1/session"})
"""Routes that need no token."""
EXAMPLES: Final = Path(__file__).with_name("examples.json")
"""What a drawn study gave: made by docs/reference/write_api_examples.py."""
_KINDS: Mapping[str, str] = {
    "4XX": "What is wrong with the request, and what to do about it.",
    "5XX": "What is wrong with the server, and what to do about it.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        _add_problems(made)
        _add_examples(made)
        app.openapi_schema = made
    return app.openapi_schema


def _add_problems(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which no answer of ours is
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Needed at any address but loopback."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "hemoscope_session"},
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, _, operation in _operations(document):
        responses = operation.setdefault("responses", {})
        responses.pop("422", None)
        responses.update({kind: {"description": words, "content": content} for kind, words in _KINDS.items()})
        if path not in OPEN:
            operation["security"] = [{"token": []}, {"cookie": []}, {}]


def _add_examples(document: dict[str, Any]) -> None:
    made = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for path, method, operation in _operations(document):
        example = made.get(f"{method.upper()} {path}", {})
        if "request" in example:
            _show(operation["requestBody"], example["request"], note=example.get("note"))
        if "response" in example:
            _show(next(answer for code, answer in operation["responses"].items() if code < "3"), example["response"])


def _show(body: dict[str, Any], value: Any, *, note: str | None = None) -> None:
    """Add an example to the one kind of content that a request or an answer has."""
    [content] = body["content"].values()
    content["examples"] = {"drawn head": {"value": value, **({} if note is None else {"description": note})}}


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        yield from ((path, method, operation) for method, operation in item.items() if method in METHODS)
