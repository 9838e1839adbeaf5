"""Operating points, subtypes, warnings and errors as plain JSON values, and back."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hemoscope.errors import InputError
from hemoscope.records import ErrorReport, Notice, OperatingPoint
from hemoscope.results.wording import check_probability
from hemoscope.terms import Label


@contextmanager
def rebuilding() -> Iterator[None]:
    """Turn whatever goes wrong with values from elsewhere into one typed error.

    Raises:
        InputError: "result.malformed".
    """
    try:
        yield
    except KeyError as error:
        raise _malformed(f"found no key {error}") from error
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise _malformed(str(error)) from error


def point_from_json(values: Mapping[str, Any] | None) -> OperatingPoint | None:
    """Rebuild an operating point, if there is one."""
    return None if values is None else OperatingPoint.from_json(values)


def subtypes_from_json(values: Mapping[str, float] | None) -> dict[Label, float] | None:
    """Rebuild the subtypes, if there are any."""
    return None if values is None else {Label(name): value for name, value in values.items()}


def notices_from_json(values: Iterable[Mapping[str, str]]) -> tuple[Notice, ...]:
    """Rebuild warnings."""
    return tuple(Notice(notice["code"], notice["message"]) for notice in values)


def error_from_json(values: Mapping[str, str] | None) -> ErrorReport | None:
    """Rebuild the reason why there is no score, if there is one."""
    return None if values is None else ErrorReport(values["code"], values["message"], values["next_step"])


def point_as_json(point: OperatingPoint | None) -> dict[str, Any] | None:
    """Return an operating point as plain JSON values, if there is one.

    Raises:
        BundleError: "result.not_a_probability".
    """
    if point is None:
        return None
    check_probability(point.threshold, of="the threshold")
    check_probability(point.uncertain_from, of="the threshold of uncertainty")
    for name, figure in (("sensitivity", point.sensitivity), ("specificity", point.specificity)):
        for value in figure or ():
            check_probability(value, of=name)
    return point.as_json()


def subtypes_as_json(subtypes: Mapping[Label, float] | None) -> dict[str, float | None] | None:
    """Return the subtypes in the order of `Label`, however they came, if there are any.

    Raises:
        BundleError: "result.not_a_probability".
    """
    if subtypes is None:
        return None
    return {str(label): check_probability(subtypes[label], of=label) for label in Label if label in subtypes}


def _malformed(received: str) -> InputError:
    return InputError(
        "result.malformed",
        f"Expected a result as hemoscope predict --json writes it; {received}.",
        "Validate the file against hemoscope/results/predictions.schema.json.",
    )
