import re
import threading
from dataclasses import asdict, replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hemoscope.store.audit import START, Trail, hash_of
from hemoscope.store.store import Store
from hemoscope.store.tables import audit
from tests.store.filling import submit

COLUMNS = ("at", "actor", "event", "subject", "details", "previous", "hash")


def without_guard(store: Store, statement: sa.Executable) -> None:
    """Do what only someone who owns the database can: switch the triggers off first."""
    with store.database.writing() as connection:
        if store.database.dialect == "postgresql":
            connection.execute(sa.text("ALTER TABLE audit DISABLE TRIGGER USER"))
        else:
            for name in ("audit_no_update", "audit_no_delete"):
                connection.execute(sa.text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(statement)


def noted(store: Store, count: int) -> None:
    for number in range(count):
        store.audit.note("viewed", actor="reader-1", subject=f"{number:032x}", details={"answer": number})


def test_an_empty_trail_is_whole(store):
    assert store.audit.verify() == type(store.audit.verify())(0, START)


def test_the_hash_of_a_row_is_the_sha256_of_the_row_before_and_its_own_words():
    # of 64 zeros and {"actor":"local","at":"2026-...","details":"{\"a\":1}",...}, by coreutils' sha256sum
    made = hash_of(1, "2026-01-01T00:00:00.000000+00:00", "local", "token-added", "", '{"a":1}', START)
    assert made == "e94a10ceb9de7d2a2b721e3d439c7f302275a447bf689753dd3390d0a97fce3f"


def test_rows_follow_one_another_without_gaps(store):
    noted(store, 3)
    rows = list(store.audit.rows())
    assert [row.number for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == [START, rows[0].hash, rows[1].hash]
    trail = store.audit.verify()
    assert (trail.rows, trail.head, trail.broken) == (3, rows[2].hash, None)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_or_remove_a_row(store, statement):
    noted(store, 1)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added"), store.database.writing() as connection:
        connection.execute(sa.text(statement))
    assert store.audit.verify().rows == 1


def test_sqlite_refuses_to_replace_a_row(tmp_path):
    with Store(tmp_path) as store:
        noted(store, 2)
        (row, _) = store.audit.rows()
        with pytest.raises(sa.exc.DBAPIError, match="only ever added"), store.database.writing() as connection:
            connection.execute(audit.insert().prefix_with("OR REPLACE").values(asdict(replace(row, actor="nobody"))))
        assert store.audit.verify() == Trail(2, list(store.audit.rows())[-1].hash)


@pytest.mark.parametrize("number", [-1, 0, 2, 4])
def test_the_database_takes_no_row_but_the_next(store, number):
    noted(store, 2)
    row = replace(list(store.audit.rows())[-1], number=number)
    with pytest.raises(sa.exc.DBAPIError), store.database.writing() as connection:
        connection.execute(audit.insert().values(asdict(row)))
    assert store.audit.verify().rows == 2


def test_postgresql_refuses_to_empty_the_trail(store):
    if store.database.dialect != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    noted(store, 1)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added"), store.database.writing() as connection:
        connection.execute(sa.text("TRUNCATE audit"))


@pytest.mark.parametrize("column", COLUMNS)
def test_one_changed_byte_is_found_in_every_column(store, column):
    noted(store, 5)
    with store.database.reading() as connection:
        was = connection.scalar(sa.select(audit.c[column]).where(audit.c.number == 3))
    changed = was[:-1] + ("x" if was[-1] != "x" else "y")
    without_guard(store, audit.update().where(audit.c.number == 3).values({column: changed}))
    trail = store.audit.verify()
    assert (trail.rows, trail.broken) == (2, 3)
    assert trail.reason in ("it is not as it was written", "it does not follow the row before")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_any_changed_byte_of_any_row_is_found(data, tmp_path_factory):
    with Store(tmp_path_factory.mktemp("s")) as store:
        noted(store, 4)
        number = data.draw(st.integers(1, 4))
        column = data.draw(st.sampled_from(COLUMNS))
        with store.database.reading() as connection:
            was = connection.scalar(sa.select(audit.c[column]).where(audit.c.number == number))
        at = data.draw(st.integers(0, len(was) - 1))
        letter = chr(32 + (ord(was[at]) - 32 + data.draw(st.integers(1, 94))) % 95)
        changed = was[:at] + letter + was[at + 1 :]
        without_guard(store, audit.update().where(audit.c.number == number).values({column: changed}))
        assert store.audit.verify().broken == number


def test_a_removed_row_is_found(store):
    noted(store, 4)
    without_guard(store, audit.delete().where(audit.c.number == 2))
    trail = store.audit.verify()
    assert (trail.rows, trail.broken, trail.reason) == (1, 2, "it is missing")


def test_rows_cut_off_the_end_show_in_the_head_that_somebody_noted(store):
    noted(store, 4)
    before = store.audit.verify()
    without_guard(store, audit.delete().where(audit.c.number == 4))
    after = store.audit.verify()
    assert after.broken is None
    assert (after.rows, after.head) != (before.rows, before.head)


def test_what_is_done_and_its_row_are_kept_together_or_not_at_all(store, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("hemoscope.store.submissions.append", fail)
    with pytest.raises(ZeroDivisionError):
        submit(store)
    assert sum(store.worklist.count_states().values()) == 0
    assert store.audit.verify().rows == 0


def test_no_name_stands_in_the_trail(store):
    one = submit(store, name="MEIER^HANS 12345.zip")
    store.submissions.delete(one.id, who="admin-1")
    told = [(row.event, row.actor, row.subject) for row in store.audit.rows()]
    assert told == [("accepted", "scanner", one.id), ("deleted", "admin-1", one.id)]
    assert not any("MEIER" in str(row) or "12345" in str(row) for row in store.audit.rows())
    assert all(re.fullmatch("[0-9a-f]{32}", row.subject) for row in store.audit.rows())


def test_many_writers_make_one_chain(store, url, tmp_path):
    def write(number):
        with Store(tmp_path / "store", url) as own:
            for _ in range(5):
                own.audit.note("viewed", actor=f"reader-{number}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trail = store.audit.verify()
    assert (trail.rows, trail.broken) == (30, None)
