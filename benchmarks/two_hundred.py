"""What the map network is worth on the 200-image set, with grouped folds.

Reads the scores of a network that never saw any of the 200 (a cross-validation by origin). In 5 x 5 grouped folds the
calibration and the threshold are fitted on four parts and judged on the fifth; nothing else is fitted on the set.

    hemoscope cross-validate ../shared/data --model map-net --leave-out origin --out runs/origins
    python benchmarks/two_hundred.py [--origins runs/origins]

Data: the collections in the folder HEMOSCOPE_DATA or ../shared/data, and the groups of the 200 drawn by hand.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from hemoscope.evaluation.calibration import fit_platt
from hemoscope.evaluation.figures import measure
from hemoscope.evaluation.held_out import HeldOutCase
from hemoscope.evaluation.operating_points import choose_balanced
from hemoscope.evaluation.splits import grouped_folds
from hemoscope.training.run import read_rows

ORIGIN = "kaggle-head-ct-hemorrhage"
REPEATS, FOLDS = 5, 5


def main() -> None:
    """Print a line per figure: pooled over the repeats, then the lowest and the highest repeat."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--origins", type=Path, default=Path("runs/origins"))
    table = parser.parse_args().origins / "predictions.csv"
    if not table.is_file():
        sys.exit(f"{table} is not here: run the cross-validation by origin first (see --help).")
    rows = [row for row in read_rows(table, HeldOutCase) if row.origin == ORIGIN]
    labels = np.array([int(float(row.truths.split()[0])) for row in rows])
    scores = np.array([float(row.scores.split()[0]) for row in rows])
    groups = np.array([row.group for row in rows])
    folds = [judge_folds(labels, scores, groups, seed=repeat) for repeat in range(REPEATS)]
    each = [measure(labels, *one, groups, draws=200) for one in folds]
    pooled = measure(
        np.tile(labels, REPEATS),
        np.concatenate([probabilities for probabilities, _ in folds]),
        np.concatenate([decisions for _, decisions in folds]),
        np.tile(groups, REPEATS),
    )
    print(f"{len(rows)} slices, {len(set(groups))} groups; scored by a network that never saw the set")
    print(f"{'':<14}{'pooled, 95 % interval':<26}lowest to highest repeat")
    for name, figure in pooled.items():
        values = [one[name].value for one in each]
        print(f"{name:<14}{figure!s:<26}{min(values):.3f} to {max(values):.3f}")


def judge_folds(
    labels: np.ndarray, scores: np.ndarray, groups: np.ndarray, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Calibrate and choose the threshold on four parts, and apply both to the fifth, in turn."""
    probabilities, decisions = np.zeros(len(labels)), np.zeros(len(labels), bool)
    for learned, held_out in grouped_folds(labels.tolist(), groups.tolist(), folds=FOLDS, seed=seed):
        calibration = fit_platt(scores[learned], labels[learned], fitted_on="four parts")
        point = choose_balanced(labels[learned], calibration.apply(scores[learned]), fitted_on="four parts")
        probabilities[held_out] = calibration.apply(scores[held_out])
        decisions[held_out] = probabilities[held_out] >= point.threshold
    return probabilities, decisions


if __name__ == "__main__":
    main()
