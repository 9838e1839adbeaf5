"""How often letters in pixels are seen, and how often a slice without any is taken for one with them.

On real slices: how many are flagged as they are; then with a made-up name and number drawn in a corner, as consoles
do, by the height of a capital and by how bright it is, on every 8th slice: in Pillow's font, whose letters stand apart
as on a screen, and in OpenCV's, whose small letters run into each other. Letters that lie over the head are counted
too: nobody promises that a corner is free. The same sets are in a test that no slice is flagged, so that the first
table cannot surprise; the rule for letters that run together was made after a first look at the second, where none
of up to 7 pixels were seen, and at windowed pictures of other patients, of which its first form flagged 19 of 400.

    python benchmarks/letters.py

Data, in the folder HEMOSCOPE_DATA or ../shared/data: rsna-2019-slices, rsna-2019-study, cq500-ct-0.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pydicom import dcmread

from hemoscope.deidentification.letters import has_letters
from hemoscope.reading import find_images
from hemoscope.reading.quiet import quiet_libraries
from real_data import folder

EVERY = 8
CAPITALS = (5, 7, 10, 16, 28)
"""Pixels that a capital is high."""
BRIGHT = {"white": 1.0, "light grey": 0.7, "dark grey": 0.4}
"""Share of the slice's range above its darkest value."""
LINES = ("QUIXOTEWICZ B", "ID 7731904")
CORNERS = ("top left", "top right", "bottom left", "bottom right")


def main() -> None:
    """Count, and print both tables."""
    kept = []
    print(f"{'slices as they are':<24}{'flagged':>9}{'of':>6}")
    for name, pictures in (("rsna-2019-slices", zipped()), ("rsna-2019-study", plain("rsna-2019-study"))):
        kept += as_they_are(name, pictures)
    kept += as_they_are("cq500-ct-0", plain("cq500-ct-0"))
    drawn = kept[::EVERY]
    print(f"\nWith two lines in a corner, {len(drawn)} slices, {len(CORNERS)} corners each")
    print(f"{'capital, px':<12}{'letters':<12}" + "".join(f"{name:>14}" for name in BRIGHT))
    for capital in CAPITALS:
        for font in FONTS:
            cells = [f"{seen(drawn, capital, share, font):>14.1%}" for share in BRIGHT.values()]
            print(f"{capital:<12}{font:<12}" + "".join(cells), flush=True)


def seen(pictures: list[np.ndarray], capital: int, share: float, font: str) -> float:
    """Return the share of slices and corners where letters are seen."""
    return float(
        np.mean([has_letters(write(each, corner, capital, share, font)) for each in pictures for corner in CORNERS])
    )


def as_they_are(name: str, pictures: Iterator[np.ndarray]) -> list[np.ndarray]:
    """Count the slices of a set that are flagged, and return all."""
    found = list(pictures)
    print(f"{name:<24}{sum(map(has_letters, found)):>9}{len(found):>6}", flush=True)
    return found


def write(picture: np.ndarray, corner: str, capital: int, share: float, font: str) -> np.ndarray:
    """Return a slice with LINES in one corner."""
    lines = [FONTS[font](line, capital) for line in LINES]
    bright = np.zeros(picture.shape, bool)
    rows, columns = picture.shape
    for number, line in enumerate(lines):
        height, width = line.shape
        step = number * (height + capital // 2 + 2)
        top = 4 + step if "top" in corner else rows - 4 - height - step
        left = 4 if "left" in corner else columns - 4 - width
        bright[top : top + height, left : left + width] |= line
    low, high = float(picture.min()), float(np.percentile(picture, 99.5))
    return np.where(bright, np.float32(low + share * (high - low)), picture)


def apart(line: str, capital: int) -> np.ndarray:
    """Return a line in Pillow's font, whose capitals are 0.71 of its size."""
    font = ImageFont.load_default(round(capital / 0.71))
    left, top, right, bottom = (round(edge) for edge in font.getbbox(line))
    image = Image.new("1", (right - left, bottom - top))
    ImageDraw.Draw(image).text((-left, -top), line, fill=1, font=font)
    return np.asarray(image)


def running(line: str, capital: int) -> np.ndarray:
    """Return a line in OpenCV's font, whose capitals are 21 pixels high at scale 1."""
    scale, thick = capital / 21.0, max(1, round(capital / 12))
    (width, height), below = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    layer = np.zeros((height + below, width), np.uint8)
    return cv2.putText(layer, line, (0, height), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, thick) > 0


FONTS = {"apart": apart, "running": running}


def zipped() -> Iterator[np.ndarray]:
    """Yield the pixels of rsna-2019-slices."""
    with tempfile.TemporaryDirectory() as temporary:
        with zipfile.ZipFile(folder("rsna-2019-slices") / "slices.zip") as archive:
            archive.extractall(temporary)
        yield from read(Path(temporary))


def plain(name: str) -> Iterator[np.ndarray]:
    """Yield the pixels of a folder."""
    yield from read(folder(name))


def read(place: Path) -> Iterator[np.ndarray]:
    """Yield stored values, as `hemoscope deidentify` looks at them, of the files that can be decoded."""
    for path in find_images(place):
        with quiet_libraries():
            try:
                yield dcmread(path).pixel_array.astype(np.float32)
            except Exception:  # each decoder has its own errors
                continue


if __name__ == "__main__":
    main()
