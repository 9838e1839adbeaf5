"""The run folder: everything that is needed to repeat, resume or export a training run.

run.json      settings, versions, the data's name and hash, what was left out
split.csv     each item: key, label, group, part (training or validation)
inputs.npy    the prepared slices, in the order of split.csv
areas.npy     what is known of each pixel, where the network learns maps
history.csv   a row per epoch
curves.png    the same as a picture
checkpoints/  epoch-NNNN.keras: the newest and the best
"""

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from hemoscope.errors import TrainingError
from hemoscope.models.backend import import_keras
from hemoscope.models.registry import find_model
from hemoscope.training.rows import Rows, save_rows
from hemoscope.training.settings import TrainingSettings
from hemoscope.writing.atomic import write_text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = TypeVar("Row", bound="DataclassInstance")
TRAINING, VALIDATION = "training", "validation"
MONITORED = "val_loss"


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One item of a run and the part it stands in."""

    key: str
    label: int
    group: str
    part: str


@dataclass(frozen=True)
class Run:
    """A run folder.

    Attributes:
        folder: Where it lies; may not exist yet.
    """

    folder: Path

    @classmethod
    def at(cls, folder: str | os.PathLike[str]) -> "Run":
        """Name a run folder."""
        return cls(Path(folder))

    @property
    def has_started(self) -> bool:
        """Whether data and split have been fixed."""
        return (self.folder / "run.json").is_file()

    @cached_property
    def record(self) -> dict[str, Any]:
        """`run.json`, parsed.

        Raises:
            TrainingError: "run.not_found".
        """
        if not self.has_started:
            raise TrainingError(
                "run.not_found", f"{self.folder.name!r} is no run folder: it has no run.json.", "Train one first."
            )
        return dict(json.loads((self.folder / "run.json").read_text(encoding="utf-8")))

    @cached_property
    def settings(self) -> TrainingSettings:
        """How the run trains."""
        return TrainingSettings.from_json(self.record["settings"])

    @cached_property
    def split(self) -> list[SplitRow]:
        """Every item with its part."""
        return [SplitRow(row["key"], int(row["label"]), row["group"], row["part"]) for row in self.split_rows]

    @cached_property
    def split_rows(self) -> list[dict[str, str]]:
        """The rows of split.csv with all their columns."""
        with (self.folder / "split.csv").open(newline="", encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    @property
    def inputs_path(self) -> Path:
        """Where the prepared slices lie."""
        return self.folder / "inputs.npy"

    @property
    def areas_path(self) -> Path:
        """Where the areas lie, of a network that learns maps."""
        return self.folder / "areas.npy"

    @cached_property
    def inputs(self) -> np.ndarray:
        """The prepared slices, float, shape (n, size, size, 1), in the order of `split`."""
        return np.asarray(np.load(self.inputs_path, mmap_mode="r", allow_pickle=False))

    @cached_property
    def areas(self) -> np.ndarray:
        """What is known of each pixel, uint8 bits, shape (n, size, size); of a network that learns maps."""
        return np.asarray(np.load(self.areas_path, mmap_mode="r", allow_pickle=False))

    def part(self, name: str) -> tuple[Rows, np.ndarray, np.ndarray]:
        """Return inputs (float32, left in their file until they are asked for), labels (float32, shape (n, 1)) and
        groups of the training or validation part."""
        indices = np.flatnonzero([row.part == name for row in self.split])
        labels = np.array([[self.split[index].label] for index in indices], np.float32)
        groups = np.array([self.split[index].group for index in indices])
        return Rows(self.inputs, indices, np.float32), labels, groups

    def begin(
        self,
        record: Mapping[str, Any],
        split: Sequence[Mapping[str, object]],
        inputs: np.ndarray | Rows,
        *,
        areas: np.ndarray | Rows | None = None,
    ) -> None:
        """Fix data and split. `run.json` comes last: a run without it starts anew.

        Inputs and areas that were prepared into this folder are not written again.
        """
        (self.folder / "checkpoints").mkdir(parents=True, exist_ok=True)
        save_rows(self.inputs_path, inputs)
        if areas is not None:
            save_rows(self.areas_path, areas)
        write_text(self.folder / "split.csv", csv_text(split))
        write_text(self.folder / "run.json", json.dumps(record, indent=2) + "\n")

    def history(self) -> list[dict[str, float]]:
        """The rows of history.csv up to the newest checkpoint: what a kill left beyond it is trained again."""
        path = self.folder / "history.csv"
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(stream)]
        return [row for row in rows if row["epoch"] <= self.last_epoch]

    def write_history(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Replace history.csv."""
        write_text(self.folder / "history.csv", csv_text(rows))

    @property
    def last_epoch(self) -> int:
        """The epoch of the newest checkpoint, counted from 1; 0 before the first."""
        found = [int(path.stem.removeprefix("epoch-")) for path in (self.folder / "checkpoints").glob("epoch-*.keras")]
        return max(found, default=0)

    @property
    def best_epoch(self) -> int:
        """The epoch with the lowest validation loss; 0 before the first.

        Of a network with maps it is the last: painted slices never repeat, so that it does not learn them by heart,
        and its learning rate has fallen to almost nothing by then.
        """
        rows = self.history()
        if rows and find_model(self.settings.model).has_maps:
            return self.last_epoch
        return int(min(rows, key=lambda row: row[MONITORED])["epoch"]) if rows else 0

    def checkpoint(self, epoch: int) -> Path:
        """Where the network stands as it was after an epoch."""
        return self.folder / "checkpoints" / f"epoch-{epoch:04d}.keras"

    def drop_checkpoints(self, *, keep: set[int]) -> None:
        """Remove all checkpoints but these epochs'."""
        for path in (self.folder / "checkpoints").glob("epoch-*.keras"):
            if int(path.stem.removeprefix("epoch-")) not in keep:
                path.unlink()


def require_same(path: Path, record: Mapping[str, Any], *, code: str, what: str) -> None:
    """Make sure that a record that was kept, if any, is the one at hand.

    Args:
        path: Where it is kept, as JSON.
        record: Plain JSON values.
        code: Of the error.
        what: What its folder holds, in words.

    Raises:
        TrainingError: `code`, where another was kept.
    """
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != record:
        raise TrainingError(
            code,
            f"{path.parent.name!r} holds {what} of other settings, other groups or other data.",
            "Name another folder, or give the settings it was begun with.",
        )


def load_best(run: Run) -> Any:
    """Load the network of a run's best epoch, not compiled and in float32: keras.Model."""
    from hemoscope.training.precision import in_full_precision

    network = import_keras().saving.load_model(run.checkpoint(run.best_epoch), compile=False)
    return in_full_precision(network, run.settings)


def read_rows(path: Path, kind: type[Row]) -> list[Row]:
    """Read CSV that `csv_text` wrote of dataclasses back into them; their fields are of type str, int or float."""
    kinds: dict[str, Any] = {field.name: field.type for field in fields(kind)}
    with path.open(newline="", encoding="utf-8") as stream:
        return [kind(**{name: kinds[name](value) for name, value in row.items()}) for row in csv.DictReader(stream)]


def csv_text(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows as CSV text, its columns those of the first row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
