"""What a tuning shows: its trials, which settings mattered, a picture and a report."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hemoscope.errors import MissingExtraError, TrainingError
from hemoscope.training.settings import TrainingSettings
from hemoscope.writing.atomic import write_atomically

if TYPE_CHECKING:
    import optuna

OPTIMISTIC = (
    "Figures here are of inner folds, which chose epochs and settings: they are optimistic and no result. "
    "Judge the settings on slices that tuning never saw."
)
STATES = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
SAME = 1e-6  # AUROC that differ by less are the same but for rounding
COLORS = {"complete": "#1f4e79", "pruned": "#8a94a6"}


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial that has ended.

    Attributes:
        number: Counted from 0.
        state: "complete", "pruned" (below the median of earlier ones), "diverged" (scores not finite), or "failed"
            (stopped half-way; does not count).
        value: Mean AUROC of the folds that were trained; None of a failed one, or without any.
        folds: AUROC of each.
        seconds: From its start to its end; None of a failed one.
        chosen: The settings it tried.
        is_start: Whether they are those that tuning started from.
    """

    number: int
    state: str
    value: float | None
    folds: tuple[float, ...]
    seconds: float | None
    chosen: dict[str, Any]
    is_start: bool = False

    def as_row(self, names: Sequence[str]) -> dict[str, object]:
        """Return a row of trials.csv; what is unknown stays empty."""
        return {
            "number": self.number,
            "state": self.state,
            "value": self.value,
            "folds": " ".join(f"{value:.4f}" for value in self.folds),
            "seconds": None if self.seconds is None else round(self.seconds, 1),
            **{name: self.chosen.get(name) for name in names},
        }


@dataclass(frozen=True, slots=True)
class Tuned:
    """What tuning found.

    Attributes:
        settings: The best, to train with.
        best: Their trial; its value is optimistic and no result.
        trials: Every trial, in order.
    """

    settings: TrainingSettings
    best: Trial
    trials: tuple[Trial, ...]

    @classmethod
    def of(cls, trials: Sequence[Trial], own: TrainingSettings) -> "Tuned":
        """Name the complete trial of the highest value; of equals the first, so that nothing changes for nothing.

        Args:
            trials: Every trial that has ended.
            own: The settings that tuning started from.

        Raises:
            TrainingError: "tuning.diverged" where none is complete.
        """
        complete = [one for one in trials if one.state == "complete"]
        if not complete:
            raise TrainingError(
                "tuning.diverged",
                f"No trial gave finite scores; {len(trials)} were tried.",
                "Check the pictures with hemoscope audit, or name another network.",
            )
        best = max(complete, key=lambda one: one.value or 0.0)
        return cls(replace(own, **best.chosen), best, tuple(trials))

    @property
    def value(self) -> float:
        """Mean AUROC of the best trial over the inner folds."""
        return float(self.best.value or 0.0)

    @property
    def start(self) -> Trial | None:
        """The trial of the settings that tuning started from; None where it diverged."""
        return next((one for one in self.trials if one.is_start and one.state == "complete"), None)


def ended_trials(study: "optuna.Study", *, own: TrainingSettings) -> list[Trial]:
    """Read every trial that has ended, in order; `own` are the settings that tuning started from."""
    return [
        Trial(
            number=one.number,
            state="diverged" if one.user_attrs.get("diverged") else STATES[one.state.name],
            value=None if one.state.name == "FAIL" else one.value,
            folds=tuple(one.user_attrs.get("folds", ())),
            seconds=one.duration.total_seconds() if one.duration and one.state.name != "FAIL" else None,
            chosen=rounded(one.params, own=own),
            is_start="start" in one.user_attrs,
        )
        for one in study.get_trials(deepcopy=False)
        if one.state.is_finished()
    ]


def rounded(values: Mapping[str, Any], *, own: TrainingSettings) -> dict[str, Any]:
    """Round drawn numbers to three digits, which is what is trained, shown and kept; those of `own` stay as they are.

    >>> rounded({"learning_rate": 0.00123456, "batch_size": 16}, own=TrainingSettings())
    {'learning_rate': 0.00123, 'batch_size': 16}
    """
    return {
        name: float(f"{value:.3g}") if isinstance(value, float) and value != getattr(own, name) else value
        for name, value in values.items()
    }


@dataclass(frozen=True, slots=True)
class Importance:
    """How much of the trials' variance each setting explains.

    Attributes:
        shares: By setting, the largest first; they sum to 1. Empty where nothing can be said.
        reason: Why not; empty otherwise.
    """

    shares: dict[str, float]
    reason: str = ""


def weigh(study: "optuna.Study", *, seed: int) -> Importance:
    """Estimate which settings mattered, from the complete trials.

    Source: fANOVA, Hutter, Hoos & Leyton-Brown 2014, "An efficient approach for assessing hyperparameter importance".
    """
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    values = [trial.value for trial in complete if trial.value is not None]
    if len(values) < 2:
        return Importance({}, f"Importance needs at least 2 complete trials; there are {len(values)}.")
    if max(values) - min(values) < SAME:
        return Importance({}, "All complete trials have the same value, so no setting mattered.")
    try:
        shares = get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed))
    except RuntimeError:  # every tree of its forest is flat
        return Importance({}, "The complete trials are too few to tell settings apart.")
    return Importance({name: float(share) for name, share in shares.items()})


def draw_tuning(path: Path, tuned: Tuned, importance: Importance) -> None:
    """Draw which settings mattered, and how the trials went."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(feature="Drawing a tuning", extra="train") from error
    figure = Figure(figsize=(12, 4), layout="constrained")
    bars, history = figure.subplots(1, 2)
    bars.set(title="Importance of each setting (fANOVA)", xlim=(0, 1), xlabel="Share of the variance explained")
    if importance.shares:
        names = list(importance.shares)[::-1]
        widths = [importance.shares[name] for name in names]
        bars.barh([name.replace("_", " ") for name in names], widths, color=COLORS["complete"])
    else:
        bars.text(0.5, 0.5, importance.reason, ha="center", va="center", wrap=True, transform=bars.transAxes)
        bars.set(xticks=[], yticks=[], xlabel="")
    for state, color in COLORS.items():
        shown = [one for one in tuned.trials if one.state == state]
        if shown:
            history.scatter([one.number for one in shown], [one.value for one in shown], color=color, label=state)
    if tuned.start is not None:
        history.axhline(tuned.start.value, color="#8a94a6", linestyle=":", label="settings at the start")
    history.scatter([tuned.best.number], [tuned.value], s=120, facecolors="none", edgecolors="#b3261e", label="best")
    history.set(title="Trials (inner folds: optimistic)", xlabel="Trial", ylabel="Mean AUROC of the folds")
    history.xaxis.get_major_locator().set_params(integer=True)
    history.grid(alpha=0.25)
    history.legend()
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=110))


def report_text(
    tuned: Tuned, importance: Importance, *, facts: Mapping[str, str], space: Mapping[str, Sequence[Any]]
) -> str:
    """Write the report in Markdown: what was tried, what was best, which settings mattered.

    Args:
        tuned: What was found.
        importance: Which settings mattered.
        facts: What all trials had in common, by name.
        space: The ends of each range or the values of each choice, by setting.
    """
    counts = Counter(one.state for one in tuned.trials)
    columns = ("number", "state", "value", "folds", "seconds", *space)
    start = "diverged" if tuned.start is None else _said(tuned.start)
    lines = [
        f"# Tuning of {tuned.settings.model}",
        OPTIMISTIC,
        "## Plan",
        _table(("what", "value"), [*facts.items()]),
        _table(("setting", "searched"), [(name, _searched(values)) for name, values in space.items()]),
        "## Best",
        f"Trial {tuned.best.number} of {', '.join(f'{count} {state}' for state, count in counts.items())}: "
        f"{_said(tuned.best)}. The settings that tuning started from, on the same folds: {start}.",
        _table(("setting", "best"), [(name, tuned.best.chosen[name]) for name in space]),
        "## Importance",
        importance.reason
        or _table(("setting", "share"), [(name, f"{share:.2f}") for name, share in importance.shares.items()]),
        "![Importance of each setting, and the trials](importance.png)",
        "## What was tried",
        _table(columns, [[_cell(value) for value in one.as_row(list(space)).values()] for one in tuned.trials]),
    ]
    return "\n\n".join(lines) + "\n"


def _said(trial: Trial) -> str:
    """Give a trial's value with that of each fold, which shows how far folds differ by themselves."""
    return f"AUROC {trial.value:.3f} (folds {', '.join(f'{value:.3f}' for value in trial.folds)})"


def _searched(values: Sequence[Any]) -> str:
    return f"{values[0]:g} to {values[-1]:g}" if isinstance(values[0], float) else ", ".join(map(str, values))


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay rows out as a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
