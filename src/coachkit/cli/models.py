"""``model check``: which language model writes, and whether it does."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from coachkit.cli.context import opened
from coachkit.cli.output import AsJson, console, emit

__all__ = ["register"]

commands = typer.Typer(no_args_is_help=True, help="Language models: none, local, or any through LiteLLM.")


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="model")


@commands.callback()
def models() -> None:
    """Which model words the documents is one setting: COACHKIT_MODEL."""


@commands.command()
def check(
    context: typer.Context,
    model: Annotated[
        str | None, typer.Argument(help="none, local, or a LiteLLM model string; else the setting.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask the model for one sentence about one fact, and say what came back and how long it took.

    Example: `coachkit model check openai/gpt-5`
    """
    from coachkit.drafting.ports import Assignment, Task

    composed = "Maria paged the ledger export on 11 May."
    task = Task(
        document="check",
        language="en",
        instructions="Word the fact below in one plain sentence. Add nothing.",
        assignments=(Assignment(fact="f1", section="wins", composed=composed, question="", evidence=()),),
        evidence=(),
        seconds=30.0,
    )
    with opened(context, model=model) as app:
        writer = app.writers(app.settings.model)
        started = time.monotonic()
        written = writer.write(task) if writer else None
        seconds = time.monotonic() - started
        name = app.settings.model
    said = written.proposals[0].text if written and written.proposals else ""
    problems = list(written.problems) if written else []
    works = writer is None or bool(said)
    if as_json:
        emit({"model": name, "works": works, "said": said, "problems": problems, "seconds": round(seconds, 2)})
    elif writer is None:
        console.print("none: documents are composed from facts; no model is asked.")
    else:
        console.print(f"{'✓' if works else '✗'} {name}: {said or ', '.join(problems)}  ({seconds:.1f} s)", markup=False)
    if not works:
        raise typer.Exit(75)
