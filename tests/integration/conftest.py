"""A browser that tests drive."""

import shutil
from collections.abc import Iterator

import pytest

from tests.missing import missing

_GRAPHICS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL by the processor, which the viewer draws with: test machines have no graphics card."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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
