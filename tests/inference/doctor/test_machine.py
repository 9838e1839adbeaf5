import os
import shutil
import tempfile
from types import SimpleNamespace

import pytest

from hemoscope.inference.doctor import machine
from hemoscope.inference.doctor.machine import GIB, check_machine
from hemoscope.records import Check, Health


def told() -> dict[str, Check]:
    return {check.name: check for check in check_machine()}


def test_a_machine_is_told_in_words(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(machine, "total_memory", lambda: 16 * GIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5 * GIB // 2))
    checks = told()
    assert list(checks) == ["system", "cores", "memory", "temporary files"]
    assert {check.health for check in checks.values()} == {Health.OK}
    assert checks["cores"].detail == "8, 2 of them for this process"
    assert checks["memory"].detail == "16.0 GiB"
    assert checks["temporary files"].detail == "2.5 GiB free"


def test_little_memory_and_little_room_are_told_but_break_nothing(monkeypatch):
    monkeypatch.setattr(machine, "total_memory", lambda: GIB)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=GIB // 2))
    checks = told()
    assert checks["memory"] == Check(
        "machine",
        "memory",
        Health.FAILED,
        "Only 1.0 GiB.",
        is_needed=False,
        next_step="Use a machine with 2 GiB or more.",
    )
    assert checks["temporary files"].detail == "Only 0.5 GiB free."
    assert not any(check.is_broken for check in checks.values())


def test_a_system_that_does_not_tell_its_memory_is_well(monkeypatch):
    monkeypatch.delattr(os, "sysconf")
    assert told()["memory"].detail == "this system does not tell"


def test_no_room_for_temporary_files_breaks_the_base(monkeypatch: pytest.MonkeyPatch):
    def full(**_: object) -> None:
        raise PermissionError("/home/somebody/tmp")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    check = told()["temporary files"]
    assert (check.health, check.is_broken) == (Health.FAILED, True)
    assert check.detail == "Nothing can be written there (PermissionError)."
    assert check.next_step == "Name another folder in TMPDIR."
