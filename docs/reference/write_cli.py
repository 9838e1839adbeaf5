"""Write docs/reference/cli.md from the commands' own help; a test holds the two together.

python docs/reference/write_cli.py
"""

from pathlib import Path

import click
from click.testing import CliRunner

from hemoscope.cli import COMMANDS, main

PAGE = Path(__file__).with_name("cli.md")
HEAD = """# Commands and options

Made by `python docs/reference/write_cli.py` from the commands' own help. stdout is data, stderr is progress and talk.
Exit codes: 0 all well (refusals included), 1 failed, 2 usage, 3 some inputs failed.
"""


def page() -> str:
    """Return the page."""
    runner = CliRunner()
    sections = [HEAD]
    for command in ([], *(called for name in sorted(COMMANDS) for called in _with_subcommands(name))):
        shown = runner.invoke(main, [*command, "--help"], prog_name="hemoscope", terminal_width=100).output
        sections.append(f"## `hemoscope {' '.join(command)}".rstrip() + f"`\n\n```\n{shown.rstrip()}\n```\n")
    return "\n".join(sections)


def _with_subcommands(name: str) -> list[list[str]]:
    """Return what is typed to call a command, and each of its own."""
    command = main.get_command(click.Context(main), name)
    below = sorted(command.commands) if isinstance(command, click.Group) else []
    return [[name], *([name, one] for one in below)]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
