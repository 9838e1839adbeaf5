"""Studies come out of the collections in order, without telling by their spacing where the bleed is."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hemoscope.datasets.load import load_collection
from hemoscope.datasets.origins import UNKNOWN
from hemoscope.datasets.studies import study_table
from hemoscope.datasets.studies.sources import load_studies, read_phe_sich
from hemoscope.errors import DatasetError
from tests.datasets.layouts import draw_picture
from tests.datasets.public_sets import write_cq500, write_rsna

SLOTS = {
    "0002": {1: "neg", 3: "neg", 6: "pos-edge", 7: "pos", 8: "pos", 9: "pos", 13: "neg", 15: "neg"},
    "0004": {0: "neg", 2: "neg", 4: "neg"},
}
"""As the collection keeps them: every slice of a bleed, every other one elsewhere."""


@pytest.fixture(scope="module")
def collections(tmp_path_factory) -> Path:
    """Two heads in the layout of phe-sich, files in no order; and two of abdulkader90."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "phe-sich" / "images").mkdir(parents=True)
    lines = []
    for patient, slots in SLOTS.items():
        for slot, status in sorted(slots.items(), reverse=True):
            name = f"{patient}_{slot:02d}.png"
            Image.fromarray(draw_picture(label=0, seed=slot)).save(folder / "phe-sich" / "images" / name)
            lines.append(f"{name},{int(status != 'neg')},{status},phe-{patient}")
    (folder / "phe-sich" / "labels.csv").write_text("file,any,status,patient\n" + "\n".join(lines) + "\n")
    (folder / "abdulkader90").mkdir()
    lines = []
    for patient, has_blood in (("5_0", 1), ("N1_0", 0)):
        for number in range(96, 105):
            name = f"training_{patient}_{number}.jpg"
            Image.fromarray(draw_picture(label=0, seed=number)).save(folder / "abdulkader90" / name)
            lines.append(f"{name},{has_blood},{patient}")
    header = "file,patient_has_hemorrhage,patient\n"
    (folder / "abdulkader90" / "patients.csv").write_text(header + "\n".join(lines) + "\n")
    return folder


def test_a_head_keeps_every_other_slice_of_its_bleed_and_comes_without_it_too(collections):
    studies = {study.key: study for study in read_phe_sich(collections / "phe-sich")}
    assert set(studies) == {"phe-sich/phe-0002/whole", "phe-sich/phe-0002/without", "phe-sich/phe-0004/without"}
    whole = studies["phe-sich/phe-0002/whole"]
    assert [targets[0] for targets in whole.slice_targets] == [0, 0, 1, 1, 0, 0]  # slots 1, 3, 7, 9, 13, 15
    assert whole.study_targets == (1, 0, 1, UNKNOWN, UNKNOWN, 0)
    assert (whole.spacing_mm, whole.group) == (10.0, "phe-sich/phe-0002")
    without = studies["phe-sich/phe-0002/without"]
    assert (len(without.parts), without.study_targets, without.group) == (4, (0.0,) * 6, whole.group)


def test_slices_are_read_in_the_order_of_their_numbers(collections):
    without = next(one for one in read_phe_sich(collections / "phe-sich") if one.key == "phe-sich/phe-0004/without")
    expected = [np.asarray(draw_picture(label=0, seed=slot)) / np.float32(255) for slot in (0, 2, 4)]
    for index, pixels in enumerate(expected):
        assert np.allclose(without.read(index).pixels, pixels, atol=1e-3)


def test_of_a_patients_label_the_slices_of_one_with_hemorrhage_are_unknown(collections):
    studies = {study.key: study for study in load_studies(collections) if study.origin == "abdulkader90"}
    bleeding, normal = studies["abdulkader90/5_0"], studies["abdulkader90/N1_0"]
    assert bleeding.parts == ((0, 1, 2, 3), (4, 5, 6, 7))
    assert bleeding.read(0).source == "training_5_0_96.jpg"
    assert bleeding.read(8).source == "training_5_0_104.jpg"
    assert bleeding.study_targets == (1.0, *(UNKNOWN,) * 5)
    assert {target for targets in bleeding.slice_targets for target in targets} == {UNKNOWN}
    assert normal.study_targets == (0.0,) * 6
    assert normal.spacing_mm == 5.0


def test_a_folder_without_studies_is_an_error(tmp_path):
    with pytest.raises(DatasetError, match=r"holds no studies: none of phe-sich, .*\[data\.no_study\]"):
        load_studies(tmp_path)


@pytest.mark.real_data
def test_the_real_collections_give_their_studies(real_data):
    studies = load_studies(real_data)
    counts = {origin: sum(study.origin == origin for study in studies) for origin in {one.origin for one in studies}}
    assert counts == {"phe-sich": 158, "abdulkader90": 9, "cq500-ct-0": 1}
    contrast = next(study for study in studies if study.origin == "cq500-ct-0")
    assert 25 <= len(contrast.parts) <= 60
    assert contrast.spacing_mm == pytest.approx(5.0, abs=1.0)


def test_a_public_set_with_slice_labels_gives_its_studies_with_what_each_slice_shows(tmp_path):
    folder = write_rsna(tmp_path / "rsna")
    table = study_table(load_collection(folder))
    studies = load_studies(folder)
    assert [study.key for study in studies] == [f"{table.name}/{item.key}" for item in table.studies]
    for study, item in zip(studies, table.studies, strict=True):
        assert [targets[0] for targets in study.slice_targets] == [slice_.label for slice_ in item.items]
        assert study.study_targets[0] == max(targets[0] for targets in study.slice_targets)
        assert study.read(0).pixels.shape == item.items[0].read().pixels.shape


def test_of_a_study_with_hemorrhage_by_its_label_alone_nothing_is_known_of_the_slices(tmp_path):
    studies = load_studies(write_cq500(tmp_path / "cq500"))
    assert {study.study_targets[0] for study in studies} == {0, 1}
    for study in studies:
        expected = UNKNOWN if study.study_targets[0] else 0
        assert all(targets[0] == expected for targets in study.slice_targets)
