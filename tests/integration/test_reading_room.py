"""The page of `hemoscope serve` in a real browser, against the real service: from a zip to a reader's verdict."""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemoscope.store.pool import STORE_URL

pytestmark = pytest.mark.integration

FRONTEND = Path(__file__).parents[2] / "frontend"
STATIC = Path(__file__).parents[2] / "src" / "hemoscope" / "web" / "static"
SLOW_MS = 120_000
"""Studies are scored on machines that do much else."""
NOTICE = "Research use only. Not for diagnosis."


on_both = pytest.mark.parametrize("address", ["sqlite", "postgresql"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def address(request, tmp_path_factory) -> Iterator[str]:
    """The service as users start it, with an empty store."""
    folder = tmp_path_factory.mktemp("service")
    command = [sys.executable, "-m", "hemoscope", "serve", "--port", "0", "--folder", str(folder)]
    environment = dict(os.environ)
    if getattr(request, "param", None) == "postgresql":
        environment[STORE_URL] = request.getfixturevalue("postgresql").new_database()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as service:
        told = service.stderr.readline()
        found = re.search(r"http://\S+", told)
        assert found, told
        os.set_blocking(service.stderr.fileno(), False)
        yield found[0]
        service.terminate()


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """A drawn study with a subdural bleed, as a zip of DICOM."""
    folder = tmp_path_factory.mktemp("drawn")
    command = [sys.executable, "-m", "hemoscope", "phantom", str(folder / "head"), "--bleed", "subdural"]
    subprocess.run([*command, "--slices", "12"], check=True, capture_output=True)
    return Path(shutil.make_archive(str(folder / "head-ct"), "zip", folder / "head" / "images"))


@pytest.fixture
def page(browser, address, tmp_path):
    """The worklist; the test fails where the page logs an error or asks anybody else for anything."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1366, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda asked: wrong.append(asked.url) if not is_own(asked.url, address) else None)
    opened.goto(address)
    opened.wait_for_selector(".drop")
    yield opened
    context.close()
    assert wrong == []


def is_own(url: str, address: str) -> bool:
    return url.startswith((address, "data:", f"blob:{address}"))


def send(page, path: Path) -> str:
    """Upload a file, wait for its answer, and return the address of its study."""
    page.set_input_files("#files", path)
    page.wait_for_selector(".uploads a", timeout=SLOW_MS)
    return page.get_attribute(".uploads a", "href")


def seen(page) -> np.ndarray:
    """What stands on the canvas: uint8, shape (rows, columns, 3)."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return np.asarray(Image.open(io.BytesIO(page.locator("canvas").screenshot())).convert("RGB"))


def colored(picture: np.ndarray) -> int:
    """Count the pixels in color between the edges' letters: the map, as all else is gray."""
    rows, columns = picture.shape[:2]
    middle = picture[rows // 8 : -rows // 8, columns // 8 : -columns // 8].astype(int)
    return int((np.ptp(middle, axis=-1) > 24).sum())


def open_study(page, address: str, place: str) -> None:
    page.goto(address + place)
    page.wait_for_selector(".jumps button", timeout=SLOW_MS)


@pytest.fixture(scope="module")
def scored(browser, address, archive) -> str:
    """The address of the drawn study, once it is scored."""
    opened = browser.new_page()
    opened.goto(address)
    opened.wait_for_selector(".drop")
    place = send(opened, archive)
    opened.close()
    return place


@on_both
def test_a_study_goes_from_a_zip_to_a_verdict_that_evaluate_can_read(page, address, archive):
    place = send(page, archive)
    page.wait_for_selector("tbody tr .tag.positive", timeout=SLOW_MS)
    assert "head-ct.zip" in page.inner_text("tbody")
    page.click(".uploads a")
    page.wait_for_selector(".jumps button", timeout=SLOW_MS)
    assert page.url.endswith(place)
    assert page.inner_text(".decision") == "Positive"
    with page.expect_download() as download:
        page.click("text=DICOM (zip)")
    assert "sr.dcm" in zipfile.ZipFile(download.value.path()).namelist()
    key = page.locator(".jumps button").first
    page.keyboard.press("End")
    assert page.inner_text(".caption b") == "1 / 12"
    key.click()
    assert page.inner_text(".caption b") == f"{int(key.get_attribute('data-slice')) + 1} / 12"
    page.click("#disagree")
    page.check("#sees-epidural")
    page.fill("#reason", "<b>a lens</b>, =1+1")
    page.click("#send")
    page.wait_for_selector(".verdicts li")
    assert page.inner_text(".verdicts q") == "<b>a lens</b>, =1+1"
    with urllib.request.urlopen(f"{address}api/v1/verdicts.csv") as answer:
        rows = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8")))
    assert rows
    assert rows[-1]["label"] == "1"


def test_the_viewer_shows_the_slice_and_its_map(page, address, scored):
    open_study(page, address, scored)
    with_map = seen(page)
    assert 0.1 < (with_map > 60).mean() < 0.9, "a head on black"
    assert colored(with_map) > 100
    page.keyboard.press("o")
    assert page.get_attribute("#map", "aria-pressed") == "false"
    assert colored(seen(page)) == 0
    page.keyboard.press("o")
    assert np.array_equal(seen(page), with_map)


def test_windows_zoom_slices_and_measuring_change_what_is_seen(page, address, scored):
    open_study(page, address, scored)
    before = seen(page)
    for key in ("4", "1", "+", "0", "ArrowUp"):
        page.keyboard.press(key)
        after = seen(page)
        assert not np.array_equal(after, before), key
        before = after
    page.keyboard.press("m")
    box = page.locator("canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1] + 40, steps=4)
    page.mouse.up()
    assert not np.array_equal(seen(page), before)


def test_the_wheel_and_the_strip_of_scores_move_through_the_slices(page, address, scored):
    open_study(page, address, scored)
    page.keyboard.press("End")
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -100)
    page.locator(".caption b").get_by_text("2 / 12").wait_for()
    strip = page.locator(".strip svg").bounding_box()
    page.mouse.click(strip["x"] + strip["width"] * 0.99, strip["y"] + 20)
    assert page.inner_text(".caption b") == "12 / 12"
    slider = page.locator(".strip input")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert slider.get_attribute("aria-valuetext").startswith("11 of 12")


def test_what_is_no_head_ct_is_refused_with_the_reason(page, address, tmp_path):
    path = tmp_path / "notes.zip"
    shutil.make_archive(str(path.with_suffix("")), "zip", FRONTEND / "src")
    page.set_input_files("#files", path)
    page.wait_for_selector(".uploads .problem, .uploads a", timeout=SLOW_MS)
    assert re.search(r"Refused|Failed|\w+\.\w+", page.inner_text(".uploads"))
    page.wait_for_timeout(300)
    if page.locator(".uploads a").count():
        page.click(".uploads a")
        page.wait_for_selector(".side .problem")
        assert len(page.inner_text(".side .problem")) > 20


def tab_to(page, wanted: str) -> None:
    """Press Tab until what is wanted has the focus, as somebody without a mouse does."""
    for _ in range(80):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")


@on_both
def test_the_whole_path_can_be_gone_by_keyboard(page, address, archive):
    page.on("filechooser", lambda _: None)  # asked for once Space is pressed, the dialog may open before it is caught
    tab_to(page, "#files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(archive)
    page.wait_for_selector(".uploads a", timeout=SLOW_MS)
    tab_to(page, ".uploads a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".jumps button", timeout=SLOW_MS)
    page.keyboard.press("n")
    page.keyboard.press("End")
    assert page.inner_text(".caption b") == "1 / 12"
    tab_to(page, ".jumps button")
    page.keyboard.press("Enter")
    assert page.inner_text(".caption b") != "1 / 12"
    tab_to(page, "#opacity")
    page.keyboard.press("Home")
    assert colored(seen(page)) == 0
    page.keyboard.press("d")
    page.keyboard.type("calcified")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    tab_to(page, "#send")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdicts li")
    assert page.inner_text(".verdicts q") == "calcified"
    assert "subdural" in page.inner_text(".verdicts li")
    assert page.evaluate("document.activeElement.id") == "disagree", "the focus is not lost with the form"
    tab_to(page, ".back")
    page.keyboard.press("Enter")
    page.wait_for_selector("tbody tr.positive")
    tab_to(page, "#export")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    rows = csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8")))
    assert "1" in {row["subdural"] for row in rows}


@on_both
def test_the_worklist_leaves_the_focus_where_it_is_when_it_is_told_anew(page, address, scored):
    tab_to(page, f"tbody a[href='{scored}']")
    page.evaluate("document.querySelector('tbody').firstChild.dataset.old = 'yes'")
    page.wait_for_selector("tbody [data-old]", state="detached")
    assert page.evaluate("document.activeElement.getAttribute('href')") == scored


@on_both
def test_filters_and_search_narrow_the_worklist(page, address, scored):
    page.select_option("#decision", "negative")
    page.locator("tbody tr.positive").first.wait_for(state="detached")
    page.select_option("#decision", "positive")
    page.wait_for_selector("tbody tr.positive")
    page.select_option("#subtype", "epidural")
    page.locator("tbody tr").first.wait_for(state="detached")
    page.select_option("#subtype", "subdural")
    page.wait_for_selector("tbody tr.positive")
    page.fill("#q", "no such name")
    page.locator("tbody tr").first.wait_for(state="detached")
    page.fill("#q", "head-ct")
    page.wait_for_selector("tbody tr.positive")
    page.fill("#received_from", "2999-01-01")
    page.locator("tbody tr").first.wait_for(state="detached")
    page.fill("#received_from", "2020-01-01")
    page.wait_for_selector("tbody tr.positive")
    page.fill("#received_until", "2020-01-02")
    page.locator("tbody tr").first.wait_for(state="detached")
    page.fill("#received_until", "")
    page.wait_for_selector("tbody tr.positive")


@on_both
def test_a_real_study_is_uploaded_scored_shown_and_judged(page, address, real_data, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "rsna"), "zip", real_data / "rsna-2019-study")
    open_study(page, address, send(page, Path(archive)))
    assert page.inner_text(".caption b").endswith("/ 32")
    assert {edge.inner_text() for edge in page.locator(".edges b").all()} == {"R", "A", "L", "P"}
    assert colored(seen(page)) > 100
    assert "tilted" in page.inner_text(".side .warning")
    page.keyboard.press("a")
    page.wait_for_selector(".verdicts li")
    assert page.inner_text(".verdicts b") == "Agree"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 900), (820, 1180)])
@pytest.mark.parametrize("room", ["worklist", "study", "monitoring"])
def test_axe_finds_nothing_serious_and_the_notice_is_in_view(browser, address, scored, room, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    opened = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    places = {
        "worklist": ("#/", "tbody tr"),
        "study": (scored, ".jumps button"),
        "monitoring": ("#/monitoring", ".chart"),
    }
    place, ready = places[room]
    opened.goto(address + place)
    opened.wait_for_selector(ready, timeout=SLOW_MS)
    found = Axe().run(opened)
    assert found.violations_count == 0, found.generate_report()
    assert opened.evaluate("document.documentElement.scrollWidth") <= size[0]
    opened.mouse.wheel(0, 4000)
    box = opened.get_by_text(NOTICE).bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= size[1]
    opened.close()


def test_keys_are_listed_and_reach_everything(page, address, scored):
    open_study(page, address, scored)
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    assert page.locator("#reason").is_visible()
    page.keyboard.type("n")
    assert page.input_value("#reason") == "n", "keys are text where text is written"


def test_the_page_in_the_package_is_what_its_sources_build_to(tmp_path):
    node = shutil.which("node")
    if node is None or not (FRONTEND / "node_modules").is_dir():
        pytest.skip("the page's tools are not here: install Node.js, then run npm ci in frontend/")
    subprocess.run([node, "build.mjs", str(tmp_path / "static")], cwd=FRONTEND, check=True)
    assert contents(tmp_path / "static") == contents(STATIC)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
