"""How often is a map withheld, on real slices and where it is right?

    hemoscope cross-validate ../shared/data --model map-net --leave-out origin --out runs/origins
    python benchmarks/withheld.py [--origins runs/origins] [--only bhsd-dev] [--method gradcam]

Each origin's maps come from the network of the block that left it out; "shipped" are those of the shipped bundle, which
learned from the same slices. A line per origin and kind of map: how many mark anything in slices whose brain is known,
how many of those are withheld, and the share of the mass inside that the worst of them has, and the worst in twenty.

hemorrhage, none, unknown    by the slice's own label; "above": those whose score says hemorrhage, its logit above 0
hit                          the map's maximum lies in the mask: right by the pointing game
mask                         the masks themselves, as if a network had drawn them

LEAST_BRAIN was chosen on phe-sich and abdulkader90; the other origins had no say in it. Data: the origins in the folder
HEMOSCOPE_DATA or ../shared/data.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemoscope.datasets.origins import Case, load_origins
from hemoscope.datasets.origins.masks import read_mask
from hemoscope.errors import HemoscopeError
from hemoscope.evaluation.localization import hits
from hemoscope.explanation.method import Network
from hemoscope.explanation.networks import network_of_bundle, network_of_keras
from hemoscope.explanation.own_maps import spread
from hemoscope.explanation.registry import METHODS
from hemoscope.inference.withheld import LEAST_INSIDE, share_inside
from hemoscope.models.bundle import open_bundle
from hemoscope.models.map_net import with_mirror
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.reading import read_slice
from hemoscope.terms import Label
from hemoscope.training.run import Run, load_best
from real_data import folder

BATCH = 64
WORDS = {1.0: "hemorrhage", 0.0: "none"}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A slice with what a network sees in it.

    Attributes:
        case: The slice.
        brain: bool, shape (size, size).
        blood: Its mask, likewise; None where there is none.
        score: Logit of any hemorrhage.
        shares: Its map, shape (size, size), in [0, 1].
    """

    case: Case
    brain: np.ndarray
    blood: np.ndarray | None
    score: float
    shares: np.ndarray


def main() -> None:
    """Print the lines of each network and origin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--origins", type=Path, default=Path("runs/origins"))
    parser.add_argument("--only", action="append", help="this origin; may be given again")
    parser.add_argument("--method", choices=list(METHODS), default="maps")
    choices = parser.parse_args()
    print(f"{'network':<10}{'origin':<28}{'maps of':<20}{'mark':>6}{'withheld':>10}{'least':>8}{'1 in 20':>9}")
    bundle = open_bundle()
    shipped = network_of_bundle(bundle)
    for run in sorted((choices.origins / "runs").iterdir()):
        learned = Run.at(run)
        network = network_of_keras(with_mirror(load_best(learned)), list(Label))
        for origin in run.name.split("+"):
            if choices.only and origin not in choices.only:
                continue
            tell("left out", origin, look(network, origin, learned.settings.preparation, choices.method))
            tell("shipped", origin, look(shipped, origin, bundle.preparation, choices.method))


def tell(network: str, origin: str, seen: Sequence[Seen]) -> None:
    """Print a line per kind of map."""
    for words, inside in kinds(seen):
        known = np.array([each for each in inside if each is not None])
        if not known.size:
            continue
        print(
            f"{network:<10}{origin:<28}{words:<20}{known.size:>6}{np.count_nonzero(known < LEAST_INSIDE):>10}"
            f"{known.min():>8.2f}{np.quantile(known, 0.05):>9.2f}",
            flush=True,
        )


def kinds(seen: Sequence[Seen]) -> Iterator[tuple[str, list[float | None]]]:
    """Yield each kind of map in words, with the share of the mass that each of them has inside."""
    for truth in (1.0, 0.0, -1.0):
        word = WORDS.get(truth, "unknown")
        here = [each for each in seen if each.case.any == truth]
        yield word, [share_inside(each.shares, each.brain) for each in here]
        yield f"{word}, above", [share_inside(each.shares, each.brain) for each in here if each.score > 0]
    masked = [(each, each.blood) for each in seen if each.blood is not None and each.blood.any()]
    yield "hit", [share_inside(each.shares, each.brain) for each, blood in masked if hits(each.shares, blood)]
    yield "mask", [share_inside(blood.astype(float), each.brain) for each, blood in masked]


def look(network: Network, origin: str, preparation: PreparationSettings, method: str) -> list[Seen]:
    """Show a network every slice of an origin that the gate lets through."""
    cases, inputs, brains, masks = [], [], [], []
    for case in load_origins(folder(origin).parent, only=[origin]):
        try:
            prepared = prepare_and_check(read_slice(case.path, frame=case.frame), settings=preparation)
        except HemoscopeError:
            continue
        blood = None if case.mask is None else read_mask(case.mask, case.frame).any(axis=0)
        cases.append(case)
        inputs.append(prepared.inputs[0])
        brains.append(prepared.brain)
        masks.append(None if blood is None else prepared.frame.to_input(blood.astype(np.float32)) > 0.5)
    found: list[tuple[float, np.ndarray]] = []
    for start in range(0, len(cases), BATCH):
        found += explain(network, np.stack(inputs[start : start + BATCH]), method)
    return [Seen(*one, *two) for one, two in zip(zip(cases, brains, masks, strict=True), found, strict=True)]


def explain(network: Network, inputs: np.ndarray, method: str) -> list[tuple[float, np.ndarray]]:
    """Return the score and the map of each slice; maps without a scale of their own are scaled to their maximum."""
    column = network.labels.index(Label.ANY)
    scores, cells = network.look(inputs)
    if method == "maps" and cells is not None:
        maps = spread(1 / (1 + np.exp(-cells[..., column])), network.size)
    else:
        maps = METHODS[method].build(network).explain(inputs, Label.ANY)
        maps = maps / np.maximum(maps.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
    return list(zip(scores[:, column].tolist(), maps, strict=True))


if __name__ == "__main__":
    main()
