"""The state behind a cursor as a typed model, so that a corrupt or newer one is found before it does harm."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from coachkit.errors import SourceError
from coachkit.sdk.items import Cursor

__all__ = ["CursorState"]


class CursorState(BaseModel):
    """Base of what a connector keeps of a stream between two pulls.

    Subclasses add fields of JSON types, and raise ``cursor_version`` when the fields' meaning changes::

        class Place(CursorState):
            page: int

        place = Place.read(cursors.get("issues"), connection=self.connection)
        yield Checkpoint(stream="issues", cursor=Place(page=7).cursor())
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    cursor_version: ClassVar[int] = 1

    @classmethod
    def read(cls, cursor: Cursor | None, *, connection: str) -> Self | None:
        """The state in ``cursor``, or ``None`` where there is none.

        :raises SourceError: if it is damaged or was written by a newer version of the connector.
        """
        if cursor is None:
            return None
        if cursor.version != cls.cursor_version:
            age = "newer" if cursor.version > cls.cursor_version else "older"
            what = f"was kept by a version of the connector that is {age} than this one."
        else:
            try:
                return cls.model_validate(cursor.state)
            except ValidationError as error:
                where = ", ".join(".".join(map(str, item["loc"])) or "state" for item in error.errors()[:3])
                what = f"is damaged ({where})."
        raise SourceError(
            f"the place where the last sync stopped {what}",
            subject=connection,
            hint=f"Read everything again with: coachkit sync {connection} --restart",
        )

    def cursor(self) -> Cursor:
        """This state as a cursor."""
        return Cursor(version=self.cursor_version, state=self.model_dump(mode="json"))
