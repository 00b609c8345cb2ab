"""``identity``: doubtful accounts, answered by a person; every answer can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, opened
from coachkit.cli.output import AsJson, console, emit, table
from coachkit.domain.identity import public_id

if TYPE_CHECKING:
    from coachkit.ingest.identity_queue import Candidate, Decision

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
        emit(found)
        return
    zh = language == "zh"
    if not found:
        console.print("没有待判断的账号。" if zh else "No open question.")
    for question in found:
        acts = f"{question.acts:,} 次操作" if zh else f"{question.acts:,} recorded actions"
        console.print(f"{question.key}  {question.name or ''}  ({acts})", markup=False)
        for candidate in question.candidates:
            console.print(f"    {_candidate(candidate, language)}", markup=False)


def _candidate(candidate: Candidate, language: str) -> str:
    zh = language == "zh"
    stop, none = ("；", "无") if zh else ("; ", "nothing")
    pros = stop.join(clue.text(language) for clue in candidate.evidence_for) or none
    cons = stop.join(clue.text(language) for clue in candidate.evidence_against) or none
    who = " · ".join(filter(None, [candidate.name, candidate.title, candidate.email]))
    weighed = f"支持：{pros}。反对：{cons}。" if zh else f"for: {pros}.  against: {cons}."
    return f"{who} [{public_id(candidate.person)}]  {weighed}"


def _answered(made: Decision, words: str, as_json: bool) -> None:
    if as_json:
        emit(made)
    else:
        console.print(f"{words} Undo with: coachkit identity undo {public_id(made.id)}", markup=False)


@commands.command()
def accept(
    context: typer.Context,
    account: Account,
    person: Person,
    by: By = _BY,
    reason: Reason = _REASON,
    as_json: AsJson = False,
) -> None:
    """This account is that person's.

    Example: `coachkit identity accept github:mgomez 'Maria Gomez' --reason 'she told me'`
    """
    with opened(context) as app:
        who = app.directory.find_person(person)
        made = app.identities.accept(app.identities.identity(account), who.id, by=by, reason=reason, now=app.now())
    _answered(made, f"{account} is {who.name}'s.", as_json)


@commands.command()
def refuse(
    context: typer.Context,
    account: Account,
    person: Person,
    by: By = _BY,
    reason: Reason = _REASON,
    as_json: AsJson = False,
) -> None:
    """This account is not that person's; it is not suggested again.

    Example: `coachkit identity refuse github:weiwang wei.wang2@example.org`
    """
    with opened(context) as app:
        who = app.directory.find_person(person)
        made = app.identities.refuse(app.identities.identity(account), who.id, by=by, reason=reason, now=app.now())
    _answered(made, f"{account} is not {who.name}'s.", as_json)


@commands.command()
def nobody(
    context: typer.Context, account: Account, by: By = _BY, reason: Reason = _REASON, as_json: AsJson = False
) -> None:
    """This account is of nobody here: a machine, a customer, somebody from outside.

    Example: `coachkit identity nobody github:release-bot`
    """
    with opened(context) as app:
        made = app.identities.assign_nobody(app.identities.identity(account), by=by, reason=reason, now=app.now())
    _answered(made, f"{account} is of nobody here.", as_json)


@commands.command()
def separate(
    context: typer.Context, account: Account, by: By = _BY, reason: Reason = _REASON, as_json: AsJson = False
) -> None:
    """Two HR records are two people: the person behind this one stands alone again.

    Example: `coachkit identity separate hris:1044`
    """
    with opened(context) as app:
        made = app.identities.separate(app.identities.identity(account), by=by, reason=reason, now=app.now())
    _answered(made, f"{account} stands alone.", as_json)


@commands.command()
def undo(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(help="The id of the answer, as `identity history` shows it.")],
    by: By = _BY,
    as_json: AsJson = False,
) -> None:
    """Take an answer back; everything is as if it had never been given.

    Example: `coachkit identity undo ae6q4bcf2y7cu`
    """
    with opened(context) as app:
        taken = app.identities.undo(decision, by=by, now=app.now())
    if as_json:
        emit(taken)
    else:
        console.print(f"Taken back: {taken.key}.", markup=False)


@commands.command()
def history(context: typer.Context, as_json: AsJson = False) -> None:
    """List the answers given, newest first, also those that were undone.

    Example: `coachkit identity history`
    """
    with opened(context) as app:
        found = app.identities.decisions()
        names = {person.id: person.name for person in app.directory.people(left=True)}
    if as_json:
        emit(found)
        return
    table(
        ["id", "account", "answer", "person", "by", "when", "undone"],
        [
            (
                public_id(d.id),
                d.key,
                d.verdict,
                names.get(d.person or 0),
                d.decided_by,
                d.decided_at.date(),
                d.undone_at.date() if d.undone_at else "",
            )
            for d in found
        ],
        empty="Nothing was answered yet.",
    )
