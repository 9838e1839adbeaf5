"""Check a method on a network: figures, what they must reach, and in a sentence what they do not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hemoscope.evaluation.localization import best_threshold, dice, energy_share, hits, iou
from hemoscope.explanation.checks.cases import Cases
from hemoscope.explanation.checks.faithful import deletion_and_insertion
from hemoscope.explanation.checks.randomized import SHUFFLES, Likeness, Shuffled, likeness
from hemoscope.explanation.checks.stable import repeatability, turns
from hemoscope.explanation.method import Explainer, Method, Network
from hemoscope.terms import Label

SHARES = {"randomized_last": 0.1, "randomized_half": 0.5, "randomized_all": 1.0}
"""Shares of the layers whose weights are shuffled, from the output down."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure must reach, and what it means when it does not."""

    least: float
    most: float
    failed: str


LIMITS = {
    "pointing": Limit(0.7, 1.0, "its maximum too often lies beside the bleed"),
    "dice": Limit(0.3, 1.0, "it covers little of the bleed, or much beside it"),
    "energy_in_brain": Limit(0.5, 1.0, "most of it lies outside the brain"),
    "faithfulness": Limit(0.0, 1.0, "the score hangs more on what it leaves out than on what it marks"),
    "repeatability": Limit(0.5, 1.0, "it changes when the slice is moved by a few pixels or a little noise is added"),
    "randomized_all": Limit(0.0, 0.2, "it stays alike when the network has forgotten all that it learned"),
}
"""Set by judgment before anything was measured; a map that misses one of them is not to be trusted.
That "randomized" drops the sign and takes four shuffles was decided after a first look; the limit stayed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of checking a method.

    Attributes:
        method: Its name.
        figures: By name; those of LIMITS decide. None where there was nothing to measure.
        reasons: Why it failed, a sentence each; none where it passed.
    """

    method: str
    figures: Mapping[str, float | None]
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every figure is within its limits."""
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"method": self.method, "passed": self.passed, "figures": dict(self.figures), "reasons": [*self.reasons]}


def judge(method: str, figures: Mapping[str, float | None]) -> Outcome:
    """Hold figures against LIMITS; one that is missing, or no number, fails."""
    reasons = [_broken(name, limit, figures[name]) for name, limit in LIMITS.items()]
    return Outcome(method, figures, tuple(reason for reason in reasons if reason is not None))


def _broken(name: str, limit: Limit, value: float | None) -> str | None:
    """Say what is wrong with a figure; None where it is within its limit."""
    words = name.replace("_", " ")
    if value is None:
        return f"nothing could be compared, as its maps are blank ({words})"
    return None if limit.least <= value <= limit.most else f"{limit.failed} ({words} {value:.2f})"


def check_method(
    method: Method,
    network: Network,
    cases: Cases,
    others: Cases,
    *,
    shuffled: Shuffled | None = None,
    on_step: Callable[[], None] | None = None,
) -> Outcome:
    """Check a method.

    Args:
        method: One that works with the network.
        network: One with a Keras model, whose weights can be shuffled.
        cases: Slices with hemorrhage that the network did not learn from. With a slow method each of them is moved or
            made noisy, and shown to one shuffled network; else to all, and all changes are tried.
        others: More of them, on which the threshold of the overlap is chosen; with a slow method on half of them.
        shuffled: The network's copy, where several methods are checked; made here unless given.
        on_step: Called after each of STEPS parts.

    Raises:
        InputError: What the method asks for is missing.
        MissingExtraError: Keras is not installed.
    """
    tell = on_step or (lambda: None)
    explainer, shuffled = method.build(network), shuffled or Shuffled(network)
    maps = explainer.explain(cases.inputs, Label.ANY)
    chosen_on = others.some(turns(0, 2)) if method.is_slow else others
    figures: dict[str, float | None] = {**_places(maps, cases, _threshold(explainer, chosen_on))}
    tell()
    figures |= _faithfulness(network, cases, maps)
    tell()
    figures["repeatability"] = repeatability(_any(explainer), cases, maps, seed=0, is_slow=method.is_slow)
    tell()
    for name, share in SHARES.items():
        found = against_random(method, shuffled, cases, maps, share=share)
        figures |= {name: found.alike, f"{name}_blank": found.blank}
        tell()
    return judge(method.name, figures)


STEPS = 3 + len(SHARES)


def _any(explainer: Explainer) -> Callable[[np.ndarray], np.ndarray]:
    return lambda inputs: explainer.explain(inputs, Label.ANY)


def _threshold(explainer: Explainer, others: Cases) -> float:
    return best_threshold(list(explainer.explain(others.inputs, Label.ANY)), list(others.blood))


def _places(maps: np.ndarray, cases: Cases, threshold: float) -> dict[str, float]:
    pairs = list(zip(maps, cases.blood, strict=True))
    brain = cases.brain | cases.blood
    return {
        "pointing": float(np.mean([hits(*pair) for pair in pairs])),
        "dice": float(np.mean([dice(found >= threshold, mask) for found, mask in pairs])),
        "iou": float(np.mean([iou(found >= threshold, mask) for found, mask in pairs])),
        "energy_in_blood": float(np.mean([energy_share(*pair) for pair in pairs])),
        "energy_in_brain": float(np.mean([energy_share(*pair) for pair in zip(maps, brain, strict=True)])),
    }


def _faithfulness(network: Network, cases: Cases, maps: np.ndarray) -> dict[str, float]:
    column = network.labels.index(Label.ANY)

    def score(inputs: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-network.look(inputs)[0][:, column])))

    areas = [deletion_and_insertion(score, *pair) for pair in zip(cases.inputs, maps, strict=True)]
    deletion, insertion = (float(value) for value in np.mean(areas, axis=0))
    return {"deletion": deletion, "insertion": insertion, "faithfulness": insertion - deletion}


def against_random(method: Method, shuffled: Shuffled, cases: Cases, maps: np.ndarray, *, share: float) -> Likeness:
    """Compare a method's maps, within the head, with those that it makes after each of SHUFFLES shuffles.

    Args:
        method: One that works with the network.
        shuffled: The network's copy.
        cases: Slices, at least SHUFFLES. With a slow method the shuffled networks take turns on them.
        maps: What the method showed of them before, shape (n, size, size).
        share: Of the layers to shuffle, from the output down.
    """
    head = cases.brain | cases.blood
    explainer = method.build(shuffled.network)
    before, after = [], []
    for seed in range(SHUFFLES):
        shuffled.shuffle(share=share, seed=seed)
        own = turns(seed, SHUFFLES) if method.is_slow else slice(None)
        found = explainer.explain(cases.inputs[own], Label.ANY)
        before += [one[inside] for one, inside in zip(maps[own], head[own], strict=True)]
        after += [one[inside] for one, inside in zip(found, head[own], strict=True)]
    return likeness(before, after)
