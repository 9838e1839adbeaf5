"""A study as one page to scroll through: real HU, any window, the map on or off, by keys as well; nothing fetched."""

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from hemoscope.records import SliceResult, StudyResult
from hemoscope.results.caption import Caption, answer_in_words, base_name
from hemoscope.results.html import VERDICTS, page_environment, subtypes_of
from hemoscope.results.page_data import PRESETS, PageSlice, bars_of, script_data
from hemoscope.results.page_pixels import GREYS, PackedSlice
from hemoscope.results.palette import COLORS, HEAT, LIMIT, NAMES, number_of
from hemoscope.results.wording import check_probability, counted, percent, volumes_in_words
from hemoscope.terms import RESEARCH_USE_ONLY, Label, Unit
from hemoscope.writing.atomic import write_text

SHORTCUTS = (
    (("↑", "→"), "One slice towards the head"),
    (("↓", "←"), "One slice towards the feet"),
    (("Page Up", "Page Down"), "Five slices"),
    (("Home", "End"), "Lowest and highest slice"),
    (("N", "P"), "Next and previous key slice"),
    (("1", "2", "3", "4"), "Window: brain, subdural, soft tissue, bone"),
    (("O",), "Overlay on and off"),
    (("+", "-", "0"), "Zoom in, out, fit"),
    (("Shift + arrows",), "Move what is zoomed"),
    (("T",), "Light and dark"),
    (("?", "Esc"), "Open and close these keys"),
)


@dataclass(frozen=True, slots=True)
class Still:
    """A picture for browsers that run no script, and for paper.

    Attributes:
        png: The file's bytes.
        caption: What it shows.
    """

    png: bytes
    caption: Caption


def write_study_page(
    result: StudyResult | SliceResult,
    slices: Sequence[PageSlice],
    path: str | os.PathLike[str],
    *,
    stills: Sequence[Still],
    model: Mapping[str, object],
    method: str | None = None,
) -> None:
    """Write the page, whole or not at all.

    It runs its own script and no other, by the script's SHA-256 in its Content-Security-Policy, and asks for nothing.

    Args:
        result: The answer.
        slices: From feet to head; none where nothing could be read.
        path: The file to write or replace.
        stills: The key slices, the strongest first.
        model: As `Bundle.summary` tells it.
        method: What made the maps; None for the network itself.

    Raises:
        BundleError: "result.not_a_probability".
    """
    check_probability(result.probability, of="any hemorrhage")
    write_text(Path(path), render_study_page(result, slices, stills=stills, model=model, method=method))


def render_study_page(
    result: StudyResult | SliceResult,
    slices: Sequence[PageSlice],
    *,
    stills: Sequence[Still],
    model: Mapping[str, object],
    method: str | None = None,
) -> str:
    """Fill the template; the arguments are those of `write_study_page`."""
    script = _script()
    packed = [one.packed for one in slices]
    is_hu = any(one is not None and one.unit is Unit.HU for one in packed)
    study = result if isinstance(result, StudyResult) else None
    figure, meaning = answer_in_words(result)
    point = result.operating_point
    return _template().render(
        name=base_name(result.input),
        about="" if study is None or not study.slices else counted(len(study.slices), "slice"),
        verdict=VERDICTS[str(result.decision or result.status)],
        figure=figure,
        meaning=meaning,
        slices=bars_of(slices, None if point is None else point.threshold),
        threshold=None if point is None else point.threshold,
        limit="" if point is None else percent(point.threshold),
        presets=[{"name": name} for name, _ in PRESETS] if is_hu else [],
        has_maps=any(one is not None and one.marks for one in packed),
        method=method,
        heat=HEAT.hex,
        labels=_legend(slices),
        map_limit=f"{LIMIT:.0%}",
        keys=[] if study is None else _keys(slices),
        subtypes=subtypes_of(result),
        volumes=volumes_in_words(study.volumes_ml) if study and study.volumes_ml else "",
        error=result.error,
        warnings=result.warnings,
        series=None if study is None else study.series,
        kept=_kept(packed),
        model=model,
        made=datetime.now(UTC),
        notice=RESEARCH_USE_ONLY,
        stills=[_still(one) for one in stills],
        shortcuts=SHORTCUTS,
        study=_as_script_data(script_data(slices, is_hu=is_hu, method=method)),
        packed=[None if one is None else _markup(one) for one in packed],
        script=Markup(script),
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


@cache
def _template() -> Template:
    """Compile the page once: a service draws one for each study."""
    return page_environment().get_template("study_page.html.jinja")


def _script() -> str:
    """Join the two parts of the script; the browser hashes exactly what stands between the tags."""
    folder = files("hemoscope.results") / "templates"
    return "".join((folder / name).read_text(encoding="utf-8") for name in ("study_pixels.js", "study_page.js"))


def _keys(slices: Sequence[PageSlice]) -> list[dict[str, Any]]:
    ranked = [(one.rank, place, one.caption) for place, one in enumerate(slices) if one.rank is not None]
    return [
        {"slice": place, "place": caption.place or caption.name, "figure": caption.figure}
        for _, place, caption in sorted(ranked, key=lambda each: each[0])
    ]


def _legend(slices: Sequence[PageSlice]) -> list[dict[str, Any]]:
    shown = {label for one in slices for label in one.labels}
    return [
        {"number": number_of(label), "color": COLORS[label].hex, "name": NAMES[label]}
        for label in Label
        if label in shown
    ]


def _kept(packed: Sequence[PackedSlice | None]) -> str:
    known = [one for one in packed if one is not None]
    if not known:
        return ""
    of = "whole HU" if known[0].unit is Unit.HU else f"{GREYS + 1} steps of grey"
    size = "reduced to" if any(one.is_reduced for one in known) else "at their own"
    return f"Slices are kept here in {of}, {size} {known[0].columns} x {known[0].rows} pixels."


def _still(one: Still) -> dict[str, str]:
    caption = one.caption
    return {
        "source": "data:image/png;base64," + base64.b64encode(one.png).decode("ascii"),
        "alt": f"The slice {caption.name}",
        "legend": ": ".join(part for part in (caption.place or caption.name, caption.figure) if part),
    }


def _markup(one: PackedSlice) -> dict[str, Markup]:
    """base64 holds nothing to escape, and there is too much of it to look through."""
    return {"pixels": Markup(one.pixels), "marks": Markup(one.marks or "")}


def _as_script_data(values: Mapping[str, Any]) -> Markup:
    """Write JSON that no text in it can end early (HTML, 4.12.1.3: no "<" in a script)."""
    return Markup(json.dumps(values).replace("<", "\\u003c"))
