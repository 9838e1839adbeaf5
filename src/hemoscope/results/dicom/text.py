"""Values of a source as an object may carry them: of the right length and form, in a character set that holds them."""

import re
from datetime import date, time
from typing import Any

LENGTHS = {"LO": 64, "SH": 16, "PN": 64, "UI": 64}
"""Characters at most, of a name per component group (PS3.5 6.2)."""
_FORMS = {
    "DA": re.compile(r"\d{8}"),
    "TM": re.compile(r"([01]\d|2[0-3])([0-5]\d([0-5]\d(\.\d{1,6})?)?)?"),
    "AS": re.compile(r"\d{3}[DWMY]"),
    "CS": re.compile(r"[A-Z0-9_ ]{1,16}"),
    "UI": re.compile(r"[!-\[\]-~]{1,64}"),
    "DS": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([Ee][+-]?\d+)?"),
}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
UTF_8 = "ISO_IR 192"


def clean(raw: Any, vr: str) -> str:
    """Return a value as text that its value representation allows; "" where that cannot be.

    Text is stripped of control characters and cut to its length; a date, time, age, code or number of the wrong form
    says nothing and is left out.

    Args:
        raw: As pydicom decoded it; of several values the first.
        vr: Value representation.

    >>> clean("20261332", "DA"), clean("123045.5", "TM"), clean("x" * 70, "LO") == "x" * 64
    ('', '123045.5', True)
    """
    text = _CONTROLS.sub("", str(_first(raw))).strip()
    if vr in ("PN", "LO", "SH"):
        text = text.replace("\\", "/")  # which would begin another value
    if vr == "PN":
        return "=".join(_shortened(group, 64) for group in text.split("=")[:3])
    if vr in ("LO", "SH"):
        return _shortened(text, LENGTHS[vr])
    if not _FORMS[vr].fullmatch(text) or (vr == "DA" and _date(text) is None) or (vr == "DS" and len(text) > 16):
        return ""
    return text


def character_set(declared: Any, texts: list[str]) -> list[str]:
    """Choose (0008,0005) Specific Character Set: the source's where it holds every text, else UTF-8, none for ASCII.

    Args:
        declared: What the source says; several values, one or nothing.
        texts: All text that came from it.

    >>> character_set("ISO_IR 100", ["Müller"]), character_set(None, ["Müller"]), character_set("nonsense", ["a"])
    (['ISO_IR 100'], ['ISO_IR 192'], [])
    """
    values = [] if declared in (None, "") else [declared] if isinstance(declared, str) else list(declared)
    if all(text.isascii() for text in texts):
        return []
    return values if _holds(values, texts) else [UTF_8]


def _holds(values: list[str], texts: list[str]) -> bool:
    from pydicom.charset import convert_encodings, encode_string, python_encoding

    if not values or any(value not in python_encoding for value in values):
        return False
    encodings = convert_encodings(values)
    try:
        return all(_comes_back(encode_string(text, encodings), text, encodings) for text in texts)
    except (UnicodeError, LookupError, ValueError):
        return False


def _comes_back(encoded: bytes, text: str, encodings: list[str]) -> bool:
    from pydicom.charset import decode_bytes
    from pydicom.valuerep import TEXT_VR_DELIMS

    return bool(decode_bytes(encoded, encodings, TEXT_VR_DELIMS) == text)


def _first(raw: Any) -> Any:
    if raw is None:
        return ""
    if isinstance(raw, str | bytes | int | float | date | time) or not hasattr(raw, "__getitem__"):
        return raw
    if hasattr(raw, "original_string"):  # a PersonName, which can be indexed too
        return raw
    return raw[0] if len(raw) else ""


def _shortened(text: str, length: int) -> str:
    return text[:length].rstrip()


def _date(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
