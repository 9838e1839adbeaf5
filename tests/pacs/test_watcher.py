"""A watched folder: each entry is submitted once, whole, and again when it was changed."""

import threading
from pathlib import Path

import pytest

from hemoscope.errors import InputError
from hemoscope.pacs.watcher import Watcher
from tests.waiting import wait_until

from .conftest import submissions


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    (folder / "study" / "deep").mkdir(parents=True)
    (folder / "study" / "a.dcm").write_bytes(b"a")
    (folder / "study" / "deep" / "b.nii.gz").write_bytes(b"bb")
    return folder


def watcher(store, inbox, quiet_s: float = 0.0) -> Watcher:
    return Watcher(store, inbox, quiet_s=quiet_s, stopping=threading.Event())


def test_a_folder_is_one_submission_and_stays_where_it_is(store, inbox):
    assert watcher(store, inbox).look() == 1
    (one,) = submissions(store)
    assert (one.name, one.files, one.size, one.submitted_by) == ("study", 2, 3, "watch")
    assert sorted(path.name for path in store.submissions.path_of(one).iterdir()) == ["000001.dcm", "000002.nii.gz"]
    assert (inbox / "study" / "a.dcm").read_bytes() == b"a"


def test_each_entry_is_submitted_once_also_after_a_restart(store, inbox):
    (inbox / "scan.zip").write_bytes(b"zip")
    assert watcher(store, inbox).look() == 2
    assert watcher(store, inbox).look() == 0
    assert len(submissions(store)) == 2


def test_what_was_changed_is_submitted_again(store, inbox):
    seen = watcher(store, inbox)
    seen.look()
    (inbox / "study" / "c.dcm").write_bytes(b"c")
    assert seen.look() == 1
    assert sorted(one.files for one in submissions(store)) == [2, 3]


def test_what_is_still_written_waits(store, inbox, monkeypatch):
    at = [0.0]
    monkeypatch.setattr("hemoscope.pacs.watcher.time.monotonic", lambda: at[0])
    seen = watcher(store, inbox, quiet_s=10)
    for moment, name in ((0, "c"), (8, "d"), (16, "e")):
        at[0] = moment
        (inbox / "study" / name).write_bytes(b"x")
        assert seen.look() == 0
    at[0] = 25
    assert seen.look() == 0
    at[0] = 26
    assert seen.look() == 1


@pytest.mark.parametrize("is_accepted", [False, True])
def test_a_kill_while_an_entry_is_accepted_neither_loses_nor_doubles_it(store, inbox, is_accepted, monkeypatch):
    accept = store.submissions.accept

    def die(*arguments: object, **named: object) -> None:
        if is_accepted:
            accept(*arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.submissions, "accept", die)
        with pytest.raises(KeyboardInterrupt):
            watcher(store, inbox).look()
    assert watcher(store, inbox).look() == (0 if is_accepted else 1)
    assert len(submissions(store)) == 1


def test_hidden_entries_empty_folders_and_links_are_left_alone(store, inbox, tmp_path):
    (inbox / ".part").write_bytes(b"x")
    (inbox / "empty").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (inbox / "link").symlink_to(tmp_path / "secret")
    (inbox / "study" / "link").symlink_to(tmp_path / "secret")
    assert watcher(store, inbox).look() == 1
    assert submissions(store)[0].files == 2


def test_what_cannot_be_watched_is_refused(store, tmp_path):
    for folder, code in ((tmp_path / "none", "input.not_found"), (tmp_path, "watch.same_place")):
        with pytest.raises(InputError) as caught:
            watcher(store, folder)
        assert caught.value.code == code


def test_it_ends_when_it_is_told_to(store, inbox):
    stopping = threading.Event()
    thread = threading.Thread(target=Watcher(store, inbox, quiet_s=0.0, stopping=stopping).run)
    thread.start()
    wait_until(lambda: submissions(store))
    stopping.set()
    thread.join(10)
    assert not thread.is_alive()
