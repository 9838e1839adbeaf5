"""Score a labelled collection: an answer and a fingerprint for every slice, none left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.audit.fingerprints import UNKNOWN, Fingerprints, fingerprint
from hemoscope.datasets.items import Collection, Item
from hemoscope.errors import BundleError
from hemoscope.evaluation.cases import JudgedCase
from hemoscope.inference.engine import NO_NUMBER, USE_ANOTHER
from hemoscope.inference.predictor import Examination, Predictor
from hemoscope.records import Notice


@dataclass(frozen=True, slots=True, eq=False)
class ScoredCollection:
    """A collection with its answers.

    Attributes:
        cases: One for each item, in the collection's order; or one for each study, in the order of its studies.
        shown: The slice that shows each case.
        fingerprints: Of each item, as the network's own preparation shows it; nothing of those not scored.
        notices: How studies were judged, and what of them could not be scored.
    """

    cases: tuple[JudgedCase, ...]
    shown: tuple[Item, ...]
    fingerprints: Fingerprints
    notices: tuple[Notice, ...] = ()

    @property
    def slice_of(self) -> dict[str, Item]:
        """The slice that shows each case, by the case's name."""
        return {case.key: item for case, item in zip(self.cases, self.shown, strict=True)}


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
        parts.append(fingerprint_of(item, seen.model_input))
        if on_progress is not None:
            on_progress(done, len(collection))
    odd = [case.key for case in cases if case.error is not None and case.error.code == NO_NUMBER]
    refuse_without_numbers(odd, count=len(cases))
    return ScoredCollection(tuple(cases), collection.items, join_fingerprints(parts))


def fingerprint_of(item: Item, model_input: np.ndarray | None) -> Fingerprints:
    """Take the fingerprint of one slice.

    Args:
        item: The slice; its file is hashed.
        model_input: The slice prepared, float32, shape (size, size); None where it could not be.
    """
    nothing = np.zeros((1, 1), np.float32)
    try:
        value = item.sha256()
    except OSError:  # it was not scored either, and its case says why
        value = UNKNOWN
    return fingerprint([nothing if model_input is None else model_input], hashes=[value])


def join_fingerprints(parts: Iterable[Fingerprints]) -> Fingerprints:
    """Put the lines of tables, at least one, into one table."""
    found = list(parts)
    hashes = tuple(value for part in found for value in part.hashes)
    return Fingerprints(hashes, np.concatenate([part.signatures for part in found]))


def refuse_without_numbers(odd: Sequence[str], *, count: int) -> None:
    """Stop at a network that gives NaN.

    Args:
        odd: Names of the slices for which it did.
        count: How many slices were scored.

    Raises:
        BundleError: "result.not_a_probability" where there is any.
    """
    if odd:
        raise BundleError(
            NO_NUMBER,
            f"The network gave no number for {len(odd)} of {count} slices, first {odd[0]!r}.",
            USE_ANOTHER,
        )


def tell_lost(codes: Mapping[str, int]) -> tuple[Notice, ...]:
    """Tell of the slices of studies that have no score; nothing where all have one.

    Args:
        codes: How many there are by the code of the reason.
    """
    if not codes:
        return ()
    told = ", ".join(f"{code} {count:,}" for code, count in Counter(codes).most_common())
    return (Notice("evaluation.slices_not_scored", f"Slices of studies without a score: {told}."),)


def _case(item: Item, seen: Examination) -> JudgedCase:
    result = seen.result
    return JudgedCase(item.key, item.label, item.group, result.status, result.probability, result.error, item.details)
