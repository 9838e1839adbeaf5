"""The store: everything that the service keeps, in one folder and one database."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from hemoscope.store.audit import AuditTrail
from hemoscope.store.database import Database
from hemoscope.store.deliveries import Deliveries
from hemoscope.store.destinations import Destinations
from hemoscope.store.files import Files
from hemoscope.store.monitoring import Monitoring
from hemoscope.store.queue import Patience, Queue
from hemoscope.store.retention import Retention
from hemoscope.store.scores import Scores
from hemoscope.store.submissions import Submissions
from hemoscope.store.tokens import Tokens
from hemoscope.store.verdicts import Verdicts
from hemoscope.store.worklist import Worklist

DATABASE = "hemoscope.db"


class Store:
    """A folder of files and the database that knows them; several processes may have it open at once.

    Args:
        folder: Of the files; made, for its owner alone.
        url: Of the database, "postgresql://USER:PASSWORD@HOST/NAME"; SQLite in `folder` unless given.
        keep_pixels_days: Days for which what came, and what a viewer shows of it, is kept once a study is final; 0 for
            not at all, None for as long as the study.
        patience: With workers.

    Attributes:
        submissions: Taken in, looked up, deleted.
        worklist: What a reader should look at first.
        verdicts: What readers say.
        tokens: Who may ask.
        monitoring: How it goes.
        audit: What happened.
        queue: Taken from by workers.
        scores: Results, each made once.
        destinations: Where results are sent.
        deliveries: What is to be sent there, and what was.
        retention: What is kept for how long.

    Raises:
        ServiceError: "store.bad_url", "store.unreachable" or "store.newer".
        MissingExtraError: The driver of PostgreSQL is not installed.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        url: str | None = None,
        *,
        keep_pixels_days: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.folder, self.keep_pixels_days = Path(folder), keep_pixels_days
        self.files = Files(self.folder)
        self.database = Database(f"sqlite:///{self.folder.absolute() / DATABASE}" if url is None else url)
        self.submissions = Submissions(self.database, self.files)
        self.worklist = Worklist(self.database)
        self.verdicts = Verdicts(self.database)
        self.tokens = Tokens(self.database)
        self.monitoring = Monitoring(self.database)
        self.audit = AuditTrail(self.database)
        self.queue = Queue(
            self.database, self.files, self.submissions, keep_pixels_days=keep_pixels_days, patience=patience
        )
        self.scores = Scores(self.database, self.files, patience=self.queue.patience)
        self.destinations = Destinations(self.database)
        self.deliveries = Deliveries(self.database, self.files)
        self.retention = Retention(self.database, self.files, keep_pixels_days=keep_pixels_days)

    def close(self) -> None:
        """Close the connections to the database."""
        self.database.close()

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
