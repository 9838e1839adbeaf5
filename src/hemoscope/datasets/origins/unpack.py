"""Collections that come as an archive are unpacked once, into the user's cache."""

import hashlib
import shutil
import tempfile
import zipfile
from pathlib import Path

from hemoscope.datasets.cache import cache_folder
from hemoscope.errors import DatasetError


def unpack(archive: Path) -> Path:
    """Unpack a ZIP file into the cache, unless it is there already.

    Args:
        archive: The file. Members are written under their own names; folders in it are kept.

    Returns:
        The folder with its contents, named by the archive's SHA-256.

    Raises:
        DatasetError: "data.bad_archive" where it is damaged.
    """
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()[:16]
    cache = cache_folder()
    target = cache / f"{archive.stem}-{digest}"
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=cache, prefix=".unpack-"))
    try:
        with zipfile.ZipFile(archive) as members:
            members.extractall(temporary)
        temporary.rename(target)
    except zipfile.BadZipFile as error:
        raise DatasetError("data.bad_archive", f"{archive.name} is damaged.", "Fetch the collection again.") from error
    except OSError:
        if not target.is_dir():  # another process was not faster
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target
