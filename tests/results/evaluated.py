"""An evaluation of twelve cases, and a comparison, for everything that shows one."""

from dataclasses import replace

import numpy as np

from hemoscope.evaluation.cases import JudgedCase, worst_false_alarms, worst_misses
from hemoscope.evaluation.judge import JudgeSettings, judge
from hemoscope.evaluation.paired import Comparison, Side, judge_pair
from hemoscope.evaluation.report import CollectionFacts, Evaluation, Example, SeenCase, SeenCheck, SeenStatus
from hemoscope.records import Shown, Slice
from hemoscope.terms import Label, Unit
from tests.evaluation.judged import POINT, STRICT, twelve

from .sample import MODEL

NOT_POSSIBLE = SeenCheck(SeenStatus.NOT_POSSIBLE, 0, False)
NONE_FOUND = SeenCheck(SeenStatus.NONE_FOUND, 2168, True)
FOUND = SeenCheck(
    SeenStatus.FOUND,
    2168,
    False,
    (SeenCase("s1.png", "g9", "near-duplicate", 0.913), SeenCase("s2.png", "g9", "same group", 0.0)),
)


def example(case: JudgedCase) -> Example:
    """Return a case with a grey picture in which the network sees blood in one corner."""
    image = Slice(np.full((20, 30), 0.5, np.float32), Unit.GREY, case.key, "png")
    blood_map = np.zeros((20, 30), np.float32)
    blood_map[:8, :8] = 1.0
    return Example(case, Shown(image, {Label.ANY: blood_map}))


def evaluated(
    *, seen: SeenCheck = NOT_POSSIBLE, prevalence: float | None = None, name: str = "drawn", rename: str = ""
) -> Evaluation:
    """Judge the twelve cases, each key with `rename` in front."""
    cases = [replace(case, key=rename + case.key) for case in twelve()]
    judgement = judge(cases, [POINT, STRICT], settings=JudgeSettings(draws=100, prevalence=prevalence))
    return Evaluation(
        MODEL,
        CollectionFacts(name, "table", "c" * 64, 12, 6, 7),
        seen,
        judgement,
        tuple(map(example, worst_misses(cases, POINT)[:1])),
        tuple(map(example, worst_false_alarms(cases, POINT)[:1])),
    )


def of_studies(facts: CollectionFacts) -> CollectionFacts:
    """Return a collection of as many studies as it had slices, of twenty slices each."""
    return replace(facts, studies=facts.slices, slices=20 * facts.slices)


def vague() -> list[JudgedCase]:
    """Return the twelve cases with the surest positive missed and the surest false alarm cleared."""
    return [replace(one, probability=0.45) if one.key in ("p0", "n4") else one for one in twelve()]


def compared(first, second, *, name: str = "h\udce4mo") -> Comparison:
    settings = JudgeSettings(draws=100)
    return Comparison(
        Side(MODEL | {"name": "one"}, POINT, NOT_POSSIBLE, tuple(first)),
        Side(MODEL | {"name": "t\x1b[2Jwo"}, POINT, FOUND, tuple(second)),
        CollectionFacts(name, "table", "c" * 64, 12, 6, 7),
        judge_pair(first, second, (POINT, POINT), settings=settings),
        settings,
    )
