"""What a folder to be reviewed is."""

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Any

from hemoscope.errors import InputError

VALIDATION, EVALUATION, RUN = "validation.json", "evaluation.json", "run.json"


class Kind(StrEnum):
    """What wrote a folder."""

    RUN = "training run"
    ORIGINS = "cross-validation by origin"
    GROUPS = "cross-validation by group"
    EVALUATION = "evaluation"


def kind_of(folder: str | os.PathLike[str]) -> Kind:
    """Recognize a folder by the record that it keeps.

    Raises:
        InputError: "review.not_a_run" where it keeps none of those known.
    """
    root = Path(folder)
    if (root / RUN).is_file():
        return Kind.RUN
    if (root / EVALUATION).is_file():
        return Kind.EVALUATION
    if (root / VALIDATION).is_file():
        record = read_record(root / VALIDATION)
        if "blocks" in record:
            return Kind.ORIGINS
        if "folds" in record:
            return Kind.GROUPS
    raise InputError(
        "review.not_a_run",
        f"Expected what a training, a cross-validation or an evaluation wrote; {root.name!r} has no record of one.",
        "Name a folder that hemoscope train, cross-validate or evaluate --out wrote.",
    )


def read_record(path: Path) -> dict[str, Any]:
    """Read a record.

    Raises:
        InputError: "review.not_a_run" where it is not as it was written.
    """
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            "review.not_a_run",
            f"{path.name} of {path.parent.name!r} cannot be read as it was written.",
            "Write it again.",
        ) from error


def require_data(data: str | os.PathLike[str] | None, kind: Kind) -> Path:
    """Return where the slices are.

    Raises:
        InputError: "review.needs_data" where nobody says.
    """
    if data is None:
        raise InputError(
            "review.needs_data",
            f"A {kind} keeps no pictures; expected the collection that it scored.",
            "Name it: --data FOLDER.",
        )
    return Path(data)
