"""The door to results as DICOM: the answer to a study in, its objects out, each valid by itself."""

import json
from functools import partial
from pathlib import Path

from pydicom.dataset import Dataset

from hemoscope.reading.quiet import quiet_libraries
from hemoscope.records import Status
from hemoscope.results.dicom.answer import FHIR, FOLDER, Answer, require_highdicom
from hemoscope.results.dicom.identity import Identity, identify
from hemoscope.results.dicom.key_slices import make_key_slices
from hemoscope.results.dicom.pictures import make_pictures
from hemoscope.results.dicom.report import make_report
from hemoscope.results.dicom.segmentation import make_segmentation
from hemoscope.results.dicom.source import is_dicom, read_source
from hemoscope.results.fhir import fhir_bundle
from hemoscope.writing.atomic import write_atomically, write_text

NAMES = {
    "1.2.840.10008.5.1.4.1.1.88.34": "sr",
    "1.2.840.10008.5.1.4.1.1.66.4": "seg",
    "1.2.840.10008.5.1.4.1.1.88.59": "kos",
    "1.2.840.10008.5.1.4.1.1.7": "sc",
}
"""By SOP Class UID (PS3.4 B.5): Comprehensive 3D SR, Segmentation, Key Object Selection, Secondary Capture Image."""


def make_objects(answer: Answer) -> tuple[Dataset, ...]:
    """Make the DICOM objects of a study's result.

    Args:
        answer: The result; its files must still be open.

    Returns:
        The structured report, the segmentation where anything is seen, the selection of key slices, and their pictures;
        nothing for a study that was refused or failed, since nothing was found out that an archive should keep, nor for
        one that did not come as DICOM, since it has no identity there.

    Raises:
        MissingExtraError: "install.missing_extra" without highdicom.
        ReadingError: "dicom_result.no_identity" or "dicom_result.bad_identity", as `read_source` says.
    """
    identity = _identify(answer)
    return () if identity is None else _make(identity)


def make_files(answer: Answer, folder: Path) -> list[Path]:
    """Make the DICOM objects of a study's result and the same as FHIR, and write both.

    Args:
        answer: The result; its files must still be open.
        folder: Gets `dicom`, as `write_objects` fills it, and `fhir.json`; what another run left of these there goes.

    Returns:
        The files; none where `make_objects` makes nothing.

    Raises:
        MissingExtraError: "install.missing_extra" without highdicom.
        ReadingError: As `make_objects`.
    """
    identity = _identify(answer)
    if identity is None:
        return []
    made = _make(identity)
    paths = write_objects(made, folder / FOLDER)
    write_text(folder / FHIR, json.dumps(fhir_bundle(identity, made), indent=1, ensure_ascii=False) + "\n")
    return [*paths, folder / FHIR]


def _identify(answer: Answer) -> Identity | None:
    if answer.result.status is not Status.SCORED or not is_dicom(answer.series):
        return None
    require_highdicom()
    return identify(answer, read_source(answer.series))


def _make(identity: Identity) -> tuple[Dataset, ...]:
    with quiet_libraries():
        single = (make_report(identity), make_segmentation(identity), make_key_slices(identity))
        return (*(one for one in single if one is not None), *make_pictures(identity))


def write_objects(made: tuple[Dataset, ...], folder: Path) -> list[Path]:
    """Write objects as PS3.10 files: sr.dcm, seg.dcm, kos.dcm, sc-0001.dcm; what another run left there goes.

    Args:
        made: As `make_objects` returned them.
        folder: Is made where there is anything to write.

    Returns:
        The files, in the order of the objects.
    """
    for path in folder.glob("*.dcm"):
        path.unlink()
    paths = []
    for one in made:
        kind = NAMES[one.SOPClassUID]
        name = f"{kind}-{int(one.InstanceNumber):04d}" if kind == "sc" else kind
        folder.mkdir(parents=True, exist_ok=True)
        paths.append(folder / f"{name}.dcm")
        with quiet_libraries():
            write_atomically(paths[-1], partial(one.save_as, enforce_file_format=True))
    return paths
