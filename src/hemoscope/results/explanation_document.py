"""What was drawn of an input, as JSON. Schema: explanation.schema.json beside this file."""

from collections.abc import Mapping
from typing import Any

from hemoscope.records import SliceResult, StudyResult
from hemoscope.results.document import as_document
from hemoscope.terms import RESEARCH_USE_ONLY

SCHEMA = "hemoscope.explanation"
SCHEMA_VERSION = "1.0"
OWN_MAPS = "maps"
"""The name of the network's own maps among the methods."""


def explanation_as_json(
    result: SliceResult | StudyResult,
    *,
    model: Mapping[str, object],
    method: str | None,
    files: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what was drawn, and the answer that it belongs to, as plain JSON values.

    Args:
        result: The answer.
        model: As `Bundle.summary` tells it.
        method: What made the maps that are drawn; None for the network itself.
        files: What was written: "page", "key_slices" and "slices".

    Returns:
        A new dict, valid by explanation.schema.json.

    Raises:
        BundleError: "result.not_a_probability".
    """
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "research_use_only": RESEARCH_USE_ONLY,
        "method": method or OWN_MAPS,
        **files,
        "predictions": as_document([result], model=model),
    }
