"""A labelled slice as a review looks at it: prepared, with its brain and the bleed that was drawn."""

from dataclasses import dataclass

import numpy as np

from hemoscope.datasets.items import Item
from hemoscope.preparation.canonical import PreparationSettings, prepare_and_check
from hemoscope.terms import SUBTYPES, Label


@dataclass(frozen=True, slots=True, eq=False)
class SeenItem:
    """A prepared slice.

    Attributes:
        item: What it was made of.
        inputs: float32, shape (size, size), in [0, 1].
        brain: What bone encloses, bool, same shape; nothing where there is no brain to judge.
        mask: Where the blood is, bool, same shape; None where nobody drew it.
    """

    item: Item
    inputs: np.ndarray
    brain: np.ndarray
    mask: np.ndarray | None

    @property
    def subtypes(self) -> tuple[Label, ...]:
        """Those that are known to be there."""
        return tuple(label for label, known in zip(SUBTYPES, self.item.targets[1:], strict=True) if known == 1)


def see_item(item: Item, settings: PreparationSettings) -> SeenItem:
    """Prepare a slice, and bring its mask into the same geometry.

    Args:
        item: The slice.
        settings: How to prepare.

    Raises:
        HemoscopeError: It cannot be read, the gate refuses it, or its mask cannot be read.
    """
    prepared = prepare_and_check(item.read(), settings=settings)
    brain = np.zeros_like(prepared.brain) if prepared.notices else prepared.brain
    mask = None
    if item.label and item.mask is not None and item.frame is not None:
        from hemoscope.reading.nifti_slice import read_nifti_mask

        drawn = read_nifti_mask(item.mask, item.frame) > 0
        mask = prepared.frame.to_input(drawn.astype(np.float32)) > 0.5
    return SeenItem(item, prepared.inputs[0, :, :, 0], brain, mask)
