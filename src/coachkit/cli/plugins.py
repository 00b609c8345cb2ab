"""``plugin list``, ``plugin new`` and ``plugin check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coachkit.cli.context import opened
from coachkit.cli.output import AsJson, console, emit, notes, table

if TYPE_CHECKING:
    from coachkit.host import Quality

__all__ = ["register"]

commands = typer.Typer(no_args_is_help=True, help="Plugins: which are here, whether they keep the rules, and new ones.")

_MARKS = {"held": "✓", "claimed": "·", "broken": "✗", "todo": " ", "exempt": "–"}


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="plugin")


@commands.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the plugins found, with what they bring; one that failed says why, and the others go on.

    Example: `coachkit plugin list`
    """
    with opened(context) as app:
        found = app.plugins.statuses()
    if as_json:
        emit(found)
        return
    table(
        ["plugin", "version", "state", "connectors"],
        [(s.name, s.version, s.error or s.state, ", ".join(s.connectors)) for s in found],
        empty="No plugin is installed.",
    )


@commands.command()
def new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it reads, in small letters: `desk`, `hr-files`.")],
    into: Annotated[Path, typer.Option(help="Folder in which the package is made.", file_okay=False)] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the package of a new plugin: a connector, a stand-in for its source, and tests that say what to do next.

    Example: `coachkit plugin new desk --into plugins`
    """
    from coachkit.host import write_plugin

    with opened(context) as app:
        written = write_plugin(name, into, taken=frozenset(app.plugins.connectors))
    if as_json:
        emit(written)
        return
    for file in written.files:
        console.print(f"  {written.folder / file}", markup=False)
    console.print("Next:")
    console.print(f"  pip install --no-build-isolation -e {written.folder}", markup=False)
    console.print(f"  python -m pytest {written.folder}", markup=False)


@commands.command()
def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A plugin's name, as `plugin list` shows it.")],
    tests: Annotated[bool, typer.Option(help="Run the plugin's own tests too, the contract suite among them.")] = True,
    as_json: AsJson = False,
) -> None:
    """Check a plugin: its classes, imports, words and tests, and what it claims in its quality.yaml.

    Says which tier it reaches: bronze (it works, and is honest), silver (it keeps up with its source) or gold (at
    once, and with the source's own audience). The exit code is 1 if a rule is broken, or a claim is not so.

    Example: `coachkit plugin check git --no-tests`
    """
    with opened(context) as app:
        findings = app.plugins.check(name)
        if tests and not as_json:
            notes.print(f"Running the tests of {name} …")
        quality = app.plugins.quality(name, tests=tests)
    if as_json:
        tier = quality.tier if quality else None
        emit({"plugin": name, "findings": findings, "tier": tier, "quality": quality})
    else:
        if quality is not None:
            _print(quality)
        for finding in findings:
            console.print(f"✗ {finding}", markup=False)
        if not findings and quality is None:
            console.print(f"✓ {name} keeps every rule that can be checked here. Its tier shows in a checkout of it.")
        elif not findings and quality is not None:
            _print_tier(name, quality)
    if findings or (quality is not None and quality.broken):
        raise typer.Exit(1)


def _print(quality: Quality) -> None:
    table(
        ["", "rule", "tier", "", "what it says"],
        [(_MARKS[one.state], one.rule, one.tier, one.state, one.words) for one in quality.results],
        empty="",
    )
    for one in quality.results:
        for finding in one.findings:
            if one.state == "broken":
                console.print(f"✗ {one.rule}: {finding}", markup=False)
            elif one.state == "exempt":
                console.print(f"– {one.rule}: {finding}", markup=False)
    for problem in quality.problems:
        console.print(f"✗ {problem}", markup=False)


def _print_tier(name: str, quality: Quality) -> None:
    said = [f"{name} is {quality.tier}." if quality.tier else f"{name} reaches no tier yet."]
    claimed = ", ".join(one.rule for one in quality.results if one.state == "claimed")
    if claimed:
        said.append(f"By its authors' word alone: {claimed}.")
    missing = ", ".join(one.rule for one in quality.next_steps)
    if missing:
        said.append(f"For the next tier: {missing}.")
    console.print(" ".join(said), markup=False)
