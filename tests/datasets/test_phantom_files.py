"""Phantom studies and examples as files."""

import numpy as np
import pytest
from PIL import Image

from hemoscope.datasets.phantom import PhantomSettings, make_phantom
from hemoscope.datasets.phantom.example import write_examples
from hemoscope.datasets.phantom.study import FORMATS, write_study
from hemoscope.errors import InputError
from hemoscope.reading import read_slice
from hemoscope.terms import Label, Unit

SETTINGS = PhantomSettings(size=96, spacing_mm=2.4, slices=5, bleeds=(Label.SUBDURAL,), seed=2)


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_writes_images_and_masks(tmp_path, file_format):
    paths = write_study(SETTINGS, tmp_path / "study", file_format=file_format)
    assert len(paths) == (1 if file_format == "nifti" else 5)
    assert all(path.is_file() and path.parent.name == "images" for path in paths)
    assert any((tmp_path / "study" / "masks").iterdir())


def test_a_dicom_study_reads_back_as_it_was_drawn(tmp_path):
    paths = write_study(SETTINGS, tmp_path / "study", file_format="dicom")
    drawn = make_phantom(SETTINGS)
    for path, hu in zip(paths, drawn.hu, strict=True):
        image = read_slice(path)
        assert image.unit is Unit.HU
        assert np.array_equal(image.pixels, hu)


def test_masks_hold_the_number_of_the_subtype(tmp_path):
    write_study(SETTINGS, tmp_path / "study", file_format="png")
    masks = [np.asarray(Image.open(path)) for path in sorted((tmp_path / "study" / "masks").iterdir())]
    assert np.array_equal(np.stack(masks), make_phantom(SETTINGS).mask)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match=r"is there already and not empty.*\[output\.exists\]"):
        write_study(SETTINGS, tmp_path, file_format="png")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_every_example_but_the_empty_one_shows_a_head(tmp_path):
    study, *paths = write_examples(tmp_path / "input")
    assert len(list(study.glob("*.dcm"))) == 24
    shapes = {path.name: read_slice(path).pixels.std() for path in paths}
    assert shapes.pop("empty.png") == 0
    assert len(shapes) == 5
    assert min(shapes.values()) > 0.1
