"""A cross-validation as one page that needs nothing else: figures by part, curves, what abstaining gains."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hemoscope.evaluation.folds import FoldsJudgement
from hemoscope.evaluation.held_out import HeldOutCase, OriginCounts, count_origins
from hemoscope.evaluation.intervals import Interval
from hemoscope.results.curve_plots import (
    Figure,
    mark_point,
    reliability_figure,
    risk_coverage_plot,
    risk_in_words,
    roc_plot,
)
from hemoscope.results.html import page_environment
from hemoscope.results.pages import MEANINGS
from hemoscope.results.wording import counted, percent
from hemoscope.terms import RESEARCH_USE_ONLY, SUBTYPES
from hemoscope.writing.atomic import write_text

WHETHER = ("auroc", "auroc_sure", "sensitivity_at_90", "auroc_patients", "auroc_with_patients")
WHERE = ("pointing", "dice", "subtypes", *map(str, SUBTYPES))


@dataclass(frozen=True, slots=True)
class Row:
    """A part with its figures; those that could not be measured are missing.

    Attributes:
        name: Of the part.
        note: What it was measured on.
        figures: By name.
        is_main: Whether it sums up the others.
    """

    name: str
    note: str
    figures: Mapping[str, Interval]
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Figures by part.

    Attributes:
        heading: A few words.
        part: What a part is.
        columns: The names of its figures.
        rows: One for each part.
        note: How to read it.
    """

    heading: str
    part: str
    columns: Sequence[str]
    rows: Sequence[Row]
    note: str


def write_folds_html(
    judged: FoldsJudgement, path: str | os.PathLike[str], *, record: Mapping[str, Any], made: datetime | None = None
) -> None:
    """Write the page of a cross-validation by groups, whole or not at all.

    Args:
        judged: What was found.
        path: The file to write or replace.
        record: What was done, as validation.json keeps it: "settings", "sha256", "repeats", "folds".
        made: The time to print, in UTC; now unless given.
    """
    once = [row for row in judged.rows if row.repeat == judged.rows[0].repeat]
    pooled = judged.figures["pooled"]
    page = _page(
        record,
        made,
        title=f"{record['settings']['model']} on groups that it never saw",
        how=f"{counted(record['repeats'], 'repeat')} of {counted(record['folds'], 'fold')}, groups kept whole",
        counts=[
            (len(once), "slices"),
            (sum(row.label for row in once), "with hemorrhage"),
            (len({row.group for row in once}), "groups"),
            (len(judged.figures) - 1, "repeats"),
        ],
        tables=[_of_folds(judged)],
        abstaining=abstention_in_words(pooled),
        plots=[
            _roc(judged),
            reliability_figure(judged.reliability, pooled["ece"]),
            _risk_coverage(judged),
        ],
        bins=judged.reliability,
    )
    write_text(Path(path), page)


def write_origins_html(
    rows: Sequence[HeldOutCase],
    figures: Mapping[str, Mapping[str, Interval]],
    path: str | os.PathLike[str],
    *,
    record: Mapping[str, Any],
    made: datetime | None = None,
) -> None:
    """Write the page of origins that were left out, whole or not at all.

    Args:
        rows: What was held out.
        figures: As `held_out.summarize_origins` gives them of these rows.
        path: The file to write or replace.
        record: What was done, as validation.json keeps it: "settings", "sha256", "blocks".
        made: The time to print, in UTC; now unless given.
    """
    counts = count_origins(rows)
    page = _page(
        record,
        made,
        title=f"{record['settings']['model']} on origins that it never saw",
        how=f"{counted(len(record['blocks']), 'network')}, each trained without the origins that judge it",
        counts=[
            (len(rows), "slices"),
            (sum(one.with_blood for one in counts.values()), "with blood"),
            (sum(one.groups for one in counts.values()), "groups"),
            (len(counts), "origins"),
        ],
        tables=_of_origins(figures, counts),
        abstaining="",
        plots=[],
        bins=(),
    )
    write_text(Path(path), page)


def abstention_in_words(figures: Mapping[str, Interval]) -> str:
    """Say in a line what is left undecided, and how much better the rest is.

    Args:
        figures: With "abstained" and "accuracy", and with "accuracy_answered" where anything is answered.
    """
    undecided, everything = figures["abstained"], figures["accuracy"]
    said = f"Each fold leaves undecided what lies in its own uncertain band: {_share(undecided)} of the slices."
    if "accuracy_answered" not in figures:
        return f"{said} Nothing is answered."
    answered = figures["accuracy_answered"]
    gain = 100 * (answered.value - everything.value)
    change = "as many as" if abs(gain) < 0.05 else f"{abs(gain):.1f} points {'more' if gain > 0 else 'fewer'} than"
    return (
        f"{said} Of the answered {_share(answered)} are called as they are labelled: {change} the {_share(everything)} "
        "where every slice is decided."
    )


def _page(record: Mapping[str, Any], made: datetime | None, **parts: Any) -> str:
    template = page_environment().get_template("validation.html.jinja")
    return template.render(
        meanings=MEANINGS, facts=_facts(record), notice=RESEARCH_USE_ONLY, made=made or datetime.now(UTC), **parts
    )


def _facts(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what one must know to do it again."""
    settings = dict(record["settings"])
    facts = [("Network", str(settings.pop("model")))]
    preparation = settings.pop("preparation", {})
    facts.append(("Settings", _listed(settings)))
    facts.append(("Preparation", _listed(preparation)))
    if "blocks" in record:
        facts.append(("Left out together", "; ".join(" and ".join(block) for block in record["blocks"])))
    else:
        facts.append(("Arrangement", f"{counted(record['repeats'], 'repeat')} of {counted(record['folds'], 'fold')}"))
    return [*facts, ("Data SHA-256", str(record["sha256"]))]


def _listed(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items())


def _of_folds(judged: FoldsJudgement) -> Table:
    rows = [
        Row(part if part == "pooled" else f"repeat {part}", "", figures, is_main=part == "pooled")
        for part, figures in judged.figures.items()
    ]
    note = (
        "In each repeat every slice is scored by a network that never saw its group; epoch, calibration and thresholds "
        "are chosen inside the part that is learned from. Pooled figures count a slice once per repeat. Intervals of "
        "what is left undecided and of the answered are Wilson's, by how alike the slices of a group are."
    )
    return Table("Figures, pooled and by repeat", "Part", tuple(judged.figures["pooled"]), rows, note)


def _of_origins(figures: Mapping[str, Mapping[str, Interval]], counts: Mapping[str, OriginCounts]) -> list[Table]:
    whether = [
        Row(part, _counted_in_words(part, counts[part]) if part in counts else "", found, is_main=part not in counts)
        for part, found in figures.items()
    ]
    where = [Row(part, "", found) for part, found in figures.items() if set(found) & set(WHERE)]
    tables = [
        Table(
            "Whether there is blood, by the origin left out",
            "Origin",
            _measured(WHETHER, figures.values()) or ("auroc",),
            whether,
            "Slices with blood are judged against all normal slices that were left out with them; where "
            "either is missing there is no figure. The interval of the mean comes from those of the origins.",
        ),
        Table(
            "Where and which, on slices with masks",
            "Origin",
            _measured(WHERE, figures.values()),
            where,
            "Subtypes with fewer than three slices on either side are not measured.",
        ),
    ]
    return [table for table in tables if table.rows]


def _measured(names: Sequence[str], parts: Iterable[Mapping[str, Interval]]) -> tuple[str, ...]:
    """Return those figures that any part has."""
    found = {name for part in parts for name in part}
    return tuple(name for name in names if name in found)


def _counted_in_words(origin: str, counts: OriginCounts) -> str:
    others = [name for name in counts.block.split("+") if name != origin]
    together = f"; left out with {' and '.join(others)}" if others else ""
    return (
        f"{counts.with_blood:,} with blood, {counts.normal:,} normal to judge against, "
        f"{counted(counts.groups, 'group')}{together}"
    )


def _roc(judged: FoldsJudgement) -> Figure:
    each = [(curve, "each") for curve in judged.rocs] if len(judged.rocs) > 1 else []
    plot = roc_plot(*each, (judged.roc, "curve"))
    pooled = judged.figures["pooled"]
    mark_point(plot, "balanced", sensitivity=pooled["sensitivity"], specificity=pooled["specificity"])
    thin = " Thin lines are the repeats." if each else ""
    legend = (
        f"AUROC {pooled['auroc']}, all repeats pooled.{thin} The dot is what the folds' own balanced thresholds reach, "
        "with its intervals; dashed is chance."
    )
    return Figure("ROC curve", plot.as_svg(), legend)


def _risk_coverage(judged: FoldsJudgement) -> Figure:
    pooled = judged.figures["pooled"]
    marks = [(1.0, 1 - pooled["accuracy"].value, "all decided")]
    if "accuracy_answered" in pooled:
        marks.append((1 - pooled["abstained"].value, 1 - pooled["accuracy_answered"].value, "abstaining"))
    plot = risk_coverage_plot(judged.risk_coverage, room_for=max(risk for _, risk, _ in marks))
    for coverage, risk, name in marks:
        plot.dot((coverage, risk), "mark")
        plot.text((coverage, risk), name, "word")
    legend = (
        "Decided at a probability of one half, those nearest to it left undecided first. "
        f"{risk_in_words(judged.risk_coverage)} Dots are what the folds' own thresholds and uncertain bands reach."
    )
    return Figure("Risk and coverage", plot.as_svg(), legend)


def _share(figure: Interval) -> str:
    return f"{percent(figure.value)} ({percent(figure.low)} to {percent(figure.high)})"
