"""Real programs that tests drive: skipped, saying how to get them, where they are missing."""

import os

import pytest

REQUIRED = "HEMOSCOPE_REQUIRE_INTEGRATION"
"""Set to 1, as continuous integration does, a missing program fails what needs it."""


def missing(what: str, how: str) -> None:
    """Skip, or fail where integration is required."""
    reason = f"{what} is not here: {how}"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(reason)
    pytest.skip(reason)
