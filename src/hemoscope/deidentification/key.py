"""The secret that makes new identifiers: the same key gives the same ones, and nobody without it can go back."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from hemoscope.errors import InputError

_BYTES = 32
_MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of 32 bytes.

    Args:
        secret: Keep it: whoever has it can tell whether a pseudonym is of a patient whom they can name.
    """

    secret: bytes = field(repr=False)

    def uid(self, old: str) -> str:
        """Return the UID that takes the place of another, always the same: "2.25." and 128 bits (PS3.5 B.2)."""
        return f"2.25.{int.from_bytes(self._digest('uid', old)[:16], 'big')}"

    def pseudonym(self, patient: str) -> str:
        """Return a name for a patient: "HS-" and 12 letters and digits."""
        return f"HS-{self._digest('patient', patient).hex()[:12].upper()}"

    def days(self, patient: str) -> int:
        """Return by how many days a patient's dates move into the past, 1 to 3,650."""
        return 1 + int.from_bytes(self._digest("days", patient)[:8], "big") % _MOST_DAYS

    def _digest(self, what: str, of: str) -> bytes:
        return hmac.new(self.secret, f"{what}\0{of}".encode("utf-8", "surrogateescape"), hashlib.sha256).digest()


def load_key(path: str | os.PathLike[str]) -> Key:
    """Read a key, or make one that its owner alone may read where there is none.

    Args:
        path: Of the file: 64 hexadecimal digits.

    Raises:
        InputError: "deidentify.bad_key", or "output.cannot_write" where none can be made.
    """
    place = Path(path)
    try:
        text = place.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return _make(place)
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(place) from error
    try:
        secret = bytes.fromhex(text)
    except ValueError as error:
        raise _bad(place) from error
    if len(secret) != _BYTES:
        raise _bad(place)
    return Key(secret)


def _make(place: Path) -> Key:
    """Two processes that make the same one get that of the first."""
    secret = secrets.token_bytes(_BYTES)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return load_key(place)
    except OSError as error:
        raise InputError(
            "output.cannot_write", f"The key {place.name!r} cannot be written: {error.strerror}.", "Name another place."
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret.hex() + "\n")
    return Key(secret)


def _bad(place: Path) -> InputError:
    return InputError(
        "deidentify.bad_key",
        f"{place.name!r} is not a key: expected {2 * _BYTES} hexadecimal digits.",
        "Name another file; where there is none, a key is made.",
    )
