"""``people``, ``sign-in-link``, ``token``, ``grant``: who is here, how they get in, what they were granted."""

from __future__ import annotations

from typing import Annotated

import typer

from coachkit.cli.context import opened
from coachkit.cli.output import AsJson, console, emit, table

__all__ = ["Person", "register"]

Person = Annotated[str, typer.Argument(help="A person: name in any script, e-mail address, account key or id.")]

grants = typer.Typer(no_args_is_help=True, help="Grants: what somebody may read beyond the reporting line, and why.")
tokens = typer.Typer(no_args_is_help=True, help="Tokens: how programs use the API as a person.")


def register(app: typer.Typer) -> None:
    app.command()(people)
    app.command("sign-in-link")(sign_in_link)
    app.add_typer(tokens, name="token")
    app.add_typer(grants, name="grant")


def people(
    context: typer.Context,
    left: Annotated[bool, typer.Option("--left", help="Also those who no longer work here.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the people, with their team and whom they report to.

    Example: `coachkit people --left`
    """
    with opened(context) as app:
        found = app.directory.people(left=left)
    names = {person.id: person.name for person in found}
    if as_json:
        emit([{**_entry(person), "manager": names.get(person.manager or 0)} for person in found])
        return
    table(
        ["name", "title", "team", "reports to", "id"],
        [(p.name, p.title, p.team_name or p.team, names.get(p.manager or 0), p.public_id) for p in found],
        empty="Nobody is known yet. People come from an HR source: coachkit connection add people hris-csv people=FILE",
    )


def _entry(person: object) -> dict[str, object]:
    fields = (
        "public_id",
        "name",
        "other_names",
        "title",
        "email",
        "team",
        "team_name",
        "started_on",
        "left_on",
        "active",
    )
    return {"id" if name == "public_id" else name: getattr(person, name) for name in fields}


def sign_in_link(context: typer.Context, person: Person, as_json: AsJson = False) -> None:
    """Make a link that signs a person in, once. Give it to nobody else.

    Example: `coachkit sign-in-link 'Ana Costa'`
    """
    from coachkit.cli.server import address_of

    with opened(context) as app:
        who = app.directory.find_person(person)
        address = f"{address_of(app.settings)}/sign-in/{app.sign_in.make_link(who.id, app.now())}"
    if as_json:
        emit({"person": who.public_id, "name": who.name, "link": address})
    else:
        console.print(address, markup=False)


@tokens.command("make")
def make_token(
    context: typer.Context,
    person: Person,
    label: Annotated[str, typer.Option(help="What it is for; shown when tokens are listed.")] = "command line",
    as_json: AsJson = False,
) -> None:
    """Make an API token that acts as a person. It is shown once; only its hash is kept.

    Example: `coachkit token make 'Ana Costa' --label 'weekly report'`
    """
    with opened(context) as app:
        who = app.directory.find_person(person)
        token = app.sign_in.make_token(who.id, label, app.now())
    if as_json:
        emit({"person": who.public_id, "name": who.name, "label": label, "token": token})
    else:
        console.print(token, markup=False)


@tokens.command("list")
def list_tokens(context: typer.Context, person: Person, as_json: AsJson = False) -> None:
    """List a person's tokens: what each is for, and when it was last used; never the token.

    Example: `coachkit token list 'Ana Costa'`
    """
    with opened(context) as app:
        found = app.sign_in.tokens_of(app.directory.find_person(person).id)
    if as_json:
        emit(found)
        return
    table(
        ["id", "label", "made", "expires", "last used"],
        [(t.id, t.label, t.created_at, t.expires_at, t.last_used_at or "never") for t in found],
        empty="No tokens.",
    )


@tokens.command("revoke")
def revoke_token(
    context: typer.Context,
    person: Person,
    token_id: Annotated[str, typer.Argument(help="The token's id, as `token list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a token; what uses it is refused from now on.

    Example: `coachkit token revoke 'Ana Costa' 1f0c3e7a51d8`
    """
    with opened(context) as app:
        who = app.directory.find_person(person)
        app.sign_in.revoke_token(who.id, token_id)
    if as_json:
        emit({"person": who.public_id, "revoked": token_id})
    else:
        console.print(f"Revoked; what used it as {who.name} is refused from now on.", markup=False)


Role = Annotated[str, typer.Argument(help="hr or admin.")]
Scope = Annotated[str, typer.Argument(help="What it opens: team:KEY, subject:hris:1001 … Empty: the role alone.")]
Reason = Annotated[str, typer.Option(help="Why; kept on record.")]


@grants.command("add")
def add_grant(
    context: typer.Context, person: Person, role: Role, reason: Reason, scope: Scope = "", as_json: AsJson = False
) -> None:
    """Grant a role, or what an audience may read, for a reason.

    Example: `coachkit grant add 'Ines Duarte' hr subject:hris:1002 --reason 'asked by Maria on 4 May'`
    """
    with opened(context) as app:
        who = app.directory.find_person(person)
        made = app.grants.add(who.id, role, scope, by="command line", reason=reason, now=app.now())
    if as_json:
        emit({**_plain_grant(made), "person": who.name})
    else:
        console.print(f"Granted {' '.join(filter(None, [role, scope]))} to {who.name}.", markup=False)


@grants.command("remove")
def remove_grant(
    context: typer.Context, person: Person, role: Role, reason: Reason, scope: Scope = "", as_json: AsJson = False
) -> None:
    """Take a grant back; it stays on record as revoked.

    Example: `coachkit grant remove 'Ines Duarte' hr subject:hris:1002 --reason 'settled'`
    """
    with opened(context) as app:
        who = app.directory.find_person(person)
        app.grants.remove(who.id, role, scope, by="command line", reason=reason, now=app.now())
    if as_json:
        emit({"person": who.name, "role": role, "scope_key": scope, "revoked": True})
    else:
        console.print(f"Took {' '.join(filter(None, [role, scope]))} back from {who.name}.", markup=False)


@grants.command("list")
def list_grants(
    context: typer.Context,
    revoked: Annotated[bool, typer.Option("--revoked", help="Also those that were taken back.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what is granted to whom, by whom and why.

    Example: `coachkit grant list --revoked`
    """
    with opened(context) as app:
        found = app.grants.list(revoked=revoked)
        names = {person.id: person.name for person in app.directory.people(left=True)}
    if as_json:
        emit([{**_plain_grant(grant), "person": names.get(grant.person)} for grant in found])
        return
    table(
        ["person", "role", "opens", "by", "reason", "revoked"],
        [(names.get(g.person), g.role, g.scope_key, g.granted_by, g.reason, g.revoked_at or "") for g in found],
        empty="Nothing is granted beyond the reporting line.",
    )


def _plain_grant(grant: object) -> dict[str, object]:
    fields = ("role", "scope_key", "granted_by", "granted_at", "reason", "revoked_at", "revoked_by", "revoked_reason")
    return {name: getattr(grant, name) for name in fields}
