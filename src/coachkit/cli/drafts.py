"""``draft`` and ``explain``: any document, and why it says what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, one_day, opened, since_day
from coachkit.cli.following import wording_display
from coachkit.cli.output import AsJson, console, emit, notes, read_out
from coachkit.domain.drafts import DraftKind
from coachkit.domain.identity import unpublic_id
from coachkit.drafting.cleaning import clean
from coachkit.errors import CoachkitError, NotFound

if TYPE_CHECKING:
    from coachkit.access import PersonEntry, Viewer
    from coachkit.bootstrap import App
    from coachkit.domain.drafts import Draft
    from coachkit.domain.explanations import Explanation, PackedRecord

__all__ = ["manager_of", "register"]

Kind = Annotated[
    str, typer.Argument(help="brief, agenda, self-review, contribution-summary or key-conversation.", metavar="KIND")
]
About = Annotated[
    str,
    typer.Argument(
        help="About whom: a name in any script, an e-mail address, an account key or an id; of a contribution summary "
        "also a team, project or goal."
    ),
]
As = Annotated[str | None, typer.Option("--as", help="With whose eyes. The read is noted as theirs.")]


def register(app: typer.Typer) -> None:
    app.command()(draft)
    app.command()(explain)


def manager_of(app: App, subject: PersonEntry) -> PersonEntry:
    """With whose eyes a document of two is read by default.

    :raises NotFound: if the person reports to nobody here.
    """
    manager = app.directory.manager_of(subject.id)
    if manager is None:
        raise NotFound(
            f"{subject.name} reports to nobody here, so there is no manager to prepare.",
            hint="Say with whose eyes: --as PERSON. Reporting lines come from an HR source.",
            chinese=(
                f"这里没有“{subject.name}”的汇报关系，不知道该为哪位主管准备。",
                "请用 --as 指明以谁的身份查看；汇报关系来自人事来源。",
            ),
        )
    return manager


def draft(
    context: typer.Context,
    kind: Kind,
    person: About,
    viewer: As = None,
    since: Annotated[str | None, typer.Option(help="From which day.", metavar="DAY")] = None,
    on: Annotated[
        str | None,
        typer.Option(help="As of the end of which day: what came or changed later is left out.", metavar="DAY"),
    ] = None,
    model: Annotated[str | None, typer.Option(help="none, local, or a LiteLLM model string.")] = None,
    lang: Language = None,
    days: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=60,
            help="Of a contribution summary: how long those whom it names have for a first look; 0 opens it at once, "
            "and that is on record. Otherwise COACHKIT_CONTRIBUTION_DAYS.",
        ),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write to a file instead.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prepare a document: a brief, an agenda, a self-review, a contribution summary, a key-conversation card.

    With `--json` every statement comes with its citations and what each check said, beside the records themselves:
    `coachkit verify` takes it as it is. Read by default with the eyes of the person's manager, a self-review with the
    person's own.

    Example: `coachkit draft agenda 'Maria Gomez' --as 'Ana Costa' --lang zh --json`
    """
    with opened(context, language=lang, model=model, contribution_days=days) as app:
        wanted = _kind(app, kind)
        reader, subject = _sides(app, wanted, person, viewer)
        with wording_display(app, quiet=as_json or markdown or out is not None) as wording:
            made = app.documents.prepare(
                wanted,
                reader,
                subject,
                language=app.settings.language,
                model=app.settings.model,
                now=reader.at,
                since=since_day(since, app.settings.timezone),
                on=one_day(on),
                tell=wording.told,
                begun=wording.begun,
            )
        records = app.documents.records(made.id, reader) if as_json else ()
        zone = app.settings.timezone
    if as_json:
        _hand_over_json(made, records, zone, out)
    else:
        _hand_over(made, zone, out, markdown=markdown)


def _hand_over_json(made: Draft, records: tuple[PackedRecord, ...], zone: str, out: Path | None) -> None:
    from coachkit.delivery.drafted import drafted

    value = drafted(made, records, zone)
    if out:
        out.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")
    else:
        emit(value)


def _hand_over(made: Draft, zone: str, out: Path | None, *, markdown: bool) -> None:
    from coachkit.delivery.document import document
    from coachkit.delivery.markdown import markdown as as_markdown
    from coachkit.delivery.terminal import terminal

    shown = document(made, zone)
    if out:
        out.write_text(as_markdown(shown), "utf-8")
    elif markdown:
        console.print(as_markdown(shown), markup=False)
    else:
        read_out(terminal(shown))


def _kind(app: App, text: str) -> DraftKind:
    return app.documents.agent(text.strip().lower().replace("-", "_")).kind


def _sides(app: App, kind: DraftKind, text: str, name: str | None) -> tuple[Viewer, int]:
    """With whose eyes, and about whom or what."""
    directory, now = app.directory, app.now()
    named = directory.find_person(name) if name else None
    if kind is DraftKind.CONTRIBUTION_SUMMARY:
        viewer = directory.viewer(named.id, now) if named else None
        found = app.targets.find(text, viewer)
        if found.through is not None:
            team, who = clean(found.target.name or found.target.key), clean(found.through.name)
            zh = app.settings.language == "zh"
            notes.print(
                f"{who} → {team}：{who}参与的共同成果" if zh else f"{who} → {team}: what {who} shares in", markup=False
            )
        asker = named or next(iter(app.targets.leads(found.target)), found.through)
        if asker is None:
            raise NotFound(
                f"nobody leads {clean(found.target.name)} here.",
                hint="Say with whose eyes: --as PERSON.",
                chinese=(f"这里没有谁负责“{clean(found.target.name)}”。", "请用 --as 指明以谁的身份查看。"),
            )
        return viewer or directory.viewer(asker.id, now), found.target.id
    subject = directory.find_person(text)
    if named is None:
        named = subject if kind is DraftKind.SELF_REVIEW else manager_of(app, subject)
    return directory.viewer(named.id, now), subject.id


def explain(
    context: typer.Context,
    draft_id: Annotated[str, typer.Argument(metavar="DRAFT", help="Id of a draft, as --json and its page show it.")],
    viewer: As = None,
    statement: Annotated[
        str | None, typer.Option(help="Only this statement, by its id, as --json and this command show it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Explain a draft: of each sentence the fact and its weight, the evidence, the model's words, what checks said.

    And what was found and is not told, with the reason. Read by default with the eyes of whom it was prepared for.

    Example: `coachkit explain 9f0c3e7a51d84b2c6a10 --statement f1a2b3c4`
    """
    from coachkit.delivery.explained import explained

    with opened(context) as app:
        reader = app.directory.find_person(viewer).id if viewer else app.documents.prepared_for(draft_id)
        found = app.documents.explanation(draft_id, app.directory.viewer(reader, app.now()))
        names = _names(app, found)
    known = {one.id for one in found.sentences}
    if statement is not None and statement not in known:
        raise NotFound(
            "there is no such statement in this draft.",
            subject=clean(statement)[:40],
            hint=f"There are: {', '.join(sorted(known)) or 'none that can be shown'}.",
        )
    if as_json:
        only = [one for one in found.sentences if one.id == statement]
        emit(only[0] if statement else found)
        return
    read_out(explained(found, statement, names))


def _names(app: App, found: Explanation) -> dict[str, str]:
    """Names of those who read, edited and decided."""
    names = {}
    for public in {found.viewer, *(one.by for one in found.edits), *(one.by for one in found.decisions)}:
        try:
            names[public] = clean(app.directory.person(unpublic_id(public)).name)
        except (CoachkitError, ValueError):  # somebody who is no person here any more
            continue
    return names
