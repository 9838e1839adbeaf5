"""hemoscope explain --check: what methods of explanation must show before their maps are trusted."""

import json
from pathlib import Path
from typing import Any

import click

SHOWN = {
    "pointing": "pointing",
    "dice": "dice",
    "energy_in_brain": "in the brain",
    "faithfulness": "faithful",
    "repeatability": "repeatable",
    "randomized_all": "randomized",
    "randomized_all_blank": "(blank)",
}
"""The figures that are printed, and the heads of their columns."""


def check(bundle: Path | None, methods: tuple[str, ...], *, save: bool, as_json: bool) -> None:
    """Check methods behind a progress bar, and print what came of it."""
    from hemoscope.cli.progress import bar
    from hemoscope.explanation.checks.bundle import check_bundle
    from hemoscope.models.bundle import keep_explanation, open_bundle

    opened = open_bundle(bundle)
    with bar("Checking maps") as advance:
        outcome = check_bundle(opened, methods, on_progress=advance)
    if save:
        keep_explanation(opened, outcome)
    if as_json:
        click.echo(json.dumps(outcome, indent=2))
    else:
        _show(outcome)


def _show(outcome: dict[str, Any]) -> None:
    from hemoscope.terms import RESEARCH_USE_ONLY

    click.echo(f"{'':<22}" + "".join(f"{title:<14}" for title in SHOWN.values()) + "passed")
    for each in outcome["methods"]:
        figures = "".join(f"{_in_words(each['figures'][name]):<14}" for name in SHOWN)
        click.echo(f"{each['method']:<22}{figures}{'yes' if each['passed'] else 'no'}")
        for reason in each["reasons"]:
            click.echo(f"  {reason}")
    click.echo(f"On {outcome['cases']}. Default: {outcome['default'] or 'none: no method passed'}.")
    click.echo(RESEARCH_USE_ONLY)


def _in_words(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"
