"""Studies from a DICOMweb server into a folder, or into the queue of a store."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hemoscope.errors import HemoscopeError
from hemoscope.pacs.dicomweb import Web
from hemoscope.store.store import Store

SENDER = "dicom:DICOMWEB"
"""Who submits what was fetched: results go back as for what came by C-STORE."""


def fetch_studies(
    web: Web, studies: Sequence[str], out: Path, *, on_progress: Callable[[int, int], None]
) -> list[HemoscopeError]:
    """Fetch studies, each into a folder of its own.

    Args:
        web: The server.
        studies: Their UIDs.
        out: Gets study-0001 and so on, in the order of the UIDs.
        on_progress: Called with how many studies are done, and how many there are.

    Returns:
        The errors of those that did not come.
    """

    def fetch(number: int, study: str) -> None:
        web.fetch(study, out / f"study-{number:04d}")

    return _one_by_one(studies, fetch, on_progress)


def submit_studies(
    web: Web, studies: Sequence[str], store: Store, *, on_progress: Callable[[int, int], None]
) -> list[HemoscopeError]:
    """Fetch studies and put each into the queue once it is whole.

    Args:
        web: The server.
        studies: Their UIDs.
        store: Whose queue.
        on_progress: As for `fetch_studies`.

    Returns:
        The errors of those that did not come.
    """

    def submit(_: int, study: str) -> None:
        arrival = store.submissions.reserve()
        try:
            count = web.fetch(study, arrival.folder)
            size = sum(path.stat().st_size for path in arrival.folder.iterdir())
            store.submissions.accept(arrival, name="Study from DICOMweb", who=SENDER, files=count, size=size)
        except BaseException:
            store.submissions.abandon(arrival)
            raise

    return _one_by_one(studies, submit, on_progress)


def _one_by_one(
    studies: Sequence[str], take: Callable[[int, str], None], on_progress: Callable[[int, int], None]
) -> list[HemoscopeError]:
    """Take study after study, numbered from 1; one that does not come costs the others nothing."""
    failed: list[HemoscopeError] = []
    for number, study in enumerate(studies, start=1):
        try:
            take(number, study)
        except HemoscopeError as error:
            failed.append(error)
        on_progress(number, len(studies))
    return failed
