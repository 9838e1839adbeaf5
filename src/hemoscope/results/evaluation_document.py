"""An evaluation as the one documented JSON. Schema: evaluation.schema.json beside this file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from hemoscope.evaluation.cases import JudgedCase, unanswered_of, worst_false_alarms, worst_misses
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.judge import HISTOGRAM_BINS, Judgement, PointFigures
from hemoscope.evaluation.report import CollectionFacts, Evaluation, SeenCheck, SeenStatus
from hemoscope.evaluation.roc import RocCurve
from hemoscope.evaluation.subgroups import Subgroup
from hemoscope.results.checklist import checklist
from hemoscope.results.wording import encodable
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA = "hemoscope.evaluation"
SCHEMA_VERSION = "1.2"
STATUSES = ("scored", "refused", "failed")
MOST_POINTS = 400
"""Points of a curve; more would not be seen."""


def evaluation_as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as plain JSON values, every key present; valid by evaluation.schema.json."""
    judgement = evaluation.judgement
    point = judgement.points[0].point
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "model": dict(evaluation.model),
        "collection": collection_as_json(evaluation.collection),
        "settings": {
            "operating_point": point.name,
            "prevalence": judgement.prevalence,
            "prevalence_is_stated": judgement.settings.prevalence is not None,
            "draws": judgement.settings.draws,
            "seed": judgement.settings.seed,
        },
        "seen_in_training": seen_as_json(evaluation.seen),
        "counts": counts_as_json(judgement.cases),
        "figures": {name: interval_as_json(figure) for name, figure in judgement.figures.items()},
        "operating_points": [_point_as_json(found) for found in judgement.points],
        **_curves_as_json(judgement),
        "subgroups": [
            {"column": encodable(table.column), "rows": [_subgroup_as_json(row) for row in table.rows]}
            for table in judgement.subgroups
        ],
        "columns_left_out": [encodable(column) for column in judgement.columns_left_out],
        "misses": [encodable(case.key) for case in worst_misses(judgement.cases, point)],
        "false_alarms": [encodable(case.key) for case in worst_false_alarms(judgement.cases, point)],
        "checklist": [asdict(item) | {"answer": str(item.answer)} for item in checklist(evaluation)],
        "cases": [case_as_json(case) for case in judgement.cases],
    }


def seen_in_words(seen: SeenCheck) -> str:
    """Say what was found of the training data, and what that means for the figures."""
    if seen.status is SeenStatus.NOT_POSSIBLE:
        return (
            "Whether any of these slices stood in the training data could not be checked: this bundle does not carry "
            "fingerprints of what it learned from. All that is known is that this collection is not the whole of it."
        )
    compared = f"the {seen.compared_with:,} slices that the network learned from"
    how = "by file and by brain" if seen.has_hashes else "by brain alone, as the bundle does not carry their files"
    if seen.status is SeenStatus.NONE_FOUND:
        return f"None of these slices is among {compared}, compared {how}."
    if seen.were_dropped:
        return (
            f"{len(seen.seen):,} slices of groups that stood in the training data were left out of every figure. None "
            f"of the others is among {compared}, compared {how}."
        )
    return (
        f"{len(seen.seen):,} slices stood in the training data, or belong to a group that did. They were kept, so "
        "these figures are too good and say nothing about slices that the network never saw."
    )


def seen_as_json(seen: SeenCheck) -> dict[str, Any]:
    """Return the check as plain JSON values."""
    return {
        "status": str(seen.status),
        "message": seen_in_words(seen),
        "compared_with": seen.compared_with,
        "has_hashes": seen.has_hashes,
        "were_dropped": seen.were_dropped,
        "slices": [
            {
                "id": encodable(case.key),
                "group": encodable(case.group),
                "likeness": case.likeness,
                "score": round(case.score, 4),
            }
            for case in seen.seen
        ],
    }


def collection_as_json(facts: CollectionFacts) -> dict[str, Any]:
    """Return what was judged on as plain JSON values."""
    notices = [{"code": notice.code, "message": encodable(notice.message)} for notice in facts.notices]
    return asdict(facts) | {"name": encodable(facts.name), "notices": notices}


def counts_as_json(cases: Sequence[JudgedCase]) -> dict[str, Any]:
    """Count the cases by what became of them."""
    statuses = Counter(str(case.status) for case in cases)
    lost = unanswered_of(cases)
    codes = Counter((str(case.status), case.error.code) for case in lost if case.error is not None)
    return {
        **{status: statuses[status] for status in STATUSES},
        "unanswered_positives": sum(case.label for case in lost),
        "by_code": [{"status": status, "code": code, "count": count} for (status, code), count in codes.most_common()],
    }


def interval_as_json(interval: Interval | None) -> dict[str, float] | None:
    """Return a figure with its interval as plain JSON values."""
    return None if interval is None else {name: float(value) for name, value in interval._asdict().items()}


def case_as_json(case: JudgedCase) -> dict[str, Any]:
    """Return one case as plain JSON values, every key present."""
    return {
        "id": encodable(case.key),
        "label": case.label,
        "group": encodable(case.group),
        "status": str(case.status),
        "probability": case.probability,
        "error": None if case.error is None else asdict(case.error),
    }


def roc_as_json(curve: RocCurve) -> dict[str, list[float]]:
    """Return a ROC curve, thinned, as plain JSON values."""
    sensitivity, specificity = thinned(curve.sensitivity, curve.specificity)
    return {"sensitivity": sensitivity.tolist(), "specificity": specificity.tolist()}


def counts_in_words(counts: Mapping[str, Any]) -> str:
    """Write what `counts_as_json` counts, and why."""
    reasons = ", ".join(f"{row['code']} {row['count']}" for row in counts["by_code"])
    return ", ".join(f"{counts[status]} {status}" for status in STATUSES) + (f" ({reasons})" if reasons else "")


def thinned(*columns: np.ndarray) -> list[np.ndarray]:
    """Keep at most `MOST_POINTS` of a curve's points, first and last always."""
    count = len(columns[0])
    kept = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(int))
    return [column[kept] for column in columns]


def _point_as_json(found: PointFigures) -> dict[str, Any]:
    shares = ("sensitivity", "specificity", "accuracy", "ppv", "npv", "sensitivity_of_all")
    counts = ("true_positives", "false_positives", "true_negatives", "false_negatives")
    return {
        "name": found.point.name,
        "threshold": found.point.threshold,
        "chosen_for": found.point.chosen_for,
        "fitted_on": found.point.fitted_on,
        **{name: getattr(found, name) for name in counts},
        **{name: interval_as_json(getattr(found, name)) for name in shares},
    }


def _curves_as_json(judgement: Judgement) -> dict[str, Any]:
    recall, ppv = thinned(judgement.precision_recall.sensitivity, judgement.precision_recall.ppv)
    coverage, risk = thinned(judgement.risk_coverage.coverage, judgement.risk_coverage.risk)
    curve = judgement.decision_curve
    return {
        "reliability": [asdict(row) | {"observed": interval_as_json(row.observed)} for row in judgement.reliability],
        "roc": roc_as_json(judgement.roc),
        "precision_recall": {"sensitivity": recall.tolist(), "ppv": ppv.tolist()},
        "decision_curve": {
            "thresholds": curve.thresholds.tolist(),
            "by_probability": curve.by_probability.tolist(),
            "treat_all": curve.treat_all.tolist(),
        },
        "risk_coverage": {
            "coverage": coverage.tolist(),
            "risk": risk.tolist(),
            "area": judgement.risk_coverage.area,
        },
        "histogram": {
            "edges": (np.arange(HISTOGRAM_BINS + 1) / HISTOGRAM_BINS).tolist(),
            "without_hemorrhage": judgement.histogram[0].tolist(),
            "with_hemorrhage": judgement.histogram[1].tolist(),
        },
    }


def _subgroup_as_json(row: Subgroup) -> dict[str, Any]:
    counts = ("slices", "scored", "positives", "groups")
    return {
        "value": encodable(row.value),
        **{name: getattr(row, name) for name in counts},
        **{name: interval_as_json(getattr(row, name)) for name in ("auroc", "sensitivity", "specificity")},
    }
