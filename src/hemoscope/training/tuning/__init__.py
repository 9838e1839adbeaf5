"""Hyperparameter tuning: try settings on grouped inner folds, keep the study, name the best.

plan.json        settings, folds, search space, data hash: what a continued tuning must match
study.db         the trials as Optuna keeps them, in SQLite; a stopped tuning goes on after them
trials.csv       a row per trial
best.json        the best settings, as `TrainingSettings.from_json` takes them
importance.png   which settings mattered, and how the trials went
report.md        all of it to read
"""

from hemoscope.training.tuning.plan import TuningPlan
from hemoscope.training.tuning.tune import tune

__all__ = ["TuningPlan", "tune"]
