"""What is kept of an answer for those who look at it later: the page, overlays, and what a viewer needs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hemoscope.explanation.folder import DOCUMENT, PAGE, DrawSettings, write_explanation
from hemoscope.explanation.viewing import MAPS, VOLUME, write_viewing
from hemoscope.inference.batch import Examined
from hemoscope.results.dicom.answer import FHIR, FOLDER, KINDS
from hemoscope.writing.atomic import write_text

GEOMETRY = "geometry.json"


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The files of one answer.

    Attributes:
        folder: Where they lie.
    """

    folder: Path

    @property
    def page(self) -> Path:
        """The page to scroll through, whole in one file."""
        return self.folder / PAGE

    @property
    def volume(self) -> Path:
        """int16, NIfTI."""
        return self.folder / VOLUME

    @property
    def maps(self) -> Path:
        """uint8, NIfTI, the volume's shape; not there from a network without maps."""
        return self.folder / MAPS

    @property
    def objects(self) -> list[Path]:
        """The DICOM objects, the report first; none of a picture, or where they could not be made."""
        found = (self.folder / FOLDER).glob("*.dcm")
        return sorted(found, key=lambda path: (KINDS.index(path.stem.split("-")[0]), path.name))

    @property
    def fhir(self) -> Path:
        """The same as FHIR; not there where the objects are not."""
        return self.folder / FHIR

    def geometry(self) -> dict[str, Any] | None:
        """Return what `write_viewing` told; None where nothing could be shown."""
        path = self.folder / GEOMETRY
        told: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        return told

    def overlay(self, number: int) -> Path | None:
        """Return the picture of plane `number` with its map; None where there is none."""
        geometry = self.geometry()
        if geometry is None or not 0 <= number < len(geometry["slices"]):
            return None
        place = geometry["slices"][number]["place"]
        document = json.loads((self.folder / DOCUMENT).read_text(encoding="utf-8"))
        name = next((one["file"] for one in document["slices"] if one["slice"] == place), None)
        return None if name is None else self.folder / name


def keep_answer(
    examined: Examined, folder: Path, *, model: Mapping[str, Any], on_slices: Callable[[int], None] | None = None
) -> KeptAnswer:
    """Write everything of one answer; what a worker that was killed left there is written over.

    Args:
        examined: The input's answer and slices; its files must still be open.
        folder: Is made.
        model: As `Bundle.summary` tells it.
        on_slices: Called with how many slices more are drawn.

    Raises:
        BundleError: "result.not_a_probability".
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_explanation(examined, folder, DrawSettings(model, draws_all=True), on_slices=on_slices)
    geometry = write_viewing(examined, folder)
    if geometry is not None:
        write_text(folder / GEOMETRY, json.dumps(geometry) + "\n")
    return KeptAnswer(folder)
