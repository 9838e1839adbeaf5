"""What there is to draw of an examined input: each section of a study by its middle slice, or the one slice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from hemoscope.explanation.method import Explainer
from hemoscope.inference.batch import Examined
from hemoscope.inference.predictor import Examination
from hemoscope.inference.study import StudyExamination
from hemoscope.inference.withheld import withhold
from hemoscope.preparation.frame import Frame
from hemoscope.records import Shown, StudyResult
from hemoscope.results.caption import Caption, caption_in_study, caption_of
from hemoscope.terms import Label


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A slice that can be drawn.

    Attributes:
        place: In its study; 0 for a slice by itself.
        count: How many slices it stands for.
        look: Returns the slice and its maps; None where it cannot be read.
        describe: Returns its words; takes what `look` returned, and `method`.
        probability: Of any hemorrhage; None where it has no score.
        rank: 1 for the strongest key slice, 2 for the next; None for others.
        is_wanted: Whether its overlay is written unless all are: it is a key slice or reaches the threshold.
    """

    place: int
    count: int
    look: Callable[[], Shown | None]
    describe: Callable[..., Caption]
    probability: float | None
    rank: int | None
    is_wanted: bool


@dataclass(frozen=True, slots=True, eq=False)
class NamedExplainer:
    """Another method than the network's own maps, bound to a network.

    Attributes:
        name: What it is called.
        explainer: What makes its maps.
    """

    name: str
    explainer: Explainer


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What the network saw of a slice: its input, where that lies in the slice, its brain; None where not asked."""

    model_input: np.ndarray | None
    frame: Frame | None
    brain: np.ndarray | None


def sights_of(examined: Examined, method: NamedExplainer | None = None) -> list[Sight]:
    """List what there is to draw, from feet to head; nothing where nothing could be read.

    Args:
        examined: The input.
        method: What makes the maps, scaled to the maximum over the whole input; None for the network itself.
    """
    if isinstance(examined, Examination):
        sights, seen = _alone(examined), [_Seen(examined.model_input, examined.frame, examined.brain)]
    else:
        sights = [_sight(examined, number) for number in range(len(examined.sections))]
        looks = [] if examined.looked is None else examined.looked.looks
        seen = [_Seen(look.model_input, look.frame, look.brain) for look in looks]
    if method is None or not sights:
        return sights
    return [
        replace(sight, look=partial(_look_with, sight.look, heat, one))
        for sight, one, heat in zip(sights, seen, _heat(method.explainer, seen), strict=True)
    ]


def _heat(explainer: Explainer, seen: Sequence[_Seen]) -> list[np.ndarray | None]:
    """Explain every slice that has an input, and scale all to the largest value of all."""
    inputs = [one.model_input[..., np.newaxis] for one in seen if one.model_input is not None]
    if not inputs:
        return [None] * len(seen)
    maps = explainer.explain(np.stack(inputs), Label.ANY)
    scaled = iter(maps / (float(maps.max()) or 1.0))
    return [None if one.model_input is None else next(scaled) for one in seen]


def _look_with(look: Callable[[], Shown | None], heat: np.ndarray | None, seen: _Seen) -> Shown | None:
    """Look at a slice, with the map of another method in place of the network's own."""
    shown = look()
    if shown is None or heat is None or seen.frame is None:
        return shown if shown is None else replace(shown, maps=None, withheld=None)
    if seen.brain is not None and (reason := withhold(heat / (float(heat.max()) or 1.0), seen.brain)) is not None:
        return replace(shown, maps=None, withheld=reason)
    rows, columns = shown.image.pixels.shape
    laid = np.clip(seen.frame.to_picture(heat.astype(np.float32), shape=(rows, columns)), 0.0, 1.0)
    return replace(shown, maps={Label.ANY: laid}, withheld=None)


def _alone(examined: Examination) -> list[Sight]:
    if examined.image is None:
        return []
    result = examined.result
    describe = partial(caption_of, result)
    return [Sight(0, 1, lambda: examined.shown, describe, result.probability, 1, is_wanted=True)]


def _sight(examined: StudyExamination, number: int) -> Sight:
    result, section = examined.result, examined.sections[number]
    place = section.middle
    probability = result.slices[place].probability
    rank = result.key_slices.index(place) + 1 if place in result.key_slices else None
    return Sight(
        place=place,
        count=section.count,
        look=partial(examined.show, place),
        describe=partial(caption_in_study, result, place),
        probability=probability,
        rank=rank,
        is_wanted=rank is not None or _reaches(result, probability),
    )


def _reaches(result: StudyResult, probability: float | None) -> bool:
    point = result.operating_point
    return probability is not None and point is not None and probability >= point.threshold
