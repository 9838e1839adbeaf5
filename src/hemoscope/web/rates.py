"""How often one address may ask."""

import time
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hemoscope.web.problems import ToldError
from hemoscope.web.settings import Rates

REQUESTS: Final = "requests"
SUBMISSIONS: Final = "submissions"
GUESSES: Final = "guesses"


class RateLimits:
    """Counts what each address asks for; one process answers, so memory is where the counts belong.

    Args:
        rates: Bounds.
    """

    def __init__(self, rates: Rates) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._items: dict[str, RateLimitItem] = {
            REQUESTS: parse(rates.requests),
            SUBMISSIONS: parse(rates.submissions),
            GUESSES: parse(rates.wrong_tokens),
        }

    def take(self, kind: str, address: str) -> None:
        """Count one, and refuse what is too many.

        Raises:
            ToldError: "service.too_often", with when to come again.
        """
        if not self._limiter.hit(self._items[kind], kind, address):
            raise self._too_often(kind, address)

    def check_guesses(self, address: str) -> None:
        """Refuse an address that showed too many wrong tokens.

        Raises:
            ToldError: "service.too_often".
        """
        if not self._limiter.test(self._items[GUESSES], GUESSES, address):
            raise self._too_often(GUESSES, address)

    def count_guess(self, address: str) -> None:
        """Count a wrong token."""
        self._limiter.hit(self._items[GUESSES], GUESSES, address)

    def _too_often(self, kind: str, address: str) -> ToldError:
        reset, _ = self._limiter.get_window_stats(self._items[kind], kind, address)
        wait = max(1, round(reset - time.time()))
        return ToldError(
            "service.too_often",
            "Too many requests came from this address.",
            f"Come again in {wait} s.",
            headers={"Retry-After": str(wait)},
        )
