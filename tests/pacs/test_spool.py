"""What is held is on the disk, and becomes one submission, whatever is killed when."""

import json
import shutil
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from hemoscope.errors import ServiceError
from hemoscope.pacs.identity import NotHeldError
from hemoscope.pacs.spool import RECEIVING, Spool
from hemoscope.reading.quiet import quiet_libraries
from hemoscope.store.store import Store

from .conftest import draw, submissions


@pytest.fixture
def spool(store: Store):
    made = Spool(store)
    yield made
    made.close()


def hold(spool: Spool, instances: list[Dataset], sender: str = "SCANNER") -> str:
    """Hold instances and give their study."""
    study = ""
    for number, one in enumerate(instances):
        path = spool.incoming / f"{number}.tmp"
        one.save_as(path)
        study = spool.hold(path, sender=sender).study
    return study


def again(store: Store, spool: Spool) -> Spool:
    """Open the spool as after a kill."""
    spool.close()
    return Spool(store)


def folder(store: Store, name: str) -> Path:
    return store.files.root / RECEIVING / name


def test_a_complete_study_is_one_submission_with_its_files(spool, store, tmp_path):
    study = hold(spool, draw(tmp_path, "a"))
    assert (spool.studies(), spool.count(study)) == ([study], 3)
    submission = spool.complete(study)
    (found,) = submissions(store)
    assert (found.id, found.submitted_by, found.files) == (submission, "dicom:SCANNER", 3)
    assert len(list(store.submissions.path_of(found).iterdir())) == 3
    assert spool.studies() == []


def test_names_on_the_disk_tell_nothing(spool, store, tmp_path):
    instances = draw(tmp_path, "a")
    with quiet_libraries():
        for one in instances:
            one.PatientID, one.StudyInstanceUID = "MRN-7731904", "1.2.3/../../x"
    hold(spool, instances, sender="A/../B")
    names = " ".join(path.as_posix() for path in store.files.root.rglob("*"))
    assert "1.2.3" not in names
    assert "7731904" not in names
    assert ".." not in names


def test_the_same_again_is_not_submitted_again(spool, store, tmp_path):
    instances = draw(tmp_path, "a")
    spool.complete(hold(spool, instances))
    assert spool.complete(hold(spool, instances[:2])) is None
    assert len(submissions(store)) == 1


def test_late_instances_are_read_with_the_others(spool, store, tmp_path):
    instances = draw(tmp_path, "a", count=4)
    spool.complete(hold(spool, instances[:3]))
    late = spool.complete(hold(spool, instances[3:]))
    assert {one.id: one.files for one in submissions(store)}[late] == 4


def test_an_instance_with_other_bytes_takes_the_place_of_the_first(spool, store, tmp_path):
    instances = draw(tmp_path, "a")
    spool.complete(hold(spool, instances))
    instances[0].ImageComments = "mended"
    late = spool.complete(hold(spool, instances[:1]))
    assert {one.id: one.files for one in submissions(store)}[late] == 3


def test_a_study_that_was_deleted_is_taken_again(spool, store, tmp_path):
    instances = draw(tmp_path, "a")
    first = spool.complete(hold(spool, instances))
    store.submissions.delete(first, who="local")
    assert spool.complete(hold(spool, instances)) is not None


def test_after_a_kill_what_was_held_is_there_and_what_was_coming_in_is_not(spool, store, tmp_path):
    study = hold(spool, draw(tmp_path, "a"))
    (spool.incoming / "half.tmp").write_bytes(b"DICM")
    spool = again(store, spool)
    assert (spool.studies(), spool.count(study), list(spool.incoming.iterdir())) == ([study], 3, [])
    spool.close()


@pytest.mark.parametrize("moment", ["before the row", "after the row", "half linked"])
def test_a_kill_while_a_study_closes_neither_loses_it_nor_submits_it_twice(spool, store, tmp_path, moment, monkeypatch):
    study = hold(spool, draw(tmp_path, "a"))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "before the row":
            patch.setattr(store.submissions, "accept", die)
        else:
            patch.setattr(
                "hemoscope.pacs.spool.write_text" if moment == "after the row" else "hemoscope.pacs.spool._link", die
            )
        with pytest.raises(KeyboardInterrupt):
            spool.complete(study)
    spool = again(store, spool)
    assert spool.recover() == 1
    assert spool.recover() == 0
    (found,) = submissions(store)
    assert found.files == 3
    assert list(folder(store, "closing").iterdir()) == []
    spool.close()


def test_only_one_process_receives_into_a_store(spool, store):
    with pytest.raises(ServiceError) as caught:
        Spool(store)
    assert caught.value.code == "listen.in_use"


@pytest.mark.parametrize("content", [b"", b"no DICOM", b"\0" * 128 + b"DICM" + b"\xff" * 200])
def test_what_is_no_instance_is_not_held(spool, content):
    path = spool.incoming / "x.tmp"
    path.write_bytes(content)
    with pytest.raises(NotHeldError) as caught:
        spool.hold(path, sender="SCANNER")
    assert caught.value.code == "listen.not_dicom"
    assert spool.studies() == []


def test_an_instance_must_be_the_one_that_was_announced(spool, tmp_path):
    path = spool.incoming / "x.tmp"
    draw(tmp_path, "a")[0].save_as(path)
    with pytest.raises(NotHeldError) as caught:
        spool.hold(path, sender="SCANNER", instance="1.2.3")
    assert caught.value.code == "listen.mismatch"


def test_a_damaged_note_of_what_was_submitted_costs_nothing(spool, store, tmp_path):
    instances = draw(tmp_path, "a")
    study = hold(spool, instances)
    spool.complete(study)
    (folder(store, "known") / f"{study}.json").write_text("{")
    assert spool.complete(hold(spool, instances)) is not None
    told = json.loads((folder(store, "known") / f"{study}.json").read_text())
    assert len(told["instances"]) == 3
    shutil.rmtree(folder(store, "known"))
