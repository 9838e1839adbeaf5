"""Which synthetic studies a study head learns from: normal ones painted through, left as they are, or drawn."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from hemoscope.datasets.lesions import LOOKALIKES
from hemoscope.datasets.origins.cases import NO_HEMORRHAGE
from hemoscope.datasets.phantom import FIELD_MM, PhantomSettings, make_phantom
from hemoscope.datasets.studies import LabelledStudy, StudyCase, paint_study, prepare_study
from hemoscope.datasets.studies.painted import Plan
from hemoscope.preparation.canonical import PreparationSettings
from hemoscope.records import Slice
from hemoscope.terms import SUBTYPES, Label, Unit
from hemoscope.training.maps.change import degrade
from hemoscope.training.maps.samples import KINDS, SECOND_BLEED

PHANTOMS = "phantom"
PHANTOM_SIZE = 192
EACH_ORIGIN = 16
"""About so many painted studies come of an origin, and as many without a bleed; at least one of each normal study."""
MOST_NORMAL = 200
"""Normal studies of an origin that are painted, spread evenly over it: of thousands the real bleeds suffice."""
LOOKALIKES_EACH = 1.2
"""Look-alikes in a study, on average: painted ones and those left without a bleed alike."""
BOTH = (True, False)
CHANGED = 0.7
"""How often window, resolution, kernel and noise of a study are changed."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A study that can be made.

    Attributes:
        key: Its name, unique: what was scored under it is not made again.
        make: Makes it.
    """

    key: str
    make: Callable[[], StudyCase]


def recipes_of(cases: Iterable[StudyCase]) -> Iterator[Recipe]:
    """Wrap studies that are made already."""
    return (Recipe(case.key, partial(_same, case)) for case in cases)


def _same(case: StudyCase) -> StudyCase:
    return case


def list_recipes(
    studies: Sequence[LabelledStudy], *, preparation: PreparationSettings, phantoms: int, seed: int = 0
) -> list[Recipe]:
    """List what a study head learns from: every study, synthetic ones of each without hemorrhage, phantoms.

    Args:
        studies: Real ones.
        preparation: How slices are prepared.
        phantoms: How many drawn heads without and how many with a bleed.
        seed: Other bleeds.
    """
    normal = Counter(study.origin for study in studies if _is_normal(study))
    seen: Counter[str] = Counter()
    recipes, latest = [], _Latest()
    for number, study in enumerate(studies):
        make = latest.of(study.key, partial(prepare_study, study, settings=preparation))
        recipes.append(Recipe(study.key, make))
        if _is_normal(study):
            seen[study.origin] += 1
            if _is_taken(seen[study.origin], of=normal[study.origin]):
                count = max(1, round(EACH_ORIGIN / normal[study.origin]))
                recipes += _variations(make, study.key, count=count, seed=(seed, number))
    for number in range(phantoms):
        key = f"{PHANTOMS}/normal-{number}"
        make = latest.of(key, partial(draw_phantom, None, seed=number, preparation=preparation))
        count = max(1, round(EACH_ORIGIN / phantoms))
        recipes += [Recipe(key, make), *_variations(make, key, count=count, seed=(seed, len(studies) + number))]
        recipes.append(_phantom_with_bleed(number, preparation))
    return recipes


def _is_taken(number: int, *, of: int) -> bool:
    """Whether a normal study, counted from 1, is among the `MOST_NORMAL` that are painted.

    >>> sum(_is_taken(number, of=12_345) for number in range(1, 12_346))
    200
    >>> all(_is_taken(number, of=79) for number in range(1, 80))
    True
    """
    most = min(of, MOST_NORMAL)
    return number * most // of > (number - 1) * most // of


def _is_normal(study: LabelledStudy) -> bool:
    return all(target == 0 for target in study.study_targets)


def _phantom_with_bleed(number: int, preparation: PreparationSettings) -> Recipe:
    label = SUBTYPES[number % len(SUBTYPES)]
    return Recipe(f"{PHANTOMS}/{label}-{number}", lambda: draw_phantom(label, seed=number, preparation=preparation))


class _Latest:
    """Keeps the study that was prepared last: its variations follow one another, and memory stays bounded."""

    def __init__(self) -> None:
        self._key = ""
        self._made: StudyCase | None = None

    def of(self, key: str, make: Callable[..., StudyCase]) -> Callable[[], StudyCase]:
        """Wrap what makes a study."""

        def get() -> StudyCase:
            if self._key != key or self._made is None:
                self._key, self._made = key, make()
            return self._made

        return get


def _variations(original: Callable[[], StudyCase], key: str, *, count: int, seed: tuple[int, int]) -> list[Recipe]:
    """List painted studies of a normal one, and as many without a bleed."""
    return [_variation(original, key, number, is_painted=one, seed=seed) for number in range(count) for one in BOTH]


def _variation(
    original: Callable[[], StudyCase], key: str, number: int, *, is_painted: bool, seed: tuple[int, int]
) -> Recipe:
    name = f"{key}/{'painted' if is_painted else 'changed'}-{number}"
    entropy = (*seed, number, int(is_painted))
    return Recipe(
        name, lambda: vary_study(original(), key=name, is_painted=is_painted, rng=np.random.default_rng(entropy))
    )


def vary_study(case: StudyCase, *, key: str, is_painted: bool, rng: np.random.Generator) -> StudyCase:
    """Paint bleeds and look-alikes through a study, and change all its slices as one scanner or viewer would.

    Args:
        case: A study without hemorrhage.
        key: Name of what comes about.
        is_painted: Whether it gets a bleed, now and then two, or look-alikes alone.
        rng: Where chance comes from.
    """
    labels, odds = list(KINDS), list(KINDS.values())
    count = (1 + (rng.random() < SECOND_BLEED)) if is_painted else 0
    bleeds = tuple(labels[index] for index in rng.choice(len(labels), size=count, replace=False, p=odds))
    names = list(LOOKALIKES)
    lookalikes = tuple(names[index] for index in rng.integers(len(names), size=rng.poisson(LOOKALIKES_EACH)))
    seed = int(rng.integers(2**31))

    def change(hu: np.ndarray, bone: np.ndarray, index: int) -> np.ndarray:
        return degrade(hu, bone, rng=np.random.default_rng(seed), noise=np.random.default_rng((seed, index)))

    plan = Plan(bleeds, lookalikes, change if rng.random() < CHANGED else None)
    made, _ = paint_study(case, plan, key=key, rng=rng)
    return made if bleeds else replace(made, kind="changed")


def draw_phantom(label: Label | None, *, seed: int, preparation: PreparationSettings) -> StudyCase:
    """Draw a head with a bleed, or without; its targets are what its mask shows."""
    bleeds = () if label is None else (label,)
    settings = PhantomSettings(size=PHANTOM_SIZE, spacing_mm=FIELD_MM / PHANTOM_SIZE, bleeds=bleeds, seed=seed)
    phantom = make_phantom(settings)
    targets = []
    for mask in phantom.mask:
        present = [float((mask == number + 1).any()) for number in range(len(SUBTYPES))]
        targets.append((max(present), *present))
    name = str(label or "normal")
    study = LabelledStudy(
        key=f"{PHANTOMS}/{name}-{seed}",
        origin=PHANTOMS,
        group=f"{PHANTOMS}/{seed}",
        read=lambda index: Slice(phantom.hu[index], Unit.HU, name, "dicom"),
        parts=tuple((index,) for index in range(len(phantom.hu))),
        slice_targets=tuple(targets),
        study_targets=NO_HEMORRHAGE if label is None else tuple(np.max(targets, axis=0).tolist()),
        spacing_mm=settings.thickness_mm,
        pixel_mm=settings.spacing_mm,
    )
    return replace(prepare_study(study, settings=preparation), kind="phantom" if label is None else f"phantom {label}")
