"""Cells as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Literal

__all__ = ["DateOrder", "is_mangled_number", "is_yes", "parse_day", "split", "without_apostrophe"]

DateOrder = Literal["ymd", "dmy", "mdy"]

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_SERIAL = re.compile(r"[2-6]\d{4}(\.0+)?")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_EXCEL_DAY_ZERO = date(1899, 12, 30)

_YES = {"1", "true", "yes", "y", "active", "employed", "在职", "是", "试用", "试用期"}
_NO = {"0", "false", "no", "n", "inactive", "left", "terminated", "离职", "已离职", "否"}


def parse_day(text: str, order: DateOrder) -> tuple[date | None, bool]:
    """A day, and whether it was the number that Excel shows when a date lost its format.

    :raises ValueError: if it is no day, or its order of day and month is not known.
    """
    text = _TIME.sub("", text.strip())
    if not text:
        return None, False
    if _SERIAL.fullmatch(text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(text.partition(".")[0])), True
    if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := _YEAR_LAST.fullmatch(text):
        if order == "ymd":
            raise ValueError("it may be read in two ways; say date_order=dmy or date_order=mdy")
        first, second, year = map(int, found.groups())
        month, day = (second, first) if order == "dmy" else (first, second)
    else:
        raise ValueError("it is no date; write it as 2026-05-31")
    try:
        return date(year, month, day), False
    except ValueError as error:
        raise ValueError(f"there is no such day ({error})") from error


def is_mangled_number(text: str) -> bool:
    """Whether a spreadsheet turned a long number into ``1.00E+05``: digits are lost."""
    return _SCIENTIFIC.fullmatch(text) is not None


def without_apostrophe(text: str) -> str:
    """The cell without the mark by which Excel keeps numbers as text."""
    return text[1:] if text[:1] in ("'", "’") and text[1:2].isalnum() else text


def split(text: str) -> tuple[str, ...]:
    """The parts between ``|``, each once."""
    return tuple(dict.fromkeys(part for part in (piece.strip() for piece in text.split("|")) if part))


def is_yes(text: str) -> bool | None:
    """Whether somebody works here, from a status cell; ``None`` if it is empty.

    :raises ValueError: if it is no word that we know.
    """
    word = text.strip().casefold()
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError("say active or left, 在职 or 离职")
