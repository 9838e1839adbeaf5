"""The commands. Each file parses one command, calls one public function, and prints.

stdout is data, stderr is progress and talk. Exit codes: 0 all well, 1 failed, 2 usage, 3 some inputs failed.
"""

import errno
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from hemoscope import __version__
from hemoscope.errors import HemoscopeError, InputError
from hemoscope.terms import RESEARCH_USE_ONLY

COMMANDS = (
    "agreement",
    "audit",
    "audit-log",
    "compare",
    "cross-validate",
    "deidentify",
    "demo",
    "destinations",
    "doctor",
    "errors",
    "evaluate",
    "explain",
    "export",
    "learning-curve",
    "listen",
    "paint",
    "phantom",
    "predict",
    "pull",
    "push",
    "send",
    "serve",
    "simulate-queue",
    "submit-rsna",
    "tokens",
    "train",
    "train-study",
    "tune",
    "watch",
    "work",
)
FAILED, USAGE, SOME_INPUTS_FAILED = 1, 2, 3
CANNOT_WRITE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}  # full, or never to be written to
    | {errno.EACCES, errno.EPERM, errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG}  # no such place
)
"""What a system says where a file cannot be written; of files that cannot be read, reading tells."""


class Hemoscope(click.Group):
    """The group: imports a command when it is called, and says every known error in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names for help."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; its object has the name of its file."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"hemoscope.cli.{name}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn our errors into a message, a code and an exit code."""
        try:
            return super().invoke(ctx)
        except HemoscopeError as error:
            _end(ctx, error)
        except OSError as error:
            if error.errno not in CANNOT_WRITE:
                raise
            _end(ctx, _cannot_write(error))


def _end(ctx: click.Context, error: HemoscopeError) -> None:
    click.echo(f"Error [{error.code}]: {error.message} {error.next_step}", err=True)
    ctx.exit(USAGE if isinstance(error, InputError) else FAILED)


def _cannot_write(error: OSError) -> HemoscopeError:
    name = "What is to be kept" if error.filename is None else repr(Path(error.filename).name)
    return HemoscopeError(
        "output.cannot_write",
        f"{name} cannot be written: {error.strerror}.",
        "Make room, or name another place; a command with --resume goes on where it stopped.",
    )


@click.command(cls=Hemoscope, help=f"Find intracranial hemorrhage on head CT. {RESEARCH_USE_ONLY}")
@click.version_option(__version__, prog_name="hemoscope")
def main() -> None:
    """Hold the commands together."""
