"""What the gate lets through: real head CT, and pictures that are no head CT.

Prints for each set how many pictures pass, how many of these with the notice that there is no brain, and how many are
refused, by code; then the same for the half on which the limits of `preparation/gate.py` were set and for the other
half. Halves are drawn by patient where patients are known, else by picture. The split is not clean: the ranges of the
ratios over both halves had been looked at before, and `LEAST_REGION` answers to slices of both.

    python benchmarks/gate.py

Data, in the folder HEMOSCOPE_DATA or ../shared/data: all head CT there (every 6th slice of cq500-ct-0), RSNA and CQ500
in two windows. Not head CT: pictures drawn here, real slices inverted and with densities exchanged as in an MRI, the
photographs that matplotlib and scikit-learn bring, what else pydicom brings, and, where these packages are installed,
the pictures of scikit-image, the files of pydicom-data and the T1 template of nilearn.
"""

import csv
import importlib.util
import io
import warnings
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pydicom
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw

from hemoscope.errors import HemoscopeError
from hemoscope.preparation.gate import check_head_ct
from hemoscope.preparation.head import find_head, shrink
from hemoscope.preparation.tissue import measure_tissue
from hemoscope.preparation.window import apply_window
from hemoscope.reading import read_slice
from hemoscope.records import Slice
from hemoscope.terms import BRAIN, SOFT_TISSUE, Unit
from real_data import folder, rsna_slices

DRAWN = 40
"""Pictures of each drawn kind."""
SMALLEST_SIDE = 32
"""Smaller files of pydicom are thumbnails of nothing."""


class Picture(NamedTuple):
    """A picture at the working resolution, with the set it counts in and what decides its half."""

    kind: str
    group: str
    small: np.ndarray


def main() -> None:
    """Send everything through the gate and print the tables."""
    by_set: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    by_half: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for what, pictures in (("head CT", heads()), ("not head CT", others())):
        for picture in pictures:
            answer = judge(picture.small)
            by_set[what, picture.kind][answer] += 1
            by_half[what, half(picture)][answer] += 1
    print_table("by set", by_set)
    print_table("by half", by_half)


def judge(small: np.ndarray) -> str:
    """Return the code of the refusal or of the notice, or "" where a picture passes without."""
    try:
        head = find_head(small)
        level, spread = measure_tissue(small, head.tissue)
        return "".join(notice.code for notice in check_head_ct(head, level=level, spread=spread))
    except HemoscopeError as error:
        return error.code


def half(picture: Picture) -> str:
    """Draw a half by what belongs together, whatever was made of it."""
    base = picture.kind.split(" ")[-1].partition("@")[0]
    return ("limits set here", "the other half")[zlib.crc32(f"{base}{picture.group}".encode()) % 2]


def print_table(title: str, rows: dict[tuple[str, str], Counter[str]]) -> None:
    """Print a line per row: accepted are those that find_head and measure_tissue take, of which the gate sees more."""
    print(f"\n{title:<34}{'n':>6}{'accepted':>10}{'passed':>8}{'no brain':>10}{'not_a_head':>12}{'not_ct':>8}  earlier")
    for (what, name), answers in sorted(rows.items()):
        shape, contrast, notice = (answers[f"gate.{code}"] for code in ("not_a_head", "not_ct", "no_brain"))
        passed = answers[""] + notice
        known = {"", "gate.not_a_head", "gate.not_ct", "gate.no_brain"}
        earlier = ", ".join(f"{code} {count}" for code, count in sorted(answers.items()) if code not in known)
        print(
            f"{what + ': ' + name:<34}{answers.total():>6}{passed + shape + contrast:>10}{passed:>8}{notice:>10}"
            f"{shape:>12}{contrast:>8}  {earlier}"
        )


def heads() -> Iterator[Picture]:
    """Yield the real head CT."""
    for name, image in rsna_slices():
        yield from rendered("rsna", name, image)
    with (folder("phe-sich") / "labels.csv").open(newline="") as stream:
        patients = {row["file"]: row["patient"] for row in csv.DictReader(stream)}
    for path in sorted(folder("phe-sich/images").iterdir()):
        yield from read("phe", patients.get(path.name, path.name), path)
    for path in sorted(folder("abdulkader90").glob("*.jpg")):
        yield from read("abd", path.name.rpartition("_")[0], path)
    for path in sorted(folder("cq500-ct-0").rglob("*.dcm"))[::6]:
        yield from read("cq500", path.name, path)
    for path in sorted(folder("kaggle-head-ct-hemorrhage").rglob("*.png")):
        yield from read("kaggle", path.stem, path)
    for path in sorted(folder("bhsd-dev/images").iterdir()):
        yield from read("bhsd", path.stem, path)


def read(kind: str, group: str, path: Path) -> Iterator[Picture]:
    """Read and render a file that can be read."""
    try:
        yield from rendered(kind, group, read_slice(path))
    except HemoscopeError:
        return


def rendered(kind: str, group: str, image: Slice) -> Iterator[Picture]:
    """Yield a picture as it is, or HU in two windows."""
    if image.unit is Unit.GREY:
        yield Picture(kind, group, shrink(image.pixels)[0])
        return
    yield Picture(kind, group, shrink(apply_window(image.pixels, SOFT_TISSUE))[0])
    yield Picture(f"{kind}@40/80", group, shrink(apply_window(image.pixels, BRAIN))[0])


def others() -> Iterator[Picture]:
    """Yield what is no head CT."""
    for seed in range(DRAWN):
        for kind, grey in drawn(np.random.default_rng(seed), seed).items():
            yield Picture(kind, str(seed), shrink(np.asarray(grey, np.float32))[0])
    yield from changed_heads()
    yield from photographs()
    yield from dicom_pictures()
    yield from template()


def changed_heads() -> Iterator[Picture]:
    """Yield real slices inverted, inverted in a dark viewer, and with densities exchanged as in an MRI."""
    for picture in heads():
        if picture.kind not in ("rsna", "kaggle", "bhsd"):
            continue
        inverted, (rows, columns) = 1 - picture.small, picture.small.shape
        yield Picture(f"inverted {picture.kind}", picture.group, inverted)
        viewer = np.pad(inverted, [(rows // 5, rows // 6), (columns // 7, columns // 5)])
        yield Picture(f"inverted in viewer {picture.kind}", picture.group, shrink(viewer)[0])
        hu = 400 * picture.small - 160
        if picture.kind == "rsna":
            mri = np.interp(
                hu, [-160, -130, -90, -40, 5, 40, 70, 110, 300], [0.03, 0.5, 0.9, 0.5, 0.15, 0.5, 0.6, 0.1, 0]
            )
        else:
            mri = np.interp(picture.small, [0, 0.03, 0.25, 0.5, 0.75, 0.9, 1], [0.03, 0.2, 0.3, 0.5, 0.6, 0.1, 0.03])
        yield Picture(f"as MRI {picture.kind}", picture.group, np.asarray(mri, np.float32))


def photographs() -> Iterator[Picture]:
    """Yield photographs whole, inverted, and three random parts of each."""
    places = ("sklearn/datasets/images", "matplotlib/mpl-data/sample_data", "skimage/data")
    for place in places:
        package, _, rest = place.partition("/")
        for path in sorted((package_folder(package) / rest).glob("*")) if package_folder(package) else []:
            if path.suffix not in (".jpg", ".png"):
                continue
            grey = np.asarray(Image.open(path).convert("L"), np.float32) / 255
            yield Picture("photograph", path.stem, shrink(grey)[0])
            yield Picture("inverted photograph", path.stem, shrink(1 - grey)[0])
            generator = np.random.default_rng(len(path.stem) + grey.size % 1000)
            for _ in range(3):
                side = int(min(grey.shape) * generator.uniform(0.35, 0.8))
                top, left = (int(generator.integers(0, extent - side + 1)) for extent in grey.shape)
                if side >= 48:
                    yield Picture(
                        "part of photograph", path.stem, shrink(grey[top : top + side, left : left + side])[0]
                    )


def package_folder(name: str) -> Path | None:
    """Return where a package lies, or None where it is not installed."""
    spec = importlib.util.find_spec(name)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def dicom_pictures() -> Iterator[Picture]:
    """Yield what else pydicom and pydicom-data bring, as grey pictures of all they hold; each pixel array once."""
    seen = set()
    for package, rest in (("pydicom", "data/test_files"), ("data_store", "data")):
        place = package_folder(package)
        for path in sorted((place / rest).rglob("*")) if place else []:
            grey = dicom_grey(path) if path.is_file() and "J2K_pixelrep" not in path.name else None
            if grey is None or grey[1].tobytes() in seen:
                continue
            seen.add(grey[1].tobytes())
            yield Picture(f"DICOM {grey[0]}", path.name, grey[1])


def dicom_grey(path: Path) -> tuple[str, np.ndarray] | None:
    """Return modality and first frame, stretched from its percentile 0.5 to 99.5; None where there is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = pydicom.dcmread(io.BytesIO(path.read_bytes()))
            pixels = np.asarray(data.pixel_array, np.float32)
    except Exception:
        return None  # these files exist to be broken
    if int(data.get("NumberOfFrames") or 1) > 1:
        pixels = pixels[0]
    pixels = pixels[..., :3].mean(axis=-1) if pixels.ndim == 3 else pixels
    if min(pixels.shape) < SMALLEST_SIDE:
        return None
    low, high = np.percentile(pixels, [0.5, 99.5])
    grey = np.clip((pixels - low) / max(high - low, 1e-6), 0, 1)
    grey = 1 - grey if data.get("PhotometricInterpretation") == "MONOCHROME1" else grey
    return str(data.get("Modality") or "none"), shrink(np.asarray(grey, np.float32))[0]


def template() -> Iterator[Picture]:
    """Yield slices of the T1 brain that nilearn brings, without skull."""
    import nibabel

    place = package_folder("nilearn")
    if place is None:
        return
    path = place / "datasets/data/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
    volume = np.asarray(nibabel.load(path).dataobj, np.float32)
    volume = np.clip(volume / np.percentile(volume, 99.5), 0, 1)
    for height in range(10, volume.shape[2] - 5, 4):
        yield Picture("T1 template", str(height), shrink(np.ascontiguousarray(np.rot90(volume[:, :, height])))[0])


def drawn(generator: np.random.Generator, seed: int) -> dict[str, np.ndarray]:
    """Draw one picture of each kind."""
    texture = natural_texture(generator, slope=(0.6, 1.0, 1.5, 2.0)[seed % 4])
    body = draw_body(generator, seed)
    return {
        "texture": texture,
        "framed texture": np.pad(0.1 + 0.6 * texture, 4 + seed % 16, constant_values=1.0),
        "blobs": draw_blobs(generator),
        "screenshot": draw_screenshot(generator, is_dark=bool(seed % 2)),
        "plot": draw_plot(generator, seed),
        "ring": draw_ring(generator, seed),
        "chest film": draw_chest_film(generator),
        "scout view": draw_scout(generator, is_lateral=bool(seed % 2)),
        "body": apply_window(body, SOFT_TISSUE),
        "body@40/80": apply_window(body, BRAIN),
    }


def natural_texture(generator: np.random.Generator, *, slope: float) -> np.ndarray:
    """Draw noise whose amplitude falls with frequency, as in pictures of nature."""
    frequency = np.hypot(np.fft.fftfreq(256)[:, np.newaxis], np.fft.rfftfreq(256)[np.newaxis])
    frequency[0, 0] = 1 / 256
    waves = generator.normal(size=frequency.shape) + 1j * generator.normal(size=frequency.shape)
    field = np.fft.irfft2(waves / frequency**slope, (256, 256))
    low, high = np.percentile(field, [0.5, 99.5])
    return np.clip((field - low) / (high - low), 0, 1)


def draw_blobs(generator: np.random.Generator) -> np.ndarray:
    """Draw soft bright spots."""
    grey = np.zeros((256, 256), np.float32)
    for _ in range(int(generator.integers(3, 25))):
        spot = np.zeros_like(grey)
        row, column = generator.integers(0, 256, 2)
        spot[row, column] = 1
        spot = cv2.GaussianBlur(spot, (0, 0), float(generator.uniform(4, 50)))
        grey += float(generator.uniform(0.2, 1)) * spot / spot.max()
    return np.clip(grey / np.percentile(grey, 99.5) + 0.01 * generator.normal(size=grey.shape), 0, 1)


def draw_screenshot(generator: np.random.Generator, *, is_dark: bool) -> np.ndarray:
    """Draw boxes and lines of text."""
    paper, ink = (30, 220) if is_dark else (245, 20)
    picture = Image.new("L", (640, 480), paper)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(generator.integers(2, 7))):
        left, top, width, height = (int(v) for v in generator.integers([0, 0, 60, 30], [500, 380, 400, 250]))
        fill = int(generator.integers(0, 255)) if generator.random() < 0.5 else None
        draw.rectangle(
            (left, top, left + width, top + height), outline=ink, width=int(generator.integers(1, 4)), fill=fill
        )
    for row in range(25):
        words = " ".join("abcdefghij"[: int(length)] for length in generator.integers(2, 10, 10))
        draw.text((int(generator.integers(0, 400)), 10 + 18 * row), words, fill=ink)
    return np.asarray(picture, np.float32) / 255


def draw_plot(generator: np.random.Generator, seed: int) -> np.ndarray:
    """Draw a line, bars, dots, an image or a pie."""
    figure = Figure(figsize=(5, 4), dpi=80)
    canvas, axes = FigureCanvasAgg(figure), figure.add_subplot()
    match seed % 5:
        case 0:
            axes.plot(generator.normal(size=50).cumsum())
        case 1:
            axes.bar(range(8), generator.random(8))
        case 2:
            axes.scatter(generator.normal(size=300), generator.normal(size=300), c=generator.random(300))
        case 3:
            axes.imshow(natural_texture(generator, slope=1.0), cmap="gray")
        case _:
            axes.pie(generator.random(5) + 0.1)
    canvas.draw()
    grey = np.asarray(canvas.buffer_rgba(), np.float32)[..., :3].mean(axis=2) / 255
    return 1 - grey if seed % 2 else grey


def draw_ring(generator: np.random.Generator, seed: int) -> np.ndarray:
    """Draw a ring or a disk on black, grey or white."""
    paper, ink = ((0.0, 1.0), (0.0, 1.0), (0.5, 1.0), (1.0, 0.0))[seed % 4]
    grey = np.full((256, 256), paper, np.float32)
    row, column = (int(v) for v in generator.integers(110, 146, 2))
    axes = (int(generator.integers(40, 90)), int(generator.integers(40, 90)))
    width = -1 if seed % 4 == 1 else int(generator.integers(3, 14))
    cv2.ellipse(grey, (row, column), axes, 0, 0, 360, ink, width)
    return np.clip(grey + (0.01 * generator.normal(size=grey.shape) if seed % 3 else 0), 0, 1)


def draw_chest_film(generator: np.random.Generator) -> np.ndarray:
    """Draw lungs, heart, spine, ribs and clavicles."""
    grey = np.full((256, 256), 0.12, np.float32)
    for center, axes, value in (
        ((128, 140), (110, 130), 0.55),
        ((80, 130), (36, 70), 0.2),
        ((176, 130), (36, 70), 0.2),
        ((145, 165), (40, 40), 0.7),
    ):
        shaken = (
            tuple(int(v + generator.integers(-6, 7)) for v in center),
            tuple(int(v + generator.integers(-6, 7)) for v in axes),
        )
        cv2.ellipse(grey, *shaken, 0, 0, 360, value, -1)
    grey[:, 118:138] += 0.2
    grey[225:] += 0.15
    for row in range(30, 228, 22):
        for side in (-1, 1):
            cv2.ellipse(
                grey, (128 + side * 45, row), (55, 18), side * 15, 180, 360, float(generator.uniform(0.35, 0.45)), 2
            )
    for column, turn in ((80, -8), (176, 8)):
        cv2.ellipse(grey, (column, 50), (55, 10), turn, 180, 360, 0.9, 5)
    return np.clip(cv2.GaussianBlur(grey, (0, 0), 1.5) + 0.01 * generator.normal(size=grey.shape), 0, 1)


def draw_scout(generator: np.random.Generator, *, is_lateral: bool) -> np.ndarray:
    """Draw the projection of head, neck and shoulders."""
    grey = np.zeros((256, 256), np.float32)
    cv2.ellipse(grey, (128, 90), (60, 75), 0, 0, 360, 0.55, -1)
    cv2.ellipse(grey, (128, 90), (60, 75), 0, 0, 360, 0.9, int(generator.integers(3, 8)))
    cv2.rectangle(grey, (100, 150), (156, 255), 0.5, -1)
    cv2.ellipse(grey, (128, 280), (120, 70), 0, 0, 360, 0.6, -1)
    for row in range(160, 256, 16):
        cv2.rectangle(grey, (112, row), (144, row + 10), 0.8, -1)
    if is_lateral:
        cv2.ellipse(grey, (160, 140), (40, 35), 20, 0, 360, 0.75, -1)
        cv2.line(grey, (70, 120), (190, 140), 0.95, 6)
    return np.clip(cv2.GaussianBlur(grey, (0, 0), 2.5) + 0.05 + 0.02 * generator.normal(size=grey.shape), 0, 1)


def draw_body(generator: np.random.Generator, seed: int) -> np.ndarray:
    """Draw HU of a chest, a belly, a pelvis or two thighs on a table."""
    hu = np.full((256, 256), -1000, np.float32)
    part = ("chest", "belly", "pelvis", "thighs")[seed % 4]
    wide, high = (int(v + generator.integers(-5, 6)) for v in (105, 75))
    fill = [((128, 128), (wide, high), -90), ((128, 128), (wide - 8, high - 8), 50)]
    if part == "chest":
        fill += [((78, 123), (38, 50), -850), ((178, 123), (38, 50), -850), ((140, 123), (30, 32), 40)]
    elif part == "belly":
        fill += [((128, 123), (wide - 20, high - 18), -95), ((85, 118), (45, 42), 60), ((175, 128), (22, 22), 45)]
    elif part == "pelvis":
        fill += [((66, 128), (9, 38), 700), ((190, 128), (9, 38), 700), ((128, 113), (25, 20), 5)]
    else:
        fill = [
            ((128 + side * 55, 128), (radius, radius), value)
            for side in (-1, 1)
            for radius, value in ((50, -90), (42, 60), (13, 1200), (6, -60))
        ]
    if part != "thighs":
        fill += [((128, 173), (14, 11), 600), ((128, 190), (5, 9), 500)]
    for center, axes, value in fill:
        cv2.ellipse(hu, center, axes, 0, 0, 360, value, -1)
    for turn in np.linspace(0, 2 * np.pi, 22, endpoint=False) if part in ("chest", "belly") else []:
        place = int(128 + (wide - 13) * np.cos(turn)), int(128 + (high - 13) * np.sin(turn))
        slope = float(np.degrees(np.arctan2(high * np.cos(turn), -wide * np.sin(turn))))
        cv2.ellipse(hu, place, (8, 3), slope, 0, 360, float(generator.uniform(300, 700)), -1)
    cv2.ellipse(hu, (128, 60), (120, 150), 0, 30, 150, 150, 3)
    noise = cv2.GaussianBlur(generator.normal(size=hu.shape), (0, 0), 0.8)
    return np.asarray(cv2.GaussianBlur(hu, (0, 0), 1.0) + 12 * noise / noise.std(), np.float32)


if __name__ == "__main__":
    main()
