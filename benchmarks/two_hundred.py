"""What a score on the 200-image set is worth: the same methods with random folds and with grouped ones.

A line per method and kind of folds, 5-fold, held-out scores pooled over the repeats: first the floors, which see no
brain (properties of the files alone; the nearest thumbnail of the whole picture), then the seed's network, then frozen
ImageNet features with a logistic regression, of whole pictures as they are and of prepared slices, last the map network
of a cross-validation by origin, which never saw any of the 200: a logistic regression on its frozen features, as a head
of one's own (--model map-net-frozen) stands on them, and its own score. Random folds put copies of one picture, and
slices of one patient, on both sides; grouped folds do not.

Calibration and threshold are fitted within the parts that are learned from. AUROC is of the scores, which calibration
would make differ between folds; accuracy and ECE are of the calibrated answers. The seed's network is taken as
notebooks take it: its last epoch, called positive from probability 0.5, not calibrated. Intervals draw groups for
either kind of folds; the accuracy of the floors has none.

    hemoscope cross-validate ../shared/data --model map-net --leave-out origin --out runs/origins
    python benchmarks/two_hundred.py [--repeats 5] [--seed-repeats 3] [--origins runs/origins]

Data: the collections in the folder HEMOSCOPE_DATA or ../shared/data, and the groups of the 200 drawn by hand. Scores
that --seed-scores holds already are not computed again, so that a long run can be stopped and continued. Without
--origins the last two lines are left out.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hemoscope.datasets.audit.facts import pixel_free
from hemoscope.datasets.audit.scan import scan_collection
from hemoscope.datasets.items import Collection
from hemoscope.datasets.load import load_collection
from hemoscope.evaluation.figures import measure
from hemoscope.evaluation.held_out import HeldOutCase
from hemoscope.evaluation.intervals import group_bootstrap
from hemoscope.evaluation.metrics import auroc
from hemoscope.evaluation.risk_coverage import answers, judge_abstention
from hemoscope.evaluation.shortcuts import Floor, metadata_floor, thumbnail_floor
from hemoscope.evaluation.splits import grouped_folds
from hemoscope.models.backend import import_keras
from hemoscope.models.lite0 import build_frozen_lite0
from hemoscope.models.map_net import with_features
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.reading import read_slice
from hemoscope.training.calibrate import Fitted, fit_decisions, score
from hemoscope.training.data import PreparedCollection, prepare_collection
from hemoscope.training.fit import train_prepared
from hemoscope.training.maps.leave_out import run_of_block
from hemoscope.training.run import TRAINING, VALIDATION, SplitRow, csv_text, load_best, read_rows
from hemoscope.training.settings import TrainingSettings
from hemoscope.writing.atomic import write_text
from real_data import folder

ORIGIN = "kaggle-head-ct-hemorrhage"
FOLDS = 5
RANDOM, GROUPED = "random", "grouped"
FEATURE_SIZE = 224
"""Rows and columns that the ImageNet features were trained at."""
STRENGTHS = (0.01, 0.1, 1.0, 10.0)
"""Inverse regularization of the logistic regression; the best is chosen within the parts that are learned from."""
Folds = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True)
class SeedScore:
    """A slice, scored by a network of the seed that was trained without its fold."""

    split: str
    repeat: int
    fold: int
    key: str
    label: int
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Held-out answers of one repeat: arrays of shape (n,)."""

    scores: np.ndarray
    probabilities: np.ndarray
    called: np.ndarray
    answered: np.ndarray | None = None


def main() -> None:
    """Print the table, and what abstaining is worth to the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed-repeats", type=int, default=3)
    parser.add_argument("--origins", type=Path, default=Path("runs/origins"))
    parser.add_argument("--seed-scores", type=Path, default=Path("runs/seed_scores.csv"))
    parser.add_argument("--only-map-network", action="store_true", help="print its lines alone, which takes seconds")
    choices = parser.parse_args()
    collection = load_collection(folder(ORIGIN), groups_file=folder(f"{ORIGIN}-groups.csv"))
    groups = set(collection.groups)
    print(f"{len(collection)} slices, {len(groups)} groups; {choices.repeats} x {FOLDS} folds, pooled, 95 % intervals")
    print(f"seed CNN, trained anew for every fold: {choices.seed_repeats} x {FOLDS}")
    print(f"{'':<24}{'folds':<10}{'AUROC':<23}{'accuracy':<23}{'ECE':<23}accuracy, lowest to highest repeat")
    if not choices.only_map_network:
        print_the_others(collection, choices)
    table = choices.origins / "predictions.csv"
    if table.is_file():
        print_map_features(choices.origins, collection, repeats=choices.repeats)
        print_map_network(table, repeats=choices.repeats)
    else:
        print(f"{table} is not here: no line of the map network (see --help).", file=sys.stderr)


def print_the_others(collection: Collection, choices: argparse.Namespace) -> None:
    """Print the lines of the floors, of the seed's network and of features of photographs."""
    labels, groups = np.array(collection.labels), np.array(collection.groups)
    scan = scan_collection(collection)
    print_floor("file properties alone", metadata_floor(labels, groups, pixel_free(scan.facts)))
    for is_random in (True, False):
        print_floor("nearest thumbnail", thumbnail_floor(labels, groups, scan.tiny, random_folds=is_random))
    prepared = prepare_collection(collection, settings=TrainingSettings().preparation)
    for split in (RANDOM, GROUPED):
        print_line("seed CNN", split, labels, groups, list(judge_seed(prepared, split, choices)))
    same = prepare_collection(collection, settings=PreparationSettings(size=FEATURE_SIZE)).inputs
    for name, inputs in (("ImageNet, whole picture", whole_pictures(collection)), ("ImageNet, prepared", same)):
        features = imagenet_features(inputs)
        for split in (RANDOM, GROUPED):
            judged = [judge_features(features, labels, groups, split, seed=seed) for seed in range(choices.repeats)]
            print_line(name, split, labels, groups, judged)


def arrange(labels: np.ndarray, groups: np.ndarray, split: str, *, seed: int) -> Folds:
    """Arrange folds that keep groups whole, or that take every slice for itself."""
    units = groups if split == GROUPED else np.arange(len(labels)).astype(str)
    return list(grouped_folds(labels.tolist(), units.tolist(), folds=FOLDS, seed=seed))


def judge_seed(prepared: PreparedCollection, split: str, choices: argparse.Namespace) -> Iterator[Judged]:
    """Train what is missing of the seed's networks, and yield a repeat after the other."""
    for repeat in range(choices.seed_repeats):
        known = read_rows(choices.seed_scores, SeedScore) if choices.seed_scores.is_file() else []
        own = [row for row in known if (row.split, row.repeat) == (split, repeat)]
        if not own:
            own = train_seed(prepared, split, repeat)
            write_text(choices.seed_scores, csv_text([asdict(row) for row in [*known, *own]]))
            print(f"seed CNN, {split} folds, repeat {repeat + 1} of {choices.seed_repeats}: done", file=sys.stderr)
        by_key = {row.key: row.score for row in own}
        scores = np.array([by_key[item.key] for item in prepared.collection])
        yield Judged(scores, 1 / (1 + np.exp(-scores)), scores >= 0)


def train_seed(prepared: PreparedCollection, split: str, repeat: int) -> list[SeedScore]:
    """Train on four parts and score the fifth, in turn, without looking at it: the last epoch counts."""
    collection, rows = prepared.collection, []
    labels, groups = np.array(collection.labels), np.array(collection.groups)
    for fold, (_, held_out) in enumerate(arrange(labels, groups, split, seed=repeat)):
        settings = replace(TrainingSettings(), seed=FOLDS * repeat + fold, patience=TrainingSettings().epochs)
        held = set(held_out.tolist())
        parts = [
            SplitRow(item.key, item.label, item.group, VALIDATION if index in held else TRAINING)
            for index, item in enumerate(collection)
        ]
        with tempfile.TemporaryDirectory() as temporary:
            run = train_prepared(prepared, parts, Path(temporary) / "run", settings=settings)
            network = import_keras().saving.load_model(run.checkpoint(run.last_epoch), compile=False)
        for index, one in zip(held_out, score(network, prepared.inputs[held_out]), strict=True):
            item = collection.items[index]
            rows.append(SeedScore(split, repeat, fold, item.key, item.label, round(float(one), 6)))
    return rows


def whole_pictures(collection: Collection) -> np.ndarray:
    """Bring the pictures to one size and do nothing else, as notebooks do; shape (n, size, size, 1)."""
    shape = (FEATURE_SIZE, FEATURE_SIZE)
    pictures = [cv2.resize(read_slice(item.path).pixels, shape, interpolation=cv2.INTER_AREA) for item in collection]
    return np.stack(pictures)[..., np.newaxis]


def imagenet_features(inputs: np.ndarray) -> np.ndarray:
    """Return the pooled features of every slice, shape (n, 1280)."""
    keras = import_keras()
    network = build_frozen_lite0(size=FEATURE_SIZE)
    pooled = keras.Model(network.input, network.layers[-1].input)
    return np.asarray(pooled.predict(np.asarray(inputs, np.float32), verbose=0))


def judge_features(
    features: np.ndarray, labels: np.ndarray, groups: np.ndarray, split: str, *, seed: int, is_scaled: bool = False
) -> Judged:
    """Fit the logistic regression on four parts; calibrate and decide by scores that inner folds of those held out.

    Scores and features of one network are of different sizes, and are scaled alike on the four parts.
    """

    def fit_and_score(learned: np.ndarray, held_out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inner = arrange(labels[learned], groups[learned], split, seed=seed)
        steps = [StandardScaler()] if is_scaled else []
        plain = make_pipeline(*steps, LogisticRegression(max_iter=2000))
        search = GridSearchCV(plain, {"logisticregression__C": STRENGTHS}, cv=inner, scoring="neg_log_loss")
        search.fit(features[learned], labels[learned])
        within = cross_val_predict(
            search.best_estimator_, features[learned], labels[learned], cv=inner, method="decision_function"
        )
        return within, search.decision_function(features[held_out])

    return judge_folds(labels, groups, arrange(labels, groups, split, seed=seed), fit_and_score)


def judge_folds(
    labels: np.ndarray,
    groups: np.ndarray,
    folds: Folds,
    fit_and_score: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> Judged:
    """Choose calibration and thresholds on four parts, and apply them to the fifth, in turn.

    Args:
        labels: 0 or 1, shape (n,).
        groups: A group per slice, shape (n,).
        folds: Indices learned from and held out.
        fit_and_score: From the two to scores of the first, made without knowing their labels, and of the second.
    """
    all_scores, probabilities = np.zeros((2, len(labels)))
    called, answered = np.zeros(len(labels), bool), np.zeros(len(labels), int)
    for learned, held_out in folds:
        within, scores = fit_and_score(learned, held_out)
        all_scores[held_out] = scores
        fitted: Fitted = fit_decisions(within, labels[learned], groups[learned], fitted_on="four parts")
        probabilities[held_out] = fitted.calibration.apply(scores)
        called[held_out] = probabilities[held_out] >= fitted.balanced.point.threshold
        answered[held_out] = answers(fitted.band, probabilities[held_out])
    return Judged(all_scores, probabilities, called, answered)


def print_map_network(table: Path, *, repeats: int) -> None:
    """Judge the scores of a network that never saw the set: nothing but calibration and thresholds is fitted on it."""
    rows = [row for row in read_rows(table, HeldOutCase) if row.origin == ORIGIN]
    labels = np.array([int(float(row.truths.split()[0])) for row in rows])
    scores = np.array([float(row.scores.split()[0]) for row in rows])
    groups = np.array([row.group for row in rows])

    def take(learned: np.ndarray, held_out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return scores[learned], scores[held_out]

    judged = [judge_folds(labels, groups, arrange(labels, groups, GROUPED, seed=seed), take) for seed in range(repeats)]
    print_line("map network, left out", GROUPED, labels, groups, judged)
    pooled = judge_abstention(
        np.tile(labels, repeats),
        np.concatenate([one.answered for one in judged if one.answered is not None]),
        without=np.concatenate([one.called for one in judged]),
        groups=np.tile(groups, repeats),
    )
    print("\nmap network: abstaining between the points to rule out and to rule in, each chosen on four parts")
    print(f"{'abstained':<24}{pooled.rate}")
    print(f"{'error without':<24}{pooled.error_without}")
    print(f"{'error of the others':<24}{pooled.error if pooled.error is not None else 'nothing is answered'}")


def print_map_features(origins: Path, collection: Collection, *, repeats: int) -> None:
    """Judge a head on the frozen features of that network, fitted on four parts."""
    blocks = json.loads((origins / "validation.json").read_text(encoding="utf-8"))["blocks"]
    run = run_of_block(origins, next(tuple(block) for block in blocks if ORIGIN in block))
    prepared = prepare_collection(collection, settings=run.settings.preparation)
    features = np.asarray(with_features(load_best(run)).predict(prepared.inputs, verbose=0))
    labels, groups = np.array(prepared.collection.labels), np.array(prepared.collection.groups)
    judged = [judge_features(features, labels, groups, GROUPED, seed=seed, is_scaled=True) for seed in range(repeats)]
    print_line("map network, own head", GROUPED, labels, groups, judged)


def print_floor(name: str, floor: Floor) -> None:
    """Print the line of a classifier that sees no brain."""
    print(f"{name:<24}{floor.folds:<10}{floor.auroc!s:<23}{floor.accuracy:<23.3f}-")


def print_line(name: str, split: str, labels: np.ndarray, groups: np.ndarray, judged: list[Judged]) -> None:
    """Print figures pooled over the repeats, then the lowest and the highest accuracy of a repeat."""
    repeats = len(judged)
    truth, units = np.tile(labels, repeats), np.tile(groups, repeats)
    probabilities = np.concatenate([one.probabilities for one in judged])
    pooled = measure(truth, probabilities, np.concatenate([one.called for one in judged]), units)
    ranked = group_bootstrap(auroc, truth, np.concatenate([one.scores for one in judged]), units)
    shown = "".join(f"{figure!s:<23}" for figure in (ranked, pooled["accuracy"], pooled["ece"]))
    each = [float(np.mean(one.called == labels)) for one in judged]
    print(f"{name:<24}{split:<10}{shown}{min(each):.3f} to {max(each):.3f}")


if __name__ == "__main__":
    main()
