"""What the commands share: settings from options, an open app, and who is asking."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Annotated, Literal

import typer

from coachkit.bootstrap import App, open_app
from coachkit.settings import Settings, load_settings

__all__ = ["Given", "Language", "command", "given", "near", "opened"]

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


def near(path: Path) -> Path:
    """``path`` as somebody in this folder would write it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def command(data: Path) -> str:
    """How this command is called here for a data folder, ready to be copied into a shell."""
    called = Path(sys.argv[0])
    on_path = shutil.which("coachkit")
    found = called.absolute() if called.name == "coachkit" and called.exists() else None
    name = "coachkit" if found is None or (on_path and Path(on_path).absolute() == found) else str(near(found))
    return f"{quote(name)} --data {quote(str(near(data)))}"
