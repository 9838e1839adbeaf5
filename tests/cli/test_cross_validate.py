"""hemoscope cross-validate as a user types it."""

import json

from click.testing import CliRunner

from hemoscope.cli import main
from tests.datasets.layouts import write_kaggle

QUICK = ("--epochs", "1", "--size", "32", "--repeats", "1", "--folds", "2")


def test_figures_are_printed_with_intervals_and_again_as_json(tmp_path):
    data = write_kaggle(tmp_path / "drawn", each=24)
    arguments = ["cross-validate", str(data), "--out", str(tmp_path / "cv"), *QUICK]
    first = CliRunner().invoke(main, arguments)
    assert first.exit_code == 0, first.output
    names = [line.split()[0] for line in first.stdout.splitlines()[1:]]
    assert names[:7] == ["auroc", "brier", "ece", "accuracy", "sensitivity", "specificity", "abstained"]
    assert names[7:] in ([], ["accuracy_answered"])
    again = CliRunner().invoke(main, [*arguments, "--json"])
    pooled = json.loads(again.stdout)["pooled"]
    assert f"{pooled['auroc']['value']:.3f} [" in first.stdout
    assert pooled["auroc"]["low"] <= pooled["auroc"]["value"] <= pooled["auroc"]["high"]


def test_one_fold_is_a_usage_error(drawn_set, tmp_path):
    result = CliRunner().invoke(main, ["cross-validate", str(drawn_set), "--out", str(tmp_path), "--folds", "1"])
    assert result.exit_code == 2
