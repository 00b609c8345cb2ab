"""``contribution``: what those whom a contribution summary names do with it, and whose words may be quoted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from coachkit.cli.context import Language, opened, viewer_named
from coachkit.cli.output import AsJson, console, emit, read_out, table
from coachkit.domain.identity import public_id
from coachkit.drafting.cleaning import clean, shorten
from coachkit.drafting.showing_kinds import AnnotationKind, Showing, Standing
from coachkit.errors import BadInput, NotFound

if TYPE_CHECKING:
    from coachkit.access import Viewer
    from coachkit.bootstrap import App
    from coachkit.domain.drafts import Draft

__all__ = ["register"]

group = typer.Typer(
    no_args_is_help=True, help="Contribution summaries: those named see them first, agree or write beside them."
)
As = Annotated[str, typer.Option("--as", help="Who does it, or with whose eyes. The read is noted as theirs.")]
DraftId = Annotated[str, typer.Argument(metavar="DRAFT", help="Id of a summary, as `contribution list` shows it.")]


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="contribution")


@group.command("list")
def listed(context: typer.Context, viewer: As, lang: Language = None, as_json: AsJson = False) -> None:
    """List the summaries that name somebody, or that they asked for, the newest first.

    Example: `coachkit contribution list --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        reader = viewer_named(app, viewer)
        found = [_row(app, one, reader) for one in app.showings.of_person(reader)]
        zone, zh = ZoneInfo(app.settings.timezone), app.settings.language == "zh"
    if as_json:
        emit(found)
        return
    names = (
        ["摘要", "关于", "状态", "等你答复", "开放日"] if zh else ["draft", "about", "state", "waits for you", "opens"]
    )
    table(
        names,
        [
            (
                one["draft"],
                one["about"],
                one["state"],
                ("是" if zh else "yes") if one["waits_for_me"] else "",
                _day(one, zone),
            )
            for one in found
        ],
        empty="没有写到此人的小结。" if zh else "No summary names them, and they asked for none.",
    )


def _row(app: App, one: Showing, reader: Viewer) -> dict[str, Any]:
    own = one.is_own
    return {
        "draft": one.draft,
        "about": app.targets.target(one.target).label,
        "state": "own" if own else "open" if one.is_open(reader.at) else "shown",
        "asked_for_by": public_id(one.viewer),
        "waits_for_me": reader.person in one.waits_for and not one.is_open(reader.at),
        "shown_at": one.shown_at,
        "opens_at": None if own else one.opens_at,
    }


def _day(row: dict[str, Any], zone: ZoneInfo) -> str:
    at = row["opens_at"]
    return f"{at.astimezone(zone):%Y-%m-%d}" if isinstance(at, datetime) else ""


@group.command()
def show(
    context: typer.Context,
    draft_id: DraftId,
    viewer: As,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a summary as somebody may see it now, with what those named wrote beside it.

    Example: `coachkit contribution show 9f0c3e7a51d84b2c6a10 --as 'Maria Gomez'`
    """
    from coachkit.delivery.document import document
    from coachkit.delivery.markdown import markdown as as_markdown
    from coachkit.delivery.terminal import terminal

    with opened(context) as app:
        reader = viewer_named(app, viewer)
        draft = _summary(app, draft_id, reader)
        standing = app.showings.standing(draft, reader)
        doc = document(draft, app.settings.timezone)
    if as_json:
        emit({"document": doc, "standing": plain_standing(standing)})
    elif markdown:
        console.print(as_markdown(doc), markup=False)
    else:
        read_out(terminal(doc))
        console.print()
        for section in doc.sections:
            for one in section.statements:
                if one.id in standing.mine:
                    console.print(f"{one.id}  {section.title}: {shorten(clean(one.text), 70)[0]}", markup=False)


def plain_standing(standing: Standing) -> dict[str, Any]:
    """How a summary stands, for programs."""
    return {
        "state": str(standing.state),
        "shown_at": standing.shown_at,
        "opens_at": standing.opens_at,
        "waits_for": list(standing.waits_for),
        "mine": sorted(standing.mine),
        "answered": standing.answered,
        "withheld": standing.withheld,
        "contested": sorted(standing.contested),
        "annotations": [
            {
                "id": one.id,
                "statement": one.statement,
                "by": standing.authors.get(one.person, ""),
                "kind": str(one.kind),
                "text": one.text,
                "at": one.at,
            }
            for several in standing.annotations.values()
            for one in several
        ],
    }


def _summary(app: App, draft_id: str, reader: Viewer) -> Draft:
    draft = app.documents.get(draft_id, reader)
    if draft.kind != "contribution_summary":
        raise NotFound("there is no such contribution summary.", subject=clean(draft_id)[:40])
    return draft


@group.command()
def agree(context: typer.Context, draft_id: DraftId, viewer: As, as_json: AsJson = False) -> None:
    """Say that one has nothing to add to what a summary says about oneself.

    Example: `coachkit contribution agree 9f0c3e7a51d84b2c6a10 --as 'Maria Gomez'`
    """
    with opened(context) as app:
        reader = viewer_named(app, viewer)
        draft = _summary(app, draft_id, reader)
        app.showings.agree(draft, reader)
        left = app.showings.standing(draft, reader).waits_for
        zh = app.settings.language == "zh"
    if as_json:
        emit({"draft": draft_id, "waits_for": list(left)})
    else:
        _say_left(left, zh)


def _say_left(left: tuple[str, ...], zh: bool) -> None:
    if left:
        console.print(f"还在等：{'、'.join(left)}" if zh else f"Noted. It waits for: {', '.join(left)}", markup=False)
    else:
        console.print("都答复了，小结已开放。" if zh else "Noted. All have answered; it is open.")


@group.command()
def annotate(
    context: typer.Context,
    draft_id: DraftId,
    text: Annotated[str, typer.Argument(help="What stands beside it then, with the author's name.")],
    viewer: As,
    statement: Annotated[str, typer.Option(help="Id of the statement; left out: beside the whole summary.")] = "",
    kind: Annotated[
        str, typer.Option(help="remark, adds (what no system saw) or differs (sees it differently).")
    ] = "remark",
    as_json: AsJson = False,
) -> None:
    """Write beside a statement, or beside the whole summary. It counts as the author's answer.

    Example: `coachkit contribution annotate 9f0c3e7a51d84b2c6a10 'Tom built it, I reviewed it.' --statement f1a2b3c4d
    --kind differs --as 'Maria Gomez'`
    """
    if kind not in list(AnnotationKind):
        raise BadInput(f"{clean(kind)[:20]!r} is no kind of annotation.", hint="remark, adds or differs.")
    with opened(context) as app:
        reader = viewer_named(app, viewer)
        draft = _summary(app, draft_id, reader)
        made = app.showings.annotate(draft, reader, statement, text, AnnotationKind(kind))
        left, zh = app.showings.standing(draft, reader).waits_for, app.settings.language == "zh"
    if as_json:
        emit({"id": made.id, "statement": made.statement, "kind": str(made.kind), "text": made.text, "at": made.at})
        return
    console.print(made.id, markup=False)
    _say_left(left, zh)


@group.command()
def withdraw(
    context: typer.Context,
    annotation: Annotated[str, typer.Argument(help="Id of one's own annotation.")],
    viewer: As,
    as_json: AsJson = False,
) -> None:
    """Take back an annotation; that it was there stays on record.

    Example: `coachkit contribution withdraw 3f0c3e7a51d84b2c --as 'Maria Gomez'`
    """
    with opened(context) as app:
        app.showings.withdraw(annotation, viewer_named(app, viewer))
        zh = app.settings.language == "zh"
    if as_json:
        emit({"withdrawn": annotation})
    else:
        console.print("已收回。" if zh else "Taken back.")


@group.command()
def quotes(context: typer.Context, viewer: As, as_json: AsJson = False) -> None:
    """List the feedback that somebody wrote, and whether they let it be quoted in summaries.

    Example: `coachkit contribution quotes --as 'Wei Li'`
    """
    with opened(context) as app:
        reader = viewer_named(app, viewer)
        found = [
            {
                "id": public_id(row.id),
                "at": row.occurred_at,
                "about": row.item or "",
                "text": clean(row.text),
                "open_to_all": row.kind == "org",
                "quotable": row.agreed_at is not None,
            }
            for row in app.showing_store.words_of(reader.person, reader.scopes)
        ]
    if as_json:
        emit(found)
        return
    table(
        ["id", "day", "about", "open to all", "may be quoted", "words"],
        [
            (
                one["id"],
                f"{one['at']:%Y-%m-%d}",
                one["about"],
                "yes" if one["open_to_all"] else "",
                "yes" if one["quotable"] else "",
                shorten(str(one["text"]), 60)[0],
            )
            for one in found
        ],
        empty="They wrote no feedback.",
    )


@group.command()
def quote(
    context: typer.Context,
    record: Annotated[str, typer.Argument(help="Id of one's own feedback, as `contribution quotes` shows it.")],
    viewer: As,
    no: Annotated[bool, typer.Option("--no", help="Not any more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let one's own feedback be quoted in contribution summaries. Without this it never is.

    Example: `coachkit contribution quote ae6q4bcf2y7cu --as 'Wei Li'`
    """
    with opened(context) as app:
        app.showings.consent(record, viewer_named(app, viewer), agreed=not no)
        zh = app.settings.language == "zh"
    if as_json:
        emit({"record": record, "quotable": not no})
    elif no:
        console.print("不再引用。" if zh else "It is not quoted any more.")
    else:
        console.print("可以引用了。" if zh else "It may be quoted, where everybody who reads the summary may read it.")
