"""Studies with scores and maps made by hand: what goes on in the next slice is blood, what does not is noise."""

import numpy as np

from hemoscope.datasets.studies import StudyCase
from hemoscope.preparation.frame import Frame
from hemoscope.training.studies.samples import DescribedStudy, describe_study
from hemoscope.training.studies.scored import ScoredStudy

FRAME = Frame(0.5, (0.0, 0.0), 192)
COLUMN = 2
"""Everything that bleeds here is intraparenchymal."""


def make_study(*, bleeds: bool, seed: int, origin: str = "made", slices: int = 14, kind: str = "real") -> ScoredStudy:
    """Three slices in a row with a spot at one place, or three with a spot each at another: of the same scores."""
    rng = np.random.default_rng(seed)
    maps = rng.normal(-5, 0.5, (slices, 48, 48, 6)).astype(np.float32)
    first = int(rng.integers(slices - 3))
    shown = [first, first + 1, first + 2] if bleeds else rng.choice(slices // 2, 3, replace=False) * 2
    place = rng.integers(5, 40, 2)
    strength = rng.uniform(0.5, 2.5)
    for index in shown:
        here = place if bleeds else rng.integers(5, 40, 2)
        maps[index, here[0] : here[0] + 3, here[1] : here[1] + 3, [0, COLUMN]] = strength
    scores = np.sort(maps.reshape(slices, -1, 6), axis=1)[:, -8:].mean(axis=1)
    targets = np.zeros((slices, 6), np.float32)
    if bleeds:
        targets[np.ix_(shown, [0, COLUMN])] = 1
    return ScoredStudy(
        key=f"{origin}/{seed}",
        origin=origin,
        group=f"{origin}/{seed}",
        kind=kind,
        network="none",
        scores=scores.astype(np.float32),
        maps=maps.astype(np.float16),
        frames=(FRAME,) * slices,
        slice_targets=targets,
        study_targets=targets.max(axis=0),
        spacing_mm=5.0,
        pixel_mm=0.5,
    )


def make_studies(count: int, **changes) -> list[ScoredStudy]:
    """Every other study bleeds."""
    return [make_study(bleeds=seed % 2 == 0, seed=seed, **changes) for seed in range(count)]


def described(studies: list[ScoredStudy], *, variants: int = 1) -> list[DescribedStudy]:
    """As study heads see them."""
    return [describe_study(study, variants=variants, seed=0) for study in studies]


def make_case(*, bleeds: bool, seed: int, origin: str = "made", slices: int = 8) -> StudyCase:
    """A study whose inputs are dark, with a bright square in three slices where it bleeds."""
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(0.2, 0.4, (slices, 64, 64)).astype(np.float16)
    targets = np.zeros((slices, 6), np.float32)
    if bleeds:
        inputs[2:5, 20:36, 20:36] = 0.9
        targets[2:5, [0, COLUMN]] = 1
    return StudyCase(
        key=f"{origin}/{seed}",
        origin=origin,
        group=f"{origin}/{seed}",
        inputs=inputs,
        brain=np.ones(inputs.shape, bool),
        frames=(Frame(0.5, (0.0, 0.0), 64),) * (slices - 1) + (None,),
        slice_targets=targets,
        study_targets=targets.max(axis=0),
        spacing_mm=5.0,
        pixel_mm=None,
    )


class Brightness:
    """A slice network that takes what is bright for blood."""

    def look(self, inputs):
        cells = np.asarray(inputs, np.float32).reshape(len(inputs), 16, 4, 16, 4).mean(axis=(2, 4))
        maps = np.full((len(inputs), 16, 16, 6), -5.0, np.float32)
        maps[..., 0] = maps[..., COLUMN] = (cells - 0.6) * 10
        return np.sort(maps.reshape(len(inputs), -1, 6), axis=1)[:, -4:].mean(axis=1), maps


class OneNetwork:
    """Stands for `Networks`: one network for every origin."""

    def __init__(self, bundle=None, *, identity: str = "brightness 0"):
        self.bundle, self.identity, self.asked = bundle, identity, 0

    def identity_for(self, origin):
        return self.identity

    def has_seen(self, origin):
        return origin == "seen"

    def for_origin(self, origin):
        self.asked += 1
        return Brightness()
