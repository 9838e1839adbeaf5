"""hemoscope tokens, audit-log and work as a user types them."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from hemoscope.cli import main
from hemoscope.store.records import Role, State
from hemoscope.store.store import Store
from tests.datasets.layouts import draw_picture
from tests.store.filling import submit


def run(*arguments: str, folder: Path, **environment: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--folder", str(folder)], env=environment)


def test_a_token_is_printed_once_and_listed_without_itself(tmp_path):
    made = run("tokens", "add", "reader-1", "--role", "read", "--role", "submit", folder=tmp_path)
    token = made.stdout.strip()
    assert made.exit_code == 0
    assert re.fullmatch(r"hemoscope_[A-Za-z0-9_-]{43}", token)
    assert "cannot be shown again" in made.stderr
    with Store(tmp_path) as store:
        assert store.tokens.find(token).roles == {Role.READ, Role.SUBMIT}
    listed = run("tokens", "list", folder=tmp_path).stdout
    assert "reader-1" in listed
    assert token not in listed
    (told,) = json.loads(run("tokens", "list", "--json", folder=tmp_path).stdout)["tokens"]
    assert (told["name"], told["roles"], told["revoked_at"]) == ("reader-1", ["read", "submit"], None)


def test_a_token_that_is_withdrawn_opens_nothing(tmp_path):
    token = run("tokens", "add", "scanner", "--role", "submit", folder=tmp_path).stdout.strip()
    assert run("tokens", "revoke", "scanner", folder=tmp_path).exit_code == 0
    with Store(tmp_path) as store:
        assert store.tokens.find(token) is None
    (told,) = json.loads(run("tokens", "list", "--json", folder=tmp_path).stdout)["tokens"]
    assert told["revoked_at"] is not None
    again = run("tokens", "revoke", "scanner", folder=tmp_path)
    assert (again.exit_code, "Error [store.unknown_token]" in again.stderr) == (1, True)


def test_an_unknown_role_is_a_usage_error(tmp_path):
    assert run("tokens", "add", "x", "--role", "king", folder=tmp_path).exit_code == 2
    assert run("tokens", "add", "x", folder=tmp_path).exit_code == 2


@pytest.mark.parametrize("command", [["audit-log", "verify"], ["audit-log", "show"], ["tokens", "list"]])
def test_a_folder_mistyped_is_no_store_in_which_all_is_well(tmp_path, command):
    result = run(*command, folder=tmp_path / "mistyped")
    assert (result.exit_code, "Error [store.not_found]" in result.stderr) == (1, True)
    assert not (tmp_path / "mistyped").exists()


def test_the_folder_is_the_users_own_unless_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert CliRunner().invoke(main, ["tokens", "add", "x", "--role", "read"]).exit_code == 0
    assert (tmp_path / "hemoscope" / "hemoscope.db").is_file()


def test_the_address_of_the_database_may_come_from_the_environment(tmp_path):
    address = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    run("tokens", "add", "x", "--role", "read", folder=tmp_path, HEMOSCOPE_STORE=address)
    assert (tmp_path / "elsewhere.db").is_file()
    assert not (tmp_path / "hemoscope.db").exists()


def filled(folder: Path) -> None:
    with Store(folder) as store:
        for number in range(3):
            submit(store, content=bytes([number]))


def change(folder: Path, statement: str) -> None:
    """Do what only someone who owns the database can."""
    with sqlite3.connect(folder / "hemoscope.db") as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("DROP TRIGGER audit_no_delete")
        connection.execute(statement)
    connection.close()


def test_a_whole_trail_is_verified(tmp_path):
    filled(tmp_path)
    result = run("audit-log", "verify", folder=tmp_path)
    assert result.exit_code == 0
    noted = re.fullmatch(r"All 3 rows are as they were written\. Last: (3:[0-9a-f]{64})\n", result.stdout)[1]
    assert run("audit-log", "verify", "--noted", noted, folder=tmp_path).exit_code == 0


def test_one_changed_byte_is_found_and_its_row_named(tmp_path):
    filled(tmp_path)
    change(tmp_path, "UPDATE audit SET details = replace(details, '\"files\":1', '\"files\":2') WHERE number = 2")
    result = run("audit-log", "verify", folder=tmp_path)
    assert result.exit_code == 1
    assert "Error [store.audit_broken]: Row 2 of the audit trail is the first" in result.stderr
    assert "it is not as it was written" in result.stderr
    told = run("audit-log", "verify", "--json", folder=tmp_path)
    assert json.loads(told.stdout)["broken"] == 2
    assert told.exit_code == 1


def test_a_row_cut_off_the_end_is_found_by_who_noted_it(tmp_path):
    filled(tmp_path)
    noted = run("audit-log", "verify", folder=tmp_path).stdout.split()[-1]
    change(tmp_path, "DELETE FROM audit WHERE number = 3")
    assert run("audit-log", "verify", folder=tmp_path).exit_code == 0
    result = run("audit-log", "verify", "--noted", noted, folder=tmp_path)
    assert (result.exit_code, "Row 3" in result.stderr) == (1, True)
    other = run("audit-log", "verify", "--noted", "2:" + "0" * 64, folder=tmp_path)
    assert (other.exit_code, "it is not the one that was noted" in other.stderr) == (1, True)
    assert run("audit-log", "verify", "--noted", "nonsense", folder=tmp_path).exit_code == 2


def test_the_trail_is_shown_a_line_each(tmp_path):
    filled(tmp_path)
    rows = [json.loads(line) for line in run("audit-log", "show", "--after", "1", folder=tmp_path).stdout.splitlines()]
    assert [(row["number"], row["event"], row["details"]["files"]) for row in rows] == [
        (2, "accepted", 1),
        (3, "accepted", 1),
    ]


def test_without_the_extra_the_command_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    result = run("tokens", "list", folder=tmp_path)
    assert result.exit_code == 1
    assert 'pip install "hemoscope[serve]"' in result.stderr


def submit_picture(folder: Path) -> str:
    with Store(folder) as store:
        arrival = store.submissions.reserve()
        arrival.folder.mkdir()
        Image.fromarray(draw_picture(label=1, seed=0)).save(arrival.folder / "000001.png")
        return store.submissions.accept(arrival, name="MEIER^HANS", who="local", files=1, size=1).id


def test_work_scores_what_waits_and_tells_of_no_patient(tmp_path):
    one = submit_picture(tmp_path)
    command = [sys.executable, "-m", "hemoscope", "work", "--folder", str(tmp_path), "--until-empty"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    with Store(tmp_path) as store:
        assert store.submissions.get(one).state in (State.SCORED, State.REFUSED)
        assert len(store.submissions.answers(one)) == 1
    assert "Research use only" in done.stderr
    assert "Ended: 1 submissions." in done.stderr
    assert one in done.stderr
    assert "MEIER" not in done.stdout + done.stderr
    assert str(tmp_path) not in done.stdout + done.stderr


@pytest.mark.parametrize("way", ["SIGTERM", "SIGINT", "closed"])
def test_work_ends_cleanly_when_told(tmp_path, way):
    Store(tmp_path).close()
    command = [sys.executable, "-m", "hemoscope", "work", "--folder", str(tmp_path), "--until-closed"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert "Scoring with" in process.stderr.readline()
        if way == "closed":
            process.stdin.close()
        else:
            process.send_signal(getattr(signal, way))
        assert process.wait(30) == 0
        assert "Ended: 0 submissions." in process.stderr.read()


@pytest.mark.parametrize("wrong", ["-1", "0", "ten", "1.5", "99999999"])
def test_days_that_cannot_be_are_a_usage_error(tmp_path, wrong):
    assert run("work", "--keep-pixels", wrong, folder=tmp_path).exit_code == 2
