"""The door to whole studies: any place in, studies and series out, what cannot be read beside them."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hemoscope.errors import HemoscopeError
from hemoscope.reading.archive import DEFAULT_LIMITS, ArchiveLimits, Workspace
from hemoscope.reading.instance_record import Instance
from hemoscope.reading.scan import Kind, Scan, Source
from hemoscope.reading.source import name_of
from hemoscope.reading.study import FileProblem, FoundPicture, FoundStudies, Series, Study
from hemoscope.records import ErrorReport
from hemoscope.terms import Unit

BESIDE_IMAGES = frozenset({"dicom.own_result", "dicom.no_picture"})
"""What an archive keeps with the images of a study: beside them it is no failure, alone it is."""


@contextlib.contextmanager
def open_studies(path: str | os.PathLike[str], *, limits: ArchiveLimits = DEFAULT_LIMITS) -> Iterator[FoundStudies]:
    """Find the studies in any mess of files.

    Args:
        path: A folder, a ZIP or TAR archive, a DICOMDIR, a NIfTI file, a DICOM file or a picture.
        limits: How much may come out of archives. It is unpacked into a temporary folder, which vanishes at the end.

    Yields:
        Studies, each with the series to score and the reason; files that could not be read, which never cost the
        others; pictures.

    Raises:
        InputError: Nothing readable is at that path.

    Example:
        with open_studies("head-ct.zip") as found:
            for study in found.studies:
                print(study.reason)
    """
    with tempfile.TemporaryDirectory(prefix="hemoscope-", ignore_cleanup_errors=True) as folder:
        scan = Scan(Workspace(Path(folder), limits))
        scan.add_place(path)
        yield _assemble(scan, name_of(Path(path).resolve()))


def _assemble(scan: Scan, place: str) -> FoundStudies:
    instances: list[Instance] = []
    problems = list(scan.problems)
    volumes: list[Study] = []
    for source in scan.sources:
        try:
            if source.kind is Kind.DICOM:
                instances.extend(_dicom(source))
            elif source.kind is Kind.NIFTI:
                volumes.append(_nifti(source))
        except HemoscopeError as error:
            problems.append(FileProblem(source.name, ErrorReport.of(error)))
    studies, captures = _studies(instances, place)
    beside = [problem.input for problem in problems if studies and problem.error.code in BESIDE_IMAGES]
    problems = [problem for problem in problems if problem.input not in beside]
    pictures = [FoundPicture(source.path, source.name) for source in scan.sources if source.kind is Kind.PICTURE]
    return FoundStudies((*studies, *volumes), tuple(problems), (*pictures, *captures), (*scan.ignored, *beside))


def _dicom(source: Source) -> tuple[Instance, ...]:
    # Imported here: pydicom takes a third of a second that a folder of pictures should not wait for.
    from hemoscope.reading.instance import read_instances

    return read_instances(source.path, name=source.name)


def _nifti(source: Source) -> Study:
    from hemoscope.reading.choice import choose
    from hemoscope.reading.nifti import nifti_series

    return choose(None, [nifti_series(source.path, name=source.name)])


def _studies(instances: list[Instance], place: str) -> tuple[list[Study], list[FoundPicture]]:
    """Group, and give secondary captures without any CT beside them back as pictures."""
    if not instances:
        return [], []
    from hemoscope.reading.choice import choose
    from hemoscope.reading.dicom_series import dicom_series
    from hemoscope.reading.grouping import crowd_of, group_series, group_studies, strangers

    crowd = crowd_of(instances)
    studies: list[Study] = []
    captures: list[FoundPicture] = []
    for members in group_studies(instances):
        if all(instance.unit is Unit.GREY for instance in members):
            captures.extend(FoundPicture(instance.path, instance.name) for instance in members)
            continue
        series: list[Series] = [
            dicom_series(group.instances, place=place, findings=group.findings) for group in group_series(members)
        ]
        studies.append(choose(members[0].study_uid, series, warnings=strangers(members, crowd)))
    return studies, captures
