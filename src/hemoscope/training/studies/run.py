"""The run folder of a study head.

settings.json    settings, the bundle, the networks that scored each origin, what was left out
scored/          scores and maps of each study, a file each: a call that was stopped goes on after them
networks/        slice networks that left an origin out, exported
predictions.csv  every study, scored by a head that did not learn from its group
figures.json     what the head is worth, with origins and with groups left out
study.json       what a bundle says of the head
sequence.keras   the head
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.datasets.studies import StudyCase
from hemoscope.errors import DatasetError
from hemoscope.evaluation.figures import figures_as_json
from hemoscope.evaluation.study_figures import ALL, JudgedStudy, summarize_studies
from hemoscope.models.bundle import Bundle
from hemoscope.models.sequence import FEATURES, build_sequence_head
from hemoscope.training.observe import Observer
from hemoscope.training.run import csv_text
from hemoscope.training.studies.calibrate import describe_meaning
from hemoscope.training.studies.fit import fit_head
from hemoscope.training.studies.held_out import judge_without_learning, leave_groups_out, leave_origins_out
from hemoscope.training.studies.networks import Networks
from hemoscope.training.studies.samples import describe_study
from hemoscope.training.studies.scored import ScoredStudy, score_studies
from hemoscope.training.studies.settings import StudySettings
from hemoscope.training.studies.synthetic import Recipe, recipes_of
from hemoscope.training.versions import versions
from hemoscope.writing.atomic import write_atomically, write_text

BY_ORIGIN, BY_GROUP = "origins_left_out", "groups_left_out"
LEARNED, POOLED = "learned", "pooled"


def train_on_cases(
    cases: Iterable[StudyCase],
    out: str | os.PathLike[str],
    *,
    bundle: Bundle,
    left_out: str | os.PathLike[str] | None = None,
    settings: StudySettings | None = None,
    observer: Observer | None = None,
) -> dict[str, Any]:
    """Train a study head on studies from anywhere; see `train_study_head`."""
    networks = Networks(bundle, None if left_out is None else Path(left_out), Path(out) / "networks")
    return train_study_head(list(recipes_of(cases)), out, networks=networks, settings=settings, observer=observer)


def train_study_head(
    recipes: Sequence[Recipe],
    out: str | os.PathLike[str],
    *,
    networks: Networks,
    settings: StudySettings | None = None,
    observer: Observer | None = None,
) -> dict[str, Any]:
    """Score studies, judge study heads with origins and groups left out, and train one on all.

    The head that learned is kept where, with origins left out, it ranks studies no worse than the highest slice score;
    else one that has learned nothing is, which pools the slices' scores as they are.

    Args:
        recipes: The studies, of several groups, with hemorrhage and without.
        out: The run folder; the same call goes on where an earlier one was stopped.
        networks: Finds the slice network for each origin.
        settings: How; the defaults unless given.
        observer: Told what happens: studies made, heads trained.

    Returns:
        What `study.json` holds.

    Raises:
        DatasetError: "data.one_class" where studies of one class alone are left, "split.too_few_groups".
        TrainingError: "study.unfinished".
    """
    folder, settings, observer = Path(out), settings or StudySettings(), observer or Observer()
    described, left_out = score_studies(
        recipes,
        networks,
        folder / "scored",
        take=lambda study: describe_study(study, variants=settings.variants, seed=settings.seed).without_maps(),
        on_progress=observer.on_prepare,
    )
    studies = [one.study for one in described]
    _require_both(studies)
    write_text(folder / "settings.json", json.dumps(_record(studies, networks, settings, left_out), indent=2) + "\n")
    by_origin = leave_origins_out(described, settings, on_progress=observer.on_fold)
    by_group = leave_groups_out(described, settings, on_progress=observer.on_fold)
    figures = {BY_ORIGIN: summarize_studies(by_origin), BY_GROUP: summarize_studies(by_group)}
    write_text(
        folder / "figures.json",
        json.dumps({name: figures_as_json(one) for name, one in figures.items()}, indent=2) + "\n",
    )
    gain = figures[BY_ORIGIN].get(ALL, {}).get("gain")
    is_better = gain is not None and gain.value >= 0
    judged = by_group if is_better else judge_without_learning(described, settings)
    write_text(folder / "predictions.csv", csv_text([_row(one) for one in judged]))
    head = fit_head(described, settings) if is_better else build_sequence_head(width=settings.width)
    write_atomically(folder / "sequence.keras", head.save)
    said = {
        "features": list(FEATURES),
        "head": LEARNED if is_better else POOLED,
        "figures": {name: figures_as_json(one) for name, one in figures.items()},
        **describe_meaning(judged),
        "preparation_hash": networks.bundle.preparation.hash,
    }
    write_text(folder / "study.json", json.dumps(said, indent=2) + "\n")
    return said


def _require_both(studies: Sequence[ScoredStudy]) -> None:
    found = {float(study.study_targets[0]) for study in studies}
    if not {0.0, 1.0} <= found:
        raise DatasetError(
            "data.one_class", "Expected studies with hemorrhage and without; received one class.", "Add the other."
        )


def _record(
    studies: Sequence[ScoredStudy], networks: Networks, settings: StudySettings, left_out: Mapping[str, str]
) -> dict[str, Any]:
    """Say what was learned from and how, as plain JSON values."""
    origins = list(dict.fromkeys(study.origin for study in studies))
    return {
        "format": 1,
        "settings": settings.as_json(),
        "versions": versions(),
        "bundle": networks.bundle.version,
        "networks": {origin: networks.identity_for(origin) for origin in origins},
        "seen_by_network": [origin for origin in origins if networks.has_seen(origin)],
        "studies": dict(Counter(f"{study.origin}: {study.kind}" for study in studies)),
        "left_out": dict(Counter(left_out.values())),
    }


def _row(study: JudgedStudy) -> dict[str, object]:
    return {
        "key": study.key,
        "origin": study.origin,
        "group": study.group,
        "kind": study.kind,
        "truths": " ".join(f"{target:g}" for target in study.truths),
        "scores": " ".join(f"{score:.5f}" for score in study.scores),
        "highest": " ".join(f"{score:.5f}" for score in study.highest),
        "slices_bleeding": " ".join(str(index) for index in np.flatnonzero(study.slice_truths[:, 0] == 1)),
        "slice_scores": " ".join(f"{score:.3f}" for score in study.slice_scores[:, 0]),
    }
