"""What figures are made from."""

from datetime import timedelta

from hemoscope.store.records import State
from hemoscope.store.rows import new_id, now
from hemoscope.store.tables import answers, results, studies, submissions
from tests.store.filling import submit

AN_HOUR = timedelta(hours=1)


def finish(store, submission, *, ago, state=State.SCORED, codes=(None,), error=None, bundle="b"):
    """Write down that a submission was finished, with an answer for each code."""
    at = now() - ago
    values = {"state": state, "finished_at": at, "probability": 0.5, "error_code": error}
    with store.database.writing() as connection:
        connection.execute(submissions.update().where(submissions.c.id == submission.id).values(**values))
        for place, code in enumerate(codes):
            study, result = new_id(), new_id()
            connection.execute(studies.insert().values(id=study, key=study * 2))
            connection.execute(
                results.insert().values(
                    id=result,
                    study_id=study,
                    model_name="m",
                    model_version="1",
                    bundle_hash=bundle,
                    preparation_hash="p",
                    operating_point="balanced",
                    software="1",
                    made_at=at,
                    status="scored" if code is None else "refused",
                    probability=None if code else round(ago / AN_HOUR / 100, 3),
                    error_code=code,
                    is_study=True,
                    has_files=False,
                    model="{}",
                    document="{}",
                )
            )
            connection.execute(answers.insert().values(submission_id=submission.id, place=place, result_id=result))
    return at


def test_what_was_finished_is_told_with_its_reasons_the_oldest_first(store):
    first, second, third, early, _ = (submit(store) for _ in range(5))
    at = finish(store, second, ago=2 * AN_HOUR, state=State.REFUSED, codes=("gate.a", "gate.b"))
    finish(store, first, ago=AN_HOUR)
    finish(store, third, ago=0 * AN_HOUR, state=State.FAILED, codes=(), error="archive.ratio")
    finish(store, early, ago=50 * AN_HOUR)
    found = store.monitoring.finished(now() - 10 * AN_HOUR)
    assert [(one.state, one.codes) for one in found] == [
        (State.REFUSED, ("gate.a", "gate.b")),
        (State.SCORED, ()),
        (State.FAILED, ("archive.ratio",)),
    ]
    assert found[0].finished_at == at
    assert found[0].received_at == second.received_at


def test_scores_of_one_bundle_come_in_the_order_in_which_it_gave_them(store):
    for hours in (3, 1, 2):
        finish(store, submit(store), ago=hours * AN_HOUR, codes=(None, "gate.a"))
    finish(store, submit(store), ago=AN_HOUR, bundle="other")
    assert store.monitoring.scores("b") == [0.03, 0.02, 0.01]
