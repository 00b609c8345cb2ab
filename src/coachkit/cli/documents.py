"""``brief``, ``evidence``, ``search``: what the facts are prepared for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from coachkit.cli.context import Language, opened
from coachkit.cli.output import AsJson, console, emit, notes, read_out
from coachkit.domain.identity import public_id
from coachkit.errors import BadInput, NotFound

if TYPE_CHECKING:
    from coachkit.access import PersonEntry
    from coachkit.bootstrap import App
    from coachkit.delivery.document import Document

__all__ = ["print_brief", "register"]

As = Annotated[str | None, typer.Option("--as", help="With whose eyes. The read is noted as theirs.")]
Person = Annotated[
    str, typer.Argument(help="About whom: a name in any script, an e-mail address, an account key or an id.")
]


def register(app: typer.Typer) -> None:
    app.command()(brief)
    app.command()(evidence)
    app.command()(search)


def _day(text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.min, ZoneInfo(zone)).astimezone(UTC)
    except ValueError as error:
        raise BadInput(f"{text!r} is no day.", hint="Write it as 2026-05-06.") from error


def brief(
    context: typer.Context,
    person: Person,
    viewer: As = None,
    since: Annotated[
        str | None, typer.Option(help="From which day; otherwise the last check-in.", metavar="DAY")
    ] = None,
    model: Annotated[str | None, typer.Option(help="none, local, or a LiteLLM model string.")] = None,
    lang: Language = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write to a file instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prepare a brief for the next check-in: every statement cites the record behind it.

    Read by default with the eyes of the person's manager. It rests only on what both of them may read.
    """
    with opened(context, language=lang, model=model) as app:
        subject = app.directory.find_person(person)
        reader = app.directory.find_person(viewer) if viewer else _manager(app, subject)
        prepared = prepare_brief(app, viewer=reader, subject=subject, since=_day(since, app.settings.timezone))
    if as_json:
        emit(prepared)
    elif markdown or out:
        from coachkit.delivery.markdown import markdown as as_markdown

        text = as_markdown(prepared)
        if out:
            out.write_text(text, "utf-8")
        else:
            console.print(text, markup=False)
    else:
        _show(prepared)


def _manager(app: App, subject: PersonEntry) -> PersonEntry:
    manager = app.directory.manager_of(subject.id)
    if manager is None:
        raise NotFound(
            f"{subject.name} reports to nobody here, so there is no manager to prepare.",
            hint="Say with whose eyes: --as PERSON. Reporting lines come from an HR source.",
        )
    return manager


def prepare_brief(app: App, *, viewer: PersonEntry, subject: PersonEntry, since: datetime | None = None) -> Document:
    """Prepare and lay out a brief with the app's own language and model."""
    from coachkit.delivery.document import document

    now = app.now()
    draft = app.briefs.prepare(
        app.directory.viewer(viewer.id, now),
        subject,
        language=app.settings.language,
        model=app.settings.model,
        now=now,
        since=since,
    )
    return document(draft, app.settings.timezone)


def print_brief(app: App, *, viewer: PersonEntry, subject: PersonEntry, anew: bool = True) -> None:
    """Show a brief in the terminal: prepared now, or unless ``anew`` the one of today, if there is one."""
    made = None if anew else _of_today(app, viewer, subject)
    _show(made or prepare_brief(app, viewer=viewer, subject=subject))


def _of_today(app: App, viewer: PersonEntry, subject: PersonEntry) -> Document | None:
    from coachkit.delivery.document import document

    now, settings = app.now(), app.settings
    reader = app.directory.viewer(viewer.id, now)
    draft = app.briefs.latest(reader, subject.id, language=settings.language, model=settings.model)
    if draft is None or app.directory.today(draft.created_at) != app.directory.today(now):
        return None
    return document(draft, settings.timezone)


def _show(prepared: Document) -> None:
    from coachkit.delivery.terminal import terminal

    read_out(terminal(prepared))


def evidence(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of records, as a brief with --json shows them.")],
    viewer: Annotated[str, typer.Option("--as", help="With whose eyes.")],
    as_json: AsJson = False,
) -> None:
    """Open the records behind a statement, if the viewer may read them."""
    with opened(context) as app:
        now = app.now()
        reader = app.directory.viewer(app.directory.find_person(viewer).id, now)
        found = [app.evidence.open(one, reader) for one in ids]
    if as_json:
        emit(found)
        return
    for record in found:
        console.print(f"{record.key}  {record.title}", style="bold", markup=False)
        console.print(f"{record.connection} · {record.kind} · {record.occurred_at:%Y-%m-%d %H:%M} · {record.url or ''}")
        for actor in record.actors:
            console.print(f"  {actor.role}: {actor.name or actor.identity}", markup=False)
        console.print(record.text, markup=False)


def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Words, in Chinese or English; records in either are found.")],
    viewer: Annotated[str, typer.Option("--as", help="With whose eyes: only what they may read can be found.")],
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=200)] = 10,
    since: Annotated[str | None, typer.Option(help="From which day.", metavar="DAY")] = None,
    as_json: AsJson = False,
) -> None:
    """Search what somebody may read: by words and by meaning, in Chinese, English and across."""
    from coachkit.retrieval import Query

    with opened(context) as app:
        now = app.now()
        reader = app.directory.viewer(app.directory.find_person(viewer).id, now)
        query = Query(text=text, scopes=reader.scopes, since=_day(since, app.settings.timezone), until=now, limit=limit)
        answer = app.retriever.answer(query)
        hits = answer.hits
        records = app.facts.evidence([hit.record_id for hit in hits], reader.scopes)
    by_id = {record.id: record for record in records}
    found = [(hit, by_id[public_id(hit.record_id)]) for hit in hits if public_id(hit.record_id) in by_id]
    if answer.problem:
        notes.print(f"Searched by words alone: {answer.problem}", markup=False)
    if as_json:
        emit([{"score": hit.score, "lexical": hit.lexical, "semantic": hit.semantic, **_row(r)} for hit, r in found])
        return
    if not found:
        console.print("Nothing that this person may read fits these words.")
    for hit, record in found:
        console.print(f"{hit.score:5.2f}  {record.occurred_at:%Y-%m-%d}  {record.key}  {record.title}", markup=False)


def _row(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in ("id", "kind", "key", "title", "connection", "occurred_at", "url")}
