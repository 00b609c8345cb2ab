"""``insight``: what is seen of a whole organisation. Each part registers its own commands in the group."""

from __future__ import annotations

import typer

from coachkit.cli import (
    insight_contribution,
    insight_goals,
    insight_map,
    insight_network,
    insight_pilot,
    insight_predict,
)

__all__ = ["group", "register"]

group = typer.Typer(
    no_args_is_help=True,
    help="Insight: how work flows between teams, what it waits for, and which goals it serves. No figure of a person.",
)


def register(app: typer.Typer) -> None:
    insight_network.register(group)
    insight_goals.register(group)
    insight_contribution.register(group)
    insight_map.register(group)
    insight_pilot.register(group)
    insight_predict.register(group)
    app.add_typer(group, name="insight")
    insight_goals.register_goals(app)
