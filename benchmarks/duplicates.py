"""How well near-duplicates are found on the 200-image set, against the pairs that were found by eye.

    python benchmarks/duplicates.py

Data: kaggle-head-ct-hemorrhage and its groups file, in the folder HEMOSCOPE_DATA or ../shared/data.
"""

import csv

from hemoscope.datasets.audit import SAME_SERIES, find_near_duplicates
from hemoscope.datasets.load import load_collection
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.training.data import prepare_collection
from real_data import folder


def main() -> None:
    """Find pairs, compare, print."""
    groups_file = folder("kaggle-head-ct-hemorrhage-groups.csv")
    collection = load_collection(folder("kaggle-head-ct-hemorrhage"), groups_file=groups_file)
    inputs = prepare_collection(collection, settings=PreparationSettings()).inputs
    pairs = find_near_duplicates(inputs, threshold=0.9)
    found = {(first, second) for first, second, alike in pairs if alike >= SAME_SERIES}
    with groups_file.open(newline="") as stream:
        copies = [
            sorted((int(row["id"]), int(row["same_image_as"])))
            for row in csv.DictReader(stream)
            if row["same_image_as"]
        ]
    across = [(first, second) for first, second in found if collection.groups[first] != collection.groups[second]]
    nearest = next(alike for first, second, alike in pairs if collection.groups[first] != collection.groups[second])
    print(f"threshold {SAME_SERIES}: {len(found)} pairs")
    print(f"copies known: {len(copies)}, of them found: {sum((a, b) in found for a, b in copies)}")
    print(f"pairs that join two groups drawn by eye: {len(across)}")
    print(f"correlation of the most alike pair of two groups: {nearest:.4f}")


if __name__ == "__main__":
    main()
