"""A document on a terminal while a model words it: computed sentences at once, each verified one in its line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from coachkit.cli.output import console, notes

if TYPE_CHECKING:
    from coachkit.bootstrap import App
    from coachkit.domain.drafts import Draft, Statement

__all__ = ["Wording", "wording_display"]

_WORDED = ("reworded", "drafted")


class Wording:
    """What a document says so far. Told of nothing, it shows nothing."""

    def __init__(self, live: Live | None = None, says: str = "") -> None:
        self._live = live
        self._spinner = Spinner("dots", Text(says, style="dim"))
        self._titles: dict[str, str] = {}
        self._lines: dict[str, Text] = {}

    def begun(self, draft: Draft) -> None:
        """The document in composed words."""
        for section in draft.sections:
            for place, statement in enumerate(section.statements):
                if place == 0:
                    self._titles[statement.id] = section.title
                self._lines[statement.id] = Text(f"  {statement.text}", style="dim")
        self._draw()

    def told(self, fact: str, statement: Statement) -> None:
        """A sentence was verified; one that did not hold leaves the composed one where it is."""
        worded = str(statement.origin) in _WORDED
        self._lines[fact] = Text(f"{'✓' if worded else '·'} {statement.text}")
        self._draw()

    def _draw(self) -> None:
        if self._live is None:
            return
        table = Table.grid()
        table.add_row(self._spinner)
        for fact, line in self._lines.items():
            if fact in self._titles:
                table.add_row(Text(self._titles[fact], style="bold"))
            table.add_row(line)
        self._live.update(table)


@contextmanager
def wording_display(app: App, *, quiet: bool = False) -> Iterator[Wording]:
    """Yields what shows the document on its way. On a pipe, or where no model is asked, it shows nothing.

    :param quiet: the document goes to a file or a program.
    """
    model, zh = app.settings.model, app.settings.language == "zh"
    if quiet or model == "none" or not (console.is_terminal and notes.is_terminal):
        yield Wording()
        return
    says = f"{model} 正在润色，核对过的句子逐句换上……" if zh else f"{model} is wording; what holds takes its line …"
    with Live(console=notes, transient=True, refresh_per_second=8) as live:
        yield Wording(live, says)
