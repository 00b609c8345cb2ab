"""A sync as a person watches it: one line a connection, with counts and time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from coachkit.cli.output import notes

if TYPE_CHECKING:
    from coachkit.ingest import SyncProgress

__all__ = ["sync_display"]


@dataclass(slots=True)
class _Line:
    """What is known of one connection: the last word of each of its streams."""

    task: TaskID
    streams: dict[str, SyncProgress] = field(default_factory=dict)

    def ended(self, *, dry_run: bool) -> str:
        """What came of it."""
        written = sum(one.written for one in self.streams.values())
        removed = sum(one.removed for one in self.streams.values())
        if not written and not removed:
            return "nothing new"
        if dry_run:
            would = [f"{verb} {count:,}" for verb, count in (("write", written), ("remove", removed)) if count]
            return f"would {', '.join(would)}"
        return ", ".join(f"{count:,} {did}" for did, count in (("written", written), ("removed", removed)) if count)

    def far(self) -> tuple[int, int | None]:
        """Done and total of the streams whose source says how much there is; of all of them, if none does."""
        counted = [one for one in self.streams.values() if one.total]
        if not counted:
            return sum(one.done for one in self.streams.values()), None
        return sum(one.done for one in counted), sum(one.total or 0 for one in counted)

    @property
    def records(self) -> int:
        return sum(one.written + one.unchanged + one.quarantined for one in self.streams.values())

    def counts(self) -> str:
        done, total = self.far()
        return f"{done:,} of {total:,} read" if total else f"{done:,} read"


class _TimeLeft(TimeRemainingColumn):
    """Says nothing of what is over."""

    def render(self, task: Task) -> Text:
        return Text() if task.finished else super().render(task)


@contextmanager
def sync_display(*, dry_run: bool = False) -> Iterator[Callable[[SyncProgress], None]]:
    """Yields the callback that draws progress; on a pipe it prints nothing but where each connection ended.

    :param dry_run: nothing is written; it says what would be.
    """
    lines: dict[str, _Line] = {}
    with Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.fields[connection]:<20}"),
        BarColumn(bar_width=18),
        TextColumn("{task.fields[counts]}"),
        TextColumn("{task.fields[remark]}", style="dim"),
        _TimeLeft(compact=True),
        console=notes,
    ) as display:

        def end(line: _Line) -> None:
            done, total = line.far()
            counts = f"{line.records:,} read" if line.records else ""
            remark = line.ended(dry_run=dry_run)
            whole = max(done, total or 0, 1)
            display.update(line.task, total=whole, completed=done or whole, counts=counts, remark=remark)

        def show(progress: SyncProgress) -> None:
            line = lines.get(progress.connection)
            if line is None:
                for before in lines.values():
                    end(before)
                task = display.add_task("", total=None, connection=progress.connection, counts="", remark="")
                line = lines[progress.connection] = _Line(task)
            line.streams[progress.stream] = progress
            done, total = line.far()
            remark = progress.stream.replace("_", " ")
            display.update(line.task, completed=done, total=total, counts=line.counts(), remark=remark)

        yield show
        for line in lines.values():
            end(line)
