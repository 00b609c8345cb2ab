"""Documents of wiki spaces and folders, and minutes of meetings, that the app may read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from coachkit.sdk import (
    Audience,
    Failure,
    Interaction,
    InteractionKind,
    Item,
    NotAllowed,
    NotThere,
    PayloadRejected,
    Sensitivity,
    Tombstone,
    Upsert,
    WorkItem,
    WorkItemKind,
)
from coachkit_feishu.api import Api
from coachkit_feishu.config import FeishuConfig
from coachkit_feishu.people import People
from coachkit_feishu.raw import Raw, flag, millis, part, version_of, word

__all__ = ["DOCUMENTS", "MINUTES", "Documents", "DocumentsRead"]

DOCUMENTS = "documents"
MINUTES = "minutes"

_WITH_WORDS = "docx"
DEEPEST = 50
"""Folders and wiki nodes that lie deeper are not followed."""


class Documents:
    """From Feishu's words about documents to ours."""

    def __init__(self, config: FeishuConfig, people: People) -> None:
        self._config = config
        self._people = people

    def of_file(self, raw: Raw, place: str, body: str | None, *, public: bool = False) -> Iterator[Item]:
        """A document: a file of a folder, or a node of a wiki space.

        :param place: the space or folder it was found in. :param public: the source says that everyone may read there.
        """
        token = word(raw, "obj_token", "token", "document_id")
        changed = millis(raw, "obj_edit_time", "modified_time", "latest_modify_time")
        created = millis(raw, "obj_create_time", "created_time", "create_time")
        at = changed or created
        if not token or at is None:
            reason = "the document has no token" if not token else "the document has no date"
            payload = {"token": token, "place": place}
            yield Failure(stream=DOCUMENTS, native_id=token or "without a token", reason=reason, payload=payload)
            return
        owner = self._people.key(word(raw, "owner", "owner_id", "creator"))
        yield Upsert(
            stream=DOCUMENTS,
            native_id=token,
            record=WorkItem(
                kind=WorkItemKind.DOCUMENT,
                key=token,
                title=word(raw, "title", "name") or "?",
                body=body,
                container=place or None,
                created_at=created,
                interactions=self._documented(owner, created or at),
            ),
            occurred_at=at,
            version=version_of(at),
            url=word(raw, "url") or None,
            audience=self._audience(place, owner, public=public),
        )

    def of_minute(self, raw: Raw) -> Iterator[Item]:
        """Minutes of a meeting: that they are there, by whom; their owner may read them."""
        token, at = word(raw, "token", "minute_token"), millis(raw, "create_time")
        if not token or at is None:
            reason = "the minutes have no token" if not token else "the minutes have no date"
            yield Failure(stream=MINUTES, native_id=token or "without a token", reason=reason, payload=dict(raw))
            return
        owner = self._people.key(word(raw, "owner_id"))
        duration = millis(raw, "duration")
        yield Upsert(
            stream=MINUTES,
            native_id=token,
            record=WorkItem(
                kind=WorkItemKind.DOCUMENT,
                key=token,
                title=word(raw, "title") or "?",
                created_at=at,
                size=round(duration.timestamp() / 60) if duration else None,
                interactions=self._documented(owner, at),
            ),
            occurred_at=at,
            url=word(raw, "url") or None,
            audience=Audience.people(owner) if owner else Audience.nobody(),
            sensitivity=Sensitivity.PERSONAL,
        )

    def _documented(self, owner: str | None, at: datetime) -> tuple[Interaction, ...]:
        return (Interaction(kind=InteractionKind.DOCUMENTED, actor=owner, at=at),) if owner else ()

    def _audience(self, place: str, owner: str | None, *, public: bool) -> Audience:
        if public or "*" in self._config.open_documents or place in self._config.open_documents:
            return Audience.org()
        return Audience.people(owner) if owner else Audience.nobody()


class DocumentsRead:
    """Lists and reads. :ivar incomplete: a place could not be listed, so nothing is known to have gone."""

    def __init__(self, api: Api, config: FeishuConfig, documents: Documents) -> None:
        self._api = api
        self._config = config
        self._documents = documents
        self.incomplete = False

    def items(self) -> Iterator[Item]:
        """Every document of every space and folder, once."""
        seen: set[str] = set()
        for place, public, rows in self._places():
            try:
                for raw in rows:
                    token = word(raw, "obj_token", "token")
                    if token not in seen:
                        seen.add(token)
                        yield from self._documents.of_file(raw, place, self._body(raw), public=public)
            except (NotAllowed, NotThere) as error:
                self.incomplete = True
                yield Failure(stream=DOCUMENTS, native_id=f"place/{place}", reason=error.message)

    def ids(self) -> Iterator[str]:
        """Tokens of all documents there are."""
        for _, _, rows in self._places():
            yield from (word(raw, "obj_token", "token") for raw in rows)

    def minutes(self) -> Iterator[Item]:
        """The minutes that the configuration names."""
        for token in self._config.minutes:
            yield from self.minute(token)

    def minute(self, token: str) -> Iterator[Item]:
        """Minutes as they are now."""
        try:
            yield from self._documents.of_minute(part(self._api.get(f"minutes/v1/minutes/{token}"), "minute"))
        except NotThere:
            yield Tombstone(stream=MINUTES, native_id=token)
        except NotAllowed as error:
            yield Failure(stream=MINUTES, native_id=token, reason=error.message)

    def _places(self) -> Iterator[tuple[str, bool, Iterator[Raw]]]:
        if "*" in self._config.spaces:
            for raw in self._api.rows("wiki/v2/spaces"):
                space = word(raw, "space_id")
                if space:
                    yield space, word(raw, "visibility") == "public", self._nodes(space, "", 0)
        for space in self._config.spaces:
            if space != "*":
                yield space, self._is_public(space), self._nodes(space, "", 0)
        for folder in self._config.folders:
            yield folder, False, self._files(folder, 0)

    def _is_public(self, space: str) -> bool:
        try:
            told = part(self._api.get(f"wiki/v2/spaces/{space}"), "space")
        except (NotAllowed, NotThere):
            return False
        return word(told, "visibility") == "public"

    def _nodes(self, space: str, parent: str, depth: int) -> Iterator[Raw]:
        for raw in self._api.rows(f"wiki/v2/spaces/{space}/nodes", parent_node_token=parent or None):
            if word(raw, "node_type") != "shortcut":
                yield raw
            if flag(raw, "has_child") and depth < DEEPEST and word(raw, "node_token"):
                yield from self._nodes(space, word(raw, "node_token"), depth + 1)

    def _files(self, folder: str, depth: int) -> Iterator[Raw]:
        for raw in self._api.rows("drive/v1/files", items="files", folder_token=folder):
            kind = word(raw, "type")
            if kind == "folder":
                if depth < DEEPEST and word(raw, "token"):
                    yield from self._files(word(raw, "token"), depth + 1)
            elif kind != "shortcut":
                yield raw

    def _body(self, raw: Raw) -> str | None:
        """The words of a document; none of other kinds, and where they may not be read."""
        token = word(raw, "obj_token", "token")
        if word(raw, "obj_type", "type") != _WITH_WORDS or not token:
            return None
        try:
            return word(self._api.get(f"docx/v1/documents/{token}/raw_content"), "content") or None
        except (NotAllowed, NotThere, PayloadRejected):
            return None
