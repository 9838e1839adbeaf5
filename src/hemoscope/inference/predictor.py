"""From a path to an answer: read, prepare, score, calibrate, decide, or say why not."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import cv2
import numpy as np

from hemoscope.errors import HemoscopeError
from hemoscope.inference.engine import Engine, StudyEngine, require_numbers
from hemoscope.inference.look import Looked, SliceSource, look_through
from hemoscope.inference.sections import Section
from hemoscope.inference.withheld import withhold
from hemoscope.models.bundle import Bundle, abstaining_point, find_point, open_bundle
from hemoscope.preparation.canonical import Frame, prepare_and_check
from hemoscope.reading import read_slice
from hemoscope.reading.source import unexpected
from hemoscope.records import ErrorReport, Notice, Shown, Slice, SliceResult, Status, StudyResult
from hemoscope.terms import Label

DEFAULT_OPERATING_POINT = "balanced"


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """A result with what it was made from, for reports.

    Attributes:
        result: The answer.
        image: The slice as read; None where it could not be.
        model_input: What the network saw, float32, shape (size, size), in [0, 1]; None unless scored.
        cells: Logit of each label in each cell of the maps, float32, shape (rows, columns); None unless scored by a
            network with maps.
        frame: Where the model input lies in the slice; None unless scored.
        brain: Of the model input, bool, shape (size, size): what bone encloses; None unless scored.
    """

    result: SliceResult
    image: Slice | None = None
    model_input: np.ndarray | None = None
    cells: Mapping[Label, np.ndarray] | None = None
    frame: Frame | None = None
    brain: np.ndarray | None = None

    @property
    def shown(self) -> Shown | None:
        """The slice and where the network sees blood in it; None where the slice could not be read."""
        return None if self.image is None else show(self.image, self.cells, self.frame, self.brain)


def show(
    image: Slice, cells: Mapping[Label, np.ndarray] | None, frame: Frame | None, brain: np.ndarray | None = None
) -> Shown:
    """Lay a network's maps over the slice that they were made from, unless they are to be withheld.

    Args:
        image: The slice.
        cells: By label, logits, float32, shape (rows, columns) of the map; None from a network without.
        frame: Where the network's input lies in the slice; None where there is no input.
        brain: Of the network's input: what bone encloses; None where that is not known.
    """
    if cells is None or frame is None:
        return Shown(image)
    reason = None if brain is None else withhold(1 / (1 + np.exp(-cells[Label.ANY])), brain)
    if reason is not None:
        return Shown(image, withheld=reason)
    rows, columns = image.pixels.shape
    return Shown(image, {label: spread_map(of_one, frame, shape=(rows, columns)) for label, of_one in cells.items()})


def spread_map(cells: np.ndarray, frame: Frame, *, shape: tuple[int, int]) -> np.ndarray:
    """Spread a map of logits over the slice that the network's input was cut from.

    Args:
        cells: float32, shape (rows, columns) of the map.
        frame: Where the input lies in the slice.
        shape: Rows and columns of the slice.

    Returns:
        float32 of that shape, in [0, 1]; not calibrated.
    """
    shares = 1 / (1 + np.exp(-cells))
    spread = cv2.resize(shares, (frame.size, frame.size), interpolation=cv2.INTER_LINEAR)
    return frame.to_picture(spread, shape=shape)


class Predictor:
    """Answers for head CT slices, with the shipped bundle or another.

    Args:
        bundle: Folder of a model bundle; the shipped one unless given.
        operating_point: Name of the threshold that turns a probability into a decision.
        abstain: Whether to decide only outside the band between ruling out and ruling in, in place of at
            `operating_point`.

    Attributes:
        bundle: The bundle, proven whole.
        operating_point: What decides on single slices.
        study_point: What decides on whole studies.

    Raises:
        BundleError: The bundle is incomplete, changed or of another version.
        InputError: The bundle has no such operating point, or "operating_point.no_band" where it cannot abstain.

    Example:
        `Predictor().predict("slice.dcm").probability`
    """

    def __init__(
        self,
        bundle: str | os.PathLike[str] | None = None,
        *,
        operating_point: str = DEFAULT_OPERATING_POINT,
        abstain: bool = False,
    ) -> None:
        self.bundle: Bundle = open_bundle(bundle)
        self.operating_point, self.study_point = (
            abstaining_point(points) if abstain else find_point(points, operating_point)
            for points in (self.bundle.operating_points, self.bundle.study_points)
        )

    @cached_property
    def engine(self) -> Engine:
        """The network on every core, for single slices."""
        return Engine(self.bundle)

    @cached_property
    def section_engine(self) -> Engine:
        """The network on one thread, for studies, whose sections keep every core busy."""
        return Engine(self.bundle, threads=1)

    @cached_property
    def study_engine(self) -> StudyEngine | None:
        """The bundle's study head, loaded; None where it has none."""
        return None if self.bundle.study is None else StudyEngine(self.bundle.study)

    def predict(self, path: str | os.PathLike[str]) -> SliceResult:
        """Answer for one picture or DICOM slice.

        Args:
            path: A PNG, JPEG, TIFF, BMP or DICOM file.

        Returns:
            A score, or a refusal or failure with its reason. Never raises for what is wrong with the file.
        """
        return self.examine(path).result

    def examine(self, path: str | os.PathLike[str], *, frame: int | None = None) -> Examination:
        """Answer as `predict` does, and keep the slice and the model input to show them.

        Args:
            path: The file.
            frame: Which slice of a NIfTI volume, counted from 0; None for a file that is a slice.
        """
        return self.examine_read(partial(read_slice, path, frame=frame), name=os.fspath(path))

    def examine_read(self, read: Callable[[], Slice], *, name: str) -> Examination:
        """Answer for one slice, wherever it comes from.

        Args:
            read: Reads the slice, or raises as `read_slice` does.
            name: What to call the input.
        """
        engine, image = self.engine, None  # a network that does not load is no fault of the slice
        try:
            image = read()
            prepared = prepare_and_check(image, settings=self.bundle.preparation)
            warnings = (*image.warnings, *prepared.notices)
            scores, maps = engine.look(prepared.inputs)
            require_numbers(scores)
            return Examination(
                self._answer(name, scores[0], warnings),
                image,
                prepared.inputs[0, :, :, 0],
                None if maps is None else by_label(maps[0], self.bundle.labels),
                prepared.frame,
                prepared.brain,
            )
        except HemoscopeError as error:
            return Examination(_unanswered(name, error, image), image)
        except Exception as error:  # one bad file never costs the others
            return Examination(_unanswered(name, unexpected(error), image), image)

    def predict_many(self, paths: Iterable[str | os.PathLike[str]]) -> Iterator[SliceResult]:
        """Answer for many files, in their order, each as soon as it is ready."""
        return (self.predict(path) for path in paths)

    def predict_studies(self, path: str | os.PathLike[str]) -> Iterator[StudyResult]:
        """Answer for every study in a folder, an archive or a NIfTI file, each as soon as it is ready.

        Args:
            path: DICOM files in any order and depth, a ZIP or TAR of them, or a NIfTI file.

        Yields:
            A score, or a refusal or failure with its reason. Files that belong to no study are not told of here;
            `hemoscope.reading.open_studies` lists them.

        Raises:
            HemoscopeError: The path names nothing that can be opened.
        """
        from hemoscope.inference.study import examine_study  # reading studies takes what slices need not wait for
        from hemoscope.reading import open_studies

        with open_studies(path) as found:
            for study in found.studies:
                yield examine_study(self, study, name=os.fspath(path)).result

    def look_through(
        self, source: SliceSource, sections: Sequence[Section], *, on_slices: Callable[[int], None] | None = None
    ) -> Looked:
        """Let the network see every section of a series, as `hemoscope.inference.look.look_through` does.

        Args:
            source: The series.
            sections: What to look at.
            on_slices: Called with how many slices more are done.
        """
        return look_through(
            source,
            sections,
            engine=self.section_engine,
            settings=self.bundle.preparation,
            labels=len(self.bundle.labels),
            on_slices=on_slices,
        )

    def _answer(self, name: str, scores: np.ndarray, warnings: tuple[Notice, ...]) -> SliceResult:
        by_label = dict(zip(self.bundle.labels, scores, strict=True))
        probability = float(self.bundle.calibration.apply(by_label[Label.ANY]))
        subtypes = {
            label: float(calibration.apply(by_label[label]))
            for label, calibration in self.bundle.subtype_calibration.items()
        }
        return SliceResult(
            input=name,
            status=Status.SCORED,
            probability=probability,
            decision=self.operating_point.decide(probability),
            operating_point=self.operating_point,
            subtypes=subtypes or None,
            warnings=warnings,
        )


def by_label(values: np.ndarray, labels: Sequence[Label]) -> dict[Label, np.ndarray]:
    """Tell the labels along the last axis of an array apart."""
    return {label: values[..., number] for number, label in enumerate(labels)}


def _unanswered(name: str, error: HemoscopeError, image: Slice | None) -> SliceResult:
    warnings = () if image is None else image.warnings
    return SliceResult(input=name, status=Status.after(error), warnings=warnings, error=ErrorReport.of(error))
