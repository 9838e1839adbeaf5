"""The search: trials in Optuna's study, each scored fold by fold and pruned where it is clearly worse."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from hemoscope.errors import DatasetError, MissingExtraError
from hemoscope.training.observe import Observer
from hemoscope.training.run import csv_text
from hemoscope.training.settings import TrainingSettings
from hemoscope.training.tuning.plan import LOGARITHMIC, RANGES, TuningPlan
from hemoscope.training.tuning.report import Trial, ended_trials, rounded
from hemoscope.writing.atomic import write_text

if TYPE_CHECKING:
    import optuna

STARTUP_TRIALS = 5
"""None is pruned before so many are complete."""
ScoreFold = Callable[[TrainingSettings, int], float]


@contextmanager
def open_study(folder: Path) -> Iterator["optuna.Study"]:
    """Open the study in `folder`, or begin one; Optuna's own log is silent meanwhile."""
    optuna = import_optuna()
    spoke = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    folder.mkdir(parents=True, exist_ok=True)
    connect = partial(sqlite3.connect, folder / "study.db")  # in a URL, a path with "?" or "{" would be another file
    storage = optuna.storages.RDBStorage("sqlite://", engine_kwargs={"creator": connect})
    try:
        yield optuna.create_study(
            study_name="tune",
            storage=storage,
            direction="maximize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP_TRIALS),
            load_if_exists=True,
        )
    finally:
        storage.remove_session()
        storage.engine.dispose()
        optuna.logging.set_verbosity(spoke)


def search(study: "optuna.Study", plan: TuningPlan, score_fold: ScoreFold, *, table: Path, observer: Observer) -> None:
    """Add trials until the plan's number is finished; trials that a kill left half-way are marked as failed.

    Each trial draws from a seed of its own, so that a stopped tuning goes on as it would have.

    Args:
        study: Where trials are kept.
        plan: How many, and what is searched.
        score_fold: Settings and the number of a fold to a value; higher is better.
        table: The CSV to write after every trial.
        observer: Told of every fold.
    """
    from optuna.samplers import TPESampler
    from optuna.trial import TrialState

    for left in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(left.number, state=TrialState.FAIL)
    finished, waiting = (TrialState.COMPLETE, TrialState.PRUNED), (TrialState.WAITING,)
    if not study.get_trials(deepcopy=False, states=finished + waiting):
        study.enqueue_trial({name: getattr(plan.settings, name) for name in plan.space}, user_attrs={"start": True})
    while (done := len(study.get_trials(deepcopy=False, states=finished))) < plan.trials:
        seed = np.random.SeedSequence([plan.settings.seed, done]).generate_state(1)[0]
        study.sampler = TPESampler(seed=int(seed))
        attempt = partial(_try, plan=plan, score_fold=score_fold, observer=observer, before=done * plan.folds)
        study.optimize(attempt, n_trials=1)
        write_table(table, ended_trials(study, own=plan.settings), plan)


def write_table(path: Path, trials: Sequence[Trial], plan: TuningPlan) -> None:
    """Write a row per trial as CSV."""
    write_text(path, csv_text([one.as_row(list(plan.space)) for one in trials]))


def _try(trial: "optuna.Trial", *, plan: TuningPlan, score_fold: ScoreFold, observer: Observer, before: int) -> float:
    """Score the settings of a trial, fold by fold, until it is done or clearly worse than others."""
    from optuna import TrialPruned

    for name, (first, *others) in plan.space.items():
        if name in RANGES:
            trial.suggest_float(name, first, others[-1], log=name in LOGARITHMIC)
        else:
            trial.suggest_categorical(name, [first, *others])
    settings, values = replace(plan.settings, **rounded(trial.params, own=plan.settings)), []
    for fold in range(plan.folds):
        try:
            values.append(score_fold(settings, fold))
        except DatasetError as error:
            if error.code != "metric.not_finite":
                raise
            trial.set_user_attr("diverged", True)
            raise TrialPruned from error
        trial.set_user_attr("folds", values)
        trial.report(fmean(values), fold)
        observer.on_fold(before + fold + 1, plan.trials * plan.folds)
        if fold + 1 < plan.folds and trial.should_prune():
            raise TrialPruned
    return fmean(values)


def import_optuna() -> ModuleType:
    """Import Optuna.

    Raises:
        MissingExtraError: The extra [train] is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError(feature="Tuning", extra="train") from error
    return optuna
