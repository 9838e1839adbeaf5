"""hemoscope paint as a user types it."""

from click.testing import CliRunner
from PIL import Image

from hemoscope.cli import main
from tests.datasets.layouts import draw_picture


def size_of(path):
    with Image.open(path) as picture:
        return picture.size


def test_a_sheet_is_written_and_its_columns_named(tmp_path):
    for seed in range(3):
        Image.fromarray(draw_picture(label=0, seed=seed)).save(tmp_path / f"{seed}.png")
    out = tmp_path / "sheet.jpg"
    result = CliRunner().invoke(main, ["paint", str(tmp_path), "--out", str(out), "--slices", "2"])
    assert result.exit_code == 0, result.output
    assert "columns are as it is, epidural, intraparenchymal" in result.stdout
    assert size_of(out) == (6 * 256, 2 * 256)


def test_lookalikes_have_a_column_each(tmp_path):
    Image.fromarray(draw_picture(label=0, seed=1)).save(tmp_path / "1.png")
    out = tmp_path / "sheet.png"
    result = CliRunner().invoke(main, ["paint", str(tmp_path / "1.png"), "--lookalikes", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "metal" in result.stdout
    assert size_of(out) == (16 * 256, 256)
