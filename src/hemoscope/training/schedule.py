"""How the learning rate changes over a run."""

from typing import Any

from hemoscope.models.backend import import_keras

WARM_UP_SHARE = 0.05


def gradual_decrease(*, peak: float, steps: int) -> Any:
    """Rise to the peak over the first twentieth of the steps, then fall along a half cosine to a hundredth of it.

    Args:
        peak: Highest learning rate.
        steps: Length of the run in optimizer steps.

    Returns:
        keras.optimizers.schedules.LearningRateSchedule.

    Source: warm-up after Goyal 2017 (arXiv:1706.02677), cosine after Loshchilov & Hutter 2017 (arXiv:1608.03983).
    """
    warm_up = max(1, round(WARM_UP_SHARE * steps))
    return import_keras().optimizers.schedules.CosineDecay(
        initial_learning_rate=peak / 100,
        warmup_target=peak,
        warmup_steps=warm_up,
        decay_steps=max(1, steps - warm_up),
        alpha=0.01,
    )
