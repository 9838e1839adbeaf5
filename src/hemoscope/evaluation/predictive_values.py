"""What a positive or negative call is worth where hemorrhage is rarer than in the collection at hand."""

from hemoscope.evaluation.checks import require_range
from hemoscope.evaluation.intervals import Interval
from hemoscope.evaluation.metrics import divided


def ppv_of(sensitivity: float, specificity: float, *, prevalence: float) -> float:
    """Positive predictive value where a stated share of items shows hemorrhage.

    It takes sensitivity and specificity as they are; milder disease where it is rarer would lower both.

    Args:
        sensitivity: In [0, 1].
        specificity: In [0, 1].
        prevalence: That share, in [0, 1].

    Raises:
        DatasetError: "metric.undefined" where nothing would be called positive, or "metric.range".

    >>> round(ppv_of(0.9, 0.8, prevalence=0.1), 3)
    0.333

    Source: Bayes' theorem as in Altman & Bland 1994, doi:10.1136/bmj.309.6947.102.
    """
    _require(sensitivity, specificity, prevalence)
    true, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return divided(true, true + false, missing="Nothing is called positive")


def npv_of(sensitivity: float, specificity: float, *, prevalence: float) -> float:
    """Negative predictive value where a stated share of items shows hemorrhage; arguments and errors as `ppv_of`.

    >>> round(npv_of(0.9, 0.8, prevalence=0.1), 3)
    0.986

    Source: Bayes' theorem as in Altman & Bland 1994, doi:10.1136/bmj.309.6947.102.
    """
    _require(sensitivity, specificity, prevalence)
    true, false = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    return divided(true, true + false, missing="Nothing is called negative")


def at_corners(value: Interval, low: float, high: float) -> Interval:
    """Widen an interval without width to what the ends of sensitivity and specificity together allow.

    Where no negative is called positive every bootstrap sample says so too, which is no certainty. Both predictive
    values rise with sensitivity and with specificity, so their ends lie at the ends of both.

    Args:
        value: A predictive value with its bootstrap interval.
        low: The predictive value of both lower ends.
        high: Of both upper ends.
    """
    return value if value.low < value.high else Interval(value.value, low, high)


def _require(sensitivity: float, specificity: float, prevalence: float) -> None:
    require_range(sensitivity, name="a sensitivity", low=0, high=1)
    require_range(specificity, name="a specificity", low=0, high=1)
    require_range(prevalence, name="a prevalence", low=0, high=1)
