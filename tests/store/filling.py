"""Submissions for tests, made by hand."""

from hemoscope.store.records import Submission
from hemoscope.store.store import Store


def submit(store: Store, *, name: str = "head.png", content: bytes = b"x", who: str = "scanner") -> Submission:
    """Submit one file."""
    arrival = store.submissions.reserve()
    arrival.folder.mkdir()
    (arrival.folder / "000001.png").write_bytes(content)
    return store.submissions.accept(arrival, name=name, who=who, files=1, size=len(content))
