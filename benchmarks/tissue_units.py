"""Where the brain's densities lie in HU, and how one slice's input changes with the window it was rendered in.

Prints the two constants of the preparation (level and spread of the shortest half of the brain's densities, median over
RSNA slices whose skull encloses the brain), then the mean absolute difference between the inputs made from an 8-bit
picture in the window 40/400 and from pictures of the same slice in narrower windows; last, from the slice in HU itself,
whose contrast is known and not estimated.

    python benchmarks/tissue_units.py

Data: rsna-2019-slices and rsna-2019-study, in the folder HEMOSCOPE_DATA or ../shared/data.
"""

import numpy as np

from hemoscope.errors import HemoscopeError
from hemoscope.preparation.canonical import prepare
from hemoscope.preparation.head import find_head, shrink
from hemoscope.preparation.tissue import measure_tissue
from hemoscope.preparation.window import apply_window
from hemoscope.records import Slice
from hemoscope.terms import SOFT_TISSUE, Unit, Window
from real_data import rsna_slices

WIDE = Window(40, 400)
WINDOWS = (Window(35, 70), Window(40, 80), Window(40, 100), Window(40, 150), Window(40, 250))


def main() -> None:
    """Measure and print."""
    tissue: list[tuple[float, float]] = []
    closed: list[list[float]] = []
    others: list[list[float]] = []
    for _, image in rsna_slices():
        try:
            head = find_head(apply_window(image.pixels, SOFT_TISSUE))
            differences = window_differences(image)
        except HemoscopeError:
            continue
        (closed if head.is_closed else others).append(differences)
        if head.is_closed:
            tissue.append(measure_tissue(shrink(image.pixels)[0], head.tissue))
    level, spread = np.array(tissue).T
    print(f"{len(tissue)} RSNA slices whose skull encloses the brain: median and quartiles over slices, HU")
    for name, values in (("level", level), ("spread", spread)):
        low, middle, high = np.percentile(values, [25, 50, 75])
        print(f"{name:<8}{middle:5.1f}  [{low:.1f}-{high:.1f}]")
    print()
    for name, rows in (("closed skull", closed), ("face, neck or open skull", others)):
        print_differences(name, np.array(rows))


def window_differences(image: Slice) -> list[float]:
    """Compare the input from a wide window with those from others and from HU; a refused picture counts as NaN."""
    reference = prepare(as_picture(image, WIDE))
    return [difference(reference, other) for other in (*(as_picture(image, window) for window in WINDOWS), image)]


def as_picture(image: Slice, window: Window) -> Slice:
    """Render to 8 bits."""
    grey = np.round(apply_window(image.pixels, window) * 255).astype(np.float32) / 255
    return Slice(grey, Unit.GREY, image.source, "png")


def difference(reference: np.ndarray, image: Slice) -> float:
    """Prepare, and compare."""
    try:
        return float(np.abs(prepare(image) - reference).mean())
    except HemoscopeError:
        return float("nan")


def print_differences(name: str, rows: np.ndarray) -> None:
    """Print one line per window."""
    print(f"{name}, {len(rows)} slices: mean absolute difference of inputs in [0, 1]")
    print(f"{'window':<10}{'median':>10}{'90th percentile':>18}{'refused':>10}")
    names = [f"{window.level:.0f}/{window.width:.0f}" for window in WINDOWS]
    for shown, column in zip([*names, "none: HU"], rows.T, strict=True):
        low, high = np.nanpercentile(column, [50, 90])
        print(f"{shown:<10}{low:>10.4f}{high:>18.4f}{np.isnan(column).sum():>10}")
    print()


if __name__ == "__main__":
    main()
