"""What commands print: words and tables for people, one JSON value for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console, RenderableType
from rich.table import Table

from coachkit.errors import Ambiguous, CoachkitError

__all__ = ["READING_WIDTH", "AsJson", "console", "emit", "fail", "notes", "plain", "read_out", "table"]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value, for scripts.")]

PIPED_WIDTH = 240
"""Columns of a table that goes into a file or a pipe: wide enough that nothing wraps."""

READING_WIDTH = 100
"""Columns of running text at most: longer lines are hard to read."""

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPED_WIDTH)
notes = Console(stderr=True, highlight=False, soft_wrap=True)
"""Progress and remarks go to standard error, so that what was asked for can be piped."""


def plain(value: Any) -> Any:
    """A value as JSON knows it; ids stay what they are, times become ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    return value


def emit(value: Any) -> None:
    """Print a value as JSON."""
    json.dump(plain(value), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def read_out(text: RenderableType) -> None:
    """Print running text, never wider than reads well, and into a file without blanks at the ends of lines."""
    width = min(console.width, READING_WIDTH)
    if console.is_terminal:
        console.print(text, width=width, soft_wrap=False)
        return
    with console.capture() as captured:
        console.print(text, width=width, soft_wrap=False)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows under column names, or ``empty`` if there are none."""
    listed = [[("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not listed:
        console.print(empty)
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in listed:
        drawn.add_row(*(cell.replace("[", r"\[") for cell in row))
    console.print(drawn)


def fail(error: CoachkitError, *, as_json: bool, language: str = "en") -> NoReturn:
    """End the command with the error's own exit code, saying what failed and what to do.

    In Chinese it is the error's own Chinese words; where it has none, those of its code and the particulars in English.
    """
    if as_json:
        payload: dict[str, Any] = {"error": error.code, "message": error.message}
        payload |= {"subject": error.subject, "hint": error.hint, "exit_code": error.exit_code}
        if isinstance(error, Ambiguous):
            payload["candidates"] = list(error.candidates)
        json.dump(payload, sys.stderr, ensure_ascii=False)
        sys.stderr.write("\n")
        sys.exit(error.exit_code)
    message, hint = error.chinese if language == "zh" and error.chinese[0] else (error.message, error.hint)
    general = language == "zh" and not error.chinese[0]
    if general:
        from coachkit.api.problems import sentence

        notes.print(f"✗ {''.join(sentence(error.code, 'zh'))}", markup=False)
    between = "：" if message in error.chinese else ": "
    head = f"{error.subject}{between}{message}" if error.subject else message
    notes.print(f"{' ' if general else '✗'} {head}", markup=False)
    if isinstance(error, Ambiguous):
        for candidate in error.candidates:
            notes.print(f"  · {candidate}", markup=False)
    if hint:
        notes.print(f"  {hint}", markup=False)
    sys.exit(error.exit_code)
