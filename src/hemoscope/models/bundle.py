"""The bundle: a folder with a network, how to feed it, what its scores mean, and sums that prove nothing changed.

    model.onnx        the network for scoring, read by ONNX Runtime
    model.keras       the same network for further training and for explanation
    metadata.json     inputs, preparation, labels, calibration, operating points, training data hash, versions, licence
    MODEL_CARD.md     the same for people
    sequence.onnx     the study head, where one was trained
    fingerprints.csv  what it learned from, a line per slice: enough to know one again; older bundles have none
    SHA256SUMS        of all the others, in the format of sha256sum

No file of it is a pickle; opening one runs no code of the bundle's.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hemoscope.errors import BundleError, InputError
from hemoscope.evaluation.calibration_choice import AnyCalibration, calibration_from_json
from hemoscope.evaluation.operating_points import RULE_IN, RULE_OUT, uncertain_band
from hemoscope.models.study_spec import SEQUENCE, StudySpec
from hemoscope.preparation.canonical import VERSION, PreparationSettings
from hemoscope.records import OperatingPoint
from hemoscope.terms import Label
from hemoscope.writing.atomic import write_text

if TYPE_CHECKING:
    from hemoscope.datasets.audit.fingerprints import Fingerprints

FORMAT = 1
SUMS = "SHA256SUMS"
FILES = ("model.onnx", "model.keras", "metadata.json", "MODEL_CARD.md")
FINGERPRINTS = "fingerprints.csv"


@dataclass(frozen=True)
class Bundle:
    """A model bundle whose files are proven unchanged.

    Attributes:
        folder: Where it lies.
        metadata: `metadata.json`, parsed.
    """

    folder: Path
    metadata: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The network's name."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """Version of the trained network."""
        return str(self.metadata["version"])

    @property
    def onnx_path(self) -> Path:
        """The network for ONNX Runtime."""
        return self.folder / "model.onnx"

    @cached_property
    def hash(self) -> str:
        """SHA-256 of SHA256SUMS, and so of every file."""
        return hashlib.sha256((self.folder / SUMS).read_bytes()).hexdigest()

    @cached_property
    def labels(self) -> tuple[Label, ...]:
        """What the scores mean, in order."""
        return tuple(Label(name) for name in self.metadata["labels"])

    @cached_property
    def preparation(self) -> PreparationSettings:
        """How slices are prepared for this network."""
        return PreparationSettings.from_json(self.metadata["preparation"]["settings"])

    @cached_property
    def calibration(self) -> AnyCalibration:
        """From scores to probabilities."""
        return calibration_from_json(self.metadata["calibration"])

    @cached_property
    def subtype_calibration(self) -> dict[Label, AnyCalibration]:
        """From scores to probabilities for each subtype; that of `any` where none was fitted."""
        fitted = self.metadata.get("subtype_calibration", {})
        return {
            label: calibration_from_json(fitted[label]) if label in fitted else self.calibration
            for label in self.labels
            if label is not Label.ANY
        }

    @property
    def has_maps(self) -> bool:
        """Whether the network's second output are maps."""
        return bool(self.metadata.get("maps"))

    @cached_property
    def fingerprints(self) -> "Fingerprints | None":
        """What the network learned from, to know it again; None where the bundle does not carry it.

        Raises:
            BundleError: "bundle.fingerprints".
        """
        from hemoscope.datasets.audit.fingerprints import read_fingerprints  # scoring need not wait for it

        path = self.folder / FINGERPRINTS
        return read_fingerprints(path) if path.is_file() else None

    @cached_property
    def study(self) -> StudySpec | None:
        """The study head and what its scores mean; None where the bundle has none.

        Raises:
            BundleError: "bundle.study".
        """
        said, path = self.metadata.get("study"), self.folder / SEQUENCE
        return StudySpec.from_json(said, path) if said and path.is_file() else None

    @property
    def explanation(self) -> Mapping[str, Any] | None:
        """What came of checking methods of explanation: "default", "cases" and "methods"; None where nobody has."""
        return self.metadata.get("explanation")

    @cached_property
    def operating_points(self) -> dict[str, OperatingPoint]:
        """The named thresholds."""
        return {point["name"]: OperatingPoint.from_json(point) for point in self.metadata["operating_points"]}

    def operating_point(self, name: str) -> OperatingPoint:
        """Look a threshold of single slices up.

        Raises:
            InputError: "operating_point.unknown".
        """
        return find_point(self.operating_points, name)

    def abstaining_point(self) -> OperatingPoint:
        """Return the point that abstains between ruling a slice out and ruling it in.

        Raises:
            InputError: "operating_point.no_band" where the bundle rules nothing out or nothing in.
        """
        return abstaining_point(self.operating_points)

    @property
    def study_points(self) -> Mapping[str, OperatingPoint]:
        """The named thresholds of whole studies; those of single slices where there is no study head."""
        return self.operating_points if self.study is None else self.study.operating_points

    def summary(self) -> dict[str, Any]:
        """Return what every result carries about its model, as plain JSON values."""
        return {
            "name": self.name,
            "version": self.version,
            "bundle_sha256": self.hash,
            "preparation_hash": self.preparation.hash,
            "labels": [str(label) for label in self.labels],
            "operating_points": [point.as_json() for point in self.operating_points.values()],
            "trained_on": self.metadata["training"]["data"]["name"],
        }


def find_point(points: Mapping[str, OperatingPoint], name: str) -> OperatingPoint:
    """Look a threshold up.

    Raises:
        InputError: "operating_point.unknown".
    """
    if name not in points:
        known = ", ".join(points)
        raise InputError(
            "operating_point.unknown", f"Expected one of {known}; received {name!r}.", "Name one of the bundle's."
        )
    return points[name]


def abstaining_point(points: Mapping[str, OperatingPoint]) -> OperatingPoint:
    """Return the point that abstains between ruling out and ruling in.

    Raises:
        InputError: "operating_point.no_band" where nothing is ruled out or nothing in.
    """
    if RULE_OUT not in points or RULE_IN not in points:
        raise InputError(
            "operating_point.no_band",
            f"Expected thresholds to rule out and to rule in; the bundle has {', '.join(points)}.",
            "Decide at one of those, or export the run again.",
        )
    return uncertain_band(points[RULE_OUT], points[RULE_IN]).as_point()


def shipped_bundle() -> Path:
    """Return the folder of the bundle inside this package."""
    return Path(str(files("hemoscope") / "weights" / "default"))


def open_bundle(folder: str | os.PathLike[str] | None = None) -> Bundle:
    """Open a bundle and prove it whole.

    Args:
        folder: The bundle; the one shipped with this package unless given.

    Raises:
        BundleError: "bundle.not_found", "bundle.incomplete", "bundle.changed", "bundle.format" or
            "bundle.preparation".
    """
    path = shipped_bundle() if folder is None else Path(folder)
    if not (path / SUMS).is_file():
        raise BundleError(
            "bundle.not_found", f"{path.name!r} is no model bundle: it has no {SUMS}.", "Make one: hemoscope export."
        )
    verify_sums(path)
    try:
        metadata = json.loads((path / "metadata.json").read_text(encoding="utf-8"))
        bundle = Bundle(path, metadata)
        _check_compatible(bundle)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, BundleError):
            raise
        raise BundleError(
            "bundle.format", f"metadata.json is not of format {FORMAT}: {error}.", "Export the run again."
        ) from error
    return bundle


def verify_sums(folder: Path) -> None:
    """Compare every file of a bundle with SHA256SUMS.

    Raises:
        BundleError: "bundle.incomplete" where a file is missing or unlisted, "bundle.changed" where a byte differs.
    """
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    expected = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    present = {path.name for path in folder.iterdir() if not path.name.startswith((".", "__"))} - {SUMS}
    if set(expected) != present or not set(FILES) <= present:
        odd = sorted(set(expected) ^ present | set(FILES) - present)
        raise BundleError(
            "bundle.incomplete", f"The bundle and its {SUMS} disagree about {', '.join(odd)}.", "Copy the whole folder."
        )
    for name, digest in expected.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
            raise BundleError(
                "bundle.changed", f"{name} is not the file that was exported.", "Copy the bundle again from its source."
            )


def keep_explanation(bundle: Bundle, outcome: Mapping[str, Any]) -> Bundle:
    """Keep in a bundle what came of checking methods of explanation; its network and its version stay the same.

    Args:
        bundle: Proven whole; its folder is written to.
        outcome: Plain JSON values, as `Bundle.explanation` gives them back.
    """
    text = json.dumps({**bundle.metadata, "explanation": outcome}, indent=2) + "\n"
    write_text(bundle.folder / "metadata.json", text)
    write_sums(bundle.folder)
    return open_bundle(bundle.folder)


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over the files of a bundle."""
    names = sorted([*FILES, *(name for name in (FINGERPRINTS, SEQUENCE) if (folder / name).is_file())])
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _check_compatible(bundle: Bundle) -> None:
    if bundle.metadata["format"] != FORMAT:
        raise BundleError(
            "bundle.format",
            f"Expected bundle format {FORMAT}; received {bundle.metadata['format']}.",
            "Install the version of hemoscope that wrote it, or export the run again.",
        )
    if bundle.preparation.version != VERSION or bundle.preparation.hash != bundle.metadata["preparation"]["hash"]:
        raise BundleError(
            "bundle.preparation",
            f"The network expects preparation {bundle.metadata['preparation']['hash']} of another version.",
            "Install the version of hemoscope that wrote it, or train again.",
        )
    if not bundle.labels or not bundle.operating_points:
        raise BundleError("bundle.format", "The bundle names no label or no operating point.", "Export the run again.")
