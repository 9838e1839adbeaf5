"""Studies in the collections that this project learns from: slices of the origins put in order."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from hemoscope.datasets.load import load_collection
from hemoscope.datasets.origins import ORIGINS, Case
from hemoscope.datasets.origins.cases import NO_HEMORRHAGE, NOTHING_KNOWN
from hemoscope.datasets.origins.readers import WITHOUT_HEMORRHAGE
from hemoscope.datasets.studies.cases import LabelledStudy, join_targets, normal_study, slabs
from hemoscope.datasets.studies.table import StudyItem, StudyTable, study_table
from hemoscope.errors import DatasetError
from hemoscope.reading import open_studies, read_slice
from hemoscope.records import Slice

PHE_SICH, ABDULKADER, CQ500 = "phe-sich", "abdulkader90", "cq500-ct-0"
PHE_SPACING_MM = 5.0
"""Nobody says it; 31 slices from neck to vertex are about 155 mm."""
ABDULKADER_SPACING_MM = 1.25
"""Nobody says it; thin slices, by how much of a head so many of them show."""


def load_studies(folder: Path) -> list[LabelledStudy]:
    """Find the studies in a folder that holds origins.

    Args:
        folder: Holds folders named as in `SOURCES`, of which those that are missing are passed over; or is a collection
            that `load_collection` knows and whose slices name their study, as RSNA 2019 and CQ500.

    Raises:
        DatasetError: "data.no_study" where it holds none, or what a reader raises.
    """
    found = [study for name, read in SOURCES.items() if (folder / name).is_dir() for study in read(folder / name)]
    if found:
        return found
    try:
        collection = load_collection(folder)
    except DatasetError as error:
        if error.code != "data.unknown_layout":
            raise
        raise DatasetError(
            "data.no_study",
            f"{folder.name!r} holds no studies: none of {', '.join(SOURCES)}, nor a set of studies.",
            "Name the folder that holds the collections.",
        ) from error
    return studies_of(study_table(collection))


def studies_of(table: StudyTable) -> list[LabelledStudy]:
    """Take the studies of a collection, thin slices averaged.

    Where labels are of studies alone, nothing is known of the slices of one with hemorrhage.
    """
    return [_of_table(study, origin=table.name, has_slice_labels=table.has_slice_labels) for study in table.studies]


def _of_table(study: StudyItem, *, origin: str, has_slice_labels: bool) -> LabelledStudy:
    parts, spacing = slabs(len(study.items), spacing_mm=study.spacing_mm)
    told = [item.targets if has_slice_labels else _of_study(study) for item in study.items]
    return LabelledStudy(
        key=f"{origin}/{study.key}",
        origin=origin,
        group=f"{origin}/{study.group}",
        read=lambda number: study.items[number].read(),
        parts=parts,
        slice_targets=tuple(
            tuple(join_targets(np.array([told[number] for number in part], np.float32)).tolist()) for part in parts
        ),
        study_targets=study.targets,
        spacing_mm=spacing,
    )


def _of_study(study: StudyItem) -> tuple[float, ...]:
    return NOTHING_KNOWN if study.targets[0] else NO_HEMORRHAGE


def read_phe_sich(folder: Path) -> list[LabelledStudy]:
    """Read whole heads with a deep bleed, and beside each the same head without the slices near the bleed.

    The collection keeps every slice of a bleed and only every other one elsewhere. Taken as it is, near neighbors would
    tell where the bleed is; so of the bleed too only every other slice is taken.
    """
    studies = []
    for patient, cases in _by_group(ORIGINS[PHE_SICH](folder)).items():
        ordered = sorted(cases, key=lambda case: _number(case.path))
        negative = [case for case in ordered if case.any == 0]
        even = [case for case in ordered if not negative or (_number(case.path) - _number(negative[0].path)) % 2 == 0]
        kept = [case for case in ordered if case.any == 0 or case in even]
        if any(case.any == 1 for case in kept):
            studies.append(_of_cases(kept, f"{patient}/whole", spacing_mm=2 * PHE_SPACING_MM))
        if negative:
            studies.append(_of_cases(negative, f"{patient}/without", spacing_mm=2 * PHE_SPACING_MM))
    return studies


def read_abdulkader(folder: Path) -> list[LabelledStudy]:
    """Read parts of heads of which only the patient's label is known, thin slices averaged."""
    studies = []
    for patient, cases in _by_group(ORIGINS[ABDULKADER](folder)).items():
        ordered = sorted(cases, key=lambda case: _number(case.path))
        parts, spacing = slabs(len(ordered), spacing_mm=ABDULKADER_SPACING_MM)
        has_blood = bool(ordered[0].patient_has_hemorrhage)
        studies.append(
            LabelledStudy(
                key=patient,
                origin=ABDULKADER,
                group=patient,
                read=_reader(ordered),
                parts=parts,
                slice_targets=(NOTHING_KNOWN if has_blood else NO_HEMORRHAGE,) * len(parts),
                study_targets=(1.0, *NOTHING_KNOWN[1:]) if has_blood else NO_HEMORRHAGE,
                spacing_mm=spacing,
            )
        )
    return studies


def read_cq500(folder: Path) -> list[LabelledStudy]:
    """Read a study without hemorrhage, contrast in its vessels, thin slices averaged."""
    with open_studies(folder / WITHOUT_HEMORRHAGE) as found:
        series = max((series for study in found.studies for series in study.series), key=len)
    return [normal_study(series, key=f"{CQ500}/{WITHOUT_HEMORRHAGE}", origin=CQ500)]


SOURCES: dict[str, Callable[[Path], list[LabelledStudy]]] = {
    PHE_SICH: read_phe_sich,
    ABDULKADER: read_abdulkader,
    CQ500: read_cq500,
}
"""The reader of each origin that has studies, by the name of its folder."""


def _of_cases(cases: Sequence[Case], key: str, *, spacing_mm: float) -> LabelledStudy:
    """Make a study of slices with labels of their own; a doubtful one counts as unknown."""
    targets = tuple(NOTHING_KNOWN if case.is_doubtful else case.targets for case in cases)
    shown = [case.targets for case in cases if case.any == 1]
    return LabelledStudy(
        key=key,
        origin=cases[0].origin,
        group=cases[0].group,
        read=_reader(cases),
        parts=tuple((index,) for index in range(len(cases))),
        slice_targets=targets,
        study_targets=shown[0] if shown else NO_HEMORRHAGE,
        spacing_mm=spacing_mm,
    )


def _reader(cases: Sequence[Case]) -> Callable[[int], Slice]:
    paths = [case.path for case in cases]
    return lambda index: read_slice(paths[index])


def _by_group(cases: Sequence[Case]) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.group, []).append(case)
    return groups


def _number(path: Path) -> int:
    """Return the last number of a file's name: its place in the head.

    >>> _number(Path("training_5_0_100.jpg"))
    100
    """
    return int(re.findall(r"\d+", path.stem)[-1])
