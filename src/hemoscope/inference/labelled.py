"""Score a labelled collection: an answer and a fingerprint for every slice, none left out."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.audit.fingerprints import UNKNOWN, Fingerprints, fingerprint
from hemoscope.datasets.items import Collection, Item
from hemoscope.errors import BundleError
from hemoscope.evaluation.cases import JudgedCase
from hemoscope.inference.predictor import Examination, Predictor


@dataclass(frozen=True, slots=True, eq=False)
class ScoredCollection:
    """A collection with its answers.

    Attributes:
        cases: One for each item, in the collection's order.
        fingerprints: Likewise, as the network's own preparation shows the slices; nothing of those not scored.
    """

    cases: tuple[JudgedCase, ...]
    fingerprints: Fingerprints


def score_labelled(
    predictor: Predictor, collection: Collection, *, on_progress: Callable[[int, int], None] | None = None
) -> ScoredCollection:
    """Score every slice of a collection.

    Args:
        predictor: With its bundle.
        collection: What to score.
        on_progress: Called with how many are done and how many there are.

    Raises:
        BundleError: "result.not_a_probability" where the network gives NaN.
    """
    cases, parts = [], []
    for done, item in enumerate(collection, start=1):
        seen = predictor.examine(item.path, frame=item.frame)
        cases.append(_case(item, seen))
        parts.append(_fingerprint(item, seen))
        if on_progress is not None:
            on_progress(done, len(collection))
    _require_numbers(cases)
    table = Fingerprints(tuple(part.hashes[0] for part in parts), np.concatenate([part.signatures for part in parts]))
    return ScoredCollection(tuple(cases), table)


def _case(item: Item, seen: Examination) -> JudgedCase:
    result = seen.result
    return JudgedCase(item.key, item.label, item.group, result.status, result.probability, result.error, item.details)


def _fingerprint(item: Item, seen: Examination) -> Fingerprints:
    nothing = np.zeros((1, 1), np.float32)
    try:
        value = item.sha256()
    except OSError:  # it was not scored either, and its case says why
        value = UNKNOWN
    return fingerprint([nothing if seen.model_input is None else seen.model_input], hashes=[value])


def _require_numbers(cases: list[JudgedCase]) -> None:
    odd = [case.key for case in cases if case.probability is not None and not math.isfinite(case.probability)]
    if odd:
        raise BundleError(
            "result.not_a_probability",
            f"The network gave no number for {len(odd)} of {len(cases)} slices, first {odd[0]!r}.",
            "Do not use this model bundle: score with the shipped one, or export the run again.",
        )
