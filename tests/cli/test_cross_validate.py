"""hemoscope cross-validate as a user types it."""

import json

from click.testing import CliRunner

from hemoscope.cli import main
from tests.datasets.layouts import write_kaggle, write_origins
from tests.models.small_encoder import small_encoder

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
    assert f"Report: {tmp_path / 'cv' / 'report.html'}" in again.stderr
    page = (tmp_path / "cv" / "report.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "cv" / "figures.json").read_text())["pooled"] == pooled
    for figure in pooled.values():
        assert f"<span>{figure['value']:.3f}</span>" in page
    assert page.count("<svg ") == 3


def test_origins_that_are_left_out_are_shown_on_a_page(tmp_path):
    data = write_origins(tmp_path / "origins", each=8)
    arguments = ["cross-validate", str(data), "--model", "map-net", "--leave-out", "origin"]
    arguments += ["--out", str(tmp_path / "out"), "--size", "64", "--epochs", "1", "--steps", "1", "--json"]
    with small_encoder():
        result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures == json.loads((tmp_path / "out" / "figures.json").read_text())
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for origin, values in figures.items():
        assert f'<th scope="row">{origin} ' in page
        for figure in values.values():
            assert f"<span>{figure['value']:.3f}</span>" in page


def test_one_fold_is_a_usage_error(drawn_set, tmp_path):
    result = CliRunner().invoke(main, ["cross-validate", str(drawn_set), "--out", str(tmp_path), "--folds", "1"])
    assert result.exit_code == 2
