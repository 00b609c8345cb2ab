"""``identity``: doubtful accounts, answered by a person; every answer can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coachkit.cli.context import Language, opened
from coachkit.cli.output import AsJson, console, emit, notes, table
from coachkit.domain.identity import public_id

if TYPE_CHECKING:
    from coachkit.access import PersonEntry
    from coachkit.ingest.identity_queue import Candidate, Decision, Question

__all__ = ["register"]

commands = typer.Typer(no_args_is_help=True, help="Identities: accounts that nobody could match for certain.")

Account = Annotated[str, typer.Argument(help="An account: its key, such as github:weiwang, or its id.")]
Person = Annotated[str, typer.Argument(help="A person: name, e-mail address or id.")]
By = Annotated[str, typer.Option(help="Who answers; kept on record.")]
Reason = Annotated[str, typer.Option(help="Why; kept on record.")]

_BY = "command line"
_REASON = "answered at the command line"


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="identity")


@commands.command("list")
def list_(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also unmatched accounts with no suggestion.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.")] = 50,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """List open questions with the evidence for and against; those that matter most come first.

    Example: `coachkit identity list --lang zh`
    """
    with opened(context, language=lang) as app:
        app.identities.suggest(app.now())
        found = app.identities.list(limit=limit, everything=everything)
        language = app.settings.language
    if as_json:
        emit([_with_public_ids(asdict(question)) for question in found])
        return
    zh = language == "zh"
    if not found:
        console.print("没有待判断的账号。" if zh else "No open question.")
        return
    for question in found:
        console.print("\n".join(_question(question, zh)), markup=False)
    notes.print(_HOW[zh], markup=False)


_HOW = (
    "Answer: coachkit identity accept ACCOUNT PERSON, refuse ACCOUNT PERSON, or nobody ACCOUNT; undo takes it back.",
    "回答：coachkit identity accept 账号 人员、refuse 账号 人员（不是此人）、nobody 账号（不属于任何人）；undo 撤销。",
)


def _question(question: Question, zh: bool) -> Iterator[str]:
    acts = f"{question.acts:,} 次操作" if zh else f"{question.acts:,} recorded actions"
    yield "  ".join(filter(None, [question.key, question.name, f"（{acts}）" if zh else f"({acts})"]))
    for candidate in question.candidates:
        yield from _candidate(candidate, zh)
    if not question.candidates:
        yield "    没有可能的人选" if zh else "    no candidate"


def _candidate(candidate: Candidate, zh: bool) -> Iterator[str]:
    who = " · ".join(filter(None, [candidate.name, candidate.title, candidate.email]))
    yield f"    {who}  [{public_id(candidate.person)}]"
    language, stop, none = ("zh", "；", "无") if zh else ("en", "; ", "nothing")
    for label, clues in (
        ("支持：" if zh else "for:     ", candidate.evidence_for),
        ("反对：" if zh else "against: ", candidate.evidence_against),
    ):
        yield f"        {label}{stop.join(clue.text(language) for clue in clues) or none}"


def _with_public_ids(value: dict[str, Any]) -> dict[str, Any]:
    """Ids as commands take them."""
    ids = ("id", "identity", "person", "previous_person")
    value |= {name: public_id(value[name]) for name in ids if value.get(name) is not None}
    value |= {name: [_with_public_ids(one) for one in value[name]] for name in ("candidates",) if name in value}
    return value


def _answered(made: Decision, words: tuple[str, str], language: str, as_json: bool) -> None:
    """Say what holds now, that earlier briefs know of it, and how to take it back."""
    if as_json:
        emit(_with_public_ids(asdict(made)))
        return
    undo = f"coachkit identity undo {public_id(made.id)}"
    if language == "zh":
        console.print(f"{words[1]}受影响的既有简报会标明已过时。\n撤销：{undo}", markup=False)
    else:
        console.print(f"{words[0]} Briefs made before that it touches say so.\nUndo with: {undo}", markup=False)


@commands.command()
def accept(
    context: typer.Context,
    account: Account,
    person: Person,
    by: By = _BY,
    reason: Reason = _REASON,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """This account is that person's.

    Example: `coachkit identity accept github:mgomez 'Maria Gomez' --reason 'she told me'`
    """
    with opened(context, language=lang) as app:
        language = app.settings.language
        who = app.directory.find_person(person)
        made = app.identities.accept(app.identities.identity(account), who.id, by=by, reason=reason, now=app.now())
    _answered(made, (f"{account} is {who.name}'s.", f"{account} 归 {who.name} 所有。"), language, as_json)


@commands.command()
def refuse(
    context: typer.Context,
    account: Account,
    person: Person,
    by: By = _BY,
    reason: Reason = _REASON,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """This account is not that person's; it is not suggested again.

    Example: `coachkit identity refuse github:weiwang wei.wang2@example.org`
    """
    with opened(context, language=lang) as app:
        language = app.settings.language
        who = app.directory.find_person(person)
        made = app.identities.refuse(app.identities.identity(account), who.id, by=by, reason=reason, now=app.now())
    words = (f"{account} is not {who.name}'s.", f"{account} 不是 {who.name} 的账号。")
    _answered(made, words, language, as_json)


@commands.command()
def nobody(
    context: typer.Context,
    account: Account,
    by: By = _BY,
    reason: Reason = _REASON,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """This account is of nobody here: a machine, a customer, somebody from outside.

    Example: `coachkit identity nobody github:release-bot`
    """
    with opened(context, language=lang) as app:
        language = app.settings.language
        made = app.identities.assign_nobody(app.identities.identity(account), by=by, reason=reason, now=app.now())
    words = (f"{account} is of nobody here.", f"{account} 不属于这里的任何人。")
    _answered(made, words, language, as_json)


@commands.command()
def separate(
    context: typer.Context,
    account: Account,
    by: By = _BY,
    reason: Reason = _REASON,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Two HR records are two people: the person behind this one stands alone again.

    Example: `coachkit identity separate hris:1044`
    """
    with opened(context, language=lang) as app:
        language = app.settings.language
        made = app.identities.separate(app.identities.identity(account), by=by, reason=reason, now=app.now())
    words = (f"{account} is a person of its own.", f"{account} 恢复为单独的一个人。")
    _answered(made, words, language, as_json)


@commands.command()
def undo(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(help="The id of the answer, as `identity history` shows it.")],
    by: By = _BY,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Take an answer back; everything is as if it had never been given.

    Example: `coachkit identity undo ae6q4bcf2y7cu`
    """
    with opened(context, language=lang) as app:
        taken = app.identities.undo(decision, by=by, now=app.now())
        zh = app.settings.language == "zh"
    if as_json:
        emit(_with_public_ids(asdict(taken)))
    elif zh:
        console.print(f"已撤销对 {taken.key} 的回答，一切如同从未回答。", markup=False)
    else:
        console.print(f"Taken back: all is as if {taken.key} had never been answered.", markup=False)


_VERDICTS = {
    "is": ("is theirs", "是此人的"),
    "not": ("is not theirs", "不是此人的"),
    "nobody": ("of nobody", "不属于任何人"),
}


@commands.command()
def history(context: typer.Context, lang: Language = None, as_json: AsJson = False) -> None:
    """List the answers given, newest first, also those that were undone.

    Example: `coachkit identity history`
    """
    with opened(context, language=lang) as app:
        found = app.identities.decisions()
        names = {person.id: _named(person) for person in app.directory.people(left=True)}
        zh = app.settings.language == "zh"
    if as_json:
        emit([_with_public_ids(asdict(decision)) for decision in found])
        return
    columns = ["id", "account", "answer", "person", "by", "reason", "when", "undone"]
    table(
        ["编号", "账号", "回答", "人员", "回答人", "理由", "日期", "撤销"] if zh else columns,
        [
            (
                public_id(d.id),
                d.key,
                _VERDICTS[d.verdict][zh],
                names.get(d.person or 0),
                d.decided_by,
                d.reason,
                d.decided_at.date(),
                d.undone_at.date() if d.undone_at else "",
            )
            for d in found
        ],
        empty="还没有任何回答。" if zh else "Nothing was answered yet.",
    )


def _named(person: PersonEntry) -> str:
    """Two people may have one name."""
    return " · ".join(filter(None, [person.name, person.email]))
