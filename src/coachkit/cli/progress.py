"""A sync as a person watches it: one line a stream, with counts and time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from coachkit.cli.output import notes

if TYPE_CHECKING:
    from coachkit.ingest import SyncProgress

__all__ = ["sync_display"]


@contextmanager
def sync_display() -> Iterator[Callable[[SyncProgress], None]]:
    """Yields the callback that draws progress; on a pipe it prints nothing but the end of each stream."""
    tasks: dict[tuple[str, str], TaskID] = {}
    with Progress(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.fields[connection]:<12} {task.fields[stream]:<16}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[written]} written"),
        TimeRemainingColumn(compact=True),
        console=notes,
    ) as display:

        def show(progress: SyncProgress) -> None:
            key = (progress.connection, progress.stream)
            if key not in tasks:
                tasks[key] = display.add_task(
                    "", total=progress.total, connection=progress.connection, stream=progress.stream, written=0
                )
            display.update(tasks[key], completed=progress.done, total=progress.total or None, written=progress.written)

        yield show
        for task in display.tasks:
            display.update(task.id, total=task.completed, completed=task.completed)
