"""What a viewer needs of an examined input: its pixels and its map as volumes, and what is known of each slice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.explanation.sights import Sight, sights_of
from hemoscope.inference.batch import Examined
from hemoscope.inference.study import StudyExamination
from hemoscope.records import Shown, Slice, StudyResult
from hemoscope.results.page_data import PRESETS
from hemoscope.results.page_pixels import GREYS
from hemoscope.results.palette import COLORS, find_areas, labels_in, number_of
from hemoscope.terms import Label, Unit
from hemoscope.writing.nifti import write_nifti

VOLUME, MAPS = "volume.nii.gz", "maps.nii.gz"
AIR = -1024
"""HU of a slice that cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    """A slice as the viewer gets it: int16 pixels, uint8 areas, both of the volume's shape, and what is told of it."""

    pixels: np.ndarray
    areas: np.ndarray
    has_map: bool
    told: Mapping[str, Any]


def write_viewing(examined: Examined, folder: Path) -> dict[str, Any] | None:
    """Write an input as volumes that a viewer can show, plane n of each being section n from feet to head.

    Args:
        examined: The input's answer and slices; its files must still be open.
        folder: Gets `volume.nii.gz`, int16 HU, or grey from 0 to 255 for a picture, and, from a network with maps,
            `maps.nii.gz`, uint8, same shape: 0, or the number of the label that is seen there.

    Returns:
        What the files hold, as plain JSON values; None where no slice could be read.
    """
    sights = sights_of(examined)
    first = next((shown.image for sight in sights if (shown := sight.look()) is not None), None)
    if first is None:
        return None
    planes = [_plane(sight, first, _position(examined, sight)) for sight in sights]
    has_maps = any(plane.has_map for plane in planes)
    spacing = _spacing(examined, first, sights)
    voxel = (1.0, 1.0, 1.0) if spacing is None else spacing
    write_nifti(np.stack([plane.pixels for plane in planes]), folder / VOLUME, spacing=voxel)
    if has_maps:
        write_nifti(np.stack([plane.areas for plane in planes]), folder / MAPS, spacing=voxel)
    rows, columns = first.pixels.shape
    point = examined.result.operating_point
    return {
        "rows": rows,
        "columns": columns,
        "count": len(planes),
        "spacing_mm": None if spacing is None else list(spacing),
        "unit": str(first.unit),
        "has_maps": has_maps,
        "is_thick": any(sight.count > 1 for sight in sights),
        "windows": _windows(first.unit),
        "map_legend": [{"value": number_of(label), "label": str(label), "color": COLORS[label].hex} for label in Label],
        "threshold": None if point is None else point.threshold,
        "operating_point": None if point is None else point.name,
        "slices": [dict(plane.told) for plane in planes],
    }


def _plane(sight: Sight, first: Slice, position: float | None) -> _Plane:
    """Look at one slice; one that cannot be read, or is unlike the first, is air."""
    shown = sight.look()
    caption = sight.describe(shown)
    shape = first.pixels.shape
    is_alike = shown is not None and (shown.image.pixels.shape, shown.image.unit) == (shape, first.unit)
    pixels = np.full(shape, AIR if first.unit is Unit.HU else 0, np.int16)
    areas = np.zeros(shape, np.uint8)
    has_map = False
    if shown is not None and is_alike:
        scale = 1 if first.unit is Unit.HU else GREYS
        pixels = np.clip(np.rint(shown.image.pixels * scale), -32768, 32767).astype(np.int16)
        found = _areas(shown)
        has_map, areas = found is not None, areas if found is None else found
    notes = caption.notes if is_alike else (*caption.notes, "This slice cannot be shown.")
    edges = None if shown is None or shown.image.edges is None else shown.image.edges._asdict()
    return _Plane(
        pixels,
        areas,
        has_map,
        {
            "place": sight.place,
            "count": sight.count,
            "position_mm": position,
            "probability": sight.probability,
            "subtypes": {str(label): value for label, value in caption.subtypes.items()} or None,
            "key_rank": sight.rank,
            "labels": [str(label) for label in labels_in(areas)],
            "withheld": caption.withheld,
            "notes": list(notes),
            "edges": edges,
        },
    )


def _position(examined: Examined, sight: Sight) -> float | None:
    slices = examined.result.slices if isinstance(examined.result, StudyResult) else ()
    return slices[sight.place].position_mm if slices else None


def _areas(shown: Shown) -> np.ndarray | None:
    return None if shown.maps is None or shown.withheld is not None else find_areas(shown.maps)


def _spacing(examined: Examined, first: Slice, sights: Sequence[Sight]) -> tuple[float, float, float] | None:
    """Return mm between sections, rows and columns; None where the file does not say."""
    if first.spacing is None:
        return None
    if not isinstance(examined, StudyExamination) or examined.series is None:
        return (first.spacing[0], *first.spacing)  # a slice by itself has no thickness that matters
    places = [sight.place for sight in sights]
    positions = examined.series.geometry.positions
    steps = np.diff([positions[place] for place in places]) if positions and len(places) > 1 else np.array([])
    between = float(np.median(steps)) if steps.size else examined.series.geometry.spacing
    return None if between is None or between <= 0 else (between, *first.spacing)


def _windows(unit: Unit) -> list[dict[str, Any]]:
    if unit is not Unit.HU:
        return [{"name": "All greys", "level": GREYS / 2, "width": float(GREYS)}]
    return [{"name": name, "level": window.level, "width": window.width} for name, window in PRESETS]
