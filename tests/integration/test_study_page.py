"""The study page in a real browser, as a radiologist uses it: by keys, by wheel, by touch, in light and dark."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemoscope.records import Edges, Notice, Shown, Slice, SliceOfStudy, Status
from hemoscope.results.caption import caption_in_study
from hemoscope.results.page_data import PageSlice
from hemoscope.results.page_pixels import pack_slice
from hemoscope.results.palette import COLORS
from hemoscope.results.slice_picture import notice as drawn_notice
from hemoscope.results.study_page import Still, write_study_page
from hemoscope.terms import Label, Unit
from tests.results.sample import MODEL, STUDY

pytestmark = pytest.mark.integration

SIZE, COUNT, KEYS = 64, 9, (4, 6)
WITHHELD = Notice("explanation.outside", "Most of it lies outside the brain.")
PURPLE = COLORS[Label.SUBDURAL].rgb


def hu_of(place: int) -> np.ndarray:
    """40 HU everywhere, the slice's own number in a row at the top, metal and air in the corners."""
    hu = np.full((SIZE, SIZE), 40.0, np.float32)
    hu[0], hu[-1, 0], hu[-1, -1] = place, 3071.0, -1024.0
    return hu


def shown_of(place: int) -> Shown:
    """A subdural area in the middle; slice 5 is withheld, slice 7 does not say how it lies, slice 8 lies mirrored."""
    edges = {7: None, 8: Edges("L", "A", "R", "P")}.get(place, Edges("R", "A", "L", "P"))
    image = Slice(hu_of(place), Unit.HU, f"{place}.dcm", "dicom", (2.0, 2.0), edges=edges)
    blood = np.zeros((SIZE, SIZE), np.float32)
    blood[24:40, 24:40] = 1.0
    return Shown(image, {Label.ANY: blood, Label.SUBDURAL: blood}, WITHHELD if place == 5 else None)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    scores = [0.9 if place in KEYS else 0.1 for place in range(COUNT)]
    slices = tuple(
        SliceOfStudy(f"{place}.dcm", None, 5.0 * place, place, Status.SCORED, score)
        for place, score in enumerate(scores)
    )
    study = replace(STUDY, slices=slices, key_slices=KEYS)
    pages, stills = [], []
    for place, score in enumerate(scores):
        shown, rank = shown_of(place), KEYS.index(place) + 1 if place in KEYS else None
        caption = caption_in_study(study, place, shown)
        labels = () if shown.withheld else (Label.SUBDURAL,)
        pages.append(PageSlice(caption, score, pack_slice(shown, is_heat=False), shown.image.edges, rank, labels))
        if rank is not None:
            stills.append(Still(_png(), caption))
    target = tmp_path_factory.mktemp("page") / "index.html"
    write_study_page(study, pages, target, stills=stills, model=MODEL)
    return target


def _png() -> bytes:
    stream = io.BytesIO()
    drawn_notice(200).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def watched(browser):
    """Open pages, and hold afterwards that the console is empty and nothing was asked for but the file itself."""
    said, asked, contexts = [], [], []

    def open_page(path, *, width=1280, height=800, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        if options.get("java_script_enabled", True):
            page.wait_for_selector("html[data-ready=all]", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.fixture
def page(watched, path):
    return watched(path)


def at(page) -> int:
    """The slice that is shown, from 0."""
    return int(page.locator("#told-place").inner_text().split()[1]) - 1


def color_at(page, across: float, down: float) -> tuple[int, int, int]:
    """The color on the screen at a share of the fitted slice's width and height, once it is drawn."""
    page.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(done), 60))")
    box = page.locator("#picture").bounding_box()
    side = min(box["width"], box["height"])
    x = box["x"] + (box["width"] - side) / 2 + across * side
    y = box["y"] + (box["height"] - side) / 2 + down * side
    shot = page.screenshot(clip={"x": int(x), "y": int(y), "width": 1, "height": 1})
    with Image.open(io.BytesIO(shot)) as image:
        return image.convert("RGB").getpixel((0, 0))


def test_it_opens_at_the_strongest_key_slice_and_holds_exact_hu(page):
    assert at(page) == KEYS[0]
    unpacked = page.evaluate(
        """async () => [...await unpack(document.getElementById("pixels-3").textContent, 64, 64, Uint16Array)]"""
    )
    assert np.array_equal(np.array(unpacked).reshape(SIZE, SIZE) - 1024, hu_of(3))


def test_keys_go_through_the_slices(page):
    steps = [("ArrowUp", 5), ("ArrowRight", 6), ("ArrowDown", 5), ("ArrowLeft", 4), ("PageUp", 8), ("PageDown", 3)]
    for key, place in [*steps, ("Home", 0), ("ArrowDown", 0), ("End", 8), ("ArrowUp", 8)]:
        page.keyboard.press(key)
        assert at(page) == place


def test_the_wheel_the_slider_and_the_strip_go_through_the_slices(page):
    page.hover("#picture")
    page.mouse.wheel(0, 40)
    page.wait_for_function("document.getElementById('told-place').textContent.startsWith('Slice 4 ')")
    page.mouse.wheel(0, -80)
    page.wait_for_function("document.getElementById('told-place').textContent.startsWith('Slice 6 ')")
    page.focus("#slider")
    page.keyboard.press("ArrowUp")
    assert at(page) == 6
    box = page.locator("#strip").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 1.5 / COUNT, box["y"] + box["height"] / 2)
    assert at(page) == 1
    assert page.locator("#slider").input_value() == "2"


def test_key_slices_are_jumped_to_by_key_and_by_button(page):
    page.keyboard.press("Home")
    for key, place in [("n", 4), ("n", 6), ("n", 4), ("p", 6), ("p", 4)]:
        page.keyboard.press(key)
        assert at(page) == place
    page.click("#next-key")
    assert at(page) == 6
    page.locator("#key-list button").first.click()
    assert at(page) == 4


def test_presets_show_what_their_window_says(page):
    # 40 HU in brain 0 to 80, subdural -20 to 180, soft tissue -160 to 240, bone -800 to 2000
    for key, grey in [("1", 128), ("2", 77), ("3", 128), ("4", 77)]:
        page.keyboard.press(key)
        assert color_at(page, 0.2, 0.2) == (grey, grey, grey)
    page.fill("#level", "0")
    page.fill("#width", "100")
    page.keyboard.press("Tab")
    assert color_at(page, 0.2, 0.2) == (230, 230, 230)
    assert page.locator("[aria-pressed=true][data-preset]").count() == 0


def test_dragging_changes_the_window_and_no_key_types_into_it(page):
    box = page.locator("#picture").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y - 20)
    page.mouse.up()
    assert int(page.locator("#level").input_value()) > 40 < 80 < int(page.locator("#width").input_value())
    page.focus("#level")
    page.keyboard.press("1")
    assert page.locator("[aria-pressed=true][data-preset]").count() == 0


def test_the_overlay_goes_on_and_off_and_fades(page):
    # 0.22 of the area's color on grey 128
    mixed = tuple(round(128 * 0.78 + part * 0.22) for part in PURPLE)
    assert color_at(page, 0.5, 0.5) == pytest.approx(mixed, abs=1)
    assert color_at(page, 24.5 / SIZE, 0.5) == pytest.approx(PURPLE, abs=10)  # smoothed as it is enlarged
    page.keyboard.press("o")
    assert not page.is_checked("#overlay")
    assert color_at(page, 0.5, 0.5) == (128, 128, 128)
    page.keyboard.press("o")
    page.uncheck("#legend input")
    assert color_at(page, 0.5, 0.5) == (128, 128, 128)
    page.check("#legend input")
    page.fill("#opacity", "50")
    half = tuple(round(128 * 0.89 + part * 0.11) for part in PURPLE)
    assert color_at(page, 0.5, 0.5) == pytest.approx(half, abs=1)


def test_a_withheld_map_is_not_drawn_and_the_reason_stands_in_its_place(page):
    page.keyboard.press("ArrowUp")
    assert at(page) == 5
    assert page.locator("#withheld").inner_text() == "Map withheld: Most of it lies outside the brain."
    assert color_at(page, 0.5, 0.5) == (128, 128, 128)
    page.keyboard.press("ArrowUp")
    assert page.locator("#withheld").inner_text() == ""


def test_sides_stand_where_the_file_says_and_nowhere_else(page):
    def sides():
        return [page.locator(f"#edge-{edge}").inner_text() for edge in ("left", "top", "right", "bottom")]

    assert sides() == ["R", "A", "L", "P"]
    page.keyboard.press("End")
    assert sides() == ["L", "A", "R", "P"]
    assert page.locator("#side").inner_text() == ""
    page.keyboard.press("ArrowDown")
    assert sides() == ["", "", "", ""]
    assert page.locator("#side").inner_text() == "side unknown"


def test_the_scale_is_true_at_every_zoom(page):
    def millimeters_per_pixel():
        words, unit = page.locator("#ruler span").first.inner_text().split()
        wide = page.locator("#ruler .bar").bounding_box()["width"]
        return float(words) * (10 if unit == "cm" else 1) / wide

    view = page.locator("#view").bounding_box()
    fitted = SIZE * 2.0 / min(view["width"], view["height"])
    assert millimeters_per_pixel() == pytest.approx(fitted, rel=0.01)
    for _ in range(3):
        page.keyboard.press("+")
    color_at(page, 0.5, 0.5)
    assert millimeters_per_pixel() == pytest.approx(fitted / 1.25**3, rel=0.01)
    page.keyboard.press("0")
    color_at(page, 0.5, 0.5)
    assert millimeters_per_pixel() == pytest.approx(fitted, rel=0.01)


def test_what_is_zoomed_can_be_moved_by_key_and_pointer_and_no_further_than_its_edge(page):
    for _ in range(4):
        page.keyboard.press("+")
    before = color_at(page, 24.5 / SIZE, 0.5)
    for _ in range(30):
        page.keyboard.press("Shift+ArrowUp")
    assert color_at(page, 0.5, 0.002)[0] < 30  # the first row, of 4 HU
    page.keyboard.press("0")
    assert color_at(page, 24.5 / SIZE, 0.5) != before
    assert at(page) == KEYS[0]


def test_help_opens_and_closes_by_key_and_letters_can_be_turned_off(page):
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("n")
    assert at(page) == 4
    page.uncheck("#letters")
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()
    page.keyboard.press("n")
    assert at(page) == 4
    page.keyboard.press("ArrowUp")
    assert at(page) == 5


def test_everything_is_reached_by_tab_with_focus_in_sight(page):
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
                const one = document.activeElement, style = getComputedStyle(one);
                return [one.id || one.dataset.preset || one.dataset.number || one.className, style.outlineStyle];
            }"""
        )
        reached.add(focused[0])
        assert focused[1] != "none" or focused[0] == ""
    controls = {"skip", "theme", "keys", "previous-key", "next-key", "slider", "panel", "level", "width", "overlay"}
    assert controls | {"opacity", "zoom-in", "zoom-out", "zoom-fit", "0", "1", "2", "3"} <= reached


def test_a_screen_reader_is_told_the_slice(page):
    words = (
        "Slice 5 of 9, z 20.0 mm; 90.0%, reaches the study's threshold balanced, 40.0%; key slice 1; outlined: subdural"
    )
    assert page.locator("#picture").get_attribute("aria-label") == words
    assert page.locator("#slider").get_attribute("aria-valuetext") == words
    assert page.locator("#told").get_attribute("role") == "status"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_system_and_the_toggle(watched, path, scheme):
    page = watched(path, color_scheme=scheme)

    def is_dark():
        return page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 27)"

    assert is_dark() == (scheme == "dark")
    page.keyboard.press("t")
    assert is_dark() == (scheme == "light")
    page.click("#theme")
    assert is_dark() == (scheme == "dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (820, 1180), (390, 844)])
def test_axe_finds_nothing_and_nothing_runs_over(watched, path, scheme, size):
    from axe_playwright_python.sync_playwright import Axe

    page = watched(path, width=size[0], height=size[1], color_scheme=scheme)
    for opens_help in (False, True):
        if opens_help:
            page.keyboard.press("?")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [(1280, 800), (820, 1180), (390, 844)])
def test_research_use_only_is_always_in_view(watched, path, size):
    page = watched(path, width=size[0], height=size[1])
    for _ in range(3):
        box = page.locator(".notice").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= size[1]
        page.mouse.move(size[0] - 40, size[1] - 40)
        page.mouse.wheel(0, 500)


def test_a_finger_drags_through_the_slices_and_two_zoom(watched, path):
    page = watched(path, width=820, height=1180, has_touch=True)
    drag = """moves => {
        const canvas = document.getElementById("picture");
        canvas.setPointerCapture = () => {};
        for (const [kind, pointerId, clientX, clientY] of moves)
            canvas.dispatchEvent(new PointerEvent(kind, { pointerId, pointerType: "touch", clientX, clientY }));
    }"""
    far = 2.2 * page.locator("#view").bounding_box()["height"] / COUNT
    up = [["pointerdown", 1, 400, 600], ["pointermove", 1, 400, 600 - far], ["pointerup", 1, 0, 0]]
    page.evaluate(drag, up)
    assert at(page) == KEYS[0] + 2
    pinch = [["pointerdown", 1, 300, 500], ["pointerdown", 2, 400, 500], ["pointermove", 1, 300, 500]]
    page.evaluate(drag, [*pinch, ["pointermove", 2, 500, 500], ["pointerup", 1, 0, 0], ["pointerup", 2, 0, 0]])
    assert page.locator("#zoom-told").inner_text() == "2.0×"


def test_without_scripts_the_key_slices_and_the_answer_are_there(watched, path):
    page = watched(path, java_script_enabled=False)
    assert page.locator(".still img").count() == 2
    assert page.locator(".still img").first.is_visible()
    assert page.locator(".notice").is_visible()
    assert page.locator("#strip").is_visible()
    assert page.locator("#picture").is_hidden()
    assert page.locator("#slider").is_hidden()


def test_paper_shows_the_key_slices(page):
    page.emulate_media(media="print")
    assert page.locator(".still img").first.is_visible()
    assert page.locator("#picture").is_hidden()
