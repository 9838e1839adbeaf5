"""Everything that a user names gets one answer: studies, slices, and files that cannot be read."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from hemoscope import Predictor
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.errors import InputError
from hemoscope.inference.batch import Batch, is_place_of_studies, name_studies
from hemoscope.reading import open_studies
from hemoscope.records import SliceResult, Status, StudyResult
from hemoscope.writing.dicom import write_series
from tests.datasets.layouts import draw_picture


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def mess(tmp_path_factory) -> Path:
    """Two studies, a single slice, a picture, a broken picture and a text, in one folder."""
    folder = tmp_path_factory.mktemp("mess")
    for number in range(2):
        phantom = make_phantom(PhantomSettings(size=96, slices=4, spacing_mm=2.4, seed=number))
        write_series(phantom.hu, folder / f"study{number}", spacing=phantom.spacing, name=f"study {number}")
    write_series(phantom.hu[:1], folder / "single", spacing=phantom.spacing, name="single")
    Image.fromarray(draw_picture(label=1, seed=0)).save(folder / "picture.png")
    (folder / "broken.png").write_bytes((folder / "picture.png").read_bytes()[:500])
    (folder / "notes.txt").write_text("nothing")
    return folder


def answers(predictor, folder, **options):
    return [examined.result for examined in Batch(predictor, **options).studies(folder)]


def test_each_kind_of_input_has_one_answer_of_its_own_kind(predictor, mess):
    told = []
    results = answers(predictor, mess, on_progress=lambda done, known: told.append((done, known)))
    assert {(Path(result.input).name, type(result)) for result in results} == {
        ("broken.png", SliceResult),
        ("picture.png", SliceResult),
        ("slice-001.dcm", SliceResult),
        ("study0", StudyResult),
        ("study1", StudyResult),
    }
    statuses = {Path(result.input).name: result.status for result in results}
    assert statuses.pop("broken.png") is Status.FAILED
    assert set(statuses.values()) == {Status.SCORED}
    assert told[-1] == (11, 11)  # two studies of four slices, a slice, and both pictures


def test_what_has_an_answer_is_passed_over(predictor, mess):
    results = answers(predictor, mess)
    done = {result.key for result in results[:3]}
    assert answers(predictor, mess, done=done) == results[3:]
    assert answers(predictor, mess, done={result.key for result in results}) == []


def test_two_studies_in_one_folder_have_names_of_their_own(mess, tmp_path):
    for number in range(2):
        for path in (mess / f"study{number}").iterdir():
            shutil.copy(path, tmp_path / f"{number}-{path.name}")
    with open_studies(tmp_path) as found:
        names = name_studies(found.studies, tmp_path)
    assert len(names) == len(set(names)) == 2


def test_a_folder_without_anything_to_score_is_an_error(predictor, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError) as error:
        answers(predictor, tmp_path)
    assert error.value.code == "input.no_images"


def test_folders_archives_and_volumes_are_places_of_studies_and_single_files_are_not(mess, tmp_path):
    archive = Path(shutil.make_archive(str(tmp_path / "study"), "zip", mess / "study0"))
    packed = Path(shutil.make_archive(str(tmp_path / "study"), "gztar", mess / "study0"))
    plain = Path(shutil.make_archive(str(tmp_path / "study"), "tar", mess / "study0"))
    assert [is_place_of_studies(path) for path in (mess, archive, packed, plain)] == [True] * 4
    loose = (mess / "picture.png", mess / "broken.png", mess / "single" / "slice-001.dcm", mess / "gone.dcm")
    assert [is_place_of_studies(path) for path in (*loose, mess / "notes.txt")] == [False] * 5


def test_a_picture_in_an_archive_is_named_as_it_is_there(predictor, mess, tmp_path):
    (tmp_path / "in" / "a").mkdir(parents=True)
    shutil.copy(mess / "picture.png", tmp_path / "in" / "a")
    archive = shutil.make_archive(str(tmp_path / "pictures"), "zip", tmp_path / "in")
    (result,) = answers(predictor, archive)
    assert result.input == str(Path(archive, "a", "picture.png"))
    assert result.status is Status.SCORED


def test_what_waits_says_which_files_its_answer_is_made_from(predictor, mess):
    batch = Batch(predictor)
    found = {}
    for one in batch.waiting(mess):
        found[Path(one.name).name] = (len(one.files), one.slices, one.study_uid is not None)
        assert all(path.is_file() for path in one.files)
        batch.pass_over(one)
    assert found == {
        "broken.png": (1, 1, False),
        "picture.png": (1, 1, False),
        "slice-001.dcm": (1, 1, True),
        "study0": (4, 4, True),
        "study1": (4, 4, True),
    }


def test_what_is_passed_over_counts_as_done(predictor, mess):
    told = []
    batch = Batch(predictor, on_progress=lambda done, known: told.append((done, known)))
    for one in batch.waiting(mess):
        batch.pass_over(one)
    assert told[-1] == (11, 11)
