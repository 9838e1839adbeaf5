"""Tokens: drawn here, shown once, kept only as hashes, withdrawn but never forgotten."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from hemoscope.errors import ServiceError
from hemoscope.store.audit import append
from hemoscope.store.database import Database
from hemoscope.store.records import Role, Token
from hemoscope.store.rows import insert_new, now
from hemoscope.store.tables import tokens

PREFIX: Final = "hemoscope_"
"""Lets a scanner for secrets know a token when it sees one."""
BYTES: Final = 32
"""Drawn by chance: nobody guesses 256 bits, so a plain hash, without salt and without slowness, is enough."""
LOCAL: Final = "local"
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Tokens:
    """The tokens of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, label: str, roles: Iterable[Role], *, who: str = LOCAL) -> str:
        """Make a token and return it: it can never be shown again.

        Args:
            label: Its name, which goes into verdicts and the audit trail; letters, digits, ".", "_" and "-".
            roles: What it allows.
            who: Makes it.

        Raises:
            ServiceError: "store.bad_label", or "store.label_taken", also where the token of that name was withdrawn.
        """
        allowed = sorted({str(Role(role)) for role in roles})
        if not _LABEL.fullmatch(label) or label in (LOCAL, "worker") or not allowed:
            raise ServiceError(
                "store.bad_label",
                "Expected a name of at most 64 letters, digits, dots, dashes and underscores, and at least one role.",
                "Name it after the person or the program that gets it, as reader-2 or scanner.",
            )
        token = PREFIX + secrets.token_urlsafe(BYTES)
        with self._database.writing() as connection:
            values = {"hash": _hash(token), "label": label, "roles": " ".join(allowed), "created_at": now()}
            if not insert_new(connection, tokens, **values):
                raise ServiceError(
                    "store.label_taken", "There is, or was, a token of that name.", "Choose another name."
                )
            append(connection, "token-added", actor=who, details={"label": label, "roles": allowed})
        return token

    def all(self) -> tuple[Token, ...]:
        """Return every token there ever was, the oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(tokens).order_by(tokens.c.created_at, tokens.c.label))
            return tuple(_token_of(row) for row in rows)

    def find(self, token: str) -> Token | None:
        """Return whose token it is; None where it is none of ours, or was withdrawn.

        The hash is what is looked up, so the time that takes tells nothing of the token.
        """
        asked = sa.select(tokens).where(tokens.c.hash == _hash(token), tokens.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(asked).first()
        return None if row is None else _token_of(row)

    def revoke(self, label: str, *, who: str = LOCAL) -> Token:
        """Withdraw a token; from now on it is none of ours.

        Raises:
            ServiceError: "store.unknown_token" where no token of that name is good.
        """
        is_good = sa.and_(tokens.c.label == label, tokens.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            row = connection.execute(sa.select(tokens).where(is_good).with_for_update()).first()
            if row is None:
                raise ServiceError(
                    "store.unknown_token", "No good token has that name.", "List them with hemoscope tokens list."
                )
            at = now()
            connection.execute(tokens.update().where(tokens.c.hash == row.hash).values(revoked_at=at))
            append(connection, "token-revoked", actor=who, details={"label": label})
        return Token(label, _token_of(row).roles, row.created_at, at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _token_of(row: sa.Row[Any]) -> Token:
    return Token(row.label, frozenset(Role(role) for role in row.roles.split()), row.created_at, row.revoked_at)
