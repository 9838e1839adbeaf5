"""Paint bleeds and look-alikes through the slices of a study that has none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hemoscope.datasets.lesions import Landmarks, add_lookalike, find_landmarks, paint_through
from hemoscope.datasets.studies.cases import StudyCase, join_targets
from hemoscope.errors import RefusedError
from hemoscope.preparation.frame import HEAD_LENGTH_MM, Frame
from hemoscope.terms import BRAIN, SUBTYPES, Label

USUAL_SPACING_MM = 5.0
LOOKALIKE_HALF_HEIGHT_MM = (1.0, 15.0)
"""From the middle of a look-alike to its end: a gland lies in one or two slices, a falx or hardening in many."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What to paint.

    Attributes:
        bleeds: Subtypes, each one bleed.
        lookalikes: Names in LOOKALIKES.
        change: Changes one slice after it was painted: its HU, its bone (bool) and its number to HU; None leaves it.
    """

    bleeds: tuple[Label, ...] = ()
    lookalikes: tuple[str, ...] = ()
    change: Callable[[np.ndarray, np.ndarray, int], np.ndarray] | None = None


def paint_study(case: StudyCase, plan: Plan, *, key: str, rng: np.random.Generator) -> tuple[StudyCase, np.ndarray]:
    """Paint through a study without hemorrhage.

    Slices were cropped each to its own skull; what is painted is drawn where they lie over each other, and carried
    back.

    Args:
        case: The study; every slice is known to show no blood.
        plan: What to paint.
        key: Name of the painted study.
        rng: Where chance comes from.

    Returns:
        The painted study, its targets what came about; and masks, bool, shape (n, 5, size, size), of its inputs.
    """
    hu = case.inputs.astype(np.float32) * BRAIN.width
    stack = _Stack.of(case, hu)
    changed = stack.hu
    spacing = case.spacing_mm or USUAL_SPACING_MM
    for name in plan.lookalikes:
        changed = _add_lookalike(changed, stack.marks, name, spacing_mm=spacing, rng=rng)
    masks = np.zeros((len(case), len(SUBTYPES), *hu.shape[1:]), bool)
    for label in plan.bleeds:
        painted = paint_through(changed, stack.marks, label, spacing_mm=spacing, rng=rng)
        changed, masks = painted.hu, masks | painted.masks
    hu = np.clip(hu + stack.carry_back(changed - stack.hu), 0, BRAIN.width)
    masks = np.stack([stack.carry_back(masks[:, bit].astype(np.float32)) > 0.5 for bit in range(len(SUBTYPES))], axis=1)
    if plan.change is not None:
        bone = (case.inputs >= BONE) & ~case.brain
        hu = np.stack([plan.change(one, white, index) for index, (one, white) in enumerate(zip(hu, bone, strict=True))])
    present = np.any(masks.reshape(*masks.shape[:2], -1), axis=2)
    targets = np.column_stack([np.any(present, axis=1), present]).astype(np.float32)
    return (
        replace(
            case,
            key=key,
            inputs=np.clip(hu / BRAIN.width, 0, 1).astype(np.float16),
            slice_targets=targets,
            study_targets=join_targets(targets),
            kind=" ".join(("painted", *plan.bleeds)),
        ),
        masks,
    )


BONE = 0.98
"""From here on what lies outside the brain is bone."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stack:
    """The slices of a study where they lie over each other: in the frame of its largest head."""

    hu: np.ndarray
    marks: tuple[Landmarks | None, ...]
    ways: tuple[Frame | None, ...]

    @classmethod
    def of(cls, case: StudyCase, hu: np.ndarray) -> "_Stack":
        known = [frame for frame, brain in zip(case.frames, case.brain, strict=True) if frame and brain.any()]
        if not known:
            return cls(hu, (None,) * len(case), (None,) * len(case))
        largest = min(known, key=lambda frame: frame.zoom)
        millimeters = HEAD_LENGTH_MM / largest.size if case.pixel_mm is None else case.pixel_mm / largest.zoom
        ways = tuple(
            frame and largest.seen_from(frame.box[:2], scale=1 / frame.zoom) if brain.any() else None
            for frame, brain in zip(case.frames, case.brain, strict=True)
        )
        stacked, marks = hu.copy(), []
        for index, way in enumerate(ways):
            if way is not None:
                stacked[index] = way.to_input(hu[index])
            marks.append(None if way is None else _landmarks(stacked[index], way, case.brain[index], millimeters))
        return cls(stacked, tuple(marks), ways)

    def carry_back(self, change: np.ndarray) -> np.ndarray:
        """Bring a change of every slice into the slices' own inputs; nothing where there is no brain."""
        carried = np.zeros_like(change)
        rows, columns = change.shape[1:]
        for index, way in enumerate(self.ways):
            if way is not None and change[index].any():
                carried[index] = way.to_picture(change[index], shape=(rows, columns))
        return carried


def _landmarks(hu: np.ndarray, way: Frame, brain: np.ndarray, millimeters: float) -> Landmarks | None:
    try:
        return find_landmarks(hu, way.to_input(brain.astype(np.float32)) > 0.5, millimeters=millimeters)
    except RefusedError:
        return None


def _add_lookalike(
    hu: np.ndarray, marks: Sequence[Landmarks | None], name: str, *, spacing_mm: float, rng: np.random.Generator
) -> np.ndarray:
    """Paint one look-alike at the same place of several slices."""
    places = [index for index, one in enumerate(marks) if one is not None]
    if not places:
        return hu
    middle, reach = places[rng.integers(len(places))], rng.uniform(*LOOKALIKE_HALF_HEIGHT_MM)
    seed, changed = int(rng.integers(2**31)), hu.copy()
    for index in places:
        own = marks[index]
        if own is not None and abs(index - middle) * spacing_mm <= reach:
            changed[index] = np.clip(
                add_lookalike(hu[index], own, name, rng=np.random.default_rng(seed)), 0, BRAIN.width
            )
    return changed
