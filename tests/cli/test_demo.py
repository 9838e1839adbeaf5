"""hemoscope demo: what a newcomer sees first."""

from click.testing import CliRunner

from hemoscope.cli import main


def test_the_demo_scores_examples_and_writes_a_page_to_look_at(tmp_path):
    result = CliRunner().invoke(main, ["demo", str(tmp_path / "demo")])
    assert result.exit_code == 0, result.output
    assert "6 scored, 1 refused, 0 failed" in result.stdout
    assert "Research use only" in result.stdout
    page = (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")
    assert "drawn-study" in page
    assert "Probability of each slice, from feet to head" in page
    assert "drawn-subdural.png" in page
    assert "real-head.dcm" in page
    assert (tmp_path / "demo" / "results.csv").is_file()


def test_the_demo_can_be_run_again_in_the_same_place(tmp_path):
    for _ in range(2):
        assert CliRunner().invoke(main, ["demo", str(tmp_path / "demo")]).exit_code == 0
