"""A PostgreSQL of the tests' own, on loopback, gone when they are done."""

import contextlib
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import sqlalchemy as sa

_PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin")
_ACCOUNT = "postgres"
"""Debian's; the server does not run as root."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    Attributes:
        host: With its port.
        password: Of its only user.
        stop: Ends it as a power cut would, as far as its clients can tell.
        start: Starts it again.
    """

    host: str
    password: str
    stop: Callable[[], None]
    start: Callable[[], None]

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, as `Store` takes it."""
        return f"postgresql://tests:{self.password}@{self.host}/{database}"

    def new_database(self) -> str:
        """Make a database, and return its address."""
        name = f"t{secrets.token_hex(6)}"
        self._run(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still in it."""
        self._run(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")

    def _run(self, command: str) -> None:
        engine = sa.create_engine(
            sa.make_url(self.url()).set(drivername="postgresql+pg8000"), isolation_level="AUTOCOMMIT"
        )
        with contextlib.closing(engine.connect()) as connection:
            connection.exec_driver_sql(command)
        engine.dispose()


def find_programs() -> Path | None:
    """Return the folder of initdb and pg_ctl, of the newest version; None where there is none."""
    found = [path for place in _PLACES for path in Path("/").glob(place.lstrip("/")) if (path / "initdb").is_file()]
    on_path = shutil.which("initdb")
    return max(found, default=None) or (None if on_path is None else Path(on_path).resolve().parent)


@contextlib.contextmanager
def running(programs: Path) -> Iterator[Server]:
    """Start a server in a folder of its own, and stop it in the end.

    Args:
        programs: Folder of initdb and pg_ctl.
    """
    account = _ACCOUNT if os.geteuid() == 0 else getpass.getuser()
    with tempfile.TemporaryDirectory(prefix="hemoscope-pg-", ignore_cleanup_errors=True) as name:
        folder, data = Path(name), Path(name) / "data"
        password, port = secrets.token_hex(16), _free_port()
        (folder / "password").write_text(password)
        if os.geteuid() == 0:
            shutil.chown(folder, account)
            shutil.chown(folder / "password", account)

        def call(program: str, *arguments: str) -> None:
            user = account if os.geteuid() == 0 else None
            command = [str(programs / program), "-D", str(data), *arguments]
            subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, stderr=None)

        call("initdb", "-U", "tests", "-A", "scram-sha-256", "--pwfile", str(folder / "password"), "-E", "UTF8", "-N")
        # fsync off: the tests kill processes, never this machine
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=200"
        start = partial(call, "pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        stop = partial(call, "pg_ctl", "-w", "-m", "immediate", "stop")
        start()
        try:
            yield Server(f"127.0.0.1:{port}", password, stop, start)
        finally:
            stop()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
