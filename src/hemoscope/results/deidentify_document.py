"""What became of files that were de-identified, as JSON and in words: attributes by name, never by value."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hemoscope.deidentification import Handled
from hemoscope.results.wording import encodable

SCHEMA = "hemoscope.deidentified"
SCHEMA_VERSION = "1.0"


def handled_as_json(handled: Sequence[Handled]) -> dict[str, Any]:
    """Return what became of each file as plain JSON values, every key present.

    Inputs may be named after patients, so keep the document where the originals are.
    """
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "written": sum(one.output is not None for one in handled),
        "files": [
            {
                "input": encodable(one.input),
                "output": one.output,
                "flagged": None if one.flagged is None else asdict(one.flagged),
                "remaining": [asdict(each) for each in one.remaining],
                "error": None if one.error is None else asdict(one.error),
            }
            for one in handled
        ],
    }


def handled_in_words(handled: Sequence[Handled]) -> list[str]:
    """Say how many files were written, and how many were not for which reason."""
    written = [one for one in handled if one.output is not None]
    lines = [f"{len(written):,} of {len(handled):,} files written without the patient."]
    flagged = sum(one.flagged is not None for one in written)
    if flagged:
        lines.append(f"{flagged:,} of them may have something written in their pixels: look at them.")
    reasons = Counter(one.error.code for one in handled if one.error is not None)
    lines += [f"{count:,} not written: {code}" for code, count in sorted(reasons.items())]
    return lines
