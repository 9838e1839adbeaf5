"""Real programs that tests drive: skipped, saying how to get them, where they are missing."""

import os
import shutil
from collections.abc import Iterator

import pytest

REQUIRED = "HEMOSCOPE_REQUIRE_INTEGRATION"
"""Set to 1, as continuous integration does, a missing program fails what needs it."""
_GRAPHICS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL by the processor, which the viewer draws with: test machines have no graphics card."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing(what: str, how: str) -> None:
    """Skip, or fail where integration is required."""
    reason = f"{what} is not here: {how}"
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium from the PATH, driven by Playwright.

    Not for the whole session: while it is open its event loop runs in this thread, and no test beside it could run one.
    """
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    if found is None:
        missing("Chromium", "make system-packages, or install a browser of yours as chromium on the PATH")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright", 'pip install ".[dev]"')
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", *_GRAPHICS])
        yield chromium
        chromium.close()
