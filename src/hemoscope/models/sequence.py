"""The study head: what the slice network says of each slice, judged beside its neighbors.

Numbers describe each slice (`describe_slices`), and a small convolution along the slices (`build_sequence_head`) turns
them into scores of the slices and of the study. A study's score is a mean of its slices' scores in which the highest
weigh most: it never exceeds the highest, so that no study is positive without a slice that makes it so.

Source: pooling by softmax weights, between mean and maximum: Ilse 2018 (arXiv:1802.04712), section 2.3, without its
gate.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from hemoscope.models.alignment import NOTHING, align_maps, cell_areas_mm2, estimate_pixel_mm
from hemoscope.models.backend import import_keras
from hemoscope.preparation.frame import HEAD_LENGTH_MM, Frame
from hemoscope.terms import Label

SCALE = 4.0
"""Logits are divided by it, so that features are of one order of magnitude."""
HIGHEST = 8.0
"""Logits beyond it, up or down, say no more."""
SUPPORT_MM2 = 100.0
"""The strongest cells of so large an area tell how strongly a slice is borne out: as `map_net.TOP_SHARE` of a head."""
NEIGHBOR_MM = 5.0
"""How far away a neighbor is looked for: thinner slices show the same noise side by side."""
USUAL_SPACING_MM = 5.0
"""Taken where nobody says how far apart the slices are."""
SHARPNESS = 4.0
"""How much more the highest slices weigh in a study's score: 0 would be their mean, infinity the highest alone."""
ABSENT = -12.0
"""The logit of a slice that could not be scored; the study leaves it out."""

FEATURES = (
    *(f"score_{label}" for label in Label),
    *(f"support_{label}" for label in Label),
    "area",
    "head_size",
    "height",
    "spacing",
    "missing",
)
"""What describes a slice: the network's scores; what of them the next slices show at the same place (both logits over
SCALE); the logarithm of 1 + the area of blood in cm2; the length of the head over an adult's; 0 at the study's ends to
1 in its middle; the logarithm of the spacing over the usual; 1 for a slice without input, all others being 0."""


def describe_slices(
    scores: np.ndarray,
    maps: np.ndarray,
    frames: Sequence[Frame | None],
    *,
    spacing_mm: float | None,
    pixel_mm: float | None,
) -> np.ndarray:
    """Describe the slices of one study for the study head.

    Args:
        scores: Logits of the slice network, shape (n, 6), in the order of the slices; NaN for a slice without input.
        maps: Logits, shape (n, cells, cells, 6); not read where the scores are NaN.
        frames: Where each slice's input lies in its picture; all pictures lie over each other.
        spacing_mm: Between the slices; None where nobody says.
        pixel_mm: Of the pictures; None where nobody says: the largest heads are then taken for an adult's.

    Returns:
        float32, shape (n, len(FEATURES)).
    """
    is_missing = ~np.isfinite(scores).all(axis=1)
    known = [None if gone else frame for frame, gone in zip(frames, is_missing, strict=True)]
    pixel_mm = estimate_pixel_mm(known) if pixel_mm is None else pixel_mm
    spacing_mm = USUAL_SPACING_MM if spacing_mm is None else spacing_mm
    aligned, cell_mm = align_maps(maps, known, pixel_mm=pixel_mm)
    step = max(1, round(NEIGHBOR_MM / spacing_mm))
    support = _supported(aligned, is_missing, step=step, count=max(1, round(SUPPORT_MM2 / cell_mm**2)))
    areas = cell_areas_mm2(known, cells=maps.shape[1], pixel_mm=pixel_mm)
    bleeding = np.array([np.count_nonzero(np.asarray(cells)[:, :, 0] > 0) for cells in maps])
    lengths = np.array([0.0 if frame is None else frame.size / frame.zoom * pixel_mm for frame in known])
    described = np.column_stack(
        [
            np.clip(scores, -HIGHEST, HIGHEST) / SCALE,
            np.clip(support, -HIGHEST, HIGHEST) / SCALE,
            np.log1p(bleeding * areas / 100.0),
            np.minimum(lengths / HEAD_LENGTH_MM, 2.0),
            1 - np.abs(np.linspace(-1, 1, len(scores))) if len(scores) > 1 else np.ones(1),
            np.full(len(scores), np.log(np.clip(spacing_mm / USUAL_SPACING_MM, 0.1, 10.0))),
            np.zeros(len(scores)),
        ]
    )
    described[is_missing] = 0.0
    described[is_missing, -1] = 1.0
    return described.astype(np.float32)


def _supported(aligned: np.ndarray, is_missing: np.ndarray, *, step: int, count: int) -> np.ndarray:
    """Pool what each slice shows where one of its neighbors shows it too, a cell aside at most; shape (n, labels).

    A real bleed goes on in the next slice, noise does not. A slice without neighbors is taken at its word.
    """
    near = np.full_like(aligned, NOTHING)
    widened = np.stack([cv2.dilate(cells, np.ones((3, 3), np.uint8)).reshape(cells.shape) for cells in aligned])
    widened[is_missing] = NOTHING
    near[step:] = np.maximum(near[step:], widened[:-step])
    near[:-step] = np.maximum(near[:-step], widened[step:])
    present = ~is_missing
    has_neighbor = np.zeros(len(aligned), bool)
    has_neighbor[step:] |= present[:-step]
    has_neighbor[:-step] |= present[step:]
    both = np.where(has_neighbor[:, np.newaxis, np.newaxis, np.newaxis], np.minimum(aligned, near), aligned)
    flat = np.ascontiguousarray(both.reshape(len(both), -1, both.shape[-1]).swapaxes(1, 2))
    count = min(count, flat.shape[2])
    return np.partition(flat, flat.shape[2] - count, axis=2)[..., -count:].mean(axis=2)


def build_sequence_head(
    *, features: int = len(FEATURES), width: int = 8, labels: int = len(Label), dropout: float = 0.1
) -> Any:
    """Build the study head: it corrects the slices' scores by what it sees of them and their neighbors.

    Each label is judged by the same weights, from its own score and support alone. What else describes a slice tells
    mostly where a study comes from: a head that reads it does worse on origins that it did not learn from. Before it
    has learned anything it leaves the scores as they are. Slices that are missing count as if the study ended there, so
    that filling up a batch with them changes nothing.

    Args:
        features: How many describe a slice: scores first, then supports, `missing` last.
        width: Features of its hidden layers.
        labels: How many scores.
        dropout: Share of the hidden features dropped in training.

    Returns:
        keras.Model from (batch, n, features) to `slice_logits`, (batch, n, labels), and `study_logits`,
        (batch, labels); batch and n are free.
    """
    keras = import_keras()
    layers, ops = keras.layers, keras.ops
    inputs = layers.Input((None, features), name="slices")
    present = 1.0 - inputs[:, :, -1:]
    is_present = ops.expand_dims(present, -1)
    scores, supports = inputs[:, :, :labels], inputs[:, :, labels : 2 * labels]
    seen = ops.stack([scores, supports], axis=-1) * is_present
    seen = layers.Conv2D(width, (3, 1), padding="same", activation="relu", name="neighbors")(seen)
    seen = layers.SpatialDropout2D(dropout, name="dropout")(seen) * is_present
    change = layers.Conv2D(1, 1, kernel_initializer="zeros", name="change")(seen)[..., 0]
    corrected = (scores * SCALE + change) * present + ABSENT * (1.0 - present)
    slices = layers.Activation("linear", name="slice_logits")(corrected)
    weights = ops.softmax(SHARPNESS * slices - 1e4 * (1.0 - present), axis=1)
    study = layers.Activation("linear", name="study_logits")(ops.sum(weights * slices, axis=1))
    return keras.Model(inputs, [slices, study], name="sequence_head")
