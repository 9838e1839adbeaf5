"""The documentation says what is so."""

import re
import runpy
import shlex
from pathlib import Path

import click
import pytest

from hemoscope.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def test_the_command_reference_is_what_the_commands_say():
    written = runpy.run_path(str(ROOT / "docs" / "reference" / "write_cli.py"))
    assert (ROOT / "docs" / "reference" / "cli.md").read_text() == written["page"]()


def test_the_conformance_statement_is_what_the_code_does():
    pytest.importorskip("pynetdicom")
    written = runpy.run_path(str(ROOT / "docs" / "reference" / "write_dicom_conformance.py"))
    assert (ROOT / "docs" / "reference" / "dicom_conformance.md").read_text() == written["page"]()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), target


def shown_commands(page: Path) -> list[list[str]]:
    """The hemoscope commands in a page's code blocks, without comments."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(), re.S | re.M)
    lines = [line.split("#")[0].strip() for language, block in blocks if not language for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("hemoscope ")]


@pytest.mark.parametrize(
    ("page", "fewest"),
    [
        (ROOT / "README.md", 6),
        (ROOT / "docs" / "how-to" / "evaluate.md", 2),
        (ROOT / "docs" / "how-to" / "explain.md", 3),
        (ROOT / "docs" / "how-to" / "learning_curve.md", 2),
        (ROOT / "docs" / "how-to" / "review_errors.md", 5),
        (ROOT / "docs" / "how-to" / "serve.md", 5),
    ],
    ids=["readme", "evaluate", "explain", "learning_curve", "review_errors", "serve"],
)
def test_every_command_that_is_shown_exists_with_its_options(page, fewest):
    commands = shown_commands(page)
    assert len(commands) >= fewest
    for name, *arguments in commands:
        assert name in COMMANDS
        command = main.get_command(None, name)
        if isinstance(command, click.Group):
            command = command.commands[arguments[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {argument for argument in arguments if argument.startswith("--")} <= known


def test_every_script_that_a_page_names_exists():
    for page in PAGES:
        for script in re.findall(r"`(benchmarks/\w+\.py)`", page.read_text()):
            assert (ROOT / script).is_file(), f"{page.name}: {script}"


def test_readme_and_card_say_research_use_only():
    for name in ("README.md", "MODEL_CARD.md"):
        assert "Research use only. Not a medical device. Not for diagnosis." in (ROOT / name).read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_us_spelling(page):
    assert not re.search(r"haemorrhag", page.read_text(), re.I)
