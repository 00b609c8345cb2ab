"""``insight contribution``: who advanced whose goals, and what one adds to one's own view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, one_day, opened, viewer_named
from coachkit.cli.output import AsJson, console, emit, table
from coachkit.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coachkit.api.insight_contribution import ContributionSeen
    from coachkit.delivery.told import Sentence

__all__ = ["register"]

As = Annotated[str, typer.Option("--as", help="With whose eyes. Nothing they may not read has any influence.")]
Since = Annotated[
    str | None, typer.Option("--since", help="A day; periods are the last 3, 6 or 12 months. Left out: 6 months.")
]


def register(group: typer.Typer) -> None:
    group.command("contribution")(contribution)
    group.command("contribution-note")(note)


def contribution(
    context: typer.Context,
    viewer: As,
    about: Annotated[str, typer.Argument(metavar="[ABOUT]", help="me, a person, team:X, project:X or goal:X.")] = "",
    person: Annotated[str, typer.Option("--person", help="Of a person: name, e-mail, account key or id.")] = "",
    team: Annotated[str, typer.Option("--team", help="Of a team: key or name.")] = "",
    project: Annotated[str, typer.Option("--project", help="Of a project, epic or repository: its key.")] = "",
    goal: Annotated[str, typer.Option("--goal", help="Of a goal: its key.")] = "",
    between: Annotated[
        tuple[str, str] | None,
        typer.Option("--between", metavar="TEAM TEAM", help="What two teams did for each other."),
    ] = None,
    teams: Annotated[bool, typer.Option("--teams", help="Between all teams: by which kinds of help.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List of whom and what you can ask.")] = False,
    since: Since = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Tell who advanced whose goals, by kind of help, between teams as of that day; nobody is counted.

    Example: `coachkit insight contribution --team Search --as 'Maria Gomez'`
    """
    from coachkit.api.insight_contribution import contribution_answer, contribution_of
    from coachkit.api.insight_network import months_since

    asked = [about, person, team and f"team:{team}", project and f"project:{project}", goal and f"goal:{goal}"]
    asked = [one for one in (*asked, *(between or ())[:1]) if one]
    if len(asked) + listed + teams > 1:
        raise BadInput(
            "ask for one thing: a person, a team, a project, a goal, or two teams.",
            chinese=("一次只能看一样：个人、团队、项目、目标，或两个团队。", ""),
        )
    if listed:
        _choices(context, viewer, lang, as_json)
        return
    if teams:
        _towards(context, viewer, since, lang, as_json)
        return
    with opened(context, language=lang) as app:
        reader, language = viewer_named(app, viewer), app.settings.language
        months = months_since(one_day(since), app.directory.today(app.now()))
        other = between[1] if between else ""
        seen = contribution_of(app, reader, next(iter(asked), "me"), months, language, other)
    if as_json:
        emit(contribution_answer(seen).model_dump(mode="json"))
    else:
        _show(seen)


def _towards(context: typer.Context, viewer: str, since: str | None, lang: Language, as_json: bool) -> None:
    from coachkit.api.insight_network import months_since
    from coachkit.api.insight_towards import towards_answer, towards_of
    from coachkit.delivery.contribution_told import HELP

    with opened(context, language=lang) as app:
        months = months_since(one_day(since), app.directory.today(app.now()))
        found = towards_of(app, viewer_named(app, viewer), months)
        zh = app.settings.language == "zh"
    if as_json:
        emit(towards_answer(found).model_dump(mode="json"))
        return
    names = found.seen.teams
    table(
        ("从", "到", "协作方式", "目标") if zh else ("from", "to", "kinds of help", "goals"),
        [
            (
                names.get(one.team, one.team),
                names.get(one.other, one.other),
                ("、" if zh else ", ").join(HELP[kind][zh] for kind in one.kinds),
                " ".join(one.goals),
            )
            for one in found.found
        ],
        empty="这段时间没有你能读到的记录。" if zh else "No record that you may read tells of this time.",
    )


def _choices(context: typer.Context, viewer: str, lang: Language, as_json: bool) -> None:
    from coachkit.api.insight_choices import choices_answer, choices_of

    with opened(context, language=lang) as app:
        reader = viewer_named(app, viewer)
        seen = app.insights.seen(reader)
        found = choices_answer(choices_of(app, reader, seen), seen)
        zh = app.settings.language == "zh"
    if as_json:
        emit(found.model_dump(mode="json"))
        return
    parts = (
        ("个人" if zh else "People", found.people),
        ("团队" if zh else "Teams", found.teams),
        ("项目" if zh else "Projects", found.projects),
        ("目标" if zh else "Goals", found.goals),
    )
    for title, several in parts:
        if several:
            console.print(title, style="bold", markup=False)
        for one in several:
            console.print(f"  {one.name}  {one.about}", markup=False)


def _show(seen: ContributionSeen) -> None:
    from coachkit.delivery.contribution_told import HELP

    zh, told = seen.names.zh, seen.told
    console.print(seen.title, markup=False, style="bold")
    _section("成果" if zh else "What came of it", told.outcome, seen)
    for kind, sentences in told.did:
        _section(HELP[kind][zh], sentences, seen)
    _section("客户" if zh else "What customers said", told.customers, seen)
    if not told.sentences:
        console.print("这段时间没有你能读到的记录。" if zh else "No record that you may read tells of this time.")
    for one in seen.notes:
        says = ("补充" if zh else "adds") if one.kind.value == "adds" else ("看法不同" if zh else "sees it differently")
        person = seen.person.name if seen.person else ""
        about = f" [{one.statement}]" if one.statement else ""
        console.print(f"{person} {says}{about}: {one.text}  ({one.day} · {one.id})", markup=False)
    for words, handed in seen.reviewed:
        state = "" if handed else ("，只有你自己看得到" if zh else ", seen by you alone")
        where = f"自评 {words.period}{state}" if zh else f"self-review {words.period}{state}"
        console.print(f"{where}: {words.text} {words.url}".rstrip(), markup=False)
    for line in told.notes:
        console.print(line, markup=False, style="dim")


def _section(title: str, sentences: Sequence[Sentence], seen: ContributionSeen) -> None:
    if not sentences:
        return
    console.print(title, markup=False, style="bold")
    for one in sentences:
        shown = " ".join(dict.fromkeys(f"[{seen.names.label(record)}]" for record in one.records))
        name = one.details.get("id", "")
        contested = ("（本人看法不同）" if seen.names.zh else " (contested)") if name in seen.contested else ""
        number = f"  #{name}" if seen.mine and name else ""
        console.print(f"  {one.text}{contested} {shown}{number}".rstrip(), markup=False)
    console.print()


def note(
    context: typer.Context,
    viewer: As,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="What you say.")] = "",
    kind: Annotated[str, typer.Option("--help-kind", help="With what no system saw: the kind of help.")] = "",
    day: Annotated[str | None, typer.Option("--day", help="With what no system saw: when it was.")] = None,
    contest: Annotated[str, typer.Option("--contest", help="Id of the sentence that you see differently.")] = "",
    withdraw: Annotated[str, typer.Option("--withdraw", help="Id of a note of yours to take back.")] = "",
    restore: Annotated[str, typer.Option("--restore", help="Id of a note of yours to put back.")] = "",
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Add what no system saw to your own view, or contest a sentence of it. Whoever may open your view reads it.

    Example: `coachkit insight contribution-note 'Stood in for the release lead' --help-kind decided --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        reader, zh = viewer_named(app, viewer), app.settings.language == "zh"
        service, today = app.insights.notes, app.directory.today(app.now())
        if bool(text) + bool(withdraw) + bool(restore) != 1:
            raise BadInput(
                "say one thing: a text, --withdraw or --restore.",
                chinese=("只能做一件事：写说明，或 --withdraw，或 --restore。", ""),
            )
        if withdraw:
            service.withdraw(reader, withdraw)
            done, about = "taken_back", withdraw
            said = f"已撤回：{withdraw}" if zh else f"Taken back: {withdraw}. `--restore {withdraw}` puts it back."
        elif restore:
            service.restore(reader, restore)
            done, about = "put_back", restore
            said = f"已恢复：{restore}" if zh else f"Put back: {restore}"
        else:
            made = (
                service.contest(reader, contest, text, day=today)
                if contest
                else service.add(reader, text, day=one_day(day) or today, help=kind)
            )
            done, about = "kept", made.id
            said = f"已记下：{made.id}" if zh else f"Kept: {made.id}. `--withdraw {made.id}` takes it back."
    if as_json:
        emit({"note": about, "state": done})
    else:
        console.print(said, markup=False)
