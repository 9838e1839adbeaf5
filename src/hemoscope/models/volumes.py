"""How much blood a study shows, from its maps."""

from collections.abc import Sequence

import numpy as np

from hemoscope.models.alignment import cell_areas_mm2, estimate_pixel_mm
from hemoscope.preparation.frame import Frame
from hemoscope.terms import SUBTYPES, Label

MM3_PER_ML = 1000.0


def blood_volumes(
    maps: np.ndarray, frames: Sequence[Frame | None], *, pixel_mm: float | None, thickness_mm: float
) -> dict[Label, float]:
    """Measure the blood that maps show.

    A cell shows blood when its logit of `any` exceeds 0; it is given whole to the subtype with the highest logit.

    Args:
        maps: Logits, shape (n, cells, cells, 6), in the order of `Label`; NaN where a slice has none.
        frames: Where each slice's input lies in its picture; None where a slice has none.
        pixel_mm: Millimeters per pixel of the picture; None where nobody says: the largest heads are then taken for
            an adult's.
        thickness_mm: What each slice stands for along the head: the spacing of the slices.

    Returns:
        mL by label, in the order of `Label`; `any` is the sum of the others.

    >>> maps = np.full((1, 48, 48, 6), -5.0)
    >>> maps[0, :10, :10, [0, 5]] = 1.0
    >>> volumes = blood_volumes(maps, [Frame(1.0, (0.0, 0.0), 192)], pixel_mm=0.5, thickness_mm=5.0)
    >>> volumes[Label.ANY], volumes[Label.SUBDURAL], volumes[Label.EPIDURAL]
    (2.0, 2.0, 0.0)
    """
    pixel_mm = estimate_pixel_mm(frames) if pixel_mm is None else pixel_mm
    areas = cell_areas_mm2(frames, cells=maps.shape[1], pixel_mm=pixel_mm)
    strongest = np.argmax(np.nan_to_num(maps[..., 1:], nan=-np.inf), axis=-1)
    shows = maps[..., 0] > 0
    volumes = {Label.ANY: 0.0}
    for number, label in enumerate(SUBTYPES):
        cells = np.count_nonzero(shows & (strongest == number), axis=(1, 2))
        volumes[label] = float(cells @ areas) * thickness_mm / MM3_PER_ML
    volumes[Label.ANY] = sum(volumes.values())
    return volumes
