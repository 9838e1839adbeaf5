"""The API against its own description: schemathesis makes up requests, and no answer may be other than described."""

from http import HTTPStatus

import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from hemoscope.web.settings import Rates
from tests.web.serving import serving

EXAMPLES = 40
"""Of each kind for each route: enough to meet every kind of value, few enough for a test."""
MANY = Rates(requests="1000000/minute", submissions="1000000/minute")
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def api(new_settings, tmp_path_factory):
    """The description of a server with a study in its queue."""
    with serving(new_settings(tmp_path_factory.mktemp("service"), rates=MANY)) as client:
        study = client.post("/api/v1/studies", files=[("files", ("a.png", b"x"))]).json()["id"]
        schema = schemathesis.openapi.from_url(f"{client.base_url}/api/v1/openapi.json")
        schema.config.update(base_url=str(client.base_url))
        yield schema.exclude(path_regex="/events$|^/ready$"), study  # the one waits, the other is 503 without a worker


@pytest.mark.parametrize("mode", list(GenerationMode), ids=str)
def test_no_request_is_answered_otherwise_than_described(api, mode):
    schema, study = api
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def answers_as_described(case):
            if (
                mode is GenerationMode.POSITIVE
                and "study_id" in (case.path_parameters or {})
                and case.method != "DELETE"
            ):
                case.path_parameters["study_id"] = study  # what is made up by chance is never there
            response = case.call()
            case.validate_response(response, checks=CHECKS)
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                assert {"code", "next_step", "detail"} <= set(response.json())
                assert "Traceback" not in response.text

        try:
            answers_as_described()
        except hypothesis.errors.Unsatisfiable:  # a route without anything to get wrong
            continue
        tried.append(operation.label)
    assert len(tried) >= (25 if mode is GenerationMode.POSITIVE else 18), tried
