"""What the study page's script and its strip of scores are told of each slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hemoscope.records import Edges
from hemoscope.results.caption import Caption
from hemoscope.results.html import VERDICTS
from hemoscope.results.overlay import FILL, HOTTEST
from hemoscope.results.page_pixels import GREYS, HIGHEST, OFFSET, PackedSlice
from hemoscope.results.palette import COLORS, HEAT
from hemoscope.results.wording import printable
from hemoscope.terms import BONE, BRAIN, SOFT_TISSUE, SUBDURAL, Label

PRESETS = (("Brain", BRAIN), ("Subdural", SUBDURAL), ("Soft tissue", SOFT_TISSUE), ("Bone", BONE))
"""Keys 1 to 4, in this order."""


@dataclass(frozen=True, slots=True, eq=False)
class PageSlice:
    """A slice of the page.

    Attributes:
        caption: Its words.
        probability: Of any hemorrhage; None where it has no score.
        packed: Its pixels; None where it cannot be read.
        edges: What of the patient lies at its edges; None where the file does not say.
        rank: 1 for the strongest key slice, 2 for the next; None for others.
        labels: What its map shows.
    """

    caption: Caption
    probability: float | None
    packed: PackedSlice | None
    edges: Edges | None = None
    rank: int | None = None
    labels: tuple[Label, ...] = ()


def script_data(slices: Sequence[PageSlice], *, is_hu: bool, method: str | None) -> dict[str, Any]:
    """Return what the script needs to know, besides the pixels, as plain JSON values.

    Args:
        slices: From feet to head.
        is_hu: Whether their pixels are HU.
        method: What made the maps; None for the network itself.
    """
    first = min(range(len(slices)), key=lambda at: (slices[at].rank or len(slices) + 1, at), default=0)
    brain = BRAIN if is_hu else None
    return {
        "first": first if slices and slices[first].rank else len(slices) // 2,
        "offset": OFFSET if is_hu else 0,
        "highest": HIGHEST if is_hu else GREYS,
        "unit": " HU" if is_hu else f" of {GREYS}, grey",
        "level": brain.level if brain else GREYS / 2,
        "width": brain.width if brain else GREYS,
        "presets": [{"level": window.level, "width": window.width} for _, window in PRESETS] if is_hu else [],
        "colors": [None, *(list(COLORS[label].rgb) for label in Label)],
        "heat": list(HEAT.rgb),
        "fill": FILL,
        "hottest": HOTTEST,
        "method": method is not None,
        "slices": [_slice(one) for one in slices],
    }


def _slice(one: PageSlice) -> dict[str, Any]:
    caption, packed = one.caption, one.packed
    told = {
        "kind": caption.kind,
        "mark": VERDICTS[caption.kind].mark,
        "figure": caption.figure,
        "verdict": caption.verdict,
        "place": caption.place,
        "joined": caption.joined,
        "name": caption.name,
        "notes": " ".join(caption.notes),
        "words": _in_words(one),
        "withheld": f"Map withheld: {caption.withheld}" if caption.withheld else "",
    }
    return {
        **{key: printable(text) for key, text in told.items()},
        "isKey": one.rank is not None,
        "rows": 0 if packed is None else packed.rows,
        "columns": 0 if packed is None else packed.columns,
        "mm": None if packed is None or packed.mm is None else list(packed.mm),
        "edges": None if one.edges is None else one.edges._asdict(),
    }


def _in_words(one: PageSlice) -> str:
    caption = one.caption
    seen = ", ".join(str(label) for label in one.labels if label is not Label.ANY)
    parts = [
        caption.place or caption.name,
        caption.joined,
        f"{caption.figure}, {caption.verdict}" if caption.figure else f"{caption.kind}: {caption.verdict}",
        f"key slice {one.rank}" if one.rank else "",
        f"outlined: {seen or 'hemorrhage'}" if one.labels else "",
    ]
    return "; ".join(part for part in parts if part)


def bars_of(slices: Sequence[PageSlice], threshold: float | None) -> list[dict[str, Any]]:
    """Lay the slices' probabilities out as bars, feet to head, in a box of 100 by 100.

    Args:
        slices: From feet to head.
        threshold: From which a bar is drawn as positive; None where nothing decided.
    """
    width = 100 / max(len(slices), 1)
    return [
        {
            "left": width * place,
            "width": width,
            "height": 100 * (one.probability or 0.0),
            "kind": "positive" if threshold is not None and (one.probability or 0.0) >= threshold else "negative",
            "rank": one.rank,
            "words": _in_words(one),
        }
        for place, one in enumerate(slices)
    ]
