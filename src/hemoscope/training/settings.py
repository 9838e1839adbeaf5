"""Every choice of a training run, in one frozen record that its folder keeps."""

from dataclasses import asdict, dataclass, field
from typing import Any

from hemoscope.errors import InputError
from hemoscope.models.registry import find_model
from hemoscope.preparation.canonical import PreparationSettings

FULL = "float32"
PRECISIONS = (FULL, "mixed_float16", "mixed_bfloat16")
"""What a network computes in: Keras' names of dtype policies."""
SMALL = 128
"""Rows and columns of the input of networks that name no size of their own."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How to train.

    Attributes:
        model: Name in the registry.
        epochs: At most this many passes over the training part.
        batch_size: Slices per optimizer step.
        learning_rate: The peak of the schedule.
        dropout: Share of the dense layer's units dropped, in [0, 1).
        label_smoothing: How far targets move from 0 and 1 towards 0.5.
        patience: Epochs without a lower validation loss after which training stops.
        validation_fraction: About this share of the slices is held out, in (0, 0.5].
        augment: Whether pictures are changed at random in training.
        steps: Batches per epoch of a network that learns from painted slices, which never come to an end.
        seed: Decides split, weights, order, augmentation and dropout.
        precision: What the network computes in, one of PRECISIONS; weights and scores are float32 in any.
        preparation: How slices are prepared.
    """

    model: str = "seed-cnn"
    epochs: int = 60
    batch_size: int = 16
    learning_rate: float = 2e-3
    dropout: float = 0.5
    label_smoothing: float = 0.05
    patience: int = 20
    validation_fraction: float = 0.2
    augment: bool = True
    steps: int = 100
    seed: int = 0
    precision: str = FULL
    preparation: PreparationSettings = field(default_factory=lambda: PreparationSettings(size=SMALL))

    def __post_init__(self) -> None:
        """Refuse values that cannot train.

        Raises:
            InputError: "settings.range".
        """
        for name, is_right, expected in (
            ("epochs", self.epochs >= 1, "at least 1"),
            ("batch_size", self.batch_size >= 1, "at least 1"),
            ("learning_rate", 0 < self.learning_rate <= 1, "above 0 and up to 1"),
            ("dropout", 0 <= self.dropout < 1, "from 0 to below 1"),
            ("patience", self.patience >= 1, "at least 1"),
            ("steps", self.steps >= 1, "at least 1"),
            ("precision", self.precision in PRECISIONS, f"one of {', '.join(PRECISIONS)}"),
        ):
            if not is_right:
                raise InputError(
                    "settings.range", f"{name}: expected {expected}; received {getattr(self, name)}.", "Change it."
                )

    @classmethod
    def for_model(cls, name: str, *, size: int | None = None, **choices: Any) -> "TrainingSettings":
        """Take a network's own defaults where nothing else is chosen.

        Args:
            name: Of the network.
            size: Rows and columns of the input.
            choices: Other settings; None chooses nothing.

        Raises:
            InputError: "model.unknown" or "settings.range".
        """
        defaults = dict(find_model(name).defaults)
        own_size = defaults.pop("size", SMALL)
        chosen = {key: value for key, value in choices.items() if value is not None}
        preparation = PreparationSettings(size=own_size if size is None else size)
        return cls(**({"model": name} | defaults | chosen), preparation=preparation)

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        return {**asdict(self), "preparation": self.preparation.as_json()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "TrainingSettings":
        """Rebuild settings from `as_json`."""
        return cls(**{**values, "preparation": PreparationSettings.from_json(values["preparation"])})
