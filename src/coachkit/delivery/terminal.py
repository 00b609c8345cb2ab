"""A document as text for a terminal, through rich: nothing of what records say is taken for markup or control codes."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from coachkit.delivery.document import Document, DocumentStatement

__all__ = ["terminal"]


def terminal(document: Document) -> RenderableType:
    """Something rich can print; it fits any width, and reads well without colours."""
    parts: list[RenderableType] = [Text(document.headline, style="bold")]
    parts += [Text(line, style="dim") for line in document.lines]
    if document.stale:
        parts.append(Text(document.labels["stale"], style="yellow"))
    for section in document.sections:
        parts.append(Text(f"\n{section.title}", style="bold blue"))
        parts += [_statement(statement, document) for statement in section.statements]
    if document.sources:
        parts += [Text(f"\n{document.labels['sources']}", style="bold blue"), _sources(document)]
    if document.notes:
        parts.append(Text())
        parts += [Text(note, style="dim") for note in document.notes]
    return Group(*parts)


def _statement(statement: DocumentStatement, document: Document) -> RenderableType:
    mark = "•" if statement.action is None else "☑" if statement.action.done else "☐"
    line = Text(f"{statement.text}")
    for number in statement.citations:
        line.append(f" [{number}]", style="cyan")
    if statement.question:
        line.append(
            f"\n{document.labels['ask']}: " if document.language == "en" else f"\n{document.labels['ask']}：",
            style="dim",
        )
        line.append(statement.question, style="italic")
    row = Table.grid(padding=(0, 1))
    row.add_column(width=1)
    row.add_column(overflow="fold")
    row.add_row(Text(mark), line)
    return Padding(row, (0, 0, 0, 1))


def _sources(document: Document) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for source in document.sources:
        line = Text(source.label, style="bold")
        if source.title:
            line.append(f" {source.title}", style="not bold")
        line.append(f" · {source.day} · {source.connection}", style="dim not bold")
        if source.suspicious:
            line.append(f" · {document.labels['suspicious']}", style="yellow not bold")
        table.add_row(Text(f"[{source.number}]", style="cyan"), line)
    return Padding(table, (0, 0, 0, 1))
