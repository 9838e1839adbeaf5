"""Sort the mistakes of a run: how often cases of each trait go wrong, and under which trait each mistake is shown."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hemoscope.evaluation.intervals import Interval, share_interval
from hemoscope.review.cases import ReviewedCase, ReviewedRun
from hemoscope.review.measure import Measures, measure
from hemoscope.review.traits import ELSEWHERE, Kind, Trait, traits_of


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """A case with what was found of it.

    Attributes:
        case: The slice and its answer.
        measures: Of the slice, its bleed and its map.
        traits: What holds of it.
    """

    case: ReviewedCase
    measures: Measures
    traits: tuple[Trait, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How often cases go wrong.

    Attributes:
        wrong: How many do.
        cases: Of how many.
        wrong_groups: Of how many groups those are that do.
        groups: Of how many groups all are.
        share: Of the wrong ones, Wilson's interval widened by how alike the slices of a group are.
    """

    wrong: int
    cases: int
    wrong_groups: int
    groups: int
    share: Interval


@dataclass(frozen=True, slots=True)
class TraitRate:
    """How often the cases of one trait go wrong.

    Attributes:
        trait: What they have in common.
        rate: Of theirs.
        is_weak: Whether the whole interval lies above the rate of all.
    """

    trait: Trait
    rate: Rate
    is_weak: bool


@dataclass(frozen=True, slots=True, eq=False)
class Pile:
    """Mistakes to be looked at together.

    Attributes:
        trait: What they have in common; None for those of which nothing stands out.
        patients: The mistakes of one group each, the worst first; groups in the order of their worst.
    """

    trait: Trait | None
    patients: tuple[tuple[Finding, ...], ...]

    @property
    def size(self) -> int:
        """How many mistakes there are."""
        return sum(map(len, self.patients))


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Either the slices with hemorrhage and the misses among them, or those without and the false alarms.

    Attributes:
        truth: 1 or 0.
        rate: Of all; None where there is no case.
        traits: How often each trait goes wrong, by kind.
        piles: The mistakes, the largest pile first, those of which nothing stands out last.
        patients: The groups with several mistakes and how many of their cases go wrong, the most first.
    """

    truth: int
    rate: Rate | None
    traits: tuple[TraitRate, ...]
    piles: tuple[Pile, ...]
    patients: tuple[tuple[str, Rate], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Review:
    """All mistakes of a run, sorted.

    Attributes:
        run: What was judged.
        misses: Slices with hemorrhage.
        false_alarms: Slices without.
    """

    run: ReviewedRun
    misses: Side
    false_alarms: Side


def review(run: ReviewedRun, *, on_progress: Callable[[int, int], None] | None = None) -> Review:
    """Measure every case of a run, and sort its mistakes.

    A mistake is shown once: under that of its traits whose cases go wrong the most often, by the lower end of the
    interval, so that a trait of few cases needs more to stand out; and only where that trait goes wrong more often than
    all cases together. The origin is counted, but no cause; nor is a map that points beside the bleed: it shows that
    something is amiss, not why.

    Args:
        run: With its cases.
        on_progress: Called with how many are measured and how many there are.
    """
    found = []
    for done, case in enumerate(run.cases, start=1):
        measures = measure(case)
        found.append(Finding(case, measures, traits_of(case, measures)))
        if on_progress is not None:
            on_progress(done, len(run.cases))
    return Review(run, _side(found, truth=1), _side(found, truth=0))


def _side(found: Sequence[Finding], *, truth: int) -> Side:
    own = [one for one in found if one.case.truth == truth]
    if not own:
        return Side(truth, None, (), (), ())
    whole = _rate(own)
    traits = _trait_rates(own, whole)
    return Side(truth, whole, traits, _piles(own, traits, whole), _patients(own))


def _rate(found: Sequence[Finding]) -> Rate:
    wrong = np.array([one.case.is_wrong for one in found])
    groups = np.array([one.case.group for one in found])
    return Rate(
        wrong=int(wrong.sum()),
        cases=len(found),
        wrong_groups=len(set(groups[wrong].tolist())),
        groups=len(set(groups.tolist())),
        share=share_interval(wrong, groups),
    )


def _trait_rates(found: Sequence[Finding], whole: Rate) -> tuple[TraitRate, ...]:
    with_trait: dict[Trait, list[Finding]] = {}
    for one in found:
        for trait in one.traits:
            with_trait.setdefault(trait, []).append(one)
    rates = [(trait, _rate(with_trait[trait])) for trait in sorted(with_trait, key=lambda trait: trait.place)]
    return tuple(TraitRate(trait, rate, rate.share.low > whole.share.value) for trait, rate in rates)


def _piles(found: Sequence[Finding], traits: Sequence[TraitRate], whole: Rate) -> tuple[Pile, ...]:
    low = {
        row.trait: row.rate.share.low
        for row in traits
        if _may_be_cause(row.trait) and row.rate.share.value > whole.share.value
    }
    piles: dict[Trait | None, list[Finding]] = {}
    for one in found:
        if one.case.is_wrong:
            telling = [trait for trait in one.traits if trait in low]
            piles.setdefault(max(telling, key=low.__getitem__, default=None), []).append(one)
    sorted_piles = sorted(piles.items(), key=lambda pile: (pile[0] is None, -len(pile[1])))
    return tuple(Pile(trait, _by_patient(members)) for trait, members in sorted_piles)


def _may_be_cause(trait: Trait) -> bool:
    return trait.kind is not Kind.ORIGIN and trait.value != ELSEWHERE


def _by_patient(found: Iterable[Finding]) -> tuple[tuple[Finding, ...], ...]:
    patients: dict[str, list[Finding]] = {}
    for one in sorted(found, key=lambda one: -one.case.margin):
        patients.setdefault(one.case.group, []).append(one)
    return tuple(map(tuple, patients.values()))


def _patients(found: Sequence[Finding]) -> tuple[tuple[str, Rate], ...]:
    members: dict[str, list[Finding]] = {}
    for one in found:
        members.setdefault(one.case.group, []).append(one)
    rates = [(group, _rate(own)) for group, own in members.items()]
    several = [(group, rate) for group, rate in rates if rate.wrong > 1]
    return tuple(sorted(several, key=lambda row: (-row[1].wrong, row[0])))
