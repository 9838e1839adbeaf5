"""Progress of long work, on stderr."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from hemoscope.training.observe import Observer

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@contextmanager
def bar(description: str, *, then: str | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr that goes away when the work is done; what it yields takes how many are done of how many.

    Args:
        description: What is done.
        then: What is done once all are, by work that does not say how far it is: a bar without an end takes the place.
    """
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(description, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)
            if then is not None and done == total:
                progress.remove_task(task)
                progress.add_task(then, total=None)

        yield advance


@contextmanager
def growing_bar(description: str, *, least: int = 40) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on stderr once there is enough to do; what there is to do may grow.

    Args:
        description: What is done.
        least: Below so many the work is done before a bar could be read.
    """
    with ExitStack() as stack:
        progress: Progress | None = None
        task: TaskID | None = None

        def advance(done: int, total: int) -> None:
            nonlocal progress, task
            if total < least:
                return
            if progress is None or task is None:
                progress = stack.enter_context(Progress(*_COLUMNS, console=Console(stderr=True), transient=True))
                task = progress.add_task(description, total=total)
            progress.update(task, completed=done, total=total)

        yield advance


@contextmanager
def stages(*, then: Mapping[str, str] | None = None) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on stderr for each stage of work; what it yields takes the stage, how much is done and of how much.

    Args:
        then: What is done once all of a stage is, by work that does not say how far it is: a bar without an end.
    """
    with Progress(console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def follow(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=total)
            progress.update(tasks[name], completed=done)
            if done == total:
                progress.remove_task(tasks.pop(name))
                if then is not None and name in then:
                    progress.add_task(then[name], total=None)

        yield follow


@contextmanager
def bar_after_index(description: str, *, then: str) -> Iterator[tuple[Callable[[int, int], None], ...]]:
    """Show a bar as `bar` does, and before it one for the headers of a collection, where they have to be read.

    Args:
        description: What is done once the collection is known.
        then: What is done once all are.

    Yields:
        What takes how many headers are read of how many, and what takes how many are done of how many.
    """
    with stages(then={description: then}) as follow:
        yield partial(follow, "Reading headers"), partial(follow, description)


class TrainingBars(Observer):
    """A bar for preparation and one for each epoch, and a line of figures per epoch, all on stderr."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(*_COLUMNS, console=self._console, transient=True)
        self._task: TaskID | None = None
        self._described = ""

    def __enter__(self) -> Self:
        """Show the bars."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bars away."""
        self._progress.stop()

    def on_index(self, done: int, total: int) -> None:
        """Advance the bar of a collection that has to be looked at as a whole."""
        self._show("Reading headers", done, total)

    def on_prepare(self, done: int, total: int) -> None:
        """Advance the preparation bar."""
        self._show("Preparing slices", done, total)

    def on_data(self, data: Mapping[str, object]) -> None:
        """Say what the run learns from."""
        left_out = data["left_out"]
        self._console.print(
            f"{data['name']} ({data['layout']}): {data['slices']} slices, {data['positives']} with hemorrhage, "
            f"{data['groups']} groups; left out: {len(left_out) if isinstance(left_out, dict) else 0}"
        )
        notices = data.get("notices")
        for notice in notices if isinstance(notices, list) else ():
            self._console.print(f"Note: {notice['message']}", highlight=False, markup=False)

    def on_resume(self, epoch: int) -> None:
        """Say where the run goes on."""
        self._console.print(f"Going on after epoch {epoch}")

    def on_step(self, epoch: int, done: int, total: int) -> None:
        """Advance the epoch's bar."""
        self._show(f"Epoch {epoch}", done, total)

    def on_fold(self, done: int, total: int) -> None:
        """Advance the bar of a cross-validation."""
        self._show("Folds", done, total)

    def on_training(self, done: int, total: int) -> None:
        """Advance the bar of a learning curve."""
        self._show("Trainings", done, total)

    def on_epoch(self, row: Mapping[str, float]) -> None:
        """Print the epoch's figures."""
        figures = "  ".join(
            f"{name} {row[name]:.3f}"
            for name in ("loss", "auroc", "val_loss", "val_auroc", "val_accuracy")
            if name in row
        )
        self._console.print(f"Epoch {row['epoch']:>3.0f}  {figures}", highlight=False, soft_wrap=True)

    def _show(self, description: str, done: int, total: int) -> None:
        if description != self._described:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task, self._described = self._progress.add_task(description, total=total), description
        if self._task is not None:
            self._progress.update(self._task, completed=done)
