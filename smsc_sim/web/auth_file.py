"""The file that ``--auth-file`` names: who may use the console and the API."""

from __future__ import annotations

import os
from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct, structs

from smsc_sim.scenario.convert import convert
from smsc_sim.scenario.document import Document, read_document
from smsc_sim.scenario.findings import FindingsError
from smsc_sim.scenario.value_kind import quoted
from smsc_sim.web.passwords import PREFIX, is_hash

Role: TypeAlias = Literal["admin", "read-only"]
"""``read-only`` sees everything and changes nothing."""

SHORTEST_TOKEN = 16
"""Characters."""
OF_THE_ENVIRONMENT = "environment"
"""The name of whoever shows the token that the environment has."""

_Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\A[^:\x00-\x1f\x7f]+\Z")]
_Secret = Annotated[str, Meta(min_length=1, max_length=500)]


class UserEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who logs in with a name and a password."""

    name: _Name
    password: _Secret
    """As ``smsc-sim hash-password`` writes it, or as it is."""
    role: Role = "admin"

    def __repr__(self) -> str:
        """Return the user without the password."""
        return f"UserEntry(name={self.name!r}, role={self.role!r})"


class TokenEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program that shows a bearer token."""

    name: _Name
    token: Annotated[str, Meta(min_length=SHORTEST_TOKEN, max_length=500)]
    role: Role = "admin"

    def __repr__(self) -> str:
        """Return the entry without the token."""
        return f"TokenEntry(name={self.name!r}, role={self.role!r})"


class AuthFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may use the console and the API."""

    users: tuple[UserEntry, ...] = ()
    tokens: tuple[TokenEntry, ...] = ()
    metrics: Literal["open", "closed"] = "open"
    """Whether ``/metrics`` may be read without credentials."""


def with_token(known: AuthFile | None, token: str) -> AuthFile:
    """Who may come in when a program that shows this token may, too, as admin."""
    entry = TokenEntry(name=OF_THE_ENVIRONMENT, token=token)
    if known is None:
        return AuthFile(tokens=(entry,), metrics="closed")
    return structs.replace(known, tokens=(*known.tokens, entry))


def load_auth_file(path: str | os.PathLike[str]) -> AuthFile:
    """Return who may come in. Raises FindingsError with every mistake and its place."""
    document = read_document(path)
    converted = convert(document, AuthFile)
    if converted is not None:
        seen: dict[str, int] = {}
        entries: tuple[UserEntry | TokenEntry, ...] = (*converted.value.users, *converted.value.tokens)
        for entry in entries:
            node = converted.node(entry, "name")
            if entry.name in seen:
                hint = f"the other is at line {seen[entry.name]}"
                document.error("E020", node.line, node.column, f"two entries have the name {quoted(entry.name)}", hint)
            seen.setdefault(entry.name, node.line)
            if isinstance(entry, UserEntry):
                _check_hash(document, converted.node(entry, "password").line, entry)
        if not entries and document.is_valid:
            document.error("E010", 1, 1, "nobody could come in: the file has neither users nor tokens")
    if converted is None or not document.is_valid:
        raise FindingsError(document.findings)
    return converted.value


def _check_hash(document: Document, line: int, user: UserEntry) -> None:
    if user.password.startswith(PREFIX) and not is_hash(user.password):
        document.error("E012", line, 1, f"the hash of {quoted(user.name)}'s password is damaged")
