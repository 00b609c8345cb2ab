"""``conversations``, ``points``, ``notes``: what to talk about, why now, and what both sides prepared."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from coachkit.cli.context import Language, one_day, opened, viewer_named
from coachkit.cli.output import AsJson, console, emit, table
from coachkit.drafting.cleaning import clean
from coachkit.errors import BadInput

if TYPE_CHECKING:
    from coachkit.bootstrap import App
    from coachkit.drafting.conversation_rows import Card
    from coachkit.insight.conversations import Tuned

__all__ = ["register"]

As = Annotated[str, typer.Option("--as", help="With whose eyes. The read is noted as theirs.")]
MaybeAs = Annotated[
    str | None, typer.Option("--as", help="Whose cards. The read is noted as theirs. Left out: how many each has.")
]
On = Annotated[
    str | None,
    typer.Option(help="What the rules would have offered at the end of this day; keeps nothing.", metavar="DAY"),
]
CardId = Annotated[str, typer.Argument(metavar="CARD", help="Id of a card.")]
Person = Annotated[str, typer.Argument(help="The report of the two: name, e-mail address, account key or id.")]
Team = Annotated[str, typer.Option("--team", help="Key of a team; its rules are its own.")]

conversations = typer.Typer(help="Key conversations: who should talk to whom, about what, by when, and why now.")
points = typer.Typer(no_args_is_help=True, help="Points for a check-in, of both sides.")
private = typer.Typer(no_args_is_help=True, help="Private notes: nobody but their author reads them.")


def register(app: typer.Typer) -> None:
    app.add_typer(conversations, name="conversations", invoke_without_command=True)
    app.add_typer(points, name="points")
    app.add_typer(private, name="notes")


@conversations.callback()
def show(
    context: typer.Context, viewer: MaybeAs = None, on: On = None, lang: Language = None, as_json: AsJson = False
) -> None:
    """Show the cards of a manager; without one, let the rules look and say how many each manager has.

    Example: `coachkit conversations --as 'Ana Costa' --lang zh`
    """
    if context.invoked_subcommand is not None:
        return
    with opened(context, language=lang) as app:
        known, day = app.talks.conversations, one_day(on)
        if viewer is None:
            _counts(app, as_json)
            return
        reader, language = viewer_named(app, viewer), app.settings.language
        cards = known.cards(reader, language=language) if day is None else known.as_of(reader, day, language=language)
        about = known.about_me(reader, language=language) if day is None else ()
        held = known.held_back(reader) if day is None else ()
    if as_json:
        emit({"cards": [_plain(one) for one in cards], "about_you": [_plain(one) for one in about], "held_back": held})
        return
    zh = language == "zh"
    if not cards:
        console.print("眼下没有要专门谈的。" if zh else "No key conversation is due.")
    for card in cards:
        _print(card, zh)
    for private, heading in (
        (False, "你的主管看到的关于你的卡片：" if zh else "What your manager is shown about you:"),
        (True, "只给你自己看：" if zh else "For you alone:"),
    ):
        found = [card for card in about if card.private is private]
        if found:
            console.print(heading)
        for card in found:
            _print(card, zh)
    if held:
        waiting = f"另有 {len(held)} 条暂不提示（每周最多两张卡片）。"
        console.print(waiting if zh else f"{len(held)} more are held back (two cards a week at most).")


def _counts(app: App, as_json: bool) -> None:
    now = app.now()
    rows = [
        (person.name, app.talks.conversations.look(person.id, now), person.public_id)
        for person in app.directory.people()
        if app.directory.reports_of(person.id)
    ]
    if as_json:
        emit([{"manager": name, "id": public, "new": new} for name, new, public in rows])
        return
    table(["manager", "new today", "id"], [(n, c, i) for n, c, i in rows], empty="Nobody has reports here.")


def _plain(card: Card) -> dict[str, Any]:
    return {**asdict(card), "why": [{"text": one.text, "evidence": list(one.evidence)} for one in card.why]}


def _print(card: Card, zh: bool) -> None:
    console.print(card.talk, style="bold", markup=False)
    for one in card.why:
        console.print(f"  · {one.text}  [{', '.join(one.evidence)}]", markup=False)
    console.print(f"  {'另一种可能：' if zh else 'What else it may be: '}{card.maybe}", markup=False)
    console.print(f"  {'可以这样开头：' if zh else 'You could open with: '}{card.ask}", markup=False)
    sees = f"{card.subject_name} 看得到这些事实" if zh else f"{card.subject_name} sees these facts"
    if card.private:
        sees = "别人看不到" if zh else "nobody else is shown this"
    console.print(f"  {card.rule} {card.version} · {sees} · {card.id}", markup=False, style="dim")
    console.print()


@conversations.command()
def answer(
    context: typer.Context,
    card: CardId,
    kind: Annotated[str, typer.Argument(metavar="ANSWER", help="prepare, snooze, not-relevant or wrong.")],
    viewer: As,
    until: Annotated[str | None, typer.Option(help="Of a snooze; otherwise a week.", metavar="DAY")] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Answer a card. Answers tune the rule for the team; each can be taken back.

    Example: `coachkit conversations answer 3b38d8f3cc45b328 snooze --as 'Ana Costa' --until 2026-06-01`
    """
    with opened(context, language=lang) as app:
        given = app.talks.conversations.answer(
            viewer_named(app, viewer), card, kind.replace("-", "_"), until=one_day(until)
        )
        zh = app.settings.language == "zh"
    if as_json:
        emit({"id": given.id, "card": given.card, "kind": given.kind, "at": given.at, "until": given.until})
        return
    till = f" {'到' if zh else 'until'} {given.until}" if given.until else ""
    undo = f"coachkit conversations undo {given.id} --as '{viewer}'"
    noted = f"已记下：{given.kind}{till}。撤销：{undo}"
    console.print(noted if zh else f"Noted: {given.kind}{till}. Take it back: {undo}", markup=False)


@conversations.command()
def undo(
    context: typer.Context,
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER", help="Id of an answer.")],
    viewer: As,
    as_json: AsJson = False,
) -> None:
    """Take an answer back: what it moved moves back with it.

    Example: `coachkit conversations undo 9c0f3e7a51d84b2c --as 'Ana Costa'`
    """
    with opened(context) as app:
        app.talks.conversations.undo(viewer_named(app, viewer), answer_id)
    if as_json:
        emit({"undone": answer_id})
    else:
        console.print("Taken back.")


@conversations.command()
def rules(
    context: typer.Context,
    rule: Annotated[str | None, typer.Argument(help="Only this rule; needed to set something.")] = None,
    team: Team = "",
    values: Annotated[
        list[str] | None, typer.Option("--set", help="A threshold, every or cooldown: days=49.", metavar="NAME=DAYS")
    ] = None,
    off: Annotated[bool | None, typer.Option("--off/--on", help="Turn the rule off, or on again.")] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Back to the packaged rule; earlier answers are forgotten.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why; stands beside the rule for all to see.")] = "",
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show the rules as they hold in a team, and what moved them; or set one by hand.

    Example: `coachkit conversations rules check-in-gap --team search --set days=49 --reason 'monthly by agreement'`
    """
    from coachkit.insight.conversations import Setting

    numbers = _numbers(values or [])
    with opened(context, language=lang) as app:
        known, now, language = app.talks.conversations, app.now(), app.settings.language
        if rule and (numbers or off is not None or reset):
            extra = {name: numbers.pop(name, None) for name in ("every", "cooldown")}
            on = None if off is None else not off
            known.set_rule(
                team,
                rule,
                Setting(at=now, by="command line", reason=reason, reset=reset, on=on, thresholds=numbers, **extra),
            )
        found = [one for one in known.tuned(team, now) if rule in (None, one.rule.id)]
    if not found:
        raise BadInput("there is no such rule.", subject=rule or "")
    if as_json:
        emit([_rule(one, language) for one in found])
        return
    for one in found:
        _print_rule(one, language)


@conversations.command()
def own(
    context: typer.Context,
    viewer: As,
    rule: Annotated[str, typer.Argument(help="A rule that can be opted into.")] = "own-rhythm",
    off: Annotated[bool | None, typer.Option("--off/--on", help="Turn it off for yourself, or on.")] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Say how a rule that speaks to you alone stands for you, or turn it on or off for yourself.

    Example: `coachkit conversations own --on --as 'Maria Gomez'`
    """
    with opened(context, language=lang) as app:
        reader, language = viewer_named(app, viewer), app.settings.language
        known = app.talks.conversations.own
        if off is not None:
            known.choose(reader, rule, not off)
        found = [one for one in known.standing(app.directory.person(reader.person), reader.at) if one.rule.id == rule]
        zone = ZoneInfo(app.settings.timezone)
    if not found:
        raise BadInput("there is no such rule to opt into.", subject=rule, chinese=("没有这条可以自选的规则。", ""))
    (one,) = found
    day = f"{one.speaks_from.astimezone(zone):%Y-%m-%d}" if one.speaks_from else ""
    if as_json:
        emit({"id": rule, "on": one.on, "chosen": one.chosen, "speaks_from": one.speaks_from, "possible": one.possible})
        return
    zh = language == "zh"
    console.print(f"{one.rule.title.in_language(language)}: {one.condition(language)}", markup=False)
    if not one.possible:
        state = "团队少于五人，保持关闭。" if zh else "Your team has fewer than five people: it stays off."
    elif one.on:
        state = f"{day} 起对你开启。" if zh else f"On for you from {day}."
    else:
        state = "对你是关闭的。" if zh else "Off for you."
    console.print(f"{state}{'别人看不到。' if zh else ' Nobody else sees this.'}", markup=False)


def _numbers(values: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in values:
        name, _, number = text.partition("=")
        if not number.strip().isdigit():
            raise BadInput(f"{text!r} sets nothing.", hint="Write it as days=49.")
        found[name.strip()] = int(number)
    return found


def _rule(one: Tuned, language: str) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": rule.id,
        "version": rule.version,
        "title": rule.title.in_language(language),
        "on": one.on,
        "condition": one.condition(language),
        "why": " ".join(rule.why.in_language(language).split()),
        "source": rule.source.in_language(language),
        "rests_on": rule.rests_on,
        "thresholds": dict(one.thresholds),
        "every": one.every,
        "cooldown": one.cooldown,
        "sees": list(rule.sees),
        "changed": one.changed,
        "steps": one.steps,
        "balance": one.balance,
        "settings": [asdict(setting) for setting in one.set_by],
    }


def _print_rule(one: Tuned, language: str) -> None:
    zh = language == "zh"
    state = "" if one.on else ("（已关闭）" if zh else " (off)")
    console.print(f"{one.rule.id} {one.rule.version} · {one.rule.title.in_language(language)}{state}", markup=False)
    console.print(f"  {one.condition(language)}", markup=False)
    source = f"门槛：{one.rule.source.zh}" if zh else f"threshold: {one.rule.source.en}"
    cap = (
        f"每位主管 {one.every} 天最多一张，同一对人 {one.cooldown} 天内不再提"
        if zh
        else f"at most one in {one.every} days a manager; not again about the same two for {one.cooldown} days"
    )
    console.print(f"  {source} · {cap}", markup=False, style="dim")
    if one.steps:
        moved = (
            f"因答复移动 {one.steps} 步（合计 {one.balance}）"
            if zh
            else f"moved {one.steps} steps by answers ({one.balance})"
        )
        console.print(f"  {moved}", markup=False)
    for setting in one.set_by:
        console.print(f"  {setting.at:%Y-%m-%d} {setting.by}: {clean(setting.reason)}", markup=False)


@points.command("list")
def list_points(context: typer.Context, person: Person, viewer: As, as_json: AsJson = False) -> None:
    """List the points of both sides, and what was carried over.

    Example: `coachkit points list 'Maria Gomez' --as 'Ana Costa'`
    """
    with opened(context) as app:
        sheet = app.talks.preparing.sheet(viewer_named(app, viewer), app.directory.find_person(person).id)
    if as_json:
        emit(sheet)
        return
    table(
        ["id", "whose", "point", "open since", "done"],
        [(one.id, one.author, clean(one.text), one.since, one.done_at) for one in sheet.points],
        empty="Neither of the two has put a point down.",
    )


@points.command("add")
def add_point(
    context: typer.Context,
    person: Person,
    text: Annotated[str, typer.Argument(help="What to talk about.")],
    viewer: As,
    as_json: AsJson = False,
) -> None:
    """Put a point down; both sides see it at once.

    Example: `coachkit points add 'Maria Gomez' 'May we move the on-call in June?' --as 'Maria Gomez'`
    """
    with opened(context) as app:
        made = app.talks.preparing.add(viewer_named(app, viewer), app.directory.find_person(person).id, text)
    if as_json:
        emit({"id": made})
    else:
        console.print(f"On the agenda: {made}", markup=False)


@points.command("set")
def set_point(
    context: typer.Context,
    person: Person,
    point: Annotated[str, typer.Argument(help="Id of a point.")],
    what: Annotated[str, typer.Argument(help="done, open, up, down, remove or restore.")],
    viewer: As,
    as_json: AsJson = False,
) -> None:
    """Tick a point off or open it again, move it, take it back or restore it.

    Example: `coachkit points set 'Maria Gomez' 9bcf3e18856b578a done --as 'Ana Costa'`
    """
    with opened(context) as app:
        reader, report = viewer_named(app, viewer), app.directory.find_person(person).id
        preparing = app.talks.preparing
        if what in ("done", "open"):
            preparing.set_done(reader, report, point, what == "done")
        elif what in ("up", "down"):
            preparing.move(reader, report, point, -1 if what == "up" else 1)
        elif what in ("remove", "restore"):
            preparing.set_removed(reader, report, point, what == "remove")
        else:
            raise BadInput(f"{what!r} is nothing to do with a point.", hint="done, open, up, down, remove or restore.")
    if as_json:
        emit({"id": point, "set": what})
    else:
        console.print(f"{point}: {what}", markup=False)


@private.command("list")
def list_notes(context: typer.Context, person: Person, viewer: As, as_json: AsJson = False) -> None:
    """List your own notes about somebody.

    Example: `coachkit notes list 'Maria Gomez' --as 'Ana Costa'`
    """
    with opened(context) as app:
        found = app.talks.notes.about(viewer_named(app, viewer), app.directory.find_person(person).id)
    if as_json:
        emit(found)
        return
    table(["id", "day", "note"], [(n.id, f"{n.at:%Y-%m-%d}", clean(n.text)) for n in found], empty="No notes.")


@private.command("add")
def add_note(
    context: typer.Context,
    person: Person,
    text: Annotated[str, typer.Argument(help="The note.")],
    viewer: As,
    as_json: AsJson = False,
) -> None:
    """Keep a note for yourself about somebody you have check-ins with.

    Example: `coachkit notes add 'Maria Gomez' 'Ask how the talk went.' --as 'Ana Costa'`
    """
    with opened(context) as app:
        made = app.talks.notes.add(viewer_named(app, viewer), app.directory.find_person(person).id, text)
    if as_json:
        emit({"id": made.id})
    else:
        console.print(f"Kept, for you alone: {made.id}", markup=False)


@private.command("remove")
def remove_note(
    context: typer.Context,
    note: Annotated[str, typer.Argument(help="Id of a note.")],
    viewer: As,
    restore: Annotated[bool, typer.Option("--restore", help="Put it back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a note of yours away, or put it back.

    Example: `coachkit notes remove 1f0c3e7a51d84b2c --as 'Ana Costa'`
    """
    with opened(context) as app:
        app.talks.notes.set_removed(viewer_named(app, viewer), note, removed=not restore)
    if as_json:
        emit({"id": note, "removed": not restore})
    else:
        console.print("Put back." if restore else "Taken away.")
