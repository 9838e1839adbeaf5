"""Every choice of a study head's training, in one frozen record that its folder keeps."""

from dataclasses import asdict, dataclass
from typing import Any

from hemoscope.errors import InputError


@dataclass(frozen=True, slots=True)
class StudySettings:
    """How to train a study head.

    Attributes:
        epochs: Passes over the studies.
        batch_size: Studies per optimizer step.
        learning_rate: At the beginning; it falls to 0 along a cosine.
        weight_decay: Of AdamW.
        width: Features of the hidden layers.
        variants: Parts of each study that are learned from beside the study itself.
        folds: Parts of the groups, each held out once.
        seed: Decides parts, weights and order.
    """

    epochs: int = 10
    batch_size: int = 32
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    width: int = 8
    variants: int = 5
    folds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values that cannot train.

        Raises:
            InputError: "settings.range".
        """
        for name, least in (("epochs", 1), ("batch_size", 1), ("width", 1), ("variants", 0), ("folds", 2)):
            if getattr(self, name) < least:
                raise InputError(
                    "settings.range",
                    f"{name}: expected at least {least}; received {getattr(self, name)}.",
                    "Change it.",
                )

    def as_json(self) -> dict[str, Any]:
        """Return the settings as plain JSON values."""
        return asdict(self)
