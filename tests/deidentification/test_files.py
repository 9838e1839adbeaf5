"""Folders in, folders out: each file told of, none that names somebody written."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from hemoscope.deidentification import Outcome, deidentify_files, load_key
from hemoscope.errors import InputError

from .conftest import KEY, write, written

HOW = Outcome(KEY)


def run(path: Path, out: Path, how: Outcome = HOW):
    return list(deidentify_files(path, out, how=how))


def test_a_study_comes_out_whole_by_new_names(head_hu, tmp_path):
    write(tmp_path / "in", np.stack([head_hu] * 3))
    handled = run(tmp_path / "in", tmp_path / "out")
    files = sorted((tmp_path / "out").rglob("*.dcm"))
    assert [one.error for one in handled] == [None] * 3
    assert sorted(one.output for one in handled) == [file.relative_to(tmp_path / "out").as_posix() for file in files]
    read = [dcmread(file) for file in files]
    assert len({one.SOPInstanceUID for one in read}) == 3
    assert len({one.SeriesInstanceUID for one in read}) == len({one.PatientID for one in read}) == 1
    assert all(file.stem == one.SOPInstanceUID for file, one in zip(files, read, strict=True))


def test_a_second_run_with_the_same_key_gives_the_same_files(head_hu, tmp_path):
    write(tmp_path / "in", head_hu[np.newaxis])
    one, two = ([each.output for each in run(tmp_path / "in", tmp_path / place)] for place in ("a", "b"))
    assert one == two


def test_an_archive_is_opened(head_hu, tmp_path):
    paths = write(tmp_path / "in", head_hu[np.newaxis])
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(paths[0], "a/b.dcm")
    assert [one.error for one in run(tmp_path / "in.zip", tmp_path / "out")] == [None]


def test_one_bad_file_costs_the_others_nothing(head_hu, tmp_path):
    paths = write(tmp_path / "in", np.stack([head_hu] * 4))
    paths[0].write_bytes(paths[0].read_bytes()[:200])
    named = dcmread(paths[1])
    named.ConvolutionKernel = "Quixotewicz"
    named.save_as(paths[1])
    report = dcmread(paths[2])
    del report.PixelData
    report.save_as(paths[2])
    handled = {one.input: one for one in run(tmp_path / "in", tmp_path / "out")}
    assert handled[paths[0].name].error.code in ("deidentify.unreadable", "deidentify.not_an_image")
    assert handled[paths[1].name].error.code == "deidentify.remains"
    assert "Quixotewicz" not in handled[paths[1].name].error.message
    assert handled[paths[2].name].error.code == "deidentify.not_an_image"
    assert handled[paths[3].name].error is None
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 1


def test_letters_are_flagged_and_withheld_unless_they_are_to_be_kept(head_hu, tmp_path):
    write(tmp_path / "in", written(head_hu, "QUIXOTE")[np.newaxis])
    (withheld,) = run(tmp_path / "in", tmp_path / "out")
    assert (withheld.error.code, withheld.output) == ("deidentify.burnt_in", None)
    (kept,) = run(tmp_path / "in", tmp_path / "out", Outcome(KEY, keeps_flagged=True))
    assert kept.flagged is not None
    assert (tmp_path / "out" / kept.output).is_file()


@pytest.mark.parametrize("seed", range(20))
def test_damage_ends_in_a_code(head_hu, tmp_path, seed):
    (path,) = write(tmp_path / "in", head_hu[np.newaxis])
    raw, generator = bytearray(path.read_bytes()), np.random.default_rng(seed)
    for place in generator.integers(132, 2000, 20):
        raw[place] = generator.integers(256)
    path.write_bytes(raw)
    for one in run(tmp_path / "in", tmp_path / "out"):
        assert one.output is not None or one.error.code.split(".")[0] in ("deidentify", "read", "dicom")


def test_the_output_must_lie_elsewhere(head_hu, tmp_path):
    write(tmp_path / "in", head_hu[np.newaxis])
    for out in (tmp_path / "in", tmp_path / "in" / "out"):
        with pytest.raises(InputError) as caught:
            run(tmp_path / "in", out)
        assert caught.value.code == "deidentify.same_place"


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    key = load_key(tmp_path / "deep" / "key")
    assert load_key(tmp_path / "deep" / "key") == key
    assert (tmp_path / "deep" / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"short", b"zz" * 32, b"00" * 31, b"\xff" * 64])
def test_what_is_no_key_is_refused(tmp_path, content):
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_key(tmp_path / "key")
    assert caught.value.code == "deidentify.bad_key"


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "count"), [("rsna-2019-study", 32), ("cq500-ct-0", 239), ("rsna-2019-slices", 84)])
def test_real_slices_are_written_whole_and_none_is_taken_for_one_with_letters(real_data, name, count, tmp_path):
    handled = run(real_data / name, tmp_path / "out")
    assert [one.error for one in handled if one.error is not None] == []
    assert [one.flagged for one in handled if one.flagged is not None] == []
    assert len(handled) >= count
