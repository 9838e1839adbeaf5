"""What is searched, and how much of it."""

from dataclasses import dataclass
from typing import Any

from hemoscope.errors import InputError
from hemoscope.models.registry import find_model
from hemoscope.training.settings import TrainingSettings

RANGES = {"learning_rate": (1e-4, 1e-2), "dropout": (0.0, 0.7), "label_smoothing": (0.0, 0.2)}
CHOICES: dict[str, tuple[Any, ...]] = {"batch_size": (8, 16, 32), "augment": (False, True)}
LOGARITHMIC = {"learning_rate"}
TUNED = (*RANGES, *CHOICES)
WITHOUT_EFFECT_ON_MAPS = {"label_smoothing", "augment"}
"""Painted samples are always changed at random, and their losses smooth by a constant of their own."""


@dataclass(frozen=True, slots=True)
class TuningPlan:
    """How to tune.

    Attributes:
        settings: What every trial has in common, and where the search starts: they are the first trial.
        trials: How many are to be finished, those of earlier calls counted.
        folds: Into how many parts the slices are divided; each is held out once per trial.
    """

    settings: TrainingSettings
    trials: int = 20
    folds: int = 3

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            InputError: "settings.range".
        """
        for name, value, least in (("trials", self.trials, 1), ("folds", self.folds, 2)):
            if value < least:
                raise InputError(
                    "settings.range", f"{name}: expected at least {least}; received {value}.", "Change it."
                )

    @property
    def space(self) -> dict[str, list[Any]]:
        """What is searched: the ends of each range, the values of each choice. The plan's own are always in it."""
        own = {name: getattr(self.settings, name) for name in TUNED}
        ranges = {name: [min(low, own[name]), max(high, own[name])] for name, (low, high) in RANGES.items()}
        space = ranges | {name: sorted({*choices, own[name]}) for name, choices in CHOICES.items()}
        without = WITHOUT_EFFECT_ON_MAPS if find_model(self.settings.model).has_maps else set()
        return {name: values for name, values in space.items() if name not in without}
