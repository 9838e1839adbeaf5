"""Tune: from data and a plan to the best settings, with a report."""

import json
import os
from pathlib import Path

from hemoscope.training.observe import Observer
from hemoscope.training.rows import scratch
from hemoscope.training.run import require_same
from hemoscope.training.tuning.folds import make_folds, read_source
from hemoscope.training.tuning.plan import TuningPlan
from hemoscope.training.tuning.report import Tuned, draw_tuning, ended_trials, report_text, weigh
from hemoscope.training.tuning.search import import_optuna, open_study, search, write_table
from hemoscope.writing.atomic import write_text


def tune(
    data: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    plan: TuningPlan,
    groups_file: str | os.PathLike[str] | None = None,
    observer: Observer | None = None,
) -> Tuned:
    """Search settings by grouped cross-validation; the same call goes on where an earlier one was stopped.

    A trial trains a network per fold; its value is the mean AUROC of the folds, at the epoch with the lowest validation
    loss. The loss itself would not do: label smoothing, which is tuned, moves it. After each fold the running mean is
    compared with earlier trials, and a trial below their median is pruned.

    Nothing else is held out. The same folds choose epoch and settings, so the value is optimistic and must not be
    reported as a result: judge the settings on slices that tuning never saw.

    Args:
        data: A labelled collection; for a network with maps the folder that holds the collections of several origins.
        out: Where to keep study, table, picture and report; one tuning at a time may work in it.
        plan: How.
        groups_file: CSV with a group per slice; slices that are nearly the same are joined in any case.
        observer: Told what happens.

    Raises:
        TrainingError: "tuning.changed" where `out` holds a tuning of another plan or other data, "tuning.diverged"
            where no trial gave finite scores.
        DatasetError: The collection cannot be used, or has too few groups.
        MissingExtraError: The extra [train] is not installed.
    """
    import_optuna()
    observer, folder = observer or Observer(), Path(out)
    source = read_source(data, plan, groups_file=groups_file)
    record = {"settings": plan.settings.as_json(), "folds": plan.folds, "space": plan.space, **source.identity}
    require_same(folder / "plan.json", record, code="tuning.changed", what="a tuning")
    with scratch(folder) as place:
        folds = make_folds(source, plan, place=place, observer=observer)
        write_text(folder / "plan.json", json.dumps(record, indent=2) + "\n")
        with open_study(folder) as study:
            search(study, plan, folds.score, table=folder / "trials.csv", observer=observer)
            importance = weigh(study, seed=plan.settings.seed)
            trials = ended_trials(study, own=plan.settings)
    write_table(folder / "trials.csv", trials, plan)
    tuned = Tuned.of(trials, plan.settings)
    write_text(folder / "best.json", json.dumps(tuned.settings.as_json(), indent=2) + "\n")
    draw_tuning(folder / "importance.png", tuned, importance)
    write_text(folder / "report.md", report_text(tuned, importance, facts=folds.facts, space=plan.space))
    return tuned
