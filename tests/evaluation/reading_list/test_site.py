"""Sites: what they bring, what they bear, what is refused."""

import numpy as np
import pytest

from hemoscope.errors import InputError
from hemoscope.evaluation.reading_list.site import Hour, Site, read_hours

HEAD = "hour,arrivals,readers\n"


def site(**changed) -> Site:
    return Site.constant(
        **{"arrivals_per_hour": 6.0, "readers": 1, "reading_minutes": 8.0, "prevalence": 0.1, **changed}
    )


def day(change=lambda hour: f"{hour},2.5,1") -> str:
    return HEAD + "\n".join(change(hour) for hour in range(24)) + "\n"


def test_the_load_is_what_reading_takes_of_the_readers_time():
    assert site().load == pytest.approx(6 * 8 / 60)
    assert site(readers=2).load == pytest.approx(0.4)


def test_arrivals_follow_the_hours():
    hours = tuple(Hour(12.0 if hour == 9 else 0.0, 3) for hour in range(24))
    given = Site(hours, 8, 0.1).draw_arrivals(200, np.random.default_rng(0))
    assert np.all(np.diff(given) >= 0)
    assert np.all((given // 60) % 24 == 9)
    assert given.size == pytest.approx(2400, abs=4 * np.sqrt(2400))


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 2.0])
def test_reading_times_have_the_mean_and_the_spread_that_were_given(spread):
    given = site(spread=spread).draw_minutes(400_000, np.random.default_rng(1))
    assert given.mean() == pytest.approx(8, rel=0.02)
    assert given.std() / given.mean() == pytest.approx(spread, rel=0.05, abs=1e-9)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"arrivals_per_hour": 7.5}, "queue.overloaded"),
        ({"arrivals_per_hour": 0.0}, "queue.bad_site"),
        ({"prevalence": 1.0}, "queue.bad_site"),
        ({"reading_minutes": 0.0}, "queue.bad_site"),
        ({"readers": 0}, "queue.bad_site"),
    ],
)
def test_what_cannot_be_is_refused(changed, code):
    with pytest.raises(InputError) as caught:
        site(**changed)
    assert caught.value.code == code


def test_a_day_is_read_from_a_table(tmp_path):
    (tmp_path / "day.csv").write_text(day(lambda hour: f"{hour},{hour / 2},{1 + (hour >= 8)}"))
    hours = read_hours(tmp_path / "day.csv")
    assert (hours[7], hours[8]) == (Hour(3.5, 1), Hour(4.0, 2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        day(lambda hour: f"{hour},many,1"),
        day(lambda hour: f"{hour},nan,1"),
        day(lambda hour: f"{hour % 23},2,1"),
        day(lambda hour: f"{hour},-1,1"),
        "hour,arrivals\n0,1\n",
        day().replace("5,2.5,1", "5,2.5"),
    ],
)
def test_a_table_that_is_no_day_is_refused(tmp_path, text):
    (tmp_path / "day.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_hours(tmp_path / "day.csv")
    assert caught.value.code == "queue.hours"


def test_a_table_that_is_not_there_or_no_text_is_refused(tmp_path):
    (tmp_path / "day.csv").write_bytes(b"\xff\xfe\x00")
    for name, code in (("none.csv", "input.not_found"), ("day.csv", "queue.hours")):
        with pytest.raises(InputError) as caught:
            read_hours(tmp_path / name)
        assert caught.value.code == code
