"""A run of an evaluation as a person watches it: counts, how many were kept, and the time left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from coachkit.cli.output import notes
from coachkit.evaluation.running import Progress as RunProgress
from coachkit.proving.suite import Telling

__all__ = ["run_display"]


@contextmanager
def run_display(*, zh: bool, quiet: bool) -> Iterator[Telling]:
    """Yields who is told; on a pipe, and with ``quiet``, nothing is drawn."""
    if quiet or not notes.is_terminal:
        yield Telling()
        return
    with Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[counts]}"),
        console=notes,
    ) as display:
        syncing = display.add_task("准备组织" if zh else "organisations", total=None, counts="", visible=False)
        making = display.add_task("样本" if zh else "samples", total=None, counts="", visible=False)

        def synced(organisation: str, done: int, total: int) -> None:
            counts = f"{done} / {total} · {organisation}".removesuffix(" · ")
            display.update(syncing, visible=True, completed=done, total=total, counts=counts)

        def made(progress: RunProgress) -> None:
            counts = _counts(progress, zh)
            display.update(making, visible=True, total=progress.total, completed=progress.done, counts=counts)

        yield Telling(synced=synced, made=made)


def _counts(progress: RunProgress, zh: bool) -> str:
    parts = [f"{progress.done:,} / {progress.total:,}"]
    if progress.cached:
        parts.append(f"缓存 {progress.cached:,}" if zh else f"{progress.cached:,} kept")
    if progress.failed:
        parts.append(f"失败 {progress.failed:,}" if zh else f"{progress.failed:,} failed")
    if progress.cost:
        parts.append(f"${progress.cost:.3f}")
    if progress.seconds_left is not None and progress.done < progress.total:
        left = (
            f"{progress.seconds_left / 60:.0f} min" if progress.seconds_left > 90 else f"{progress.seconds_left:.0f} s"
        )
        parts.append(f"剩余约 {left}" if zh else f"about {left} left")
    return " · ".join(parts)
