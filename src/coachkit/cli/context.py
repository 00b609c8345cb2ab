"""What the commands share: settings from options, an open app, and who is asking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from coachkit.bootstrap import App, open_app
from coachkit.settings import Settings, load_settings

__all__ = ["Given", "Language", "given", "opened"]

Language = Annotated[
    Literal["en", "zh"] | None, typer.Option("--lang", help="Language of what is written: en or zh. 语言：en 或 zh。")
]


@dataclass(frozen=True, slots=True)
class Given:
    """Options that stand before the command."""

    data: Path | None = None

    def settings(self, **more: object) -> Settings:
        return load_settings(data=self.data, **more)


def given(context: typer.Context) -> Given:
    found = context.find_object(Given)
    return found if found is not None else Given()


@contextmanager
def opened(context: typer.Context, **more: object) -> Iterator[App]:
    """The app on the chosen data folder; closed again at the end."""
    app = open_app(given(context).settings(**more))
    try:
        yield app
    finally:
        app.close()
