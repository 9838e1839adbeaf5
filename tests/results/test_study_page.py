"""The study page: one file that runs its own script and no other, and asks for nothing; see tests/integration too."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from hemoscope.errors import BundleError
from hemoscope.records import Edges, Notice, Shown, Slice
from hemoscope.results.caption import caption_in_study, caption_of
from hemoscope.results.page_data import PageSlice
from hemoscope.results.page_pixels import pack_slice
from hemoscope.results.study_page import Still, write_study_page
from hemoscope.terms import Label, Unit

from .sample import MODEL, POSITIVE, REFUSED_STUDY, STUDY
from .test_html import WICKED, Parsed, assert_asks_nothing, assert_headings_skip_no_level, assert_shows_script_as_text

BLOOD = np.zeros((8, 8), np.float32)
BLOOD[2:5, 2:5] = 0.9
EDGES = Edges("R", "A", "L", "P")
CT = Slice(np.full((8, 8), 35, np.float32), Unit.HU, "a.dcm", "dicom", (0.5, 0.5), edges=EDGES)
SHOWN = Shown(CT, {Label.ANY: BLOOD, Label.SUBDURAL: BLOOD})
PNG = b"\x89PNG of a slice"


def slices_of(result, shown=SHOWN):
    found = []
    for place, one in enumerate(result.slices):
        can_be_read = one.error is None
        caption = caption_in_study(result, place, shown if can_be_read else None)
        packed = pack_slice(shown, is_heat=False) if can_be_read else None
        rank = 1 if place in result.key_slices else None
        labels = (Label.SUBDURAL,) if can_be_read else ()
        found.append(PageSlice(caption, one.probability, packed, shown.image.edges, rank, labels))
    return found


def text_of(folder, result=STUDY, slices=None, *, stills=None, model=MODEL, method=None):
    slices = slices_of(result) if slices is None else slices
    stills = [Still(PNG, one.caption) for one in slices if one.rank] if stills is None else stills
    write_study_page(result, slices, folder / "index.html", stills=stills, model=model, method=method)
    return (folder / "index.html").read_text(encoding="utf-8")


def data_of(text):
    return json.loads(re.search(r'<script type="application/json" id="study">(.*?)</script>', text, re.S).group(1))


@pytest.fixture
def page(tmp_path) -> Parsed:
    return Parsed(text_of(tmp_path))


def test_the_page_runs_its_own_script_alone_by_its_sum(tmp_path):
    text = text_of(tmp_path)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = Parsed(text)
    assert_asks_nothing(page, script_hash=f"sha256-{digest}")
    assert {one.get("type") for one in page.all("script")} == {None, "application/json", "text/plain"}
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))
    assert not re.search(r"""url\(|@import|https?:|fetch\(|XMLHttpRequest|import\(""", text)


def test_nothing_in_the_page_calls_a_script_by_an_attribute(page):
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_the_notice_the_answer_and_the_reason_of_it_stand_first(page):
    assert (
        page.text.split("Dark")[0]
        .strip()
        .endswith(
            "Skip to the slices Research use only. Not a medical device. Not for diagnosis. study 3 slices "
            "● Positive 90.0% positive at balanced, from 40.0%"
        )
    )


def test_each_slice_has_a_bar_and_the_key_slice_a_flag(page):
    bars = [tag for tag in page.all("rect") if tag["class"] == "bar"]
    assert [float(bar["height"]) for bar in bars] == [10.0, 95.0, 0.0]
    assert sum(tag["class"] == "flag" for tag in page.all("rect")) == 1
    assert [group["class"] for group in page.all("g")] == ["negative", "positive key", "negative"]
    assert "Slice 2 of 3, z 0.0 mm; 95.0%, reaches the study's threshold balanced, 40.0%; key slice 1; " in page.text
    assert "outlined: subdural" in page.text


def test_volumes_subtypes_warnings_and_the_model_are_told(page):
    assert "Blood outlined in all 12.5 mL, subdural 12.5 mL; counted in the maps" in page.text
    assert "Subtypes subdural 80.0%" in page.text
    assert "1 warning A slice is missing near z = 10 mm. series.gap" in page.text
    assert "Slices are kept here in whole HU, at their own 8 x 8 pixels." in page.text
    assert "with seed-cnn 0.1.0." in page.text


def test_without_scripts_the_key_slices_are_there_as_pictures(page):
    assert [(image["alt"], image["src"]) for image in page.all("img")] == [
        ("The slice b.dcm", "data:image/png;base64," + base64.b64encode(PNG).decode())
    ]
    assert "Slice 2 of 3, z 0.0 mm: 95.0%" in page.text


def test_the_script_is_told_what_it_needs_and_no_more(tmp_path):
    data = data_of(text_of(tmp_path))
    assert (data["first"], data["offset"], data["highest"]) == (1, -1024, 4095)
    assert [(one["level"], one["width"]) for one in data["presets"]] == [(40, 80), (80, 200), (40, 400), (600, 2800)]
    low, high, failed = data["slices"]
    assert high["edges"] == {"left": "R", "top": "A", "right": "L", "bottom": "P"}
    assert (high["isKey"], low["isKey"]) == (True, False)
    assert (low["rows"], low["columns"], low["mm"]) == (8, 8, [0.5, 0.5])
    assert (failed["rows"], failed["kind"], failed["verdict"]) == (0, "failed", "It ends early.")


def test_a_script_in_any_text_is_shown_and_does_not_run(tmp_path):
    notice = Notice(WICKED, WICKED)
    wicked = replace(
        STUDY,
        input=WICKED,
        warnings=(notice,),
        series=replace(STUDY.series, name=WICKED, reason=WICKED),
        slices=tuple(replace(one, name=WICKED) for one in STUDY.slices),
    )
    shown = Shown(CT, SHOWN.maps, notice)
    text = text_of(tmp_path, wicked, slices_of(wicked, shown), model=MODEL | {"name": WICKED})
    page = Parsed(text)
    # the data, pixels and marks of three slices, and the script itself
    assert_shows_script_as_text(page, pictures=1, scripts=1 + 2 * 3 + 1)
    assert data_of(text)["slices"][0]["name"] == WICKED
    assert data_of(text)["slices"][0]["withheld"] == f"Map withheld: {WICKED}"


def test_odd_letters_of_a_name_are_written_out_for_the_script_too(tmp_path):
    odd = replace(STUDY, slices=tuple(replace(one, name="a\u202eb\udce4") for one in STUDY.slices))
    assert data_of(text_of(tmp_path, odd))["slices"][0]["name"] == r"a\u202eb\udce4"


def test_a_picture_offers_no_window_in_hu(tmp_path):
    shown = Shown(Slice(np.full((8, 8), 0.5, np.float32), Unit.GREY, "a.png", "png"))
    caption = caption_of(POSITIVE, shown)
    only = PageSlice(caption, 0.873, pack_slice(shown, is_heat=False), rank=1)
    text = text_of(tmp_path, POSITIVE, [only])
    page, data = Parsed(text), data_of(text)
    assert (data["offset"], data["highest"], data["presets"], data["unit"]) == (0, 255, [], " of 255, grey")
    assert "A picture of unknown window: its grey can be stretched, and holds no HU." in page.text
    assert "No map is shown." in page.text
    assert "Slices are kept here in 256 steps of grey" in page.text
    assert "feet" not in page.text.split("Keys")[0]


def test_the_map_of_another_method_is_named_and_said_to_be_no_probability(tmp_path):
    heated = [replace(one, labels=()) for one in slices_of(STUDY)]
    text = text_of(tmp_path, STUDY, heated, method="gradcam")
    assert "Map of gradcam Show" in Parsed(text).text.replace(" O ", " ")
    assert "from 0 to its maximum in this input, which is no probability" in Parsed(text).text
    assert data_of(text)["method"] is True


def test_an_input_without_slices_has_its_reason_and_no_script(tmp_path):
    text = text_of(tmp_path, REFUSED_STUDY, [])
    page = Parsed(text)
    assert page.all("script") == []
    assert "Why there is no score Found no brain. Choose a head. study.no_brain" in page.text
    assert "◇ Refused" in page.text
    assert page.all("button") == []


def test_a_number_that_is_no_probability_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"result\.not_a_probability"):
        text_of(tmp_path, replace(STUDY, probability=float("nan")), [])


def test_headings_never_skip_a_level_and_every_control_has_a_name(page):
    assert_headings_skip_no_level(page)
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    for _, attributes in page.tags:
        for name in attributes.get("aria-labelledby", "").split():
            assert name in ids


def test_what_the_script_looks_for_is_on_the_page(tmp_path):
    text = text_of(tmp_path)
    ids = {attributes["id"] for _, attributes in Parsed(text).tags if "id" in attributes}
    script = re.findall(r"<script>(.*?)</script>", text, re.S)[0]
    asked = set(re.findall(r'\b(?:by|on)\("([\w-]+)"', script))
    assert len(asked) > 20
    assert asked <= ids
