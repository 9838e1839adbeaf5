"""What the familiar "95 % on 200 head CT pictures" is worth.

Trains the seed's network again and again on the 200-image set: once with random splits, as notebooks on this set do,
and once with splits that keep pictures of one patient, and copies of one picture, on one side. Prints validation
accuracy (at probability 0.5) and AUROC of both, each over the same number of repeats, and saves every row.

    python benchmarks/seed_claim.py [--repeats 5] [--out runs/seed_claim.csv]

Data: the 200-image set with its groups file, in the folder HEMOSCOPE_DATA or ../shared/data. Rows that --out holds
already are not computed again, so that a long run can be stopped and continued.
"""

import argparse
import csv
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from hemoscope.datasets.load import load_collection
from hemoscope.evaluation.metrics import accuracy, auroc
from hemoscope.evaluation.splits import grouped_folds
from hemoscope.models.backend import import_keras
from hemoscope.training.calibrate import score
from hemoscope.training.data import PreparedCollection, prepare_collection
from hemoscope.training.fit import train_prepared
from hemoscope.training.run import TRAINING, VALIDATION, SplitRow
from hemoscope.training.settings import TrainingSettings
from real_data import folder

FOLDS = 5
SPLITS = ("random", "grouped")


def main() -> None:
    """Run what is missing, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("runs/seed_claim.csv"))
    choices = parser.parse_args()
    prepared = load()
    rows = read(choices.out)
    for repeat in range(choices.repeats):
        for split in SPLITS:
            if (split, str(repeat)) not in {(row["split"], row["repeat"]) for row in rows}:
                rows += one_repeat(prepared, split, repeat)
                write(choices.out, rows)
                print(f"repeat {repeat + 1}/{choices.repeats}, {split} folds: done", file=sys.stderr)
    print_table(rows)


def load() -> PreparedCollection:
    """Prepare the set once, with the groups drawn by hand."""
    collection = load_collection(
        folder("kaggle-head-ct-hemorrhage"), groups_file=folder("kaggle-head-ct-hemorrhage-groups.csv")
    )
    return prepare_collection(collection, settings=TrainingSettings().preparation)


def one_repeat(prepared: PreparedCollection, split: str, repeat: int) -> list[dict[str, str]]:
    """Train on five folds and keep every held-out score."""
    collection = prepared.collection
    groups = collection.groups if split == "grouped" else [str(index) for index in range(len(collection))]
    rows = []
    for fold, (_, held_out) in enumerate(grouped_folds(collection.labels, groups, folds=FOLDS, seed=repeat)):
        scores = train_and_score(prepared, held_out, seed=FOLDS * repeat + fold)
        for index, one in zip(held_out, scores, strict=True):
            item = collection.items[index]
            rows.append(
                {"split": split, "repeat": str(repeat), "fold": str(fold), "key": item.key, "label": str(item.label)}
                | {"score": f"{one:.6f}"}
            )
    return rows


def train_and_score(prepared: PreparedCollection, held_out: np.ndarray, *, seed: int) -> np.ndarray:
    """Train on the rest without looking at the held-out part (its last epoch counts), then score that part."""
    settings = replace(TrainingSettings(), seed=seed, patience=TrainingSettings().epochs)
    held = set(held_out.tolist())
    rows = [
        SplitRow(item.key, item.label, item.group, VALIDATION if index in held else TRAINING)
        for index, item in enumerate(prepared.collection)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        run = train_prepared(prepared, rows, Path(temporary) / "run", settings=settings)
        network = import_keras().saving.load_model(run.checkpoint(run.last_epoch), compile=False)
    return score(network, prepared.inputs[held_out])


def print_table(rows: list[dict[str, str]]) -> None:
    """Print mean and range over repeats of the pooled held-out scores."""
    print(
        "Seed CNN on the 200-image set, 5-fold, held-out scores pooled per repeat: mean [lowest-highest] over repeats"
    )
    print(f"{'split':<10}{'repeats':>8}  {'accuracy':<22}{'AUROC':<22}")
    for split in SPLITS:
        repeats = sorted({row["repeat"] for row in rows if row["split"] == split})
        figures = np.array([repeat_figures(rows, split, repeat) for repeat in repeats])
        shown = "".join(f"{f'{column.mean():.3f} [{column.min():.3f}-{column.max():.3f}]':<22}" for column in figures.T)
        print(f"{split:<10}{len(repeats):>8}  {shown}")


def repeat_figures(rows: list[dict[str, str]], split: str, repeat: str) -> tuple[float, float]:
    """Accuracy at score 0 and AUROC of one repeat."""
    own = [row for row in rows if (row["split"], row["repeat"]) == (split, repeat)]
    labels, scores = np.array([int(row["label"]) for row in own]), np.array([float(row["score"]) for row in own])
    return accuracy(labels, scores, threshold=0.0), auroc(labels, scores)


def read(path: Path) -> list[dict[str, str]]:
    """Read the rows of an earlier, unfinished run."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """Keep all rows so far."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
