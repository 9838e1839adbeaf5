"""What a bundle is worth on pictures of another origin than those it learned from.

Prints AUROC and, at the bundle's operating point, sensitivity and specificity, with 95 % intervals by bootstrap over
groups. Origins that the bundle learned from are left out; so for the shipped bundle, which learned from all, nothing is
left (see `make origins` for what its like is worth), and another must be named:

    hemoscope train ../shared/data/kaggle-head-ct-hemorrhage --out runs/seed
    hemoscope export runs/seed runs/seed-bundle
    python benchmarks/other_origin.py --bundle runs/seed-bundle

Data: the collections in the folder HEMOSCOPE_DATA or ../shared/data, without slices whose label is unknown or doubtful.
Slices with hemorrhage of an origin without normal slices are set against those of the RSNA slices.
"""

import argparse
from functools import partial
from pathlib import Path

import numpy as np

from hemoscope import Predictor
from hemoscope.datasets.origins import Case, load_origins
from hemoscope.evaluation.intervals import group_bootstrap
from hemoscope.evaluation.metrics import auroc, sensitivity, specificity
from real_data import folder

LENDER = "rsna-2019-slices"


def main() -> None:
    """Score the origins and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path)
    predictor = Predictor(parser.parse_args().bundle)
    model = predictor.bundle.summary()
    cases = [case for case in load_origins(folder(".")) if case.any >= 0 and not case.is_doubtful]
    origins = [origin for origin in dict.fromkeys(case.origin for case in cases) if origin not in model["trained_on"]]
    if not origins:
        print(f"{model['name']} {model['version']} learned from every origin that is here; name another (see --help).")
    print(f"{model['name']} {model['version']}, trained on {model['trained_on']}")
    print(f"{'':<34}{'scored':>7}{'refused':>9}  {'AUROC':<22}{'sensitivity':<22}{'specificity':<22}")
    for origin in origins:
        own = [case for case in cases if case.origin == origin]
        if not any(case.any for case in own):
            continue
        if all(case.any for case in own):
            own += [case for case in cases if case.origin == LENDER and not case.any]
        print_line(origin, own, predictor)


def print_line(name: str, cases: list[Case], predictor: Predictor) -> None:
    """Score one origin."""
    answers = [(case, predictor.predict(case.path).probability) for case in cases]
    scored = [(case, probability) for case, probability in answers if probability is not None]
    labels = np.array([int(case.any) for case, _ in scored])
    probabilities = np.array([probability for _, probability in scored])
    groups = np.array([case.group for case, _ in scored])
    threshold = predictor.operating_point.threshold
    metrics = (auroc, partial(sensitivity, threshold=threshold), partial(specificity, threshold=threshold))
    figures = "".join(f"{group_bootstrap(metric, labels, probabilities, groups)!s:<22}" for metric in metrics)
    print(f"{name:<34}{len(scored):>7}{len(answers) - len(scored):>9}  {figures}")


if __name__ == "__main__":
    main()
