"""Slices to check maps on: drawn heads, whose blood is known to the pixel and that no network learned from."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.errors import RefusedError
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.records import Slice
from hemoscope.terms import SUBTYPES, Unit

FEWEST_PIXELS = 60
"""A drawn bleed of fewer pixels of its slice shows too little to be pointed at."""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Slices with hemorrhage, prepared.

    Attributes:
        name: What they are, in words.
        inputs: float32, shape (n, size, size, 1).
        brain: bool, shape (n, size, size): what bone encloses.
        blood: bool, same shape: where the hemorrhage is.
        groups: Of what belongs together, n of them.
    """

    name: str
    inputs: np.ndarray
    brain: np.ndarray
    blood: np.ndarray
    groups: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.inputs)

    def some(self, chosen: slice) -> "Cases":
        """Return these alone."""
        inputs, brain, blood = (each[chosen] for each in (self.inputs, self.brain, self.blood))
        return Cases(self.name, inputs, brain, blood, self.groups[chosen])


def drawn_cases(
    preparation: PreparationSettings, *, heads: int, seed: int, on_head: Callable[[], None] | None = None
) -> Cases:
    """Draw heads with one bleed each, subtype after subtype, and take the slice that shows most of it.

    Args:
        preparation: The network's.
        heads: How many.
        seed: Other seeds give other heads.
        on_head: Called after each.
    """
    made = []
    for number in range(heads):
        label = SUBTYPES[number % len(SUBTYPES)]
        phantom = make_phantom(PhantomSettings(bleeds=(label,), seed=seed * 1000 + number))
        areas = np.count_nonzero(phantom.mask, axis=(1, 2))
        place = int(np.argmax(areas))
        if areas[place] >= FEWEST_PIXELS:
            one = _prepare(phantom.hu[place], phantom.mask[place] > 0, preparation)
            made += [(f"head {number}", *one)] if one is not None else []
        if on_head is not None:
            on_head()
    groups, inputs, brain, blood = zip(*made, strict=True)
    return Cases(f"{len(made)} drawn heads", np.stack(inputs), np.stack(brain), np.stack(blood), groups)


def _prepare(
    hu: np.ndarray, blood: np.ndarray, preparation: PreparationSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    image = Slice(hu.astype(np.float32), Unit.HU, "drawn", "dicom")
    try:
        prepared = prepare_and_check(image, settings=preparation)
    except RefusedError:
        return None
    mask = prepared.frame.to_input(blood.astype(np.float32)) > 0.5
    return (prepared.inputs[0], prepared.brain, mask) if mask.any() else None
