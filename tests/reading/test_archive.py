"""What may come out of an archive, and that every attack on that ends in a code."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hemoscope.errors import ReadingError
from hemoscope.reading import ArchiveLimits, open_studies
from hemoscope.reading.archive import Account, Workspace, check_name
from hemoscope.writing.picture import write_picture

LIMITS = ArchiveLimits(entries=20, total_bytes=200_000, file_bytes=100_000, ratio=10, ratio_from=50_000)


@pytest.fixture(scope="module")
def png(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A picture of a few bytes."""
    import numpy as np

    path = tmp_path_factory.mktemp("picture") / "slice.png"
    write_picture(np.zeros((8, 8)), path)
    return path.read_bytes()


def make_zip(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def make_tar(path: Path, entries: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def found(path: Path, limits: ArchiveLimits = LIMITS) -> tuple[list[str], list[str]]:
    """Names of the pictures that came out, and the codes of the problems."""
    with open_studies(path, limits=limits) as result:
        assert all(picture.path.is_file() for picture in result.pictures)
        return [picture.path.name for picture in result.pictures], [problem.error.code for problem in result.problems]


MAKERS = [
    ("a.zip", make_zip),
    ("a.tar", make_tar),
    ("a.tar.gz", lambda path, entries: make_tar(path, entries, "w:gz")),
    ("a.tar.bz2", lambda path, entries: make_tar(path, entries, "w:bz2")),
    ("a.tar.xz", lambda path, entries: make_tar(path, entries, "w:xz")),
    ("no-name", lambda path, entries: make_tar(path, entries, "w:gz")),
]
Maker = Callable[[Path, dict[str, bytes]], Path]


@pytest.mark.parametrize(("name", "make"), MAKERS, ids=[name for name, _ in MAKERS])
def test_any_archive_gives_its_pictures_in_the_order_of_their_names(name: str, make: Maker, png: bytes, tmp_path: Path):
    path = make(tmp_path / name, {"b/two.png": png, "a/one.png": png, "__MACOSX/x.png": png, ".hidden.png": png})
    assert found(path) == (["one.png", "two.png"], [])


@pytest.mark.parametrize(("name", "make"), MAKERS[:3], ids=[name for name, _ in MAKERS[:3]])
@pytest.mark.parametrize(
    "evil", ["../out.png", "a/../../out.png", "/etc/out.png", "C:/out.png", "..\\out.png", "C:\\out.png"]
)
def test_a_name_that_leads_outside_is_left_out(name: str, make: Maker, evil: str, png: bytes, tmp_path: Path):
    (tmp_path / "in").mkdir()
    path = make(tmp_path / "in" / name, {evil: png, "good.png": png})
    assert found(path) == (["good.png"], ["archive.unsafe_path"])
    assert sorted(file.name for file in tmp_path.rglob("*")) == sorted(["in", name])


@pytest.mark.parametrize(("name", "make"), MAKERS[:3], ids=[name for name, _ in MAKERS[:3]])
def test_too_many_files_give_nothing(name: str, make: Maker, png: bytes, tmp_path: Path):
    path = make(tmp_path / name, {f"{index}.png": png for index in range(21)})
    assert found(path) == ([], ["archive.too_many_files"])


@pytest.mark.parametrize(("name", "make"), [MAKERS[0], MAKERS[2]], ids=["zip", "tar.gz"])
def test_a_bomb_is_known_by_its_ratio(name: str, make: Maker, png: bytes, tmp_path: Path):
    path = make(tmp_path / name, {"good.png": png, "bomb.png": bytes(90_000)})
    assert path.stat().st_size < 2_000
    assert found(path) == ([], ["archive.ratio"])
    with open_studies(path, limits=LIMITS) as result:
        (problem,) = result.problems
    assert problem.input == name
    assert problem.error.message == (
        f"Expected an archive that unpacks to at most 10 times its size, received {name}, which unpacks to more, as "
        "archives made to fill a disk do."
    )


def test_a_file_that_is_too_large_is_stopped_whatever_its_header_says(png: bytes, tmp_path: Path):
    path = make_zip(tmp_path / "a.zip", {"big.png": bytes(120_000)}, zipfile.ZIP_STORED)
    assert found(path) == ([], ["archive.too_large"])


def test_all_archives_of_a_folder_share_one_bound(png: bytes, tmp_path: Path):
    for name in ("a.zip", "b.zip", "c.zip"):
        make_zip(tmp_path / name, {"x.png": png + bytes(90_000)}, zipfile.ZIP_STORED)
    pictures, codes = found(tmp_path)
    assert pictures == ["x.png", "x.png"]
    assert codes == ["archive.too_large"]


def test_a_refused_archive_costs_its_neighbors_nothing(png: bytes, tmp_path: Path):
    make_zip(tmp_path / "a.zip", {"bomb.png": bytes(90_000)})
    make_zip(tmp_path / "b.zip", {"good.png": png})
    (tmp_path / "c.png").write_bytes(png)
    assert found(tmp_path) == (["good.png", "c.png"], ["archive.ratio"])


def test_entries_that_share_bytes_are_refused(png: bytes, tmp_path: Path):
    path = make_zip(tmp_path / "a.zip", {"one.png": bytes(range(256)) * 4, "two.png": png}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = (60).to_bytes(4, "little")
    path.write_bytes(data)
    assert found(path) == ([], ["archive.overlap"])


def test_an_encrypted_entry_has_its_own_code(png: bytes, tmp_path: Path):
    path = make_zip(tmp_path / "a.zip", {"one.png": png, "two.png": png})
    data = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(magic) + offset] |= 1
    path.write_bytes(data)
    assert found(path) == (["two.png"], ["archive.encrypted"])


def test_a_link_in_a_zip_is_left_out(png: bytes, tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("link.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("good.png", png)
    assert found(tmp_path / "a.zip") == (["good.png"], ["archive.special_entry"])


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_left_out(kind: bytes, png: bytes, tmp_path: Path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        special = tarfile.TarInfo("special.png")
        special.type, special.linkname = kind, "/etc/passwd"
        archive.addfile(special)
        good = tarfile.TarInfo("good.png")
        good.size = len(png)
        archive.addfile(good, io.BytesIO(png))
    assert found(path) == (["good.png"], ["archive.special_entry"])


def test_an_extended_header_cannot_fill_the_memory(tmp_path: Path):
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 8 << 30
    (tmp_path / "a.tar").write_bytes(long_name.tobuf(tarfile.GNU_FORMAT) + bytes(10_240))
    assert found(tmp_path / "a.tar") == ([], ["archive.too_large"])


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz"])
def test_what_came_before_the_break_of_a_tar_is_kept(name: str, png: bytes, tmp_path: Path):
    import random

    noise = random.Random(1).randbytes(40_000)
    path = make_tar(tmp_path / name, {"good.png": png, "zlost.png": noise}, "w" if name == "a.tar" else "w:gz")
    path.write_bytes(path.read_bytes()[:20_000])
    assert found(path) == (["good.png"], ["archive.truncated"])


def test_a_tar_that_ends_between_two_files_is_truncated_all_the_same(png: bytes, tmp_path: Path):
    path = make_tar(tmp_path / "a.tar", {"good.png": png + bytes(1024 - len(png)), "lost.png": png})
    path.write_bytes(path.read_bytes()[: 512 + 1024])
    assert found(path) == (["good.png"], ["archive.truncated"])


def test_a_truncated_zip_is_damaged(png: bytes, tmp_path: Path):
    path = make_zip(tmp_path / "a.zip", {"good.png": png})
    path.write_bytes(path.read_bytes()[:60])
    assert found(path) == ([], ["archive.damaged"])


def test_a_wrong_checksum_costs_one_entry(png: bytes, tmp_path: Path):
    path = make_zip(tmp_path / "a.zip", {"bad.png": png, "good.png": png}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[45] ^= 0xFF
    path.write_bytes(data)
    assert found(path) == (["good.png"], ["archive.damaged"])


def test_an_entry_without_a_name_or_outside_the_file_ends_in_a_code(png: bytes, tmp_path: Path):
    path = make_zip(tmp_path / "a.zip", {"x": png}, zipfile.ZIP_STORED)
    whole = path.read_bytes()
    central = whole.rfind(b"PK\x01\x02")
    for at, value in ((28, b"\x00\x00"), (42, b"\xff\xff\xff\x7f")):
        data = bytearray(whole)
        data[central + at : central + at + len(value)] = value
        path.write_bytes(data)
        assert found(path) == ([], ["archive.damaged"])


def test_one_archive_inside_another_is_opened_and_a_third_is_not(png: bytes, tmp_path: Path):
    third = make_zip(tmp_path / "third.zip", {"deep.png": png}).read_bytes()
    second = make_zip(tmp_path / "second.zip", {"third.zip": third, "middle.png": png}).read_bytes()
    place = tmp_path / "place"
    place.mkdir()
    path = make_zip(place / "first.zip", {"second.zip": second, "top.png": png})
    with open_studies(path, limits=LIMITS) as result:
        assert [picture.path.name for picture in result.pictures] == ["middle.png", "top.png"]
        assert [problem.input for problem in result.problems] == ["first.zip/second.zip/third.zip"]
        assert [problem.error.code for problem in result.problems] == ["archive.nested"]


def test_unpacked_files_vanish_at_the_end(png: bytes, tmp_path: Path):
    with open_studies(make_zip(tmp_path / "a.zip", {"one.png": png})) as result:
        picture = result.pictures[0].path
        assert picture.is_file()
    assert not picture.exists()
    assert not picture.parent.exists()


def test_a_full_disk_is_told(png: bytes, tmp_path: Path):
    class Full:
        def read(self, size: int, /) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(ReadingError, match=r"Expected room to unpack a\.zip.*\[archive\.disk_full\]"):
        Account(Workspace(tmp_path / "work"), "a.zip", 100).store(Full(), "x.png")
    assert list((tmp_path / "work").iterdir()) == []


def test_the_message_names_no_path():
    with pytest.raises(ReadingError) as caught:
        check_name("/home/someone/secret.dcm", "a.zip")
    assert "secret" not in str(caught.value)
    assert "someone" not in str(caught.value)
