import re
from datetime import timedelta
from pathlib import Path

import pytest

from hemoscope.errors import InputError, ServiceError
from hemoscope.store.records import State
from hemoscope.store.rows import now
from hemoscope.store.store import Store
from tests.store.filling import submit
from tests.store.test_worker import worked


def test_an_accepted_submission_is_in_the_queue_with_its_files(store):
    one = submit(store, name="head.png", content=b"abc", who="scanner")
    assert re.fullmatch("[0-9a-f]{32}", one.id)
    assert store.submissions.get(one.id) == one
    assert (one.name, one.submitted_by, one.files, one.size, one.state) == ("head.png", "scanner", 1, 3, State.QUEUED)
    assert store.submissions.path_of(one).read_bytes() == b"abc"
    assert store.submissions.answers(one.id) == ()
    assert not (store.folder / "arriving" / one.id).exists()


def test_an_upload_of_many_files_is_scored_as_a_folder(store):
    arrival = store.submissions.reserve()
    arrival.folder.mkdir()
    for number in range(2):
        (arrival.folder / f"{number}.dcm").write_bytes(b"x")
    one = store.submissions.accept(arrival, name="s", who="local", files=2, size=2)
    assert store.submissions.path_of(one) == store.folder / "incoming" / one.id


def test_an_upload_that_is_abandoned_leaves_nothing(store):
    arrival = store.submissions.reserve()
    arrival.folder.mkdir()
    (arrival.folder / "1.png").write_bytes(b"x")
    store.submissions.abandon(arrival)
    store.submissions.abandon(store.submissions.reserve())
    assert list((store.folder / "arriving").iterdir()) == []
    assert store.worklist.count_states()[State.QUEUED] == 0


def test_the_folder_is_for_its_owner_alone(store):
    assert store.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("act", ["get", "answers", "delete"])
@pytest.mark.parametrize("unknown", ["0" * 32, "", "../../etc/passwd", "'; DROP TABLE submissions; --"])
def test_an_unknown_id_is_refused(store, act, unknown):
    arguments = {"who": "local"} if act == "delete" else {}
    with pytest.raises(ServiceError, match=r"There is no such study\. .* \[service\.unknown_study\]"):
        getattr(store.submissions, act)(unknown, **arguments)


def test_a_place_must_be_there_and_absolute(store, tmp_path):
    for place in (tmp_path / "nothing", Path("relative")):
        with pytest.raises(InputError, match=r"\[input\.not_found\]"):
            store.submissions.accept_place(place, name="x", who="local")


def test_deleting_removes_rows_and_files(store):
    one = submit(store, content=b"head")
    worked(store)
    (answer,) = store.submissions.answers(one.id)
    store.verdicts.give(one.id, reader="reader", opinion="agree")
    store.submissions.delete(one.id, who="admin")
    with pytest.raises(ServiceError):
        store.submissions.get(one.id)
    assert not answer.folder.exists()
    assert not (store.folder / "incoming" / one.id).exists()
    assert list(store.verdicts.latest()) == []
    with store.database.reading() as connection:
        for table in ("submissions", "studies", "series", "results", "answers", "verdicts"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0
    last = list(store.audit.rows())[-1]
    assert (last.event, last.actor, last.subject) == ("deleted", "admin", one.id)
    assert store.audit.verify().broken is None


def test_nothing_deleted_is_left_in_the_files_of_sqlite(tmp_path):
    with Store(tmp_path) as store, Store(tmp_path) as another:
        one = submit(store, name="MEIER^HANS", content=b"head")
        worked(another)
        store.verdicts.give(one.id, reader="r", opinion="disagree", reason="because of MEIER")
        for number in range(30):
            submit(store, name=f"other {number}")
        assert [path.name for path in tmp_path.iterdir() if path.is_file() and b"MEIER" in path.read_bytes()]
        store.submissions.delete(one.id, who="admin")
        assert not [path.name for path in tmp_path.iterdir() if path.is_file() and b"MEIER" in path.read_bytes()]


def test_a_result_stays_as_long_as_another_submission_has_it(store):
    first, second = submit(store, content=b"same"), submit(store, content=b"same")
    worked(store)
    store.submissions.delete(first.id, who="admin")
    (answer,) = store.submissions.answers(second.id)
    assert (answer.folder / "index.html").is_file()
    store.submissions.delete(second.id, who="admin")
    assert not answer.folder.exists()


def test_a_deleted_study_is_scored_again_when_it_comes_again(store):
    one = submit(store, content=b"same")
    worked(store)
    store.submissions.delete(one.id, who="admin")
    submit(store, content=b"same")
    assert worked(store).scored == [b"same"]


def test_waiting_ends_with_the_first_verdict(store):
    one = submit(store, content=b"head")
    later = one.received_at + timedelta(seconds=90)
    assert one.waiting_s(later) == 90.0
    worked(store)
    store.verdicts.give(one.id, reader="r", opinion="agree")
    read = store.submissions.get(one.id)
    assert read.waiting_s(now() + timedelta(days=1)) == (read.read_at - read.received_at).total_seconds()
