"""Mistakes are counted against all cases of their kind, and each is shown once."""

from dataclasses import replace

import numpy as np

from hemoscope.evaluation.intervals import share_interval
from hemoscope.review.cases import ReviewedRun
from hemoscope.review.review import review
from hemoscope.review.traits import AT_BONE, ELSEWHERE, ISODENSE, SIZES, Kind, Trait
from hemoscope.terms import Label

from .drawn import disk, drawn_case, with_bleed

TINY, LARGE = Trait(Kind.SIZE, SIZES[0]), Trait(Kind.SIZE, SIZES[3])


def run_of(*cases) -> ReviewedRun:
    """Return a run of these cases, each of a group of its own unless it has one."""
    named = [
        replace(case, key=f"{number}.png", group=f"p{number}" if case.group == "p1" else case.group)
        for number, case in enumerate(cases)
    ]
    return ReviewedRun("run", "a test", "drawn", tuple(named), "at one half", is_calibrated=True)


def bleeds(radius: int, *scores: float):
    return [with_bleed(disk(120, 60, radius), score=score) for score in scores]


def test_misses_are_counted_by_trait_against_all_of_the_trait():
    found = review(run_of(*bleeds(5, 0.1, 0.2, 0.3, 0.15, 0.25, 0.9), *bleeds(20, 0.2, *[0.9] * 17))).misses
    assert (found.rate.wrong, found.rate.cases) == (6, 24)
    rate_of = {row.trait: row for row in found.traits}
    assert (rate_of[TINY].rate.wrong, rate_of[TINY].rate.cases) == (5, 6)
    assert rate_of[TINY].rate.share == share_interval(np.array([1, 1, 1, 1, 1, 0]), np.array(list("abcdef")))
    assert rate_of[TINY].is_weak  # its interval begins above 6 / 24
    assert (rate_of[LARGE].rate.wrong, rate_of[LARGE].is_weak) == (1, False)


def test_a_mistake_is_shown_under_its_weakest_trait_and_the_worst_comes_first():
    found = review(run_of(*bleeds(5, 0.1, 0.3, 0.2, 0.9), *bleeds(20, 0.2, *[0.9] * 9))).misses
    tiny, rest = found.piles
    assert (tiny.trait, rest.trait) == (TINY, None)
    assert [patient[0].case.score for patient in tiny.patients] == [0.1, 0.2, 0.3]
    assert (tiny.size, rest.size) == (3, 1)


def test_the_false_alarms_of_one_patient_are_one_finding():
    cases = [drawn_case(score=score, group="many") for score in (0.6, 0.9, 0.7)]
    cases += [drawn_case(score=0.8), *[drawn_case(score=0.1)] * 4]
    found = review(run_of(*cases)).false_alarms
    assert (found.rate.wrong, found.rate.wrong_groups, found.rate.groups) == (4, 2, 6)
    (pile,) = found.piles
    assert [[one.case.score for one in patient] for patient in pile.patients] == [[0.9, 0.7, 0.6], [0.8]]
    ((group, rate),) = found.patients
    assert (group, rate.wrong, rate.cases) == ("many", 3, 3)


def test_an_origin_is_counted_but_no_cause():
    cases = [drawn_case(origin="a", score=0.9), *[drawn_case(origin="b", score=0.1)] * 9]
    found = review(run_of(*cases)).false_alarms
    (row,) = [row for row in found.traits if row.trait == Trait(Kind.ORIGIN, "a")]
    assert row.rate.wrong == 1
    assert [pile.trait for pile in found.piles] == [None]


def test_a_map_that_points_beside_the_bleed_is_counted_but_no_cause():
    beside = np.full((45, 45), -5.0)
    beside[10, 10] = 1.0
    cases = [replace(case, cells=beside) for case in bleeds(20, 0.2, 0.3)] + bleeds(20, 0.9, 0.9)
    found = review(run_of(*cases)).misses
    (row,) = [row for row in found.traits if row.trait == Trait(Kind.MAP, ELSEWHERE)]
    assert (row.rate.wrong, row.rate.cases) == (2, 2)
    assert [pile.trait for pile in found.piles] == [None]


def test_every_trait_of_a_case_is_kept_with_it():
    crescent = disk(90, 90, 78) & ~disk(90, 84, 78)
    case = with_bleed(crescent, hu=34.0, subtypes=(Label.SUBDURAL,))
    ((one,),) = review(run_of(case)).misses.piles[0].patients
    assert {trait.value for trait in one.traits} >= {ISODENSE, AT_BONE, "subdural", SIZES[2]}
    assert ELSEWHERE not in {trait.value for trait in one.traits}


def test_a_run_without_slices_of_a_class_has_no_rate_of_it():
    found = review(run_of(drawn_case(score=0.1)))
    assert found.misses.rate is None
    assert found.misses.piles == ()
    assert found.false_alarms.rate.wrong == 0


def test_progress_is_told_case_by_case():
    told = []
    review(run_of(*[drawn_case()] * 3), on_progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
