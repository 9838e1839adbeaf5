"""The pairs of a collection, each called by the strictest name that fits."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hemoscope.datasets.audit.groups import SAME_SERIES
from hemoscope.datasets.audit.same_picture import SAME_PICTURE, agreement
from hemoscope.datasets.audit.scan import Scan
from hemoscope.datasets.audit.search import Triple, pairs_above
from hemoscope.datasets.audit.signatures import brain_signatures, mirrored, thumbnails

LOWEST_CANDIDATE, HIGHEST_CANDIDATE = 0.3, 0.6
"""Correlation of brain signatures from which a pair is laid on each other. The lower one finds most copies that were
cut into the skull; whole copies reach the higher one (benchmarks/duplicates.py)."""
CANDIDATES_PER_SLICE = 2.0
"""About so many are looked at closely, unless all reach the higher correlation: time grows with the slices."""
SAMPLE = 2048
SERIES_DETAIL = 0.3
"""Neighbors of a series share this much of their signature; two patients with like skulls seldom do. Among the slices
of 79 patients in phe-sich it keeps 4 of the 8 pairs that join two patients, and 194 of the 197 that join one's."""


class Kind(StrEnum):
    """How two items are alike, the strictest first."""

    IDENTICAL_BYTES = "identical bytes"
    IDENTICAL_PIXELS = "identical pixels"
    SAME_PICTURE = "same picture"
    SAME_SERIES = "same series"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items that belong together.

    Attributes:
        first: Index of the one that comes first in the scanned collection.
        second: Index of the other.
        kind: The strictest name that fits.
        score: 1 where identical; agreement of a same picture; correlation of thumbnails of a same series.
        is_mirrored: Whether one shows the other with left and right exchanged.
    """

    first: int
    second: int
    kind: Kind
    score: float
    is_mirrored: bool = False


def find_pairs(scan: Scan, *, on_progress: Callable[[int, int], None] | None = None) -> tuple[Pair, ...]:
    """Find what belongs together in a collection.

    Of k identical files, k - 1 pairs are told, each with the first, and only the first is compared further.

    Args:
        scan: What was read.
        on_progress: Called with how many candidates have been laid on each other and how many there are.

    Returns:
        Pairs, the strictest kind first, most alike first within a kind.
    """
    by_bytes = _identical([one.file_hash for one in scan.facts], Kind.IDENTICAL_BYTES)
    copies = {pair.second for pair in by_bytes}
    rest = [index for index in range(len(scan.facts)) if index not in copies]
    by_pixels = _identical([scan.facts[index].pixel_hash for index in rest], Kind.IDENTICAL_PIXELS, names=rest)
    copies |= {pair.second for pair in by_pixels}
    compared = np.array([index for index in rest if index not in copies and index not in scan.refused], int)
    alike = _near_pairs(scan, compared, on_progress=on_progress) if compared.size > 1 else []
    order = {kind: place for place, kind in enumerate(Kind)}
    return tuple(sorted([*by_bytes, *by_pixels, *alike], key=lambda pair: (order[pair.kind], -pair.score)))


def _identical(hashes: Sequence[str], kind: Kind, *, names: Sequence[int] | None = None) -> list[Pair]:
    """Pair each item with the first of the same hash; items are called by `names`, or by their place."""
    called = range(len(hashes)) if names is None else names
    first: dict[str, int] = {}
    pairs = []
    for index, value in zip(called, hashes, strict=True):
        if first.setdefault(value, index) != index:
            pairs.append(Pair(first[value], index, kind, 1.0))
    return pairs


def _near_pairs(scan: Scan, compared: np.ndarray, *, on_progress: Callable[[int, int], None] | None) -> list[Pair]:
    """Find the same pictures and the same series among the slices at these indices."""
    signatures = brain_signatures(scan.inputs[index] for index in compared)
    candidates = _candidates(signatures)
    pairs = []
    for done, pair in enumerate(_verify(scan, compared, candidates), start=1):
        if pair is not None:
            pairs.append(pair)
        if on_progress is not None:
            on_progress(done, len(candidates))
    known = {(pair.first, pair.second) for pair in pairs}
    for first, second, alike in pairs_above(thumbnails(scan.inputs[index] for index in compared), SAME_SERIES):
        one, other = int(compared[first]), int(compared[second])
        if (one, other) not in known and float(signatures[first] @ signatures[second]) >= SERIES_DETAIL:
            pairs.append(Pair(one, other, Kind.SAME_SERIES, min(alike, 1.0)))
    return pairs


def _candidates(signatures: np.ndarray) -> list[tuple[int, int, bool]]:
    """Return pairs worth a closer look, and whether as in a mirror: whichever view is more alike."""
    best: dict[tuple[int, int], tuple[float, bool]] = {}
    threshold = candidate_threshold(signatures)
    views: tuple[tuple[bool, list[Triple]], ...] = (
        (False, pairs_above(signatures, threshold)),
        (True, pairs_above(signatures, threshold, others=mirrored(signatures))),
    )
    for is_mirrored, triples in views:
        for first, second, alike in triples:
            if alike > best.get((first, second), (0.0, False))[0]:
                best[first, second] = alike, is_mirrored
    return [(first, second, is_mirrored) for (first, second), (_, is_mirrored) in best.items()]


def candidate_threshold(signatures: np.ndarray) -> float:
    """Choose the correlation from which pairs are looked at closely, so that they are about as many as slices.

    Args:
        signatures: What `brain_signatures` returned, at least two.

    Returns:
        From `LOWEST_CANDIDATE`, in small collections, to `HIGHEST_CANDIDATE`.
    """
    count = len(signatures)
    chosen = np.random.default_rng(0).choice(count, size=min(count, SAMPLE), replace=False)
    alike = (signatures[chosen] @ signatures[chosen].T)[np.triu_indices(len(chosen), k=1)]
    share = min(1.0, 2 * CANDIDATES_PER_SLICE / count)
    return float(np.clip(np.quantile(alike, 1 - share), LOWEST_CANDIDATE, HIGHEST_CANDIDATE))


def _verify(scan: Scan, compared: np.ndarray, candidates: list[tuple[int, int, bool]]) -> Iterator[Pair | None]:
    """Lay each candidate pair on each other; yield it where it is one picture, None where not."""

    def judge(candidate: tuple[int, int, bool]) -> Pair | None:
        first, second, is_mirrored = int(compared[candidate[0]]), int(compared[candidate[1]]), candidate[2]
        other = np.ascontiguousarray(scan.input(second)[:, ::-1]) if is_mirrored else scan.input(second)
        score = agreement(scan.input(first), other)
        return Pair(first, second, Kind.SAME_PICTURE, score, is_mirrored) if score >= SAME_PICTURE else None

    with ThreadPoolExecutor() as pool:
        yield from pool.map(judge, candidates)


def links(pairs: Sequence[Pair]) -> list[Triple]:
    """Return the pairs as `merge_groups` takes them."""
    return [(pair.first, pair.second, pair.score) for pair in pairs]
