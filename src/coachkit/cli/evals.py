"""``eval``: whether documents are as good as they were, before a prompt, a model or the code is changed."""

from __future__ import annotations

import typer

__all__ = ["commands", "register"]

commands = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Prove that documents are as good as they were, before a prompt, a model or the code is changed.\n\n"
    "`coachkit eval run evals/quick.yaml` prepares the documents of many cases and scores them; `compare` and `gate` "
    "hold one run to another; `report` shows it to people.",
)
"""Modules beside this one add commands of their own: they import it and are named in :mod:`coachkit.cli.app`."""


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="eval")
