"""Curves as pictures: how a run went, and what more groups to learn from are worth."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hemoscope.errors import MissingExtraError
from hemoscope.evaluation.learning_curve import LearningPoint
from hemoscope.training.run import Run
from hemoscope.writing.atomic import write_atomically

PANELS = (("loss", "Loss (binary cross-entropy)"), ("auroc", "AUROC"), ("accuracy", "Accuracy at score 0"))
HELD_OUT_PANELS = (("auroc", "AUROC on groups held out"), ("accuracy", "Accuracy on groups held out"))
DPI = 110


def draw_curves(run: Run) -> None:
    """Draw `curves.png` from the history: loss, AUROC and accuracy of both parts, the kept epoch marked."""
    rows, best = run.history(), run.best_epoch
    figure = _empty_figure(width=12.0)
    for axes, (name, title) in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        epochs = [row["epoch"] for row in rows]
        if name in rows[0]:  # a network with maps is not measured on its painted training slices
            axes.plot(epochs, [row[name] for row in rows], label="training", color="#8a94a6")
        axes.plot(epochs, [row[f"val_{name}"] for row in rows], label="validation", color="#b3261e")
        axes.axvline(best, color="#1f4e79", linestyle=":", label=f"kept: epoch {best}")
        axes.set(title=title, xlabel="Epoch")
        axes.grid(alpha=0.25)
    axes.legend()
    write_atomically(run.folder / "curves.png", lambda path: figure.savefig(path, dpi=DPI))


def draw_learning_curve(path: Path, points: Sequence[LearningPoint]) -> None:
    """Draw AUROC and accuracy over the number of groups learned from: mean, range over the repeats, and each repeat.

    Args:
        path: The PNG to write.
        points: The smallest number of groups first.
    """
    figure = _empty_figure(width=9.0)
    sizes = [point.groups for point in points]
    for axes, (name, title) in zip(figure.subplots(1, len(HELD_OUT_PANELS)), HELD_OUT_PANELS, strict=True):
        found = [point.figures[name] for point in points]
        each = [(point.groups, value) for point in points for value in point.each[name]]
        axes.scatter(*zip(*each, strict=True), s=12, color="#8a94a6", label="each repeat")
        axes.vlines(
            sizes, [one.low for one in found], [one.high for one in found], color="#1f4e79", label="95 % of repeats"
        )
        axes.plot(sizes, [one.value for one in found], marker="o", color="#1f4e79", label="mean")
        axes.set(title=title, xlabel="Groups learned from", xscale="log")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.set_xticks([], minor=True)
        axes.grid(alpha=0.25)
    axes.legend()
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=DPI))


def _empty_figure(*, width: float) -> Any:
    """Return a matplotlib Figure, of so many inches.

    Raises:
        MissingExtraError: The extra [train] is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(feature="Drawing curves", extra="train") from error
    return Figure(figsize=(width, 3.6), layout="constrained")
