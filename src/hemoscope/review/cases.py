"""The one record that every kind of run becomes: a labelled slice, what a network said of it, and what it shows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hemoscope.preparation.frame import HEAD_LENGTH_MM
from hemoscope.terms import BRAIN, Label, Window

OnStage = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def in_silence(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class ReviewedCase:
    """One labelled slice with the answer that a network gave.

    Attributes:
        key: Name of the slice.
        origin: Where it comes from; empty where the run knows one origin alone.
        group: What is not independent of it: its patient, where that is known.
        truth: 1 with hemorrhage, 0 without.
        score: What the network says of any hemorrhage, in [0, 1]; calibrated or not, as the run says.
        threshold: The score from which the slice is called positive.
        inputs: The prepared slice, float, shape (size, size), in [0, 1].
        brain: What bone encloses, bool, shape (size, size); nothing where there is no brain to judge.
        subtypes: Those that are known to be there.
        claimed: The subtype that the network holds for the likeliest; None from one that tells none.
        is_doubtful: Whether the label is unsure.
        cells: Logit of blood in each cell of the map, float, shape (rows, columns); None from a network without maps.
        mask: Where the blood is, bool, shape (size, size); None where nobody drew it.
        window: The window in HU that `inputs` shows.
    """

    key: str
    origin: str
    group: str
    truth: int
    score: float
    threshold: float
    inputs: np.ndarray
    brain: np.ndarray
    subtypes: tuple[Label, ...] = ()
    claimed: Label | None = None
    is_doubtful: bool = False
    cells: np.ndarray | None = None
    mask: np.ndarray | None = None
    window: Window = BRAIN

    @property
    def is_called(self) -> bool:
        """Whether the slice is called positive."""
        return self.score >= self.threshold

    @property
    def is_wrong(self) -> bool:
        """Whether the call is not what the label says."""
        return self.is_called != bool(self.truth)

    @property
    def margin(self) -> float:
        """How far the score lies on the wrong side of the threshold; below 0 on the right side."""
        return self.threshold - self.score if self.truth else self.score - self.threshold

    @property
    def hu(self) -> np.ndarray:
        """The prepared slice in HU, float32, shape (size, size): clipped to the window, of a picture as estimated."""
        return np.asarray(self.window.low + self.window.width * self.inputs, np.float32)

    @property
    def millimeters(self) -> float:
        """Millimeters per pixel, if the head is as long as an adult's."""
        return HEAD_LENGTH_MM / self.inputs.shape[0]


@dataclass(frozen=True, slots=True, eq=False)
class ReviewedRun:
    """Everything that one run was judged on.

    Attributes:
        name: Of the run's folder.
        kind: What kind of run it is, in words.
        model: Name of the network.
        cases: Every labelled slice that was scored.
        decided: How the thresholds came about, in words.
        is_calibrated: Whether scores are calibrated probabilities.
        notes: What was left out or could not be had, each in a sentence.
    """

    name: str
    kind: str
    model: str
    cases: tuple[ReviewedCase, ...]
    decided: str
    is_calibrated: bool
    notes: tuple[str, ...] = ()
