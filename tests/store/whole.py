"""Whether a store is whole, whatever was killed while it was filled."""

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from hemoscope.store.records import State
from hemoscope.store.store import Store
from hemoscope.store.tables import answers, results, submissions


def check_whole(store: Store, told: Iterable[str], *, most: int) -> None:
    """Every submission that was told of, and every other that is there, has exactly one answer; a study, one result.

    Args:
        store: Nobody else is at it.
        told: Ids of submissions that were accepted.
        most: How many different studies were sent.
    """
    with store.database.reading() as connection:
        states = dict(connection.execute(sa.select(submissions.c.id, submissions.c.state)).all())
        linked = Counter(connection.scalars(sa.select(answers.c.submission_id)))
        made = connection.execute(sa.select(results.c.id, results.c.study_id)).all()
    assert set(told) <= set(states), "an accepted study is lost"
    assert set(states.values()) == {State.SCORED}
    assert linked == dict.fromkeys(states, 1)
    assert len({row.study_id for row in made}) == len(made) <= most
    for row in made:
        assert (store.files.result(row.id) / "index.html").is_file()
    assert store.audit.verify().broken is None
    store.retention.sweep(older_than_s=0)
    assert {path.name for path in (store.folder / "results").iterdir()} == {row.id for row in made}
    assert {path.name for path in (store.folder / "incoming").iterdir()} == set(states)
    assert list((store.folder / "making").iterdir()) == list((store.folder / "arriving").iterdir()) == []
