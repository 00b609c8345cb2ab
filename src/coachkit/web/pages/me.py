"""What is known about me: records that name me, by source, and who read them."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from coachkit.access import ReadEntry
from coachkit.api.security import Asks, Installation
from coachkit.web.rendering import Reader, page, reader_of
from coachkit.web.words import DOCUMENTS, KINDS, VIEWS, key_of, name, title_of

__all__ = ["router"]

router = APIRouter()

_PAGE = 25
_READS = 200


@router.get("/me")
def show(
    request: Request,
    app: Installation,
    viewer: Asks,
    connection: Annotated[str, Query(max_length=80)] = "",
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> HTMLResponse:
    reader = reader_of(request)
    records = app.personal.records_about(
        viewer.person, viewer.scopes, limit=_PAGE + 1, offset=offset, connection=connection
    )
    return page(
        request,
        "me.html",
        nav="me",
        connection=connection,
        records=[
            {
                "id": record.public_id,
                "title": title_of(record.kind, record.key, record.title, reader.say, text=record.text),
                "key": key_of(record.kind, record.key),
                "kind": name(KINDS, record.kind, reader.say),
                "connection": record.connection,
                "at": record.occurred_at,
            }
            for record in records[:_PAGE]
        ],
        previous=_query(connection, max(0, offset - _PAGE)) if offset else None,
        following=_query(connection, offset + _PAGE) if len(records) > _PAGE else None,
        sources=_by_connection(app.coverage.of_person(viewer.person, viewer.scopes)),
        reads=_reads(app.reads.reads_of(viewer.person, limit=_READS), reader),
    )


def _query(connection: str, offset: int) -> str:
    return urlencode({"connection": connection, "offset": offset})


def _by_connection(sources: Any) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for source in sources:
        one = found.setdefault(
            source.connection, {"connection": source.connection, "records": 0, "since": source.since}
        )
        one["records"] += source.records
        if source.since is not None:
            one["since"] = min(one["since"] or source.since, source.since)
    return list(found.values())


def _reads(entries: tuple[ReadEntry, ...], reader: Reader) -> list[dict[str, Any]]:
    """One line for what one person opened on one day, however often."""
    lines: dict[tuple[int, str, str], dict[str, Any]] = {}
    for entry in entries:
        day = reader.fmt.day(entry.at)
        line = lines.setdefault(
            (entry.viewer, entry.what, day),
            {"name": entry.viewer_name, "what": _what(entry.what, reader), "when": day, "times": 0},
        )
        line["times"] += 1
    return list(lines.values())


def _what(what: str, reader: Reader) -> str:
    """What was opened, as :meth:`ReadLog.record` names it, in words."""
    noun, _, key = what.partition(" ")
    if noun == "brief":
        return reader.say("the brief about you")
    if noun in VIEWS:
        return name(VIEWS, noun, reader.say)
    if noun in DOCUMENTS:
        return name(DOCUMENTS, noun, reader.say)
    if noun == "evidence" and key in KINDS:
        return name(KINDS, key, reader.say)
    return key if noun == "evidence" else what
