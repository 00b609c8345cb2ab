"""Evidence, search, and ticking action items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from coachkit.access import Viewer
from coachkit.api.searching import Asked, Found, asked_pattern, search
from coachkit.api.security import Asks, Installation
from coachkit.bootstrap import App
from coachkit.domain.evidence import Evidence
from coachkit.domain.identity import unpublic_id
from coachkit.domain.trails import LinkStep, Trail, ValueStep
from coachkit.drafting.cleaning import clean
from coachkit.drafting.suspicion import is_suspicious
from coachkit.errors import CoachkitError
from coachkit.web.rendering import Reader, back, is_fragment, local_path, page, partial, reader_of, web_only
from coachkit.web.words import FIELDS, KINDS, RELATIONS, ROLES, STATES, key_of, name, title_of

__all__ = ["router"]

router = APIRouter()

_SEARCHED = ("issue", "change_request", "commit", "document", "meeting", "goal", "interaction", "feedback", "check_in")


@router.get("/evidence/{evidence_id}")
def show_evidence(
    request: Request,
    app: Installation,
    viewer: Asks,
    evidence_id: str,
    draft: Annotated[str, Query(alias="from", max_length=80)] = "",
) -> HTMLResponse:
    """The record, in full or in the drawer; ``from`` names the draft that cites it."""
    evidence = app.evidence.open(evidence_id, viewer)
    reader = reader_of(request)
    sentences = _sentences(app, viewer, draft, evidence.id) if draft else []
    trail = app.insights.trail(viewer, unpublic_id(evidence.id))
    titles = {clean(one.title) for one in trail.values}
    return page(
        request,
        "evidence.html",
        record={
            "title": title_of(evidence.kind, evidence.key, evidence.title, reader.say),
            "key": key_of(evidence.kind, evidence.key),
            "connection": evidence.connection,
            "occurred_at": evidence.occurred_at,
            "sensitivity": str(evidence.sensitivity),
            "suspicious": is_suspicious(f"{evidence.title}\n{evidence.text}"),
        },
        text=[line for line in _lines(evidence) if line not in titles],
        kind=name(KINDS, evidence.kind, reader.say),
        facts=_facts(evidence, reader),
        trail=_trail(trail, reader),
        people=_people(evidence, reader),
        url=web_only(evidence.url),
        cited_for=sentences,
        draft=draft if sentences else "",
    )


@router.get("/search")
def show_search(
    request: Request,
    app: Installation,
    viewer: Asks,
    q: Annotated[str, Query(max_length=400)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    offset: Annotated[int, Query(ge=0, le=200)] = 0,
) -> HTMLResponse:
    asked = Asked(q=q, kind=kind if kind in _SEARCHED else "", offset=offset)
    found = search(app, viewer, asked)
    reader = reader_of(request)
    here = {"q": asked.q, "kind": asked.kind}
    before = urlencode({**here, "offset": max(0, offset - asked.limit)}) if offset else ""
    return page(
        request,
        "search.html",
        nav="search",
        asked=asked,
        kinds=[(one, name(KINDS, one, reader.say)) for one in _SEARCHED],
        hits=list(_hits(found, asked.q, reader)),
        last=offset + len(found.hits),
        previous=before,
        following=urlencode({**here, "offset": offset + asked.limit}) if found.more else "",
    )


@router.post("/action-items/{item_id}")
def tick(
    request: Request,
    app: Installation,
    viewer: Asks,
    item_id: str,
    done: Annotated[bool, Form()],
    wanted: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    item = app.action_items.set_done(item_id, viewer, done, viewer.at)
    if is_fragment(request):
        return partial(request, "_action.html", item=item, next=local_path(wanted).partition("#")[0] or "/")
    return back(wanted)


def _lines(evidence: Evidence) -> list[str]:
    """The record's own words, line by line, cleaned; without a first line that only repeats the title."""
    lines = [line for line in (clean(part) for part in evidence.text.splitlines()) if line]
    return lines[1:] if lines and lines[0] == clean(evidence.title) else lines


def _facts(evidence: Evidence, reader: Reader) -> list[tuple[str, str]]:
    return [
        (reader.say(label), _value(evidence.fields[field], reader))
        for field, label in FIELDS.items()
        if evidence.fields.get(field) not in (None, "")
    ]


_STEPS = 12
"""The newest states and links of a record; its source has the others."""


def _trail(trail: Trail, reader: Reader) -> dict[str, list[tuple[str, str]]]:
    """States and links with their days, and where key results are: what a statement about days or values rests on."""
    return {
        "values": [(one.key, _where(one, reader)) for one in trail.values],
        "states": [
            (reader.fmt.day(one.at), " · ".join(clean(text) for text in (one.state, one.reason or "") if text))
            for one in trail.states[-_STEPS:]
        ],
        "links": [
            (f"{name(RELATIONS, one.rel, reader.say)} {clean(one.target)}", _when(one, reader))
            for one in trail.links[-_STEPS:]
        ],
    }


def _where(one: ValueStep, reader: Reader) -> str:
    say, fmt, unit = reader.say, reader.fmt, f" {clean(one.unit)}" if one.unit else ""
    value = say("not measured") if one.value is None or one.at is None else f"{fmt.number(one.value)}{unit}"
    day = f" · {fmt.day(one.at)}" if one.at is not None else ""
    way = ""
    if one.start is not None and one.target is not None:
        way = " · " + say("from %(start)s to %(target)s", start=fmt.number(one.start), target=fmt.number(one.target))
    return f"{clean(one.title)}: {value}{day}{way}"


def _when(one: LinkStep, reader: Reader) -> str:
    fmt = reader.fmt
    if one.since is None:
        return ""
    return fmt.span(one.since, one.until) if one.until else reader.say("since %(day)s", day=fmt.day(one.since))


def _value(value: object, reader: Reader) -> str:
    if isinstance(value, datetime):
        return reader.fmt.moment(value)
    if isinstance(value, date):
        return reader.fmt.day(value)
    if isinstance(value, int | float):
        return reader.fmt.number(value)
    text = clean(str(value))
    return reader.say(STATES[text]) if text in STATES else text


def _people(evidence: Evidence, reader: Reader) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for actor in evidence.actors:
        label = name(ROLES, actor.role, reader.say)
        shown = clean(actor.name or actor.identity.partition(":")[2])
        if shown and shown not in found.setdefault(label, []):
            found[label].append(shown)
    return [(label, names) for label, names in found.items() if names]


def _sentences(app: App, viewer: Viewer, draft_id: str, evidence_id: str) -> list[str]:
    """What a draft cites the record for, as far as the viewer may open the draft."""
    try:
        draft = app.documents.get(draft_id, viewer)
    except CoachkitError:
        return []
    return [s.text for section in draft.sections for s in section.statements if evidence_id in s.evidence]


def _hits(found: Found, query: str, reader: Reader) -> Iterable[dict[str, Any]]:
    for hit in found.hits:
        evidence = hit.evidence
        kind = name(KINDS, evidence.kind, reader.say)
        title = title_of(evidence.kind, evidence.key, evidence.title, reader.say, text=evidence.text)
        yield {
            "id": evidence.id,
            "title": title,
            "key": key_of(evidence.kind, evidence.key),
            "kind": kind,
            "connection": evidence.connection,
            "at": evidence.occurred_at,
            "excerpt": _marked("" if hit.excerpt.strip("… ") in title else hit.excerpt, query),
        }


def _marked(text: str, query: str) -> list[tuple[str, bool]]:
    """``text`` in pieces, those marked that are words of the query."""
    pieces, last = [], 0
    for found in asked_pattern(query).finditer(text):
        pieces += [(text[last : found.start()], False), (found[0], True)]
        last = found.end()
    return [(piece, marked) for piece, marked in [*pieces, (text[last:], False)] if piece]
