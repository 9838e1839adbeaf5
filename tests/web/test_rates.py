"""How often one address may ask."""

import pytest

from hemoscope.web.problems import ToldError
from hemoscope.web.rates import REQUESTS, SUBMISSIONS, RateLimits
from hemoscope.web.settings import Rates


def test_each_address_and_each_kind_is_counted_apart():
    limits = RateLimits(Rates(requests="3/hour", submissions="1/hour", wrong_tokens="2/hour"))
    for _ in range(3):
        limits.take(REQUESTS, "10.0.0.1")
    with pytest.raises(ToldError, match="too_often") as caught:
        limits.take(REQUESTS, "10.0.0.1")
    assert 3000 < int(caught.value.headers["Retry-After"]) <= 3600
    limits.take(REQUESTS, "10.0.0.2")
    limits.take(SUBMISSIONS, "10.0.0.1")
    with pytest.raises(ToldError):
        limits.take(SUBMISSIONS, "10.0.0.1")
    limits.check_guesses("10.0.0.1")
    limits.count_guess("10.0.0.1")
    limits.check_guesses("10.0.0.1")
    limits.count_guess("10.0.0.1")
    with pytest.raises(ToldError):
        limits.check_guesses("10.0.0.1")
