"""Labelled cases with answers, small enough to count by hand."""

from hemoscope.evaluation.cases import JudgedCase
from hemoscope.records import ErrorReport, OperatingPoint, Status

POINT = OperatingPoint("balanced", 0.5, "the largest sensitivity + specificity", "40 slices")
STRICT = OperatingPoint("rule-in", 0.95, "a specificity of at least 0.98", "40 slices")
REFUSAL = ErrorReport("gate.no_head", "Found no skull.", "Choose a head.")
FAILURE = ErrorReport("read.empty", "It has no bytes.", "Fetch it again.")


def case(key: str, label: int, probability: float | None, *, group: str | None = None, **details: str) -> JudgedCase:
    """Return a case; without a probability it was refused."""
    return JudgedCase(
        key,
        label,
        group or key,
        Status.REFUSED if probability is None else Status.SCORED,
        probability,
        REFUSAL if probability is None else None,
        tuple(details.items()),
    )


def twelve() -> list[JudgedCase]:
    """Ten scored slices of five patients, 4 of 5 positives found and 2 of 5 negatives alarmed; one positive refused,
    one negative failed."""
    positives, negatives = (0.9, 0.8, 0.7, 0.6, 0.2), (0.05, 0.1, 0.3, 0.55, 0.75)
    cases = [
        case(f"p{place}", 1, value, group=f"g{place}", scanner="AB"[place % 2], age=str(place))
        for place, value in enumerate(positives)
    ]
    cases += [
        case(f"n{place}", 0, value, group=f"g{place}", scanner="AB"[place % 2], age=str(place + 5))
        for place, value in enumerate(negatives)
    ]
    cases.append(case("p-refused", 1, None, group="g5", scanner="A", age="10"))
    cases.append(JudgedCase("n-failed", 0, "g6", Status.FAILED, None, FAILURE, (("scanner", ""), ("age", "11"))))
    return cases
