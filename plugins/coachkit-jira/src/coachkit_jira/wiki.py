"""Jira's wiki markup as plain text. What is not understood stays as it was written."""

from __future__ import annotations

import re

from coachkit_jira.written import Written, tidy

__all__ = ["read_wiki"]

_RAW = re.compile(r"\{(code|noformat)(?::([^}\n]*))?\}(.*?)(?:\{\1\}|\Z)", re.DOTALL)
_QUOTE = re.compile(r"\{quote\}(.*?)(?:\{quote\}|\Z)", re.DOTALL)
_BOXED = re.compile(r"\{(panel|info|note|tip|warning|expand)(?::([^}\n]*))?\}")
_COLOUR = re.compile(r"\{(?:color|anchor)(?::[^}\n]*)?\}")
_MENTION = re.compile(r"\[~(?:accountid:)?([^\]\n|]+)\]")
_LINK = re.compile(r"\[([^\]\n|]+)\|([^\]\n|]+)(?:\|[^\]\n]*)?\]")
_BARE_LINK = re.compile(r"\[((?:\w+://|mailto:|#|\^)[^\]\n]+)\]")
_IMAGE = re.compile(r"!([^!\s|][^!\n|]*\.\w{2,5})(?:\|[^!\n]*)?!")
_HEADING = re.compile(r"^[ \t]*(?:h[1-6]|bq)\.[ \t]+", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*-{4,}[ \t]*$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*([*#-]+)[ \t]+", re.MULTILINE)
_ROW = re.compile(r"^[ \t]*\|{1,2}(.*?)\|{0,2}[ \t]*$", re.MULTILINE)
_CELLS = re.compile(r"\|{1,2}")
_MONOSPACE = re.compile(r"\{\{(.+?)\}\}")
_MARKED = [re.compile(rf"(?<![\w{m}]){m}(?=\S)([^{m}\n]*?\S){m}(?![\w{m}])") for m in (r"\*", "_", r"\+", r"\^", "~")]
_CITED = re.compile(r"\?\?(?=\S)([^?\n]+?)\?\?")
_FORCED = re.compile(r"\{([*_+^~-])\}")
_ESCAPED = re.compile(r"\\([{}\[\]|*_+^~!#?\-])")
_BREAK = re.compile(r"\\\\(?=\s|$)", re.MULTILINE)
_KEPT = re.compile("\x00(\\d+)\x00")


def read_wiki(markup: str) -> Written:
    """The text of a wiki page, comment or description."""
    kept: list[str] = []
    markup = markup.replace("\r\n", "\n").replace("\x00", "")
    text = _RAW.sub(lambda found: _keep(kept, _code(found)), markup)
    text = _MONOSPACE.sub(lambda found: _keep(kept, found[1]), text)
    mentions = tuple(dict.fromkeys(name.strip() for name in _MENTION.findall(_QUOTE.sub(" ", text))))
    prose = _line_marks(_QUOTE.sub("\n", text))
    text = _QUOTE.sub(lambda found: "\n" + _quoted(found[1]) + "\n", text)
    return Written(
        text=tidy(_KEPT.sub(lambda found: kept[int(found[1])], _line_marks(text))),
        mentions=mentions,
        prose=tidy(_KEPT.sub(" ", prose)),
    )


def _keep(kept: list[str], text: str) -> str:
    """Put text aside that no rule may touch."""
    kept.append(text)
    return f"\x00{len(kept) - 1}\x00"


def _code(found: re.Match[str]) -> str:
    language, _, _ = (found[2] or "").partition("|")
    title = next((part[6:] for part in (found[2] or "").split("|") if part.startswith("title=")), "")
    head = f"\n{title}" if title else ""
    return f"{head}\n```{language if '=' not in language else ''}\n{found[3].strip(chr(10))}\n```\n"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.strip("\n").split("\n"))


def _line_marks(text: str) -> str:
    text = _BOXED.sub(_title, text)
    text = _COLOUR.sub("", text)
    text = _MENTION.sub(lambda found: f"@{found[1].strip()}", text)
    text = _LINK.sub(lambda found: found[1] if found[1] == found[2] else f"{found[1]} ({found[2]})", text)
    text = _BARE_LINK.sub(lambda found: found[1], text)
    text = _IMAGE.sub(lambda found: f"[{found[1]}]", text)
    text = _RULE.sub("----", text)
    text = _HEADING.sub("", text)
    text = _ROW.sub(_row, text)
    text = _FORCED.sub(r"\1", text)
    for mark in _MARKED:
        text = mark.sub(r"\1", text)
    text = _CITED.sub(r"\1", text)
    text = _BULLET.sub(lambda found: "  " * (len(found[1]) - 1) + "- ", text)
    return _ESCAPED.sub(r"\1", _BREAK.sub("\n", text))


def _title(found: re.Match[str]) -> str:
    """The title of a panel, on a line of its own."""
    for part in (found[2] or "").split("|"):
        if part.startswith("title="):
            return f"\n{part[6:]}\n"
    return "\n"


def _row(found: re.Match[str]) -> str:
    return " | ".join(cell.strip() for cell in _CELLS.split(found[1]) if cell.strip())
