import sys
import threading

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hemoscope.errors import MissingExtraError, ServiceError
from hemoscope.store.audit import Trail
from hemoscope.store.rows import now
from hemoscope.store.store import Store
from hemoscope.store.tables import metadata, workers


def test_migrations_make_exactly_the_tables_that_the_code_uses(store):
    with store.database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_store_of_the_first_version_is_brought_up_to_date_with_what_is_in_it(url, tmp_path, monkeypatch):
    monkeypatch.setattr("hemoscope.store.migrate.NEWEST", "0001")
    with Store(tmp_path / "s", url) as first:
        first.tokens.add("reader", ["read"])
        assert version(first) == "0001"
    monkeypatch.undo()
    with Store(tmp_path / "s", url) as second:
        assert version(second) == "0003"
        assert [token.label for token in second.tokens.all()] == ["reader"]
        second.audit.note("viewed", actor="reader")
        assert second.audit.verify() == Trail(2, list(second.audit.rows())[-1].hash)


def version(store) -> str:
    with store.database.reading() as connection:
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()


def test_opening_again_keeps_what_is_there(url, tmp_path):
    with Store(tmp_path / "s", url) as first:
        first.tokens.add("reader", ["read"])
    with Store(tmp_path / "s", url) as second:
        assert [token.label for token in second.tokens.all()] == ["reader"]


def test_many_may_open_a_new_store_at_once(url, tmp_path):
    failures = []

    def open_it():
        try:
            Store(tmp_path / "s", url).close()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_of_a_later_version_is_left_alone(store, url, tmp_path):
    with store.database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ServiceError, match=r"later version .* \[store\.newer\]"):
        Store(tmp_path / "store", url)


@pytest.mark.parametrize("bad", ["mysql://root@localhost/x", "nonsense", "", "oracle://x"])
def test_other_databases_are_refused(bad, tmp_path):
    with pytest.raises(ServiceError, match=r"\[store\.bad_url\]"):
        Store(tmp_path, bad)


def test_an_unreachable_database_is_told_without_its_password(tmp_path):
    with pytest.raises(ServiceError, match=r"\[store\.unreachable\]") as caught:
        Store(tmp_path, "postgresql://someone:geheim@127.0.0.1:1/none")
    assert "geheim" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "hemoscope.db").write_bytes(b"no database at all, and long enough to be looked at" * 50)
    with pytest.raises(ServiceError, match=r"\[store\.unreachable\]"):
        Store(tmp_path)


def test_a_transaction_that_fails_leaves_nothing(store):
    def fail_midway():
        with store.database.writing() as connection:
            connection.execute(workers.insert().values(id="w", started_at=now(), seen_at=now()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_midway()
    with store.database.reading() as connection:
        assert connection.execute(sa.select(workers)).all() == []


def test_sqlite_writes_ahead_and_to_the_disk(tmp_path):
    with Store(tmp_path) as store, store.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_postgresql_without_its_driver_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pg8000", None)
    with pytest.raises(MissingExtraError, match=r'pip install "hemoscope\[postgresql\]"'):
        Store(tmp_path, "postgresql://someone@localhost/none")
