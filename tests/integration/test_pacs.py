"""The whole way beside a PACS: DCMTK sends, the listener takes, workers score, a real Orthanc has the results."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydicom import Dataset, dcmread
from pydicom.uid import CTImageStorage

from hemoscope.cli import main
from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.store.deliveries import DeliveryState
from hemoscope.store.records import State
from hemoscope.store.store import Store
from hemoscope.terms import Label
from hemoscope.writing.dicom import write_series
from tests.pacs.conftest import IGNORED, submissions
from tests.ports import free_port
from tests.waiting import wait_until

from .archive import Orthanc, dcmtk, find_program, orthanc

pytest.importorskip("pynetdicom")
pytestmark = [pytest.mark.integration, IGNORED]
LONG_S = 300.0


class Listening:
    """`hemoscope listen` as a process."""

    def __init__(self, folder: Path, port: int, *, quiet_s: float = 1.0) -> None:
        command = [sys.executable, "-m", "hemoscope", "listen", "--port", str(port), "--folder", str(folder)]
        self.process = subprocess.Popen(
            [*command, "--quiet-seconds", str(quiet_s)], stderr=subprocess.PIPE, text=True, env={**os.environ}
        )
        assert self.process.stderr is not None
        line = next((line for line in self.process.stderr if re.search(r"port \d+", line)), None)
        assert line is not None, "the listener ended before it listened"
        self._reader = threading.Thread(target=self.process.stderr.read, daemon=True)
        self._reader.start()

    def end(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(60)
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()


@contextmanager
def listening(folder: Path, port: int, **told: float) -> Iterator[Listening]:
    made = Listening(folder, port, **told)
    try:
        yield made
    finally:
        if made.process.poll() is None:
            made.end()


def read(path: Path) -> Dataset:
    """Read a header; public sets have UIDs that are none."""
    with quiet_libraries():
        return dcmread(path, stop_before_pixels=True)


def run(*arguments: object) -> str:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result.stdout


def draw(folder: Path, name: str = "drawn") -> str:
    """Write a drawn head with a bleed; give its Study Instance UID."""
    phantom = make_phantom(PhantomSettings(slices=6, thickness_mm=10, bleeds=(Label.INTRAPARENCHYMAL,), seed=3))
    paths = write_series(phantom.hu, folder, spacing=phantom.spacing, name=name)
    return str(read(paths[0]).StudyInstanceUID)


def all_delivered(store: Store, count: int) -> bool:
    found = store.deliveries.all()
    return len(found) == count and all(one.state is DeliveryState.DELIVERED for one in found)


def modalities(server: Orthanc, study: str) -> set[str]:
    """Ask by C-FIND, as a viewer does, which series a study has."""
    said = dcmtk(
        "findscu", "-S", "-aec", "ORTHANC", "-k", "QueryRetrieveLevel=SERIES", "-k", f"StudyInstanceUID={study}",
        "-k", "Modality", "127.0.0.1", server.dicom_port,
    )  # fmt: skip
    return set(re.findall(r"\(0008,0060\) CS \[(\w+) *\]", said))


def series(server: Orthanc, study: str, modality: str) -> int:
    """Ask by QIDO-RS, as OHIF does, how many series of a kind a study has."""
    asked = f"{server.web}/studies/{study}/series?Modality={modality}"
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return len(json.load(answer))


def probability_of(report: Path) -> float:
    """Return the first probability of a structured report: that of any hemorrhage."""
    values: list[float] = []

    def look(items) -> None:
        for item in items:
            if "Certainty of Finding" in str(item.get("ConceptNameCodeSequence", "")):
                values.extend(float(one.NumericValue) for one in item.get("MeasuredValueSequence", []))
            look(item.get("ContentSequence", []))

    look(read(report).ContentSequence)
    return values[0]


def the_whole_way(tmp_path: Path, study_folder: Path, study: str, *, syntax: str = "-x=") -> None:
    """Send by C-STORE, score, get results by C-STORE and STOW-RS, find them, fetch them, read them."""
    folder, port = tmp_path / "store", free_port()
    with orthanc(tmp_path / "orthanc") as server, listening(folder, port), Store(folder) as store:
        run("destinations", "add", "archive", server.dicom, "--folder", folder)
        run("destinations", "add", "web", server.web, "--folder", folder)
        dcmtk("echoscu", "-aec", "HEMOSCOPE", "127.0.0.1", port)
        dcmtk("storescu", syntax, "-aec", "HEMOSCOPE", "+sd", "+r", "127.0.0.1", port, study_folder)
        wait_until(lambda: all_delivered(store, 2), within_s=LONG_S)
        (one,) = submissions(store)
        assert one.state is State.SCORED
        (answer,) = store.submissions.answers(one.id)
        assert {"SR", "KO"} <= modalities(server, study)
        assert series(server, study, "SR") == series(server, study, "KO") == 1
        first = server.instances()
        assert len(first) == len(set(first))

        run("pull", server.web, "--study", study, "--out", tmp_path / "fetched")
        fetched = {read(path).Modality: path for path in (tmp_path / "fetched").rglob("*.dcm")}
        assert probability_of(fetched["SR"]) == pytest.approx(answer.probability, abs=1e-6)

        run("push", server.web, study_folder)
        run("pull", server.web, "--study", study, "--submit", "--folder", folder)
        wait_until(lambda: all(each.state.is_final for each in submissions(store)), within_s=LONG_S)
        again = max(submissions(store), key=lambda each: each.received_at)
        assert again.probability == one.probability
        wait_until(
            lambda: all(each.state is DeliveryState.DELIVERED for each in store.deliveries.all()), within_s=LONG_S
        )
        sources = {str(read(path).SOPInstanceUID) for path in study_folder.rglob("*.dcm")}
        assert set(server.instances()) == set(first) | sources, "a second run made objects of its own"


def test_a_drawn_study_goes_the_whole_way(tmp_path):
    for name in ("Orthanc", "storescu", "findscu"):
        find_program(name)
    study = draw(tmp_path / "study")
    the_whole_way(tmp_path, tmp_path / "study", study)


def test_results_reach_an_archive_that_was_away_across_a_kill(tmp_path):
    folder, port, ports = tmp_path / "store", free_port(), (free_port(), free_port())
    draw(tmp_path / "study")
    with orthanc(tmp_path / "orthanc", ports) as server:
        archive = server.dicom
    run("destinations", "add", "archive", archive, "--folder", folder)
    with listening(folder, port) as first, Store(folder) as store:
        dcmtk("storescu", "-aec", "HEMOSCOPE", "+sd", "127.0.0.1", port, tmp_path / "study")
        wait_until(
            lambda: any(one.error_code == "delivery.unreachable" for one in store.deliveries.all()), within_s=LONG_S
        )
        first.end(signal.SIGKILL)
        with orthanc(tmp_path / "orthanc", ports) as server, listening(folder, port):
            store.deliveries.retry()
            wait_until(lambda: all_delivered(store, 1), within_s=LONG_S)
            assert server.instances()


def test_a_kill_while_dcmtk_sends_loses_nothing_that_was_acknowledged(tmp_path):
    """The sender is cut off, and sends all again, as an archive does; the study is scored once."""
    folder, port = tmp_path / "store", free_port()
    draw(tmp_path / "study")
    command = [find_program("storescu"), "-aec", "HEMOSCOPE", "+sd", "--repeat", "50", "127.0.0.1", str(port)]
    with listening(folder, port, quiet_s=3.0) as first:
        sending = subprocess.Popen([*command, str(tmp_path / "study")], stderr=subprocess.DEVNULL)
        receiving = folder / "receiving" / "studies"
        wait_until(lambda: any(receiving.rglob("*.dcm")))
        first.end(signal.SIGKILL)
        sending.wait(60)
    with listening(folder, port, quiet_s=3.0), Store(folder) as store:
        dcmtk("storescu", "-aec", "HEMOSCOPE", "+sd", "127.0.0.1", port, tmp_path / "study")
        wait_until(lambda: any(one.state.is_final for one in submissions(store)), within_s=LONG_S)
        (one,) = submissions(store)
        assert (one.state, one.files) == (State.SCORED, 6)


@pytest.mark.real_data
@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")  # RSNA's are none
@pytest.mark.parametrize(("name", "syntax"), [("rsna-2019-study", "-x="), ("cq500-ct-0", "-xs")])
def test_a_real_study_goes_the_whole_way(real_data, tmp_path, name, syntax):
    files = [path for path in sorted((real_data / name).rglob("*")) if path.suffix == ".dcm"]
    found = {str(read(path).StudyInstanceUID): path.parent for path in files}
    study = next(iter(found))
    the_whole_way(tmp_path, sendable(found[study], tmp_path / "sendable"), study, syntax=syntax)


def sendable(folder: Path, made: Path) -> Path:
    """Give the files a SOP class where a set was published without: no program sends those."""
    made.mkdir()
    for path in sorted(folder.glob("*.dcm")):
        with quiet_libraries():
            dataset = dcmread(path)
            if "SOPClassUID" not in dataset:
                dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
                dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
            dataset.save_as(made / path.name)
    return made
