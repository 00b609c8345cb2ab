"""Secrets by reference: what is stored, logged and shown is where a secret lies, never the secret."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from coachkit.errors import ConfigError

__all__ = ["SecretRef"]


class SecretRef:
    """Where a secret lies: ``env:NAME``, ``file:/path`` or ``keyring:service/name``.

    Its ``repr`` and its stored form are the reference. :meth:`read` fetches the secret, each time, when it is used.
    """

    __slots__ = ("reference",)

    def __init__(self, reference: str) -> None:
        scheme, _, place = reference.partition(":")
        if scheme not in ("env", "file", "keyring") or not place:
            raise ValueError("a secret is given by reference: env:NAME, file:/path or keyring:service/name")
        self.reference = reference

    def read(self) -> str:
        """The secret itself.

        :raises ConfigError: if nothing lies there.
        """
        scheme, _, place = self.reference.partition(":")
        value: str | None = None
        if scheme == "env":
            value = os.environ.get(place)
        elif scheme == "file":
            path = Path(place).expanduser()
            value = path.read_text(encoding="utf-8").strip() if path.is_file() else None
        else:
            value = _from_keyring(place)
        if not value:
            raise ConfigError(f"there is no secret at {self.reference}.", hint="Put it there or change the reference.")
        return value

    def __repr__(self) -> str:
        return f"SecretRef({self.reference!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretRef) and other.reference == self.reference

    def __hash__(self) -> int:
        return hash(self.reference)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls(str(value)),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda ref: ref.reference, when_used="always"
            ),
            json_schema_input_schema=core_schema.str_schema(),
        )


def _from_keyring(place: str) -> str | None:
    try:
        import keyring
    except ImportError as error:
        raise ConfigError("keyring: references need the keyring package.", hint="pip install keyring") from error
    service, _, name = place.partition("/")
    found: str | None = keyring.get_password(service, name)
    return found
