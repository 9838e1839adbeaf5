"""hemoscope paint as a user types it."""

import shutil

import numpy as np
from click.testing import CliRunner
from PIL import Image

from hemoscope.cli import main
from hemoscope.datasets.lesions import LOOKALIKES
from hemoscope.datasets.phantom import PhantomSettings
from hemoscope.datasets.phantom.study import write_study
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
    assert size_of(out) == ((1 + len(LOOKALIKES)) * 256, 256)


def test_a_head_is_painted_through_with_a_row_per_subtype_and_a_column_per_slice(tmp_path):
    write_study(PhantomSettings(size=96, spacing_mm=2.4, slices=6, seed=2), tmp_path / "head", file_format="dicom")
    out = tmp_path / "sheet.png"
    head = str(tmp_path / "head" / "images")
    result = CliRunner().invoke(main, ["paint", head, "--through", "--slices", "4", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "columns are slice 1, slice 2, slice 4, slice 5" in result.stdout
    with Image.open(out) as sheet:
        assert sheet.size == (4 * 256, 6 * 256)
        rows = [np.asarray(sheet)[start : start + 256] for start in range(0, 6 * 256, 256)]
    assert not (rows[0][:, :, 0] != rows[0][:, :, 1]).any()
    assert sum(bool((row[:, :, 0] != row[:, :, 1]).any()) for row in rows[1:]) >= 4


def test_a_head_in_an_archive_is_painted_as_in_a_folder(tmp_path):
    write_study(PhantomSettings(size=96, spacing_mm=2.4, slices=6, seed=2), tmp_path / "head", file_format="dicom")
    head, archive = (
        tmp_path / "head" / "images",
        shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path / "head"),
    )
    for place, out in ((str(head), "folder.png"), (archive, "archive.png")):
        result = CliRunner().invoke(main, ["paint", place, "--through", "--slices", "2", "--out", str(tmp_path / out)])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "archive.png").read_bytes() == (tmp_path / "folder.png").read_bytes()


def test_lookalikes_are_not_painted_through(tmp_path):
    result = CliRunner().invoke(main, ["paint", str(tmp_path), "--through", "--lookalikes"])
    assert result.exit_code == 2
    assert "--through paints bleeds; leave out --lookalikes." in result.stderr
