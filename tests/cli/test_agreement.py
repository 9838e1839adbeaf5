"""hemoscope agreement as a user types it."""

import json

from click.testing import CliRunner

from hemoscope.cli import main


def run(*arguments: object):
    return CliRunner().invoke(main, ["agreement", *map(str, arguments)])


def test_each_label_has_a_line(cq500):
    result = run(cq500)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "5 studies, three readers"
    # 15 readings, 6 positive: pairs (1/3 + 1 + 1 + 1/3 + 1) / 5 = .733, chance .52, kappa .444
    assert lines[2].split() == ["any", "2", "60.0%", "73.3%", "0.444"]
    assert lines[3].split() == ["epidural", "0", "100.0%", "100.0%", "-"]
    assert len(lines) == 8


def test_the_table_alone_will_do_and_json_has_the_same_figures(cq500):
    rows = json.loads(run(cq500 / "reads.csv", "--json").stdout)
    assert rows[0]["label"] == "any"
    assert round(rows[0]["kappa"], 3) == 0.444


def test_a_folder_without_readings_is_a_usage_error(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "Error [input.not_found]: There is no 'reads.csv'" in result.stderr
