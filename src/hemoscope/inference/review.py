"""An evaluation: every slice that was scored, at the bundle's own operating point, with its map, made again."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hemoscope.datasets.items import Item
from hemoscope.datasets.load import load_collection
from hemoscope.errors import BundleError, DatasetError, HemoscopeError
from hemoscope.inference.engine import Engine
from hemoscope.models.bundle import Bundle, open_bundle
from hemoscope.review.cases import OnStage, ReviewedCase, ReviewedRun, in_silence
from hemoscope.review.decide import decided_in_words, threshold_at
from hemoscope.review.items import SeenItem, see_item
from hemoscope.review.kinds import EVALUATION, Kind, read_record, require_data
from hemoscope.terms import Label


def review_evaluation(
    folder: str | os.PathLike[str],
    data: str | os.PathLike[str] | None,
    *,
    bundle: str | os.PathLike[str] | None = None,
    specificity: float | None = None,
    on_stage: OnStage = in_silence,
) -> ReviewedRun:
    """Collect the slices that an evaluation scored.

    Args:
        folder: What `hemoscope evaluate --out` wrote.
        data: The collection.
        bundle: What was judged; the shipped one unless given.
        specificity: What the threshold keeps on these slices; the evaluation's operating point decides unless given.
        on_stage: Told what is done.

    Raises:
        InputError: "review.needs_data", or the record cannot be read.
        DatasetError: "review.studies" where studies were judged, "review.other_data" where the data is another, or the
            specificity cannot be kept.
        BundleError: "review.other_bundle" where another was judged, or the bundle cannot be used.
    """
    root = Path(folder)
    record = read_record(root / EVALUATION)
    if record["collection"]["studies"] is not None:
        raise DatasetError(
            "review.studies",
            "Expected an evaluation of slices; this one judged whole studies, whose labels no slice need show.",
            "Evaluate a collection whose slices are labelled.",
        )
    judged = open_bundle(bundle)
    if judged.hash != record["model"]["bundle_sha256"]:
        raise BundleError(
            "review.other_bundle",
            f"Expected the bundle that was judged, {record['model']['name']} {record['model']['version']}; received "
            f"{judged.name} {judged.version}.",
            "Name it: --bundle FOLDER.",
        )
    items = _items(record, require_data(data, Kind.EVALUATION))
    scored = {case["id"]: case for case in record["cases"] if case["probability"] is not None}
    threshold, decided = _point(record, scored, specificity)
    cases = _look(judged, [item for item in items if item.key in scored], scored, threshold, on_stage)
    return ReviewedRun(
        name=root.name,
        kind=f"{Kind.EVALUATION} on {record['collection']['name']}",
        model=f"{judged.name} {judged.version}",
        cases=tuple(cases),
        decided=decided,
        is_calibrated=True,
        notes=tuple(_notes(record, scored, len(cases))),
    )


def _items(record: Mapping[str, Any], data: Path) -> tuple[Item, ...]:
    """Read the collection again, if it still is what was scored."""
    collection = load_collection(data)
    try:
        is_same = collection.data_hash() == record["collection"]["sha256"]
    except OSError:  # it was told as a failure, or is gone since
        is_same = False
    if not is_same:
        raise DatasetError("review.other_data", "The collection is not the one that was scored.", "Name that one.")
    return collection.items


def _point(
    record: Mapping[str, Any], scored: Mapping[str, Mapping[str, Any]], specificity: float | None
) -> tuple[float, str]:
    """Return the threshold, and how it came about."""
    if specificity is None:
        name = record["settings"]["operating_point"]
        point = next(one for one in record["operating_points"] if one["name"] == name)
        return float(point["threshold"]), f"{name}, chosen for {point['chosen_for']}, on {point['fitted_on']}"
    truths = np.array([case["label"] for case in scored.values()])
    scores = np.array([case["probability"] for case in scored.values()])
    return threshold_at(truths, scores, specificity=specificity), decided_in_words(specificity)


def _look(
    bundle: Bundle, items: list[Item], scored: Mapping[str, Mapping[str, Any]], threshold: float, on_stage: OnStage
) -> list[ReviewedCase]:
    """Prepare and map every slice again; one that can no longer be read is left out."""
    engine, cases = Engine(bundle), []
    for done, item in enumerate(items, start=1):
        with contextlib.suppress(HemoscopeError):
            cases.append(_case(bundle, engine, see_item(item, bundle.preparation), scored[item.key], threshold))
        on_stage("Scoring", done, len(items))
    return cases


def _case(bundle: Bundle, engine: Engine, seen: SeenItem, answer: Mapping[str, Any], threshold: float) -> ReviewedCase:
    scores, maps = engine.look(seen.inputs[np.newaxis, :, :, np.newaxis])
    subtypes = {label: score for label, score in zip(bundle.labels, scores[0], strict=True) if label is not Label.ANY}
    return ReviewedCase(
        key=seen.item.key,
        origin="",
        group=answer["group"],
        truth=int(answer["label"]),
        score=float(answer["probability"]),
        threshold=threshold,
        inputs=seen.inputs,
        brain=seen.brain,
        subtypes=seen.subtypes,
        claimed=max(subtypes, key=subtypes.__getitem__, default=None),
        cells=None if maps is None else maps[0, :, :, bundle.labels.index(Label.ANY)],
        mask=seen.mask,
        window=bundle.preparation.window,
    )


def _notes(record: Mapping[str, Any], scored: Mapping[str, Any], shown: int) -> list[str]:
    notes = [record["seen_in_training"]["message"]]
    if lost := len(record["cases"]) - len(scored):
        notes.append(f"{lost:,} slices were refused or failed; they have no score and are not shown.")
    if gone := len(scored) - shown:
        notes.append(f"{gone:,} scored slices can no longer be read and are left out.")
    return notes
