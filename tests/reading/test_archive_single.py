"""One packed file comes out as it went in, or ends in a code; and never more of it than is allowed."""

import bz2
import gzip
import lzma
from dataclasses import replace

import pytest

from hemoscope.errors import InputError, ReadingError
from hemoscope.reading import archive_single
from hemoscope.reading.archive import Account, Workspace
from hemoscope.reading.archive_single import is_packed_file, open_single, unpack_single, unpack_to_memory

DATA = bytes(range(256)) * 40
PACKED = {"gz": gzip.compress(DATA), "bz2": bz2.compress(DATA), "xz": lzma.compress(DATA)}


@pytest.mark.parametrize("packer", PACKED)
def test_a_file_is_known_by_its_first_bytes_and_comes_out_as_it_went_in(packer, tmp_path):
    path = tmp_path / "head.nii.packed"
    path.write_bytes(PACKED[packer])
    assert is_packed_file(path)
    assert unpack_to_memory(path).read() == DATA
    with open_single(path) as stream:
        assert stream.read(10) == DATA[:10]
    account = Account(Workspace(tmp_path / "work"), path.name, path.stat().st_size)
    stored = unpack_single(path, account)
    assert (stored.name, stored.read_bytes()) == ("head.nii", DATA)
    assert (account.unpacked_bytes, account.workspace.entries) == (len(DATA), 1)


def test_a_file_that_is_not_packed_is_told_and_comes_out_as_it_is(tmp_path):
    (tmp_path / "head.nii").write_bytes(DATA)
    assert not is_packed_file(tmp_path / "head.nii")
    assert unpack_to_memory(tmp_path / "head.nii").read() == DATA


@pytest.mark.parametrize("packer", PACKED)
@pytest.mark.parametrize("damage", [lambda data: data[:-20], lambda data: data[:30] + b"\x55" * 40 + data[70:]])
def test_damage_ends_in_a_code_and_leaves_nothing_behind(packer, damage, tmp_path):
    path = tmp_path / "head.nii.packed"
    path.write_bytes(damage(PACKED[packer]))
    with pytest.raises(ReadingError) as caught:
        unpack_to_memory(path)
    assert str(caught.value) == (
        "Expected a whole file, but head.nii.packed cannot be unpacked to its end. Fetch the file again. "
        "[archive.truncated]"
    )
    account = Account(Workspace(tmp_path / "work"), path.name, path.stat().st_size)
    with pytest.raises(ReadingError, match=r"\[archive\.truncated\]"):
        unpack_single(path, account)
    assert list((tmp_path / "work").iterdir()) == []


def test_no_more_is_unpacked_into_memory_than_is_allowed(tmp_path, monkeypatch):
    path = tmp_path / "head.nii.gz"
    path.write_bytes(PACKED["gz"])
    limits = archive_single.IN_MEMORY
    monkeypatch.setattr(archive_single, "IN_MEMORY", replace(limits, file_bytes=len(DATA) - 1))
    with pytest.raises(ReadingError, match=r"hold at most 10,239 bytes, received more in head\.nii\.gz.*too_large\]"):
        unpack_to_memory(path)
    monkeypatch.setattr(archive_single, "IN_MEMORY", replace(limits, ratio=2, ratio_from=10))
    with pytest.raises(ReadingError, match=r"received head\.nii\.gz, which unpacks to more.*\[archive\.ratio\]"):
        unpack_to_memory(path)


def test_a_disk_that_fails_is_told(tmp_path):
    (tmp_path / "a.gz").write_bytes(PACKED["gz"])
    expected = r"read a\.gz to its end.*: Input/output error\..*\[read\.io_failed\]"
    with pytest.raises(ReadingError, match=expected), open_single(tmp_path / "a.gz"):
        raise OSError(5, "Input/output error")


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match=r"found nothing called gone\.gz"):
        is_packed_file(tmp_path / "gone.gz")
