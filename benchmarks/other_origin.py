"""What the shipped bundle is worth on pictures of another origin than those it learned from.

Prints AUROC and, at the bundle's operating point, sensitivity and specificity, with 95 % intervals by bootstrap over
patients (over slices where patients are not known). Refused slices are counted, not scored.

    python benchmarks/other_origin.py [--bundle FOLDER]

Data, in the folder HEMOSCOPE_DATA or ../shared/data: rsna-2019-slices (labelled single slices), bhsd-dev (slices with
hemorrhage, set against the RSNA slices without) and phe-sich (slices with deep hemorrhage and others of the same
patients).
"""

import argparse
import csv
import tempfile
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from hemoscope import Predictor
from hemoscope.evaluation.intervals import group_bootstrap
from hemoscope.evaluation.metrics import auroc, sensitivity, specificity
from real_data import folder


@dataclass(frozen=True)
class Case:
    """A labelled slice."""

    path: Path
    label: int
    group: str


def main() -> None:
    """Score the sets and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path)
    predictor = Predictor(parser.parse_args().bundle)
    model = predictor.bundle.summary()
    print(f"{model['name']} {model['version']}, trained on {model['trained_on']}")
    print(f"{'':<34}{'scored':>7}{'refused':>9}  {'AUROC':<22}{'sensitivity':<22}{'specificity':<22}")
    with tempfile.TemporaryDirectory() as temporary:
        rsna = rsna_cases(Path(temporary))
        bhsd = [Case(path, 1, path.stem) for path in sorted(folder("bhsd-dev/images").iterdir())]
        print_line("rsna-2019-slices", rsna, predictor)
        print_line("bhsd-dev against RSNA negatives", [*bhsd, *(case for case in rsna if not case.label)], predictor)
        print_line("phe-sich", phe_cases(), predictor)


def rsna_cases(temporary: Path) -> list[Case]:
    """Unpack the labelled RSNA slices."""
    with zipfile.ZipFile(folder("rsna-2019-slices") / "slices.zip") as archive:
        archive.extractall(temporary)
    with (folder("rsna-2019-slices") / "labels.csv").open(newline="") as stream:
        return [Case(temporary / row["file"], int(row["any"]), row["patient"]) for row in csv.DictReader(stream)]


def phe_cases() -> list[Case]:
    """List the slices of phe-sich, without the doubtful first and last slice of each bleed."""
    with (folder("phe-sich") / "labels.csv").open(newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["status"] != "pos-edge"]
    return [Case(folder("phe-sich") / "images" / row["file"], int(row["any"]), row["patient"]) for row in rows]


def print_line(name: str, cases: list[Case], predictor: Predictor) -> None:
    """Score one set."""
    answers = [(case, predictor.predict(case.path).probability) for case in cases]
    scored = [(case, probability) for case, probability in answers if probability is not None]
    labels = np.array([case.label for case, _ in scored])
    probabilities = np.array([probability for _, probability in scored])
    groups = np.array([case.group for case, _ in scored])
    threshold = predictor.operating_point.threshold
    metrics = (auroc, partial(sensitivity, threshold=threshold), partial(specificity, threshold=threshold))
    figures = "".join(f"{group_bootstrap(metric, labels, probabilities, groups)!s:<22}" for metric in metrics)
    print(f"{name:<34}{len(scored):>7}{len(answers) - len(scored):>9}  {figures}")


if __name__ == "__main__":
    main()
