"""Where the brain's densities lie in HU, how well a picture's window is guessed, and what an input owes to its window.

Prints the constants of the preparation (level and spread of the shortest half of the brain's densities, over slices in
HU whose skull encloses the brain) for two origins; then, for 8-bit pictures of these slices, the ratio of the contrast
that the preparation guesses to the true one; last the mean absolute difference between the input made from the slice in
HU and the inputs made from its pictures.

    python benchmarks/unknown_window.py

Data: rsna-2019-slices, rsna-2019-study and cq500-ct-0, in the folder HEMOSCOPE_DATA or ../shared/data.
"""

from collections.abc import Iterator

import numpy as np

from hemoscope.errors import HemoscopeError
from hemoscope.preparation.canonical import Prepared, prepare_and_check
from hemoscope.preparation.head import find_head, shrink
from hemoscope.preparation.tissue import measure_tissue
from hemoscope.preparation.window import apply_window
from hemoscope.reading import find_images, read_slice
from hemoscope.records import Slice
from hemoscope.terms import SOFT_TISSUE, Unit, Window
from real_data import folder, rsna_slices

WINDOWS = (
    Window(35, 70),
    Window(40, 80),
    Window(40, 100),
    Window(40, 150),
    Window(75, 215),
    Window(127.5, 255),
    Window(40, 400),
)


def main() -> None:
    """Measure and print, an origin after the other."""
    for name, slices in (("RSNA", (image for _, image in rsna_slices())), ("CQ500", cq500_slices())):
        closed = [image for image in slices if shows_closed_skull(image)]
        print(f"{name}: {len(closed)} slices whose skull encloses the brain")
        print_tissue(np.array([measure(image) for image in closed]))
        print_windows(closed)


def cq500_slices() -> Iterator[Slice]:
    """Yield the slices that can be read."""
    for path in find_images(folder("cq500-ct-0")):
        try:
            yield read_slice(path)
        except HemoscopeError:
            continue


def shows_closed_skull(image: Slice) -> bool:
    """Tell whether there is a brain, and bone encloses it."""
    try:
        return not prepare_and_check(image).notices and find_head(apply_window(image.pixels, SOFT_TISSUE)).is_closed
    except HemoscopeError:
        return False


def measure(image: Slice) -> tuple[float, float]:
    """Return level and spread in HU."""
    head = find_head(apply_window(image.pixels, SOFT_TISSUE))
    return measure_tissue(shrink(image.pixels)[0], head.tissue)


def print_tissue(tissue: np.ndarray) -> None:
    """Print the level as mean and standard deviation, the spread as median and that of its logarithm."""
    level, spread = tissue.T
    print(f"level, HU    mean {level.mean():5.1f}    standard deviation {level.std():.1f}")
    print(
        f"spread, HU   median {np.median(spread):5.1f}  standard deviation of the logarithm {np.log(spread).std():.2f}"
    )


def print_windows(images: list[Slice]) -> None:
    """Print one line per window."""
    references = [prepare_and_check(image).inputs for image in images]
    print(f"{'picture in':<12}{'guessed / true contrast':<28}{'difference of inputs':<28}refused")
    print(f"{'':<12}{'median [middle 80 %]':<28}{'median [90th percentile]':<28}")
    for window in WINDOWS:
        found = [as_prepared(image, window) for image in images]
        ratios = [one.slope / window.width for one in found if one is not None]
        pairs = zip(found, references, strict=True)
        away = [float(np.abs(one.inputs - reference).mean()) for one, reference in pairs if one is not None]
        low, middle, high = np.percentile(ratios, [10, 50, 90])
        ratio, far = f"{middle:.2f} [{low:.2f}-{high:.2f}]", np.percentile(away, [50, 90])
        shown = f"{window.level:g}/{window.width:g}"
        print(f"{shown:<12}{ratio:<28}{f'{far[0]:.4f} [{far[1]:.4f}]':<28}{sum(one is None for one in found)}")
    print()


def as_prepared(image: Slice, window: Window) -> Prepared | None:
    """Render to 8 bits and prepare; None where it is refused."""
    grey = np.round(apply_window(image.pixels, window) * 255).astype(np.float32) / 255
    try:
        return prepare_and_check(Slice(grey, Unit.GREY, image.source, "png"))
    except HemoscopeError:
        return None


if __name__ == "__main__":
    main()
