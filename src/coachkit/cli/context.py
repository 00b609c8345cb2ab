"""What the commands share: settings from options, an open app, and who is asking."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from shlex import quote
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from coachkit.access import Viewer
from coachkit.bootstrap import App, open_app
from coachkit.errors import BadInput
from coachkit.settings import Settings, load_settings

__all__ = ["Given", "Language", "command", "given", "near", "one_day", "opened", "since_day", "viewer_named"]

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


def one_day(text: str | None) -> date | None:
    """:raises BadInput: if it is no day."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f"{text!r} is no day.",
            hint="Write it as 2026-05-06.",
            chinese=(f"“{text}”不是日期。", "请写成 2026-05-06 这样。"),
        ) from error


def since_day(text: str | None, zone: str) -> datetime | None:
    """The first moment of a day, in the organisation's time zone."""
    day = one_day(text)
    return None if day is None else datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def viewer_named(app: App, name: str) -> Viewer:
    """With whose eyes ``--as`` reads.

    :raises NotFound: if nobody here is called that. :raises Ambiguous: if several are.
    """
    return app.directory.viewer(app.directory.find_person(name).id, app.now())
