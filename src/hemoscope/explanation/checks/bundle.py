"""Check the methods of a bundle, and say which of them may be its default."""

from collections.abc import Callable, Sequence
from typing import Any

from hemoscope.explanation.checks.cases import drawn_cases
from hemoscope.explanation.checks.check import STEPS, Outcome, check_method
from hemoscope.explanation.checks.randomized import Shuffled
from hemoscope.explanation.networks import network_of_bundle
from hemoscope.explanation.registry import METHODS, find_method
from hemoscope.models.bundle import Bundle

HEADS, OTHERS = 15, 10
"""Heads that are drawn to judge on, and to choose the threshold on."""


def check_bundle(
    bundle: Bundle, methods: Sequence[str] = (), *, on_progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Check methods on drawn heads, which no network learned from.

    Args:
        bundle: Whose network to explain.
        methods: Names, in any order; all that work with the network unless given.
        on_progress: Called with how many parts are done and how many there are.

    Returns:
        "cases", in words; "methods", an Outcome each as JSON, in the order of METHODS; "default", the first that
        passed, None where none did.

    Raises:
        InputError: "method.unknown", or what a named method asks for is missing.
        MissingExtraError: Keras is not installed, so that no weights can be shuffled.
    """
    network = network_of_bundle(bundle)
    network.keras_model()
    named = {find_method(name).name for name in methods}
    chosen = [one for one in METHODS.values() if (one.name in named if named else one.works_with(network))]
    done, total = 0, HEADS + OTHERS + STEPS * len(chosen)

    def tell() -> None:
        nonlocal done
        done += 1
        if on_progress is not None:
            on_progress(done, total)

    cases = drawn_cases(bundle.preparation, heads=HEADS, seed=1, on_head=tell)
    others = drawn_cases(bundle.preparation, heads=OTHERS, seed=2, on_head=tell)
    shuffled = Shuffled(network)
    outcomes = [check_method(one, network, cases, others, shuffled=shuffled, on_step=tell) for one in chosen]
    return as_document(outcomes, cases.name)


def as_document(outcomes: Sequence[Outcome], cases: str) -> dict[str, Any]:
    """Return outcomes as plain JSON values; the default is the first that passed."""
    return {
        "cases": cases,
        "default": next((each.method for each in outcomes if each.passed), None),
        "methods": [each.as_json() for each in outcomes],
    }
