from pathlib import Path

import nibabel
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from hemoscope.cli import main
from hemoscope.reading import read_slice

SMALL = ["--slices", "6", "--size", "96"]


@pytest.mark.parametrize(("file_format", "suffix"), [("png", "png"), ("dicom", "dcm")])
def test_study_and_masks_are_written_and_named(tmp_path: Path, file_format: str, suffix: str) -> None:
    out = tmp_path / "study"
    arguments = ["phantom", str(out), "--format", file_format, "--bleed", "subdural", *SMALL]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert f"6 files in {out}, masks in {out / 'masks'}" in result.output
    names = [f"slice-{number:03d}" for number in range(1, 7)]
    assert sorted(path.name for path in (out / "images").iterdir()) == [f"{name}.{suffix}" for name in names]
    assert sorted(path.name for path in (out / "masks").iterdir()) == [f"{name}.png" for name in names]
    masks = np.stack([np.asarray(Image.open(out / "masks" / f"{name}.png")) for name in names])
    assert set(np.unique(masks)) == {0, 5}
    assert all(read_slice(path).pixels.shape == (96, 96) for path in (out / "images").iterdir())


def test_nifti_holds_image_and_mask_of_one_shape(tmp_path: Path) -> None:
    out = tmp_path / "study"
    result = CliRunner().invoke(main, ["phantom", str(out), "--format", "nifti", *SMALL])
    assert result.exit_code == 0, result.output
    assert "1 file in " in result.output
    image, mask = (nibabel.load(out / place) for place in ("images/head.nii.gz", "masks/mask.nii.gz"))
    assert image.shape == mask.shape == (96, 96, 6)
    assert not np.asarray(mask.dataobj).any()


def test_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        CliRunner().invoke(main, ["phantom", str(tmp_path / name), "--seed", seed, *SMALL], catch_exceptions=False)
    first, again, other = ((tmp_path / name / "images/slice-003.dcm").read_bytes() for name in "abc")
    assert first == again != other


def test_a_folder_with_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    result = CliRunner().invoke(main, ["phantom", str(tmp_path), *SMALL])
    assert result.exit_code == 2
    assert "Error [output.exists]:" in result.output
    assert "is there already and not empty. Name a new folder." in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_any_is_not_a_bleed_to_plant(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["phantom", str(tmp_path / "study"), "--bleed", "any"])
    assert result.exit_code == 2
    assert not (tmp_path / "study").exists()
