"""What a bundle says of whole studies: the study head, and what its scores mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hemoscope.errors import BundleError
from hemoscope.evaluation.calibration_choice import AnyCalibration, calibration_from_json
from hemoscope.models.sequence import FEATURES
from hemoscope.records import OperatingPoint
from hemoscope.terms import SUBTYPES, Label

SEQUENCE = "sequence.onnx"


@dataclass(frozen=True, slots=True)
class StudySpec:
    """The study head of a bundle.

    Attributes:
        onnx_path: The head, from (batch, n, features) to `slice_logits` and `study_logits`.
        features: What describes a slice, in order.
        calibration: From the study's score for `any` to a probability.
        subtype_calibration: Likewise for each subtype.
        slice_calibration: From a slice's score for `any`, as the head gives it, to a probability.
        slice_subtype_calibration: Likewise for each subtype.
        operating_points: The named thresholds of the study's probability.
        fitted_on: The data of calibration and thresholds, in words.
        figures: What the head is worth on studies that neither it nor the slice network saw: by part, then by name.
    """

    onnx_path: Path
    features: tuple[str, ...]
    calibration: AnyCalibration
    subtype_calibration: Mapping[Label, AnyCalibration]
    slice_calibration: AnyCalibration
    slice_subtype_calibration: Mapping[Label, AnyCalibration]
    operating_points: Mapping[str, OperatingPoint]
    fitted_on: str
    figures: Mapping[str, Any]

    @classmethod
    def from_json(cls, values: Mapping[str, Any], onnx_path: Path) -> "StudySpec":
        """Read the part `study` of a bundle's metadata.

        Args:
            values: That part.
            onnx_path: The head.

        Raises:
            BundleError: "bundle.study" where another version describes slices otherwise, or the part makes no sense.
        """
        try:
            features = tuple(values["features"])
            if features != FEATURES:
                raise BundleError(
                    "bundle.study",
                    f"The bundle's study head reads {len(features)} features of another version.",
                    "Install the version of hemoscope that wrote it, or train the study head again.",
                )
            calibration, of_slices = (
                calibration_from_json(values[key]) for key in ("calibration", "slice_calibration")
            )
            return cls(
                onnx_path=onnx_path,
                features=features,
                calibration=calibration,
                subtype_calibration=_by_subtype(values["subtype_calibration"], calibration),
                slice_calibration=of_slices,
                slice_subtype_calibration=_by_subtype(values["slice_subtype_calibration"], of_slices),
                operating_points={one["name"]: OperatingPoint.from_json(one) for one in values["operating_points"]},
                fitted_on=str(values["fitted_on"]),
                figures=dict(values["figures"]),
            )
        except (KeyError, TypeError) as error:
            raise BundleError(
                "bundle.study", f"What the bundle says of studies makes no sense: {error}.", "Export the run again."
            ) from error


def _by_subtype(fitted: Mapping[str, Any], instead: AnyCalibration) -> dict[Label, AnyCalibration]:
    """Read the calibration of each subtype; that of `any` where none was fitted."""
    return {label: calibration_from_json(fitted[label]) if label in fitted else instead for label in SUBTYPES}
