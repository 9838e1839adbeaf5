"""Where do methods of explanation point? On masks of an origin that the network never saw, and on drawn heads.

    hemoscope cross-validate ../shared/data --model map-net --leave-out origin --out runs/origins
    python benchmarks/localization.py [--origins runs/origins] [--most 42]

Networks: the map network of the block that left bhsd-dev out; the seed's network, trained here on the 200-image set
alone. Each method's threshold for Dice and IoU is chosen on drawn heads, never on the masks it is measured on; that of
the network's own maps, a share of one half, stands beside it. Intervals draw groups. Randomized: mean size of the rank
correlation with the maps of the same network, all weights shuffled (Adebayo 2018), of the pairs in which neither map is
blank; blank: the share of the others.

Data: bhsd-dev (42 slices with masks) and the 200-image set in the folder HEMOSCOPE_DATA or ../shared/data. Without
--origins the map network is left out.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hemoscope.datasets.origins import load_origins
from hemoscope.evaluation.intervals import group_bootstrap
from hemoscope.evaluation.localization import best_threshold, dice, energy_share, hits, iou
from hemoscope.explanation.checks.cases import Cases, drawn_cases
from hemoscope.explanation.checks.check import against_random
from hemoscope.explanation.checks.randomized import Shuffled
from hemoscope.explanation.method import Method, Network
from hemoscope.explanation.networks import network_of_keras
from hemoscope.explanation.registry import METHODS
from hemoscope.models.map_net import with_mirror
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.terms import Label
from hemoscope.training.fit import train
from hemoscope.training.maps.prepare import BRAIN_BIT, prepare_pool
from hemoscope.training.run import Run, load_best
from hemoscope.training.settings import TrainingSettings
from real_data import folder

MASKED, BLOCK = "bhsd-dev", "bhsd-dev+rsna-2019-slices"
HEADS = 25


def main() -> None:
    """Print a line per network, method and data."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--origins", type=Path, default=Path("runs/origins"))
    parser.add_argument("--most", type=int, default=1000, help="masked slices, for a quick look")
    parser.add_argument("--method", action="append", choices=list(METHODS), help="this one; may be given again")
    choices = parser.parse_args()
    methods = [METHODS[name] for name in choices.method or METHODS]
    print(
        f"{'':<34}{'data':<10}{'pointing':<22}{'Dice':<22}{'Dice at 1/2':<22}{'IoU':<22}"
        f"{'in the mask':<13}{'in the head':<13}{'randomized':<12}blank"
    )
    run = Run.at(choices.origins / "runs" / BLOCK)
    if run.has_started:
        model = with_mirror(load_best(run))
        judge("map network", network_of_keras(model, list(Label)), run.settings.preparation, methods, choices.most)
    else:
        print(f"{run.folder} is not here: no line of the map network (see --help).", file=sys.stderr)
    with tempfile.TemporaryDirectory() as temporary:
        seed = train(folder("kaggle-head-ct-hemorrhage"), Path(temporary) / "run", settings=TrainingSettings())
        network = network_of_keras(load_best(seed), [Label.ANY])
    judge("seed CNN", network, TrainingSettings().preparation, methods, choices.most)


def judge(name: str, network: Network, preparation: PreparationSettings, methods: Sequence[Method], most: int) -> None:
    """Print a line for each method that works with a network, on both kinds of data."""
    drawn, others = (drawn_cases(preparation, heads=HEADS, seed=seed) for seed in (1, 2))
    masked, shuffled = masked_cases(preparation, most), Shuffled(network)
    for method in methods:
        if not method.works_with(network):
            continue
        explainer = method.build(network)
        threshold = best_threshold(list(explainer.explain(others.inputs, Label.ANY)), list(others.blood))
        for data, cases in ((MASKED, masked), ("drawn", drawn)):
            maps = explainer.explain(cases.inputs, Label.ANY)
            is_share = method.name == "maps"
            found = against_random(method, shuffled, cases, maps, share=1.0)
            print(
                f"{name + ', ' + method.name:<34}{data:<10}"
                + line(maps, cases, threshold, is_share=is_share)
                + f"{'-' if found.alike is None else f'{found.alike:.2f}':<12}{found.blank:.2f}",
                flush=True,
            )


def line(maps: np.ndarray, cases: Cases, threshold: float, *, is_share: bool) -> str:
    """Measure maps against masks."""
    pairs = list(zip(maps, cases.blood, strict=True))
    columns = [
        [float(hits(*pair)) for pair in pairs],
        [dice(found >= threshold, mask) for found, mask in pairs],
        [dice(found >= 0.5, mask) for found, mask in pairs] if is_share else None,
        [iou(found >= threshold, mask) for found, mask in pairs],
    ]
    shown = [f"{'-' if values is None else mean(values, cases.groups):<22}" for values in columns]
    head = cases.brain | cases.blood
    shown.append(f"{np.mean([energy_share(*pair) for pair in pairs]):<13.2f}")
    shown.append(f"{np.mean([energy_share(*pair) for pair in zip(maps, head, strict=True)]):<13.2f}")
    return "".join(shown)


def mean(values: Sequence[float], groups: Sequence[str]) -> str:
    """Return a mean with its interval, groups drawn whole."""
    interval = group_bootstrap(
        lambda _, each: float(np.mean(each)), np.zeros(len(values)), np.array(values), np.array(groups)
    )
    return str(interval)


def masked_cases(preparation: PreparationSettings, most: int) -> Cases:
    """Prepare the slices of bhsd-dev that have a mask with blood in it."""
    pool = prepare_pool(load_origins(folder(MASKED).parent, only=[MASKED]), settings=preparation)
    blood = (pool.areas & (BRAIN_BIT - 1)) > 0
    chosen = np.flatnonzero(blood.any(axis=(1, 2)))[:most]
    return Cases(
        MASKED,
        pool.inputs[chosen].astype(np.float32),
        (pool.areas[chosen] & BRAIN_BIT) > 0,
        blood[chosen],
        tuple(str(group) for group in pool.pool.groups[chosen]),
    )


if __name__ == "__main__":
    main()
