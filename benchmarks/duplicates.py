"""How well copies and neighbors of a series are found, against pairs found by eye and against copies made here.

Last, how alike the fingerprints are by which a bundle knows what it learned from.

    python benchmarks/duplicates.py

Data: kaggle-head-ct-hemorrhage with its groups file, and phe-sich, in the folder HEMOSCOPE_DATA or ../shared/data.
"""

import csv
import io
import tempfile
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from hemoscope.datasets.audit import SAME_SERIES, Kind, Pair, Scan, find_near_duplicates, find_pairs, scan_collection
from hemoscope.datasets.audit.fingerprints import ALIKE, fingerprint
from hemoscope.datasets.audit.pairs import HIGHEST_CANDIDATE, LOWEST_CANDIDATE
from hemoscope.datasets.audit.search import pairs_above
from hemoscope.datasets.audit.signatures import brain_signatures, thumbnails
from hemoscope.datasets.items import Collection, Item
from hemoscope.datasets.load import load_collection
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.training.data import prepare_collection
from real_data import folder

ONE_PICTURE = (Kind.IDENTICAL_BYTES, Kind.IDENTICAL_PIXELS, Kind.SAME_PICTURE)
EVERY = 5
"""Copies are made of every fifth picture."""


def main() -> None:
    """Compare with what was found by eye, then with other patients, then with copies made here."""
    groups_file = folder("kaggle-head-ct-hemorrhage-groups.csv")
    collection = load_collection(folder("kaggle-head-ct-hemorrhage"), groups_file=groups_file)
    _print_training_pairs(collection)
    _print_kinds(collection, groups_file)
    _print_patients()
    print(f"\ncopies made of every {EVERY}th picture: share called one picture, share joined at all")
    for name, change in CHANGES.items():
        _print_planted(name, change, collection)
    _print_fingerprints(collection, _known_copies(groups_file))


def _print_training_pairs(collection: Collection) -> None:
    """What hemoscope train joins: thumbnails of prepared inputs alone."""
    inputs = prepare_collection(collection, settings=PreparationSettings()).inputs
    pairs = find_near_duplicates(inputs, threshold=0.9)
    groups = collection.groups
    found = [(first, second) for first, second, alike in pairs if alike >= SAME_SERIES]
    across = sum(groups[first] != groups[second] for first, second in found)
    nearest = next(alike for first, second, alike in pairs if groups[first] != groups[second])
    print(f"find_near_duplicates, threshold {SAME_SERIES}: {len(found)} pairs, {across} of them join two groups")
    print(f"correlation of the most alike pair of two groups: {nearest:.4f}")


def _print_kinds(collection: Collection, groups_file: Path) -> None:
    """Recall and precision of both kinds on the 200-image set."""
    pairs = find_pairs(scan_collection(collection))
    known = _known_copies(groups_file)
    copies = {(pair.first, pair.second) for pair in pairs if pair.kind in ONE_PICTURE}
    series = [pair for pair in pairs if pair.kind is Kind.SAME_SERIES]
    within = sum(collection.groups[pair.first] == collection.groups[pair.second] for pair in series)
    closed = _closure(known)
    print(f"\none picture: {len(copies)} pairs; {len(known & copies)} of the {len(known)} listed are found")
    print(f"  listed, or of one picture with a listed pair: {len(copies & closed)}; else: {sorted(copies - closed)}")
    print(f"same series: {len(series)} pairs, {within} of them within one group drawn by eye")
    together = {frozenset(two) for two in _within_groups(collection)}
    joined = {frozenset(two) for two in _closure({(pair.first, pair.second) for pair in pairs})}
    print(f"pairs within groups drawn by eye: {len(together)}, joined in the end: {len(together & joined)}")


def _known_copies(groups_file: Path) -> set[tuple[int, int]]:
    with groups_file.open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["same_image_as"]]
    ids = [sorted((int(row["id"]), int(row["same_image_as"]))) for row in rows]
    return {(first, second) for first, second in ids}


def _closure(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return all pairs that follow from these: what is one with the same is one."""
    sets: dict[int, set[int]] = {}
    for first, second in pairs:
        merged = sets.get(first, {first}) | sets.get(second, {second})
        sets.update(dict.fromkeys(merged, merged))
    return {two for members in sets.values() for two in combinations(sorted(members), 2)}


def _within_groups(collection: Collection) -> list[tuple[int, int]]:
    groups = collection.groups
    return [two for two in combinations(range(len(groups)), 2) if groups[two[0]] == groups[two[1]]]


def _print_patients() -> None:
    """Precision on slices of known patients, where none is a copy."""
    scan = scan_collection(_phe_sich())
    groups = scan.collection.groups
    patients, headless = len(set(groups)), len(scan.refused)
    print(f"\nphe-sich: {len(groups)} slices of {patients} patients, {headless} without a head to compare")
    pairs = find_pairs(scan)
    for kinds, name in ((ONE_PICTURE, "one picture"), ((Kind.SAME_SERIES,), "same series")):
        chosen = [pair for pair in pairs if pair.kind in kinds]
        across = sum(groups[pair.first] != groups[pair.second] for pair in chosen)
        print(f"  {name}: {len(chosen)} pairs, {across} of them of two patients")
    _print_cells(scan)


def _phe_sich() -> Collection:
    with (folder("phe-sich") / "labels.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    images = folder("phe-sich") / "images"
    items = tuple(Item(row["file"], images / row["file"], int(row["any"]), row["patient"]) for row in rows)
    return Collection("phe-sich", "benchmark", items)


def _print_cells(scan: Scan) -> None:
    """Recall of the search that large collections get, which does not compare all pairs, on real slices."""
    compared = [scan.inputs[index] for index in range(len(scan.inputs)) if index not in scan.refused]
    for vectors, threshold, name in (
        (thumbnails(compared), SAME_SERIES, "thumbnails"),
        (brain_signatures(compared), LOWEST_CANDIDATE, "brain signatures"),
        (brain_signatures(compared), HIGHEST_CANDIDATE, "brain signatures"),
    ):
        exact, cells = ({pair[:2] for pair in pairs_above(vectors, threshold, all_pairs_up_to=n)} for n in (10**6, 0))
        print(f"  {name} from {threshold}: {len(exact)} pairs, found in cells {len(exact & cells) / len(exact):.4f}")


def _jpeg(grey: np.ndarray) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "JPEG", quality=50)
    return np.asarray(Image.open(stream))


def _cropped(grey: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero((grey > 40).any(axis=1)), np.flatnonzero((grey > 40).any(axis=0))
    return grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _scaled(grey: np.ndarray, *, across: float, down: float) -> np.ndarray:
    return np.asarray(cv2.resize(grey, None, fx=across, fy=down, interpolation=cv2.INTER_AREA))


def _windowed(grey: np.ndarray, *, gain: float, shift: float) -> np.ndarray:
    return np.clip(grey * gain + shift, 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "saved as JPEG, quality 50": _jpeg,
    "cropped to the head": _cropped,
    "cropped 5 % into the head": lambda grey: grey[
        int(0.06 * len(grey)) : int(0.97 * len(grey)), int(0.05 * grey.shape[1]) :
    ],
    "half the size": lambda grey: _scaled(grey, across=0.5, down=0.5),
    "a third of the size": lambda grey: _scaled(grey, across=0.34, down=0.34),
    "stretched 15 % across": lambda grey: _scaled(grey, across=1.15, down=1.0),
    "mirrored": lambda grey: np.ascontiguousarray(grey[:, ::-1]),
    "wider window": lambda grey: _windowed(grey, gain=0.6, shift=30),
    "narrower window, clipped": lambda grey: _windowed(grey, gain=1.6, shift=-96),
    "all but stretched": lambda grey: _jpeg(
        _windowed(_scaled(_cropped(grey)[:, ::-1], across=0.6, down=0.6), gain=0.6, shift=30)
    ),
}


def _print_planted(name: str, change: Callable[[np.ndarray], np.ndarray], collection: Collection) -> None:
    """Make copies, audit them beside the originals, and count those that were found."""
    originals = collection.items[::EVERY]
    with tempfile.TemporaryDirectory() as temporary:
        copies = []
        for item in originals:
            path = Path(temporary) / f"{item.key}.png"
            Image.fromarray(change(np.asarray(Image.open(item.path).convert("L")))).save(path)
            copies.append(Item(f"copy of {item.key}", path, item.label, item.group))
        pairs = find_pairs(scan_collection(Collection("planted", "benchmark", (*originals, *copies))))
    count = len(originals)
    twins = [pair for pair in pairs if pair.second == pair.first + count]
    print(f"  {name:<26} {_share(twins, ONE_PICTURE, count):6.1%} {_share(twins, tuple(Kind), count):7.1%}")


def _print_fingerprints(collection: Collection, copies: set[tuple[int, int]]) -> None:
    """Print how alike the fingerprints of copies are, and of slices of different patients."""
    own, others = _fingerprints(collection), _fingerprints(_phe_sich())
    alike, groups = own @ own.T, np.array(collection.groups)
    print(f"\nfingerprints: taken for one picture, or for neighbors, from {ALIKE}")
    print(f"  least alike of {len(copies)} listed copies: {min(alike[two] for two in copies):.3f}")
    print(f"  most alike of two groups: {alike[groups[:, None] != groups[None, :]].max():.3f}")
    print(f"  most alike of the 200 and one of {len(others)} of phe-sich: {(own @ others.T).max():.3f}")


def _fingerprints(collection: Collection) -> np.ndarray:
    """Return a fingerprint per slice that could be prepared, of length 1."""
    prepared = prepare_collection(collection, settings=PreparationSettings())
    table = fingerprint(prepared.inputs, hashes=[""] * len(prepared.inputs)).signatures.astype(float)
    return np.asarray(table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1.0))


def _share(pairs: list[Pair], kinds: tuple[Kind, ...], count: int) -> float:
    return sum(pair.kind in kinds for pair in pairs) / count


if __name__ == "__main__":
    main()
