"""A real Orthanc, and the programs of DCMTK, on loopback."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.missing import missing
from tests.ports import free_port
from tests.waiting import wait_until

PLUGINS = Path("/usr/share/orthanc/plugins")
HOW = "make system-packages, or install Orthanc with its DICOMweb plugin and DCMTK in your system's way"


@dataclass(frozen=True)
class Orthanc:
    """Where it answers."""

    dicom_port: int
    http_port: int

    @property
    def dicom(self) -> str:
        return f"dicom://ORTHANC@127.0.0.1:{self.dicom_port}"

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.http_port}/dicom-web"

    def is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/system", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def instances(self) -> list[str]:
        """Return the SOP Instance UIDs that it has."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/instances?expand", timeout=20) as answer:
            return [one["MainDicomTags"]["SOPInstanceUID"] for one in json.load(answer)]


def find_program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        missing(name, HOW)
    return str(found)


@contextmanager
def orthanc(folder: Path, ports: tuple[int, int] | None = None) -> Iterator[Orthanc]:
    """Run Orthanc on what is in a folder; end it at the end."""
    program = find_program("Orthanc")
    if not PLUGINS.is_dir():
        missing("Orthanc's plugins", HOW)
    made = Orthanc(*(ports or (free_port(), free_port())))
    folder.mkdir(exist_ok=True)
    settings = {
        "Name": "test",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [str(PLUGINS / "libOrthancDicomWeb.so")],
        "DicomAet": "ORTHANC",
        "DicomPort": made.dicom_port,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowFind": True,
        "HttpPort": made.http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "OverwriteInstances": True,
        "UnknownSopClassAccepted": True,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "orthanc.log").open("ab") as log:
        process = subprocess.Popen([program, str(folder / "orthanc.json")], stdout=log, stderr=log)
        try:
            wait_until(lambda: made.is_up() or process.poll() is not None)
            assert process.poll() is None, (folder / "orthanc.log").read_text()[-2000:]
            yield made
        finally:
            process.terminate()
            process.wait(30)


def dcmtk(name: str, *arguments: object) -> str:
    """Run a program of DCMTK to its end; give what it said."""
    done = subprocess.run(
        [find_program(name), *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr
