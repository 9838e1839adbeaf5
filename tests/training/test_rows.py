import shutil

import numpy as np
import pytest

from hemoscope.training.rows import Rows, RowsInFile, gather, save_rows, scratch

ARRAY = np.arange(60, dtype=np.float32).reshape(5, 3, 4)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.uint8])
def test_rows_appended_one_by_one_make_the_file_that_numpy_writes(tmp_path, dtype):
    array = ARRAY.astype(dtype)
    rows = RowsInFile(tmp_path / "new" / "rows.npy")
    for row in array:
        rows.append(row)
    found = rows.finish()
    np.save(tmp_path / "whole.npy", array)
    assert (tmp_path / "new" / "rows.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()
    assert isinstance(found, np.memmap)
    assert np.array_equal(found, array)
    assert found.dtype == dtype


def test_the_header_keeps_its_length_for_any_number_of_rows(tmp_path):
    rows = RowsInFile(tmp_path / "rows.npy")
    for _ in range(12_345):
        rows.append(np.ones(1, np.uint8))
    assert rows.finish().shape == (12_345, 1)
    assert np.load(tmp_path / "rows.npy").sum() == 12_345


def test_rows_that_are_discarded_leave_no_file(tmp_path):
    rows = RowsInFile(tmp_path / "rows.npy")
    rows.append(ARRAY[0])
    rows.discard()
    assert list(tmp_path.iterdir()) == []


def test_discarding_after_the_end_leaves_the_file(tmp_path):
    rows = RowsInFile(tmp_path / "rows.npy")
    rows.append(ARRAY[0])
    rows.finish()
    rows.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["rows.npy"]


def test_a_file_takes_no_row_of_another_shape_or_type(tmp_path):
    rows = RowsInFile(tmp_path / "rows.npy")
    rows.append(ARRAY[0])
    for odd in (ARRAY[0].T, ARRAY[0].astype(np.float64)):
        with pytest.raises(ValueError, match="expected float32 of shape"):
            rows.append(odd)
    rows.discard()


def test_rows_without_a_path_stay_in_memory():
    rows = gather(None)
    for row in ARRAY:
        rows.append(row)
    assert np.array_equal(rows.finish(), ARRAY)


def test_chosen_rows_are_those_of_the_array_by_place_slice_and_order():
    rows = Rows(ARRAY, np.array([4, 0, 2]), np.float64)
    assert rows.shape == (3, 3, 4)
    assert np.array_equal(rows[0], ARRAY[4])
    assert np.array_equal(rows[1:], ARRAY[[0, 2]])
    assert np.array_equal(rows[np.array([2, 1])], ARRAY[[2, 0]])
    assert np.array_equal(np.stack(list(rows)), ARRAY[[4, 0, 2]])
    assert rows[0].dtype == np.float64


def test_rows_of_rows_are_rows_of_the_array():
    assert np.array_equal(Rows(Rows(ARRAY, np.array([4, 0, 2])), np.array([2, 0]))[:], ARRAY[[2, 4]])


def test_chosen_rows_are_written_as_numpy_would(tmp_path):
    array = np.arange(3000, dtype=np.float16).reshape(1000, 3)
    chosen = np.arange(999, -1, -2)
    save_rows(tmp_path / "rows.npy", Rows(array, chosen))
    np.save(tmp_path / "whole.npy", array[chosen])
    assert (tmp_path / "rows.npy").read_bytes() == (tmp_path / "whole.npy").read_bytes()


def test_rows_are_not_written_onto_themselves_but_into_another_file(tmp_path):
    path = tmp_path / "rows.npy"
    np.save(path, ARRAY)
    before = path.stat().st_ino
    rows = np.load(path, mmap_mode="r")
    save_rows(path, rows)
    assert path.stat().st_ino == before
    shutil.copy(path, tmp_path / "other.npy")
    save_rows(tmp_path / "other.npy", rows)
    assert (tmp_path / "other.npy").read_bytes() == path.read_bytes()


def test_a_scratch_is_empty_at_first_and_gone_afterwards(tmp_path):
    (tmp_path / "scratch" / "left").mkdir(parents=True)  # by a call that was killed
    with scratch(tmp_path) as place:
        assert list(place.iterdir()) == []
        (place / "inputs.npy").write_bytes(b"0")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_made_for_a_scratch_alone_goes_with_it(tmp_path):
    with pytest.raises(KeyboardInterrupt), scratch(tmp_path / "out"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    with scratch(tmp_path / "out") as place:
        (place.parent / "kept.json").write_text("{}")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["kept.json"]
