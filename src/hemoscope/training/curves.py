"""The learning curves as a picture."""

from hemoscope.errors import MissingExtraError
from hemoscope.training.run import Run
from hemoscope.writing.atomic import write_atomically

PANELS = (("loss", "Loss (binary cross-entropy)"), ("auroc", "AUROC"), ("accuracy", "Accuracy at score 0"))


def draw_curves(run: Run) -> None:
    """Draw `curves.png` from the history: loss, AUROC and accuracy of both parts, the kept epoch marked."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(feature="Drawing curves", extra="train") from error
    rows, best = run.history(), run.best_epoch
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(1, len(PANELS)), PANELS, strict=True):
        epochs = [row["epoch"] for row in rows]
        if name in rows[0]:  # a network with maps is not measured on its painted training slices
            axes.plot(epochs, [row[name] for row in rows], label="training", color="#8a94a6")
        axes.plot(epochs, [row[f"val_{name}"] for row in rows], label="validation", color="#b3261e")
        axes.axvline(best, color="#1f4e79", linestyle=":", label=f"kept: epoch {best}")
        axes.set(title=title, xlabel="Epoch")
        axes.grid(alpha=0.25)
    axes.legend()
    write_atomically(run.folder / "curves.png", lambda path: figure.savefig(path, dpi=110))
