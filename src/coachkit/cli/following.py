"""A document on a terminal while a model words it: computed sentences at once, each verified one in its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from coachkit.cli.output import console, notes

if TYPE_CHECKING:
    from coachkit.bootstrap import App
    from coachkit.domain.drafts import Statement

__all__ = ["wording_display"]

SHOWN = 8
"""Sentences on the screen at once; the document follows when it is complete."""

_WORDED = ("reworded", "drafted")


@contextmanager
def wording_display(app: App, *, quiet: bool = False) -> Iterator[Callable[[str, Statement], None]]:
    """Yields what is told each verified sentence, and shows it. On a pipe, or where no model is asked, nothing shows.

    :param quiet: the document goes to a file or a program.
    """
    model, zh = app.settings.model, app.settings.language == "zh"
    if quiet or model == "none" or not (console.is_terminal and notes.is_terminal):
        yield lambda _fact, _statement: None
        return
    says = f"{model} 正在润色，核对过的句子逐句出现……" if zh else f"{model} is wording; sentences appear as they hold …"
    lines: list[Text] = []

    def drawn() -> Table:
        table = Table.grid()
        table.add_row(Spinner("dots", Text(says, style="dim")))
        for line in lines[-SHOWN:]:
            table.add_row(line)
        return table

    with Live(drawn(), console=notes, transient=True, refresh_per_second=8) as live:

        def tell(_fact: str, statement: Statement) -> None:
            worded = str(statement.origin) in _WORDED
            lines.append(Text(f"{'✓' if worded else '·'} {statement.text}", style="" if worded else "dim"))
            live.update(drawn())

        yield tell
