"""The root command, and how an error leaves it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from coachkit import __version__
from coachkit.cli import (
    connections,
    contributions,
    conversations,
    demo,
    documents,
    drafts,
    evals,
    evals_compare,
    evals_label,
    evals_new,
    evals_report,
    identities,
    index,
    insight,
    models,
    people,
    plugins,
    prompts,
    self_review,
    server,
    sources,
    verifying,
)
from coachkit.cli.context import Given
from coachkit.cli.output import fail, notes
from coachkit.errors import CoachkitError
from coachkit.settings import load_settings
from coachkit.telemetry import configure_logging, configure_tracing

__all__ = ["app", "main"]

app = typer.Typer(
    name="coachkit",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Facts for the people who talk to each other about work, with a source on every line.\n\n"
    "Start with `coachkit demo`, or connect your own: `coachkit connection add NAME CONNECTOR KEY=VALUE …`, "
    "`coachkit sync`, `coachkit brief PERSON`.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Data folder; otherwise COACHKIT_DATA.", show_default=False)] = None,
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = Given(data=data)


for module in (
    demo,
    server,
    connections,
    sources,
    documents,
    drafts,
    conversations,
    contributions,
    self_review,
    people,
    identities,
    plugins,
    index,
    models,
    prompts,
    verifying,
    insight,
    evals,
    evals_compare,
    evals_label,
    evals_new,
    evals_report,
):
    module.register(app)


def main() -> None:
    """Run a command; every error of ours ends in one sentence, a hint and its own exit code."""
    as_json, language = "--json" in sys.argv, _wanted_language(sys.argv)
    try:
        settings = load_settings()
        language = language or settings.language
        configure_logging(settings.log_level)
        configure_tracing(settings.otlp_endpoint, __version__)
        app()
    except CoachkitError as error:
        fail(error, as_json=as_json, language=language or "en")
    except KeyboardInterrupt:
        notes.print("Stopped. Nothing is lost: what was committed stays, and the next run goes on from there.")
        sys.exit(130)


def _wanted_language(words: list[str]) -> str | None:
    """What ``--lang`` says: an error may end a command before its options are read."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return next((after for word, after in pairs if word == "--lang" and after in ("en", "zh")), None)
