"""Cores, memory and room for temporary files."""

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hemoscope.records import Check, Health

GIB = 2**30
LEAST_MEMORY = 2 * GIB
"""Twice what scoring a study takes, with what else runs on a machine."""
LEAST_ROOM = GIB
"""Archives are unpacked there."""


def check_machine() -> Iterator[Check]:
    """Look at what there is to work with."""
    yield Check("machine", "system", Health.OK, f"{platform.system()} on {platform.machine()}")
    yield Check("machine", "cores", Health.OK, _cores())
    yield _memory()
    yield _room()


def _cores() -> str:
    count = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else count
    return f"{count}" if usable == count else f"{count}, {usable} of them for this process"


def _memory() -> Check:
    total = total_memory()
    if total is None:
        return Check("machine", "memory", Health.OK, "this system does not tell", is_needed=False)
    told = f"{total / GIB:.1f} GiB"
    if total < LEAST_MEMORY:
        more = "Use a machine with 2 GiB or more."
        return Check("machine", "memory", Health.FAILED, f"Only {told}.", is_needed=False, next_step=more)
    return Check("machine", "memory", Health.OK, told, is_needed=False)


def total_memory() -> int | None:
    """Return the bytes of memory that the machine has; None where the system does not tell by POSIX's sysconf."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _room() -> Check:
    name = "temporary files"
    try:
        with tempfile.TemporaryDirectory(prefix="hemoscope-") as folder:
            (Path(folder) / "probe").write_bytes(b"probe")
            free = shutil.disk_usage(folder).free
    except OSError as error:
        detail = f"Nothing can be written there ({type(error).__name__})."
        return Check("machine", name, Health.FAILED, detail, next_step="Name another folder in TMPDIR.")
    told = f"{free / GIB:.1f} GiB free"
    if free < LEAST_ROOM:
        step = "Make room, or name another folder in TMPDIR."
        return Check("machine", name, Health.FAILED, f"Only {told}.", is_needed=False, next_step=step)
    return Check("machine", name, Health.OK, told)
