"""What the doctor found, as plain JSON values."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from hemoscope.records import Check, Health

SCHEMA = "hemoscope.doctor"
SCHEMA_VERSION = "1.0"


def doctor_as_json(checks: Iterable[Check]) -> dict[str, Any]:
    """Return checks as plain JSON values; docs/reference/doctor.md explains every key.

    Args:
        checks: What `examine_installation` yields.

    Returns:
        A new dict; "works" is whether nothing that the base install needs is broken.
    """
    checks = tuple(checks)
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "works": not any(check.is_broken for check in checks),
        "counts": {str(health): sum(check.health is health for check in checks) for health in Health},
        "checks": [asdict(check) | {"health": str(check.health)} for check in checks],
    }
