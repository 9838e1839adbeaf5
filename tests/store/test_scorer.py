"""The real network behind the queue, on drawn heads."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from hemoscope import Predictor
from hemoscope.datasets.phantom.volume import PhantomSettings, make_phantom
from hemoscope.errors import InputError, ReadingError
from hemoscope.explanation.kept import KeptAnswer
from hemoscope.records import Status
from hemoscope.results.study_document import study_as_json
from hemoscope.store.records import State
from hemoscope.store.scorer import BundleScorer
from hemoscope.store.store import Store
from hemoscope.store.tables import series
from hemoscope.store.worker import Worker
from hemoscope.writing.dicom import write_series
from hemoscope.writing.nifti import write_nifti
from tests.datasets.layouts import draw_picture


@pytest.fixture(scope="module")
def scorer() -> BundleScorer:
    return BundleScorer(None, operating_point="balanced")


@pytest.fixture
def store(tmp_path) -> Store:
    with Store(tmp_path / "store") as opened:
        yield opened


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "head"
    phantom = make_phantom(PhantomSettings(size=96, slices=6, spacing_mm=2.4, seed=1))
    write_series(phantom.hu, folder, spacing=phantom.spacing, name="head")
    return folder


def zipped(folder: Path, path: Path, *, below: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{below}{file.name}")
    return path


def submit_files(store: Store, *paths: Path):
    arrival = store.submissions.reserve()
    arrival.folder.mkdir()
    for number, path in enumerate(paths, 1):
        shutil.copy(path, arrival.folder / f"{number:06d}{path.suffix}")
    return store.submissions.accept(arrival, name="MEIER", who="local", files=len(paths), size=1)


def keys(scorer: BundleScorer, path: Path) -> list[str | None]:
    return [one.key for one in scorer.look_into(path, on_progress=lambda _: None)]


def test_a_zip_of_a_study_is_scored_as_predict_scores_it_and_drawn(store, scorer, study, tmp_path):
    one = submit_files(store, zipped(study, tmp_path / "head.zip"))
    assert Worker(store, scorer).run(until_empty=True) == 1
    done, (answer,) = store.submissions.get(one.id), store.submissions.answers(one.id)
    (expected,) = Predictor().predict_studies(study)
    told = dict(answer.document)
    assert told.pop("input") == "000001.zip"
    wanted = json.loads(json.dumps(study_as_json(expected)))
    wanted.pop("input")
    assert {key: told[key] for key in wanted if key != "series"} == {
        key: wanted[key] for key in wanted if key != "series"
    }
    assert (done.state, done.probability, done.decision) == (State.SCORED, expected.probability, expected.decision)
    kept = KeptAnswer(answer.folder)
    assert kept.geometry()["count"] == 6
    assert kept.volume.is_file()
    assert kept.page.is_file()
    assert kept.overlay(0).is_file()
    with store.database.reading() as connection:
        (row,) = connection.execute(series.select()).all()
    assert (row.slices, row.spacing_mm) == (6, pytest.approx(expected.series.spacing_mm))
    assert len(row.uid_hash) == 64


def test_no_path_of_this_machine_is_in_a_result(store, scorer, study, tmp_path):
    one = submit_files(store, zipped(study, tmp_path / "head.zip"), zipped(study, tmp_path / "again.zip", below="b/"))
    Worker(store, scorer).run(until_empty=True)
    for answer in store.submissions.answers(one.id):
        assert str(store.folder) not in json.dumps(answer.document)
        assert one.id not in json.dumps(answer.document)


def test_a_study_has_the_same_key_whatever_it_is_packed_in(scorer, study, tmp_path):
    renamed = tmp_path / "renamed"
    renamed.mkdir()
    for number, file in enumerate(sorted(study.iterdir(), reverse=True)):
        shutil.copy(file, renamed / f"x{number}")
    places = [study, zipped(study, tmp_path / "a.zip"), zipped(study, tmp_path / "b.zip", below="deep/er/"), renamed]
    found = [keys(scorer, place) for place in places]
    assert found[0] == found[1] == found[2] == found[3]
    assert len(found[0]) == 1
    assert len(found[0][0]) == 64


def test_half_of_a_study_and_another_with_its_uid_have_other_keys(scorer, study, tmp_path):
    half, other = tmp_path / "half", tmp_path / "other"
    shutil.copytree(study, half)
    next(iter(sorted(half.iterdir()))).unlink()
    phantom = make_phantom(PhantomSettings(size=96, slices=6, spacing_mm=2.4, seed=2))
    write_series(phantom.hu, other, spacing=phantom.spacing, name="head")  # the same name gives the same UIDs
    found = {keys(scorer, place)[0] for place in (study, half, other)}
    assert len(found) == 3


def test_pictures_and_volumes_have_keys_of_their_bytes(scorer, tmp_path):
    picture = tmp_path / "a.png"
    Image.fromarray(draw_picture(label=1, seed=0)).save(picture)
    copy = tmp_path / "b.png"
    shutil.copy(picture, copy)
    assert keys(scorer, picture) == keys(scorer, copy) != [None]
    phantom = make_phantom(PhantomSettings(size=96, slices=4, spacing_mm=2.4, seed=1))
    volume = tmp_path / "v.nii.gz"
    write_nifti(phantom.hu, volume, spacing=phantom.spacing)
    assert [len(key) for key in keys(scorer, volume)] == [64]


def test_progress_grows_to_the_whole(scorer, study, tmp_path):
    told = []
    (one,) = scorer.look_into(study, on_progress=told.append)
    one.score(tmp_path / "drawn")
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == 12


def test_what_stops_the_progress_stops_the_work(scorer, study, tmp_path):
    class Stop(BaseException):
        pass

    def stop(share: float) -> None:
        if share > 0.2:
            raise Stop

    (one,) = scorer.look_into(study, on_progress=stop)
    with pytest.raises(Stop):
        one.score(tmp_path / "drawn")


def test_a_refused_study_is_drawn_and_says_why(store, scorer, tmp_path):
    Image.new("RGB", (64, 64), "white").save(tmp_path / "white.png")
    one = submit_files(store, tmp_path / "white.png")
    Worker(store, scorer).run(until_empty=True)
    (answer,) = store.submissions.answers(one.id)
    assert answer.status is Status.REFUSED
    assert store.submissions.get(one.id).state is State.REFUSED
    assert KeptAnswer(answer.folder).page.is_file()


def test_what_cannot_be_read_is_failed_and_has_nothing_to_show(store, scorer, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    one = submit_files(store, tmp_path / "broken.png")
    Worker(store, scorer).run(until_empty=True)
    (answer,) = store.submissions.answers(one.id)
    assert (answer.status, answer.folder) == (Status.FAILED, None)
    assert answer.error.code.startswith("picture.") or answer.error.code.startswith("read.")


def test_a_broken_archive_is_failed_with_its_code(store, scorer, tmp_path):
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04" + b"x" * 600)
    one = submit_files(store, tmp_path / "broken.zip")
    Worker(store, scorer).run(until_empty=True)
    assert store.submissions.get(one.id).state is State.FAILED
    assert store.submissions.answers(one.id)[0].error.code == "archive.damaged"


def test_a_folder_without_images_is_failed(store, scorer, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    one = submit_files(store, tmp_path / "notes.txt")
    Worker(store, scorer).run(until_empty=True)
    assert store.submissions.get(one.id).state is State.FAILED


def test_an_unknown_operating_point_is_refused():
    with pytest.raises(InputError, match=r"\[operating_point\.unknown\]"):
        BundleScorer(None, operating_point="nonsense")


def test_the_only_file_is_opened_and_not_its_folder(scorer, tmp_path):
    with pytest.raises((InputError, ReadingError)):
        list(scorer.look_into(tmp_path / "nothing.zip", on_progress=print))
