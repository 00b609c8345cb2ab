"""``prompt``: the files that say how documents are worded, and a team's own in their place."""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import Language, given, near, opened
from coachkit.cli.output import AsJson, console, emit, notes, table
from coachkit.domain.drafts import DraftKind
from coachkit.errors import BadInput, ConfigError, NotFound

if TYPE_CHECKING:
    from coachkit.drafting.prompts import Prompt, PromptLibrary, Turns
    from coachkit.drafting.prompts.library import Origin

__all__ = ["register"]

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Prompts are files: `prompts/AGENT/VERSION.prompt.md`, one folder an agent, fixed once released.\n\n"
    "A file is front matter (owner, input and output schema, model settings, evals, changelog) and a Jinja2 body. To "
    "change one: `coachkit prompt new brief`, edit the file it names, look at it with a real person's evidence "
    "(`coachkit prompt render brief --person 'Maria Gomez'`), compare (`coachkit prompt diff brief`), release "
    "(`coachkit prompt check --write`).\n\n"
    "A team's own prompts lie in a folder of the same shape, named by COACHKIT_PROMPTS; what it has is taken before "
    "what is packaged.",
)
Agent = Annotated[str, typer.Argument(help="Whose prompt: brief, agenda, self_review …; `list` names them.")]


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="prompt")


def _library(context: typer.Context) -> PromptLibrary:
    from coachkit.drafting.prompts import PromptLibrary

    return PromptLibrary(team=given(context).settings().prompts)


@commands.command("list")
def listed(context: typer.Context, as_json: AsJson = False) -> None:
    """List agents with the prompt that is in use, its versions, its owner, its hash, and where it comes from.

    Example: `coachkit prompt list`
    """
    library = _library(context)
    used = [library.get(agent) for agent in library.agents]
    if as_json:
        emit([{**_about(one), "versions": library.versions(one.about.id, one.origin)} for one in used])
        return
    table(
        ["agent", "in use", "versions", "owner", "from", "hash"],
        [
            (
                one.about.id,
                one.about.version,
                ", ".join(library.versions(one.about.id, one.origin)),
                one.about.owner,
                one.origin,
                one.hash[:12],
            )
            for one in used
        ],
        empty="There are no prompts.",
    )


@commands.command()
def show(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="AGENT, or AGENT@VERSION; without a version the one in use.")],
    as_json: AsJson = False,
) -> None:
    """Print a prompt's file as it stands.

    Example: `coachkit prompt show brief@1.0.0`
    """
    found = _named(_library(context), agent)
    text = found.path.read_text("utf-8")
    if as_json:
        about = {"input": found.input, "output": found.output, "settings": found.about.settings}
        more = {"purpose": found.about.purpose, "evals": found.about.evals, "changelog": found.about.changelog}
        emit({**_about(found), **more, **about, "body": found.body})
        return
    notes.print(f"{found.name}  {near(found.path)}", markup=False)
    console.print(text.rstrip(), markup=False)


@commands.command()
def diff(
    context: typer.Context,
    agent: Agent,
    before: Annotated[
        str | None, typer.Argument(help="A version, `packaged` or `team`; else the one before the newest.")
    ] = None,
    after: Annotated[str | None, typer.Argument(help="A version, `packaged` or `team`; else the one in use.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between two versions; without versions, what the one in use changed.

    Example: `coachkit prompt diff brief 1.0.0 1.1.0`, or `coachkit prompt diff brief packaged team`
    """
    library = _library(context)
    newer = _at(library, agent, after)
    older = _before(library, newer) if before is None else _at(library, agent, before)
    lines = list(
        difflib.unified_diff(
            older.path.read_text("utf-8").splitlines(),
            newer.path.read_text("utf-8").splitlines(),
            older.name,
            newer.name,
            lineterm="",
        )
    )
    if as_json:
        emit({"before": _about(older), "after": _about(newer), "diff": lines})
    elif lines:
        for line in lines:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            console.print(line, style=style, markup=False)
    else:
        console.print(f"{older.name} and {newer.name} are the same.", markup=False)


@commands.command()
def new(
    context: typer.Context,
    agent: Agent,
    change: Annotated[
        str | None, typer.Option(help="What changes, in a line for the changelog; asked for if it is not given.")
    ] = None,
    bump: Annotated[
        str, typer.Option(help="Which number goes up: major (another shape), minor (other words), patch (a typo).")
    ] = "minor",
    into: Annotated[
        Path | None, typer.Option(help="Folder to write to; else COACHKIT_PROMPTS, else the checkout's prompts.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy the prompt in use as its next version, to be edited; the released file stays as it is.

    Example: `coachkit prompt new brief --change 'ask shorter questions'`
    """
    from coachkit.drafting.prompts.locking import new_version

    library = _library(context)
    library.get(agent)
    folder = into or library.team or _own_folder(library)
    if change is None and sys.stdin.isatty() and not as_json:
        change = typer.prompt("What does this version change?", err=True)
    path = new_version(library, agent, into=folder, bump=bump, change=change or "")
    if as_json:
        emit({"file": path, "version": path.name.removesuffix(".prompt.md")})
        return
    console.print(str(near(path)), markup=False)
    notes.print(f"Edit it, then: coachkit prompt diff {agent}, coachkit prompt check --write", markup=False)


def _own_folder(library: PromptLibrary) -> Path:
    """The packaged folder, where that is a checkout's own."""
    if library.folder.name != "_prompts":
        return library.folder
    raise ConfigError(
        "the packaged prompts are part of the installation and not to be written to.",
        hint="Set COACHKIT_PROMPTS to a folder of your own, or say --into FOLDER.",
        chinese=("随软件安装的提示词不能改写。", "请把 COACHKIT_PROMPTS 设为自己的目录，或用 --into 指定目录。"),
    )


@commands.command()
def render(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(help="AGENT, or AGENT@VERSION; without a version the one in use.")],
    person: Annotated[
        str | None, typer.Option(help="Fill it with the evidence of a document about this person.")
    ] = None,
    viewer: Annotated[str | None, typer.Option("--as", help="With whose eyes; else the person's manager.")] = None,
    values: Annotated[
        Path | None, typer.Option(help="Or fill it with the values in a JSON file, by the prompt's input schema.")
    ] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Print what a model would be sent, turn by turn. No model is asked, and no draft is kept.

    With `--person` it is the evidence of a real document, and reading it is noted like any read.

    Example: `coachkit prompt render brief --person 'Maria Gomez' --lang zh`,
    or `coachkit prompt render reword --values values.json`
    """
    if (person is None) == (values is None):
        raise BadInput("a prompt is filled from one place.", hint="Say either --person PERSON or --values FILE.json.")
    found = _named(_library(context), agent)
    if values is not None:
        turns = found.turns(_values(values))
    else:
        turns = _of_person(context, found, str(person), viewer, lang)
    if as_json:
        emit({**_about(found), "turns": [{"role": role, "words": words} for role, words in turns]})
        return
    for role, words in turns:
        console.print(f"--- {role} ---", style="bold", markup=False)
        console.print(words, markup=False)


def _values(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"no JSON can be read there: {error}", subject=str(path)) from error
    if not isinstance(found, dict):
        raise BadInput("it should be one JSON object: variable → value.", subject=str(path))
    return found


def _of_person(context: typer.Context, prompt: Prompt, person: str, viewer: str | None, lang: str | None) -> Turns:
    with opened(context, language=lang) as app:
        subject = app.directory.find_person(person)
        now = app.now()
        if viewer is not None:
            reader = app.directory.find_person(viewer)
        else:
            manager = None if prompt.about.id == DraftKind.SELF_REVIEW else app.directory.manager_of(subject.id)
            reader = manager or subject
        seen = app.directory.viewer(reader.id, now)
        language = app.settings.language
        return app.documents.rehearse(prompt, seen, subject.id, language=language, now=now).turns


@commands.command()
def check(
    context: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Add new versions to lock.json: they are released.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hold every prompt file to its schema, and what was released to its hash in lock.json.

    Fails when a released version was changed, is gone or is malformed, or a new one is not locked; says what to do.

    Example: `coachkit prompt check --write`
    """
    from coachkit.drafting.prompts.locking import check as look
    from coachkit.drafting.prompts.locking import write_lock

    library = _library(context)
    places: list[Origin] = ["packaged", "team"] if library.team else ["packaged"]
    if library.team:
        library.hold()
    mine: Origin = places[-1]
    if write and mine == "packaged":
        _own_folder(library)
    broken = {one.file for one in look(library, mine) if one.code == "broken"}
    added = write_lock(library, mine) if write and not broken else []
    found = {place: look(library, place) for place in places}
    wrong = [one for place in places for one in found[place]]
    if as_json:
        emit({"ok": not wrong, "locked": added, "findings": wrong})
    else:
        for name in added:
            console.print(f"locked {name}", markup=False)
        for one in wrong:
            console.print(f"✗ {one.file}: {one.message}\n  {one.hint}", markup=False)
        if not wrong:
            number = sum(len(library.versions(agent, place)) for agent in library.agents for place in places)
            console.print(f"{number} prompts of {len(library.agents)} agents are as they were released.")
    if wrong:
        raise typer.Exit(1)


def _named(library: PromptLibrary, agent: str) -> Prompt:
    """``AGENT`` or ``AGENT@VERSION``."""
    name, _, version = agent.partition("@")
    return library.get(name, version or None)


def _at(library: PromptLibrary, agent: str, place: str | None) -> Prompt:
    """A version of an agent's prompt by its number or by where it comes from."""
    origins: tuple[Origin, ...] = ("packaged", "team")
    origin = next((one for one in origins if one == place), None)
    return library.get(agent, None if origin else place, origin)


def _before(library: PromptLibrary, newer: Prompt) -> Prompt:
    """What stood before: of a team's first version the packaged one."""
    agent, origin = newer.about.id, newer.origin
    versions = library.versions(agent, origin)
    place = versions.index(newer.about.version)
    if place:
        return library.get(agent, versions[place - 1], origin)
    if origin == "team":
        return library.get(agent, origin="packaged")
    raise NotFound(f"{newer.name} is the only version.", subject="prompts", hint="There is nothing to compare it with.")


def _about(prompt: Prompt) -> dict[str, object]:
    return {
        "agent": prompt.about.id,
        "version": prompt.about.version,
        "name": prompt.name,
        "owner": prompt.about.owner,
        "origin": prompt.origin,
        "hash": prompt.hash,
        "file": prompt.path,
    }
