"""Studies that are coming in: when is one complete?"""

import threading
import time
from collections.abc import Callable


class Coming:
    """Which studies are coming in, from whom, and since when nothing came.

    Args:
        quiet_s: Seconds without a new instance after which a study is complete.
    """

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s, self._lock = quiet_s, threading.Lock()
        self._last: dict[str, float] = {}
        self._senders: dict[str, set[int]] = {}
        self._expected: dict[str, int] = {}

    def seen(self, study: str, *, association: int | None = None, expected: int | None = None) -> None:
        """Note that an instance of a study came, from which association, and how many the study should have."""
        with self._lock:
            self._last[study] = time.monotonic()
            if association is not None:
                self._senders.setdefault(study, set()).add(association)
            if expected is not None:
                self._expected[study] = expected

    def left(self, association: int) -> None:
        """An association that has ended sends nothing more."""
        with self._lock:
            for senders in self._senders.values():
                senders.discard(association)

    def complete(self, count: Callable[[str], int]) -> list[str]:
        """Return the studies that nobody sends any more and that have been quiet, or that have all they should have.

        Args:
            count: Tells how many instances of a study are there.
        """
        at = time.monotonic()
        with self._lock:
            quiet = [
                study
                for study, last in self._last.items()
                if at - last >= self._quiet_s and not self._senders.get(study)
            ]
            counted = [study for study in self._expected if study in self._last and study not in quiet]
            expected = dict(self._expected)
        return quiet + [study for study in counted if count(study) >= expected[study]]

    def done(self, study: str) -> None:
        """Forget a study; what comes later begins it anew."""
        with self._lock:
            for known in (self._last, self._senders, self._expected):
                known.pop(study, None)
