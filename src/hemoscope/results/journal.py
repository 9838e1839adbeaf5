"""Results on disk as they come, a line of JSON each: a kill at any moment costs nothing that was answered.

The first line says what scored; each other holds one result, written and synchronized before the next input is begun.
A line that a kill tore is dropped when the journal is opened again.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from hemoscope.errors import InputError
from hemoscope.records import SliceResult, StudyResult
from hemoscope.results.document import SCHEMA_VERSION, result_as_json, result_from_json
from hemoscope.results.study_document import study_as_json, study_from_json
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA = "hemoscope.journal"
Result = SliceResult | StudyResult


class Journal:
    """A file of results that grows by one line for each.

    Args:
        path: The file; made with its first line where it is not there.
        model: What scores, as `Bundle.summary` tells it.
        resume: Whether to go on with a file that is there.

    Raises:
        InputError: "output.exists" where the file is there and not to be gone on with; "journal.malformed" where it is
            no journal; "journal.other_model" where another bundle wrote it; "output.cannot_write".
    """

    def __init__(self, path: str | os.PathLike[str], *, model: Mapping[str, Any], resume: bool = False) -> None:
        self._path = Path(path)
        self.results: list[Result] = []
        if self._path.exists() and self._path.stat().st_size and not resume:
            raise InputError(
                "output.exists", f"{self._path.name!r} is there already.", "Go on with --resume, or name another file."
            )
        whole = self._read(model) if self._path.exists() else 0
        try:
            self._file = self._path.open("ab", buffering=0)
            self._file.truncate(whole)
        except OSError as error:
            raise self._cannot_write(error) from error
        if not whole:
            self._write(
                {
                    "schema": SCHEMA,
                    "schema_version": SCHEMA_VERSION,
                    "research_use_only": RESEARCH_USE_ONLY,
                    "model": dict(model),
                }
            )
        self._done = {result.key for result in self.results}

    def __contains__(self, key: object) -> bool:
        """Whether there is an answer to this already; see `slice_key` and `study_key`."""
        return key in self._done

    def add(self, result: Result) -> None:
        """Write one result; when this returns it is on the disk.

        Raises:
            InputError: "output.cannot_write", as when the disk is full; what was added before stays.
        """
        self._write(
            {"study": study_as_json(result)} if isinstance(result, StudyResult) else {"result": result_as_json(result)}
        )
        self._done.add(result.key)

    def __enter__(self) -> Self:
        """Be open until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        left = memoryview(json.dumps(line, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n")
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._cannot_write(error) from error

    def _cannot_write(self, error: OSError) -> InputError:
        return InputError(
            "output.cannot_write",
            f"{self._path.name!r} cannot be written: {error.strerror}.",
            "Make room, or name another place; --resume goes on after the last whole answer.",
        )

    def _read(self, model: Mapping[str, Any]) -> int:
        """Take in what is there; return how many bytes of it are whole."""
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        for number, line in enumerate(content[:whole].splitlines(), start=1):
            try:
                values = json.loads(line)
                if number == 1:
                    self._check(values, model)
                else:
                    self.results.append(_from_line(values))
            except (ValueError, KeyError, TypeError) as error:
                if isinstance(error, InputError) and error.code == "journal.other_model":
                    raise
                raise InputError(
                    "journal.malformed",
                    f"Expected line {number} of {self._path.name!r} to be as hemoscope predict --out writes it.",
                    "Name another file; this one stays as it is.",
                ) from error
        return whole

    def _check(self, values: Mapping[str, Any], model: Mapping[str, Any]) -> None:
        if values["schema"] != SCHEMA:
            raise ValueError(values["schema"])
        if values["model"]["bundle_sha256"] != model["bundle_sha256"]:
            raise InputError(
                "journal.other_model",
                f"{self._path.name!r} holds the answers of another model.",
                "Name another file, or score with the bundle that wrote it.",
            )


def _from_line(values: Mapping[str, Any]) -> Result:
    return study_from_json(values["study"]) if "study" in values else result_from_json(values["result"])
