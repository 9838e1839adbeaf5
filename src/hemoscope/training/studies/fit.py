"""Train a study head, and let it judge studies."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hemoscope.models.backend import import_keras
from hemoscope.models.sequence import FEATURES, build_sequence_head
from hemoscope.training.studies.samples import DescribedStudy, fill_up
from hemoscope.training.studies.settings import StudySettings

ANY_WEIGHT = 3.0
"""How much `any` counts against each subtype."""
STUDY_WEIGHT = 1.0
SMOOTHING = 0.02
LARGEST_STEP = 1.0


def known_entropy(targets: Any, logits: Any) -> Any:
    """Return the mean binary cross-entropy of what is known.

    Args:
        targets: 1, 0 or below 0 for unknown, shape (batch, ..., labels), `any` first.
        logits: Same shape.

    Returns:
        A number.
    """
    ops = import_keras().ops
    known = ops.cast(targets >= 0, "float32")
    weights = known * ops.concatenate([ops.full_like(known[..., :1], ANY_WEIGHT), ops.ones_like(known[..., 1:])], -1)
    smooth = ops.maximum(targets, 0.0) * (1 - 2 * SMOOTHING) + SMOOTHING
    entropy = ops.maximum(logits, 0) - logits * smooth + ops.log1p(ops.exp(-ops.abs(logits)))
    return ops.sum(weights * entropy) / ops.maximum(ops.sum(weights), 1.0)


def fit_head(studies: Sequence[DescribedStudy], settings: StudySettings) -> Any:
    """Train a study head.

    Args:
        studies: What to learn from.
        settings: How.

    Returns:
        keras.Model, as `build_sequence_head` gives it, trained.
    """
    keras = import_keras()
    keras.utils.set_random_seed(settings.seed)
    made = fill_up([sample for study in studies for sample in study.samples])
    head = build_sequence_head(features=len(FEATURES), width=settings.width)
    steps = settings.epochs * -(-len(made.features) // settings.batch_size)
    head.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps),
            weight_decay=settings.weight_decay,
            clipnorm=LARGEST_STEP,
        ),
        loss={"slice_logits": known_entropy, "study_logits": known_entropy},
        loss_weights={"slice_logits": 1.0, "study_logits": STUDY_WEIGHT},
        jit_compile=False,
    )
    head.fit(
        made.features,
        {"slice_logits": made.slices, "study_logits": made.studies},
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        verbose=0,
    )
    return head


def judge(head: Any, studies: Sequence[DescribedStudy]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Score studies with a study head.

    Args:
        head: keras.Model.
        studies: What to score.

    Returns:
        Of each study the logits of its slices, float32, shape (n, 6), and its own, shape (6,).
    """
    filled = fill_up([study.samples[0] for study in studies])
    slices, whole = (np.asarray(output) for output in head.predict(filled.features, verbose=0))
    return [(slices[index, : len(one.study)], whole[index]) for index, one in enumerate(studies)]
