"""The best series is chosen, and every other told why not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from hemoscope.reading import Study, open_studies
from tests.reading.series_files import write_edited

WHOLE = np.random.default_rng(1).integers(-1024, 1500, (28, 8, 8)).astype(np.int16)
CORONAL = ["1", "0", "0", "0", "0", "-1"]


def study_of(folder: Path, **series: dict[str, Any]) -> Study:
    """A study of several series, each 28 slices of 5 mm but for the attributes given."""
    for name, attributes in series.items():
        write_edited(attributes.pop("volume", WHOLE), folder / name, _edit(name, attributes), name="study")
    with open_studies(folder) as found:
        assert found.problems == ()
        (study,) = found.studies
        return study


def _edit(name: str, attributes: dict[str, Any]) -> Callable[[Dataset, int], None]:
    def edit(dataset: Dataset, index: int) -> None:
        number = sum(map(ord, name))
        dataset.SeriesInstanceUID, dataset.SOPInstanceUID = f"1.2.{number}", f"1.2.{number}.{index + 1}"
        step = attributes.get("step", 5)
        dataset.ImagePositionPatient = ["0", "0", f"{index * step:g}"]
        dataset.SliceThickness = f"{step:g}"
        for keyword, value in attributes.items():
            if keyword != "step":
                setattr(dataset, keyword, value)

    return edit


def passed(study: Study) -> dict[str, tuple[str, str]]:
    return {one.series.source: (one.code, one.reason) for one in study.passed_over}


def test_the_only_series_is_chosen_and_described(tmp_path: Path):
    study = study_of(tmp_path, head={})
    assert study.reason == (
        "The only series of the study: axial, original, no sign of contrast, soft kernel, 28 slices 5.0 mm apart over "
        "135 mm."
    )
    assert study.passed_over == ()
    assert study.notices == ()
    assert study.error is None


def test_a_usual_study_is_seen_through(tmp_path: Path):
    study = study_of(
        tmp_path,
        scout={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "volume": WHOLE[:2]},
        bone={"ConvolutionKernel": "BONEPLUS"},
        thin={"volume": np.concatenate([WHOLE] * 5), "step": 1},
        coronal={"ImageOrientationPatient": CORONAL, "ImageType": ["DERIVED", "SECONDARY", "REFORMATTED"]},
        contrast={"ContrastBolusAgent": "OMNIPAQUE"},
        mip={"ImageType": ["DERIVED", "SECONDARY", "AXIAL", "MIP"]},
        average={"ImageType": ["DERIVED", "SECONDARY", "AXIAL", "AVERAGE"]},
        neck={"BodyPartExamined": "NECK"},
        part={"volume": WHOLE[:11]},
        good={},
    )
    assert study.chosen is not None
    assert study.chosen.source == "good"
    assert study.warnings == ()
    assert study.reason == (
        "The best of 10 series for finding hemorrhage: axial, original, no sign of contrast, soft kernel, 28 slices "
        "5.0 mm "
        "apart over 135 mm."
    )
    assert passed(study) == {
        "scout": ("series.localizer", "It is a scout view."),
        "bone": ("series.bone_kernel", "It has a bone kernel, whose noise hides blood."),
        "thin": ("series.thin", "It has slices of 1.0 mm, which are noisier than usual ones."),
        "coronal": ("series.other_plane", "It is a coronal reformat."),
        "contrast": ("series.contrast", "It was made after a contrast agent, which can look like blood."),
        "mip": ("series.projection", "It is a projection or a rendering, which mixes the densities of many slices."),
        "average": ("series.derived", "It is derived from another by (0008,0008) Image Type."),
        "neck": ("series.other_region", "It is of another part of the body by (0018,0015) Body Part Examined."),
        "part": ("series.partial_cover", "It covers only 50 mm of the head."),
    }


def test_thick_slices_lose_and_equals_are_settled_by_length(tmp_path: Path):
    study = study_of(tmp_path, thick={"step": 10, "volume": WHOLE[:15]}, short={"volume": WHOLE[:26]}, long={})
    assert study.chosen is not None
    assert study.chosen.source == "long"
    assert passed(study) == {
        "thick": ("series.thick", "It has slices of 10.0 mm, in which small bleeds fade."),
        "short": ("series.second_choice", "It is as good, but the chosen one has 28 slices and it 26."),
    }


@pytest.mark.parametrize(
    ("attributes", "code", "message"),
    [
        (
            {"ContrastBolusAgent": "IV"},
            "series.contrast",
            "The scored series was made after a contrast agent, which can look like blood.",
        ),
        (
            {"ConvolutionKernel": "H70h"},
            "series.bone_kernel",
            "The scored series has a bone kernel, whose noise hides blood.",
        ),
        ({"volume": WHOLE[:5]}, "series.partial_cover", "The scored series covers only 20 mm of the head."),
        ({"volume": WHOLE[:1]}, "series.partial_cover", "The scored series has a single slice."),
        (
            {"BodyPartExamined": "CHEST"},
            "series.other_region",
            "The scored series is of another part of the body by (0018,0015) Body Part Examined.",
        ),
    ],
)
def test_what_there_is_is_scored_with_a_warning(attributes: dict[str, Any], code: str, message: str, tmp_path: Path):
    study = study_of(tmp_path, head=attributes)
    assert study.chosen is not None
    assert [(notice.code, notice.message) for notice in study.warnings] == [(code, message)]


def test_a_soft_series_after_contrast_beats_nothing_but_loses_to_bone_without(tmp_path: Path):
    study = study_of(tmp_path, contrast={"SeriesDescription": "Head C+"}, bone={"ConvolutionKernel": "BONE"})
    assert study.chosen is not None
    assert study.chosen.source == "bone"
    assert [notice.code for notice in study.warnings] == ["series.bone_kernel"]


def test_one_slice_without_contrast_does_not_beat_a_whole_head_with(tmp_path: Path):
    study = study_of(tmp_path, slice={"volume": WHOLE[:1]}, head={"ContrastBolusAgent": "IV"})
    assert study.chosen is not None
    assert study.chosen.source == "head"


def test_a_study_without_axial_slices_is_not_scored_and_says_why(tmp_path: Path):
    study = study_of(
        tmp_path,
        scout={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "volume": WHOLE[:1]},
        coronal={"ImageOrientationPatient": CORONAL},
    )
    assert study.chosen is None
    assert study.reason == "No series can be scored."
    assert study.error is not None
    assert (study.error.code, study.error.message, study.error.next_step) == (
        "study.nothing_to_score",
        "Expected an axial head CT series, received 2 series that cannot be scored. It is a coronal reformat. It is a "
        "scout "
        "view.",
        "Export the axial head CT series of the study.",
    )


def test_the_order_on_disk_does_not_change_the_choice(tmp_path: Path):
    first = study_of(tmp_path / "1", a={}, b={}, c={})
    second = study_of(tmp_path / "2", c={}, b={}, a={})
    assert first.chosen is not None
    assert second.chosen is not None
    assert first.chosen.uid == second.chosen.uid
