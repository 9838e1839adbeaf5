from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from pydicom import dcmread

from hemoscope.cli import main


def test_few_slices_show_the_whole_head_and_say_how_thick_they_are(tmp_path: Path) -> None:
    out = tmp_path / "study"
    CliRunner().invoke(main, ["phantom", str(out), "--slices", "7", "--size", "96"], catch_exceptions=False)
    headers = [dcmread(path) for path in sorted((out / "images").iterdir())]
    assert {header.SliceThickness for header in headers} == {20.0}
    assert np.diff([header.ImagePositionPatient[2] for header in headers]).tolist() == [20.0] * 6
    bone = [np.mean(header.pixel_array > 1324) for header in headers]
    assert bone[0] > bone[3] > 0.01


@pytest.mark.parametrize(("option", "value"), [("--seed", "-1"), ("--slices", "0"), ("--size", "0"), ("--size", "-5")])
def test_numbers_that_cannot_be_drawn_are_refused_and_leave_no_folder(tmp_path: Path, option: str, value: str) -> None:
    result = CliRunner().invoke(main, ["phantom", str(tmp_path / "study"), option, value])
    assert result.exit_code == 2
    assert "Error [settings.range]: Expected" in result.output
    assert f"received {value}" in result.output.replace("28 of ", "")
    assert not (tmp_path / "study").exists()


def test_masks_of_a_picture_study_hold_the_label_numbers(tmp_path: Path) -> None:
    out = tmp_path / "study"
    bleeds = ["--bleed", "epidural", "--bleed", "intraventricular"]
    CliRunner().invoke(main, ["phantom", str(out), "--format", "png", *bleeds, "--size", "96"], catch_exceptions=False)
    masks = np.stack([np.asarray(Image.open(path)) for path in sorted((out / "masks").iterdir())])
    assert set(np.unique(masks)) == {0, 1, 3}
