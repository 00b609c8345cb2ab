"""``brief``, ``evidence``, ``search``: what the facts are prepared for."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from coachkit.cli.context import Language, one_day, opened, since_day
from coachkit.cli.drafts import manager_of
from coachkit.cli.following import wording_display
from coachkit.cli.output import AsJson, console, emit, notes, read_out
from coachkit.domain.drafts import DraftKind
from coachkit.domain.identity import public_id, unpublic_id
from coachkit.drafting.cleaning import clean

if TYPE_CHECKING:
    from coachkit.access import PersonEntry
    from coachkit.bootstrap import App
    from coachkit.delivery.document import Document
    from coachkit.domain.evidence import Evidence
    from coachkit.domain.trails import Trail

__all__ = ["print_brief", "register"]

As = Annotated[str | None, typer.Option("--as", help="With whose eyes. The read is noted as theirs.")]
Person = Annotated[
    str, typer.Argument(help="About whom: a name in any script, an e-mail address, an account key or an id.")
]


def register(app: typer.Typer) -> None:
    app.command()(brief)
    app.command()(evidence)
    app.command()(search)


def brief(
    context: typer.Context,
    person: Person,
    viewer: As = None,
    since: Annotated[
        str | None,
        typer.Option(help="From which day, at most a year back; otherwise the last check-in.", metavar="DAY"),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(help="As of the end of which day: what came or changed later is left out.", metavar="DAY"),
    ] = None,
    model: Annotated[str | None, typer.Option(help="none, local, or a LiteLLM model string.")] = None,
    lang: Language = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write to a file instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prepare a brief for the next check-in: every statement cites the record behind it.

    Read by default with the eyes of the person's manager. It rests only on what both of them may read. For a clone or a
    data set that ended some time ago, ask for one of its days with `--on`.

    Example: `coachkit brief 'Maria Gomez' --lang zh --out maria.md`
    """
    with opened(context, language=lang, model=model) as app:
        subject = app.directory.find_person(person)
        reader = app.directory.find_person(viewer) if viewer else manager_of(app, subject)
        start = since_day(since, app.settings.timezone)
        quiet = as_json or markdown or out is not None
        prepared = prepare_brief(app, viewer=reader, subject=subject, since=start, on=one_day(on), quiet=quiet)
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


def prepare_brief(
    app: App,
    *,
    viewer: PersonEntry,
    subject: PersonEntry,
    since: datetime | None = None,
    on: date | None = None,
    quiet: bool = False,
) -> Document:
    """Prepare and lay out a brief with the app's own language and model; unless ``quiet``, sentences show on a terminal
    as they come."""
    from coachkit.delivery.document import document

    now = app.now()
    with wording_display(app, quiet=quiet) as wording:
        draft = app.documents.prepare(
            DraftKind.BRIEF,
            app.directory.viewer(viewer.id, now),
            subject.id,
            language=app.settings.language,
            model=app.settings.model,
            now=now,
            since=since,
            on=on,
            tell=wording.told,
            begun=wording.begun,
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
    draft = app.documents.latest(DraftKind.BRIEF, reader, subject.id, language=settings.language, model=settings.model)
    if draft is None or app.directory.today(draft.created_at) != app.directory.today(now):
        return None
    return document(draft, settings.timezone)


def _show(prepared: Document) -> None:
    from coachkit.delivery.terminal import terminal

    read_out(terminal(prepared))


def evidence(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Ids of records, as a brief with --json shows them.")],
    viewer: Annotated[str, typer.Option("--as", help="With whose eyes. The read is noted as theirs.")],
    as_json: AsJson = False,
) -> None:
    """Open the records behind a statement, if the viewer may read them.

    Example: `coachkit evidence ae6q4bcf2y7cu --as 'Ana Costa'`
    """
    with opened(context) as app:
        now = app.now()
        reader = app.directory.viewer(app.directory.find_person(viewer).id, now)
        found = [app.evidence.open(one, reader) for one in ids]
        trails = [app.insights.trail(reader, unpublic_id(one.id)) for one in found]
        zone = ZoneInfo(app.settings.timezone)
    if as_json:
        emit([{**asdict(record), "trail": asdict(trail)} for record, trail in zip(found, trails, strict=True)])
        return
    for record, trail in zip(found, trails, strict=True):
        _show_record(record, trail, zone)


def _show_record(record: Evidence, trail: Trail, zone: ZoneInfo) -> None:
    """A record in full; nothing of its words is taken for markup or control codes."""
    when = f"{record.occurred_at.astimezone(zone):%Y-%m-%d %H:%M}"
    console.print(f"{clean(record.key)}  {clean(record.title)}", style="bold", markup=False)
    console.print(" · ".join(filter(None, [record.connection, record.kind, when, record.url])), markup=False)
    for actor in record.actors:
        console.print(f"  {actor.role}: {clean(actor.name or actor.identity)}", markup=False)
    for line in record.text.splitlines():
        console.print(f"  {clean(line)}", markup=False)
    for value in trail.values:
        at = f" · {value.at.astimezone(zone):%Y-%m-%d}" if value.at else ""
        console.print(
            f"  {value.key}: {value.value} {clean(value.unit or '')}{at} · {value.start} → {value.target}", markup=False
        )
    for link in trail.links:
        span = "".join(f" · {day.astimezone(zone):%Y-%m-%d}" for day in (link.since, link.until) if day)
        console.print(f"  {link.rel}: {clean(link.target)}{span}", markup=False)
    for step in trail.states:
        console.print(
            f"  {step.at.astimezone(zone):%Y-%m-%d} {clean(step.state)} {clean(step.reason or '')}".rstrip(),
            markup=False,
        )
    console.print()


def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Words, in Chinese or English; records in either are found.")],
    viewer: Annotated[str, typer.Option("--as", help="With whose eyes: only what they may read can be found.")],
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=200)] = 10,
    since: Annotated[str | None, typer.Option(help="From which day.", metavar="DAY")] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Search what somebody may read: by words and by meaning, in Chinese, English and across.

    Example: `coachkit search 'ledger export' --as 'Maria Gomez' --since 2026-05-01`
    """
    from coachkit.retrieval import Query

    with opened(context, language=lang) as app:
        now, zh, zone = app.now(), app.settings.language == "zh", ZoneInfo(app.settings.timezone)
        reader = app.directory.viewer(app.directory.find_person(viewer).id, now)
        query = Query(
            text=text, scopes=reader.scopes, since=since_day(since, app.settings.timezone), until=now, limit=limit
        )
        answer = app.retriever.answer(query)
        hits = answer.hits
        records = app.evidence.several([hit.record_id for hit in hits], reader, purpose="search")
    by_id = {record.id: record for record in records}
    found = [(hit, by_id[public_id(hit.record_id)]) for hit in hits if public_id(hit.record_id) in by_id]
    if answer.problem:
        notes.print(f"{'仅按词检索' if zh else 'Searched by words alone'}: {answer.problem}", markup=False)
    if as_json:
        emit([{"score": hit.score, "lexical": hit.lexical, "semantic": hit.semantic, **_row(r)} for hit, r in found])
        return
    if not found:
        nothing = "此人有权查看的记录里没有匹配的。" if zh else "Nothing that this person may read fits these words."
        console.print(nothing)
    for hit, record in found:
        day = f"{record.occurred_at.astimezone(zone):%Y-%m-%d}"
        words = clean(record.title) or clean(record.text)
        console.print(f"{hit.score:5.2f}  {day}  {record.id}  {clean(record.key)}  {words[:100]}", markup=False)


def _row(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in ("id", "kind", "key", "title", "connection", "occurred_at", "url")}
