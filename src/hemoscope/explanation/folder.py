"""Everything that is drawn of one input, in a folder of its own: overlays, key slices, a page, and what was written."""

import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from hemoscope.explanation.names import UniqueNames
from hemoscope.explanation.sights import NamedExplainer, Sight, sights_of
from hemoscope.inference.batch import Examined
from hemoscope.records import SliceResult, StudyResult
from hemoscope.results.caption import base_name
from hemoscope.results.explanation_document import explanation_as_json
from hemoscope.results.key_sheet import SIDE, Cell, draw_key_sheet, neighbors
from hemoscope.results.overlay import lay_out
from hemoscope.results.page_data import PageSlice
from hemoscope.results.page_pixels import longest_side, pack_slice
from hemoscope.results.palette import labels_in
from hemoscope.results.slice_picture import draw_slice
from hemoscope.results.study_page import Still, write_study_page
from hemoscope.writing.atomic import write_atomically, write_text

PAGE, SHEET, DOCUMENT, SLICES = "index.html", "key-slices.png", "explanation.json", "slices"
_LEVEL = 3
"""Of PNG compression: higher ones save nothing on noise (measured on the 32 slices of an RSNA study)."""


@dataclass(frozen=True, slots=True, eq=False)
class DrawSettings:
    """What is drawn of every input.

    Attributes:
        model: As `Bundle.summary` tells it.
        method: What makes the maps; None for the network itself.
        draws_all: Whether to draw every slice of a study, rather than the key ones and those that reach the threshold.
    """

    model: Mapping[str, Any]
    method: NamedExplainer | None = None
    draws_all: bool = False

    @property
    def method_name(self) -> str | None:
        """What the method is called; None for the network itself."""
        return None if self.method is None else self.method.name


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What became of one sight: for the page, an overlay if it is wanted, and for the sheet if it belongs there."""

    page: PageSlice
    png: bytes | None = None
    cell: Cell | None = None


class Explanations:
    """A folder in which every input gets one of its own.

    Args:
        out: The folder; made when it is needed.
        settings: What to draw.
        before: Names of inputs that have their folders from an earlier call.

    Attributes:
        pages: The page of each input, in the order drawn.
    """

    def __init__(self, out: Path, settings: DrawSettings, *, before: Iterable[str] = ()) -> None:
        self._out, self._settings, self._names = out, settings, UniqueNames()
        self.pages: list[Path] = []
        for name in before:
            self._names.take(base_name(name))

    def add(self, examined: Examined, *, on_slices: Callable[[int], None] | None = None) -> None:
        """Draw one input, as `write_explanation` does."""
        folder = self._out / self._names.take(base_name(examined.result.input))
        self.pages.append(write_explanation(examined, folder, self._settings, on_slices=on_slices))


def write_explanation(
    examined: Examined, folder: Path, settings: DrawSettings, *, on_slices: Callable[[int], None] | None = None
) -> Path:
    """Draw one input into a folder; what an earlier call wrote there is replaced.

    Args:
        examined: The input's answer and slices; its files must still be open. A slice that cannot be read costs no
            other.
        folder: Where to write the page, the sheet of key slices, the overlays, and JSON that says what was written.
        settings: What to draw.
        on_slices: Called with how many slices more are drawn.

    Returns:
        The page.

    Raises:
        BundleError: "result.not_a_probability".
    """
    result, sights = examined.result, sights_of(examined, settings.method)
    in_sheet = set(neighbors(result.key_slices, result)) if isinstance(result, StudyResult) else set()
    draw = partial(_draw, settings=settings, in_sheet=in_sheet, longest=longest_side(len(sights)))
    drawn: list[_Drawn] = []
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="draw") as threads:
        for sight, one in zip(sights, threads.map(draw, sights), strict=True):
            drawn.append(one)
            if on_slices is not None:
                on_slices(sight.count)
    _clear(folder)
    files = {
        "page": PAGE,
        "key_slices": _write_sheet(result, drawn, folder / SHEET, settings),
        "slices": _write_slices(sights, drawn, folder / SLICES),
    }
    slices = [one.page for one in drawn]
    method = settings.method_name
    write_study_page(result, slices, folder / PAGE, stills=_stills(drawn), model=settings.model, method=method)
    document = explanation_as_json(result, model=settings.model, method=method, files=files)
    write_text(folder / DOCUMENT, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return folder / PAGE


def _draw(sight: Sight, *, settings: DrawSettings, in_sheet: set[int], longest: int) -> _Drawn:
    shown, is_heat = sight.look(), settings.method is not None
    caption = sight.describe(shown, method=settings.method_name)
    if shown is None:
        return _Drawn(PageSlice(caption, sight.probability, None, rank=sight.rank))
    canvas = lay_out(shown, is_heat=is_heat)
    page = PageSlice(
        caption,
        sight.probability,
        pack_slice(shown, is_heat=is_heat, longest=longest),
        shown.image.edges,
        sight.rank,
        () if canvas.areas is None else labels_in(canvas.areas),
    )
    small = lay_out(shown, is_heat=is_heat, smallest=SIDE, largest=SIDE) if sight.place in in_sheet else None
    return _Drawn(
        page,
        _encoded(draw_slice(canvas, caption)) if settings.draws_all or sight.is_wanted else None,
        None if small is None else Cell(small, caption, sight.rank),
    )


def _write_sheet(
    result: SliceResult | StudyResult, drawn: Sequence[_Drawn], path: Path, settings: DrawSettings
) -> str | None:
    """Write the sheet, and return its name; nothing where there is no key slice to show, or a slice by itself."""
    cells = [one.cell for one in drawn if one.cell is not None]
    if not isinstance(result, StudyResult) or all(cell.rank is None for cell in cells):
        return None
    sheet = draw_key_sheet(result, cells, model=settings.model, method=settings.method_name)
    write_atomically(path, partial(_write_bytes, content=_encoded(sheet)))
    return path.name


def _write_slices(sights: Sequence[Sight], drawn: Sequence[_Drawn], folder: Path) -> list[dict[str, Any]]:
    """Write the overlays, and say what each shows; names begin with the number from the feet, so that they sort."""
    names, written = UniqueNames(), []
    digits = len(str(sights[-1].place + 1)) if sights else 1
    for sight, one in zip(sights, drawn, strict=True):
        if one.png is None:
            continue
        number = f"{sight.place + 1:0{digits}d}-" if len(sights) > 1 else ""
        path = folder / f"{names.take(number + one.page.caption.name)}.png"
        write_atomically(path, partial(_write_bytes, content=one.png))
        written.append(
            {
                "file": f"{folder.name}/{path.name}",
                "slice": sight.place,
                "outlined": [str(label) for label in one.page.labels],
                "withheld": one.page.caption.withheld,
            }
        )
    return written


def _stills(drawn: Sequence[_Drawn]) -> list[Still]:
    ranked = [(one.page.rank, one) for one in drawn if one.page.rank is not None and one.png is not None]
    return [Still(one.png or b"", one.page.caption) for _, one in sorted(ranked, key=lambda each: each[0])]


def _clear(folder: Path) -> None:
    """Take away what an earlier call drew here: a picture that belongs to no answer would mislead."""
    if (folder / DOCUMENT).is_file():
        for path in (folder / SHEET, *(folder / SLICES).glob("*.png")):
            path.unlink(missing_ok=True)


def _encoded(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=_LEVEL)
    return stream.getvalue()


def _write_bytes(path: Path, *, content: bytes) -> None:
    path.write_bytes(content)
