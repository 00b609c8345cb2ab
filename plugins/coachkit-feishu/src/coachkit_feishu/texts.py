"""Plain words from rich text: content blocks of OKR, posts of groups."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["block_text", "message_text"]

DEEPEST = 30
"""Rich text that is nested deeper is cut there."""

_SAYS = ("text", "title", "name", "url")
_NOT_SAID = frozenset({"style", "tag", "image_key", "href", "key", "type", "user_id", "open_id", "token"})


def block_text(value: Any) -> str | None:
    """The words of a content block: its paragraphs as lines; of unknown parts the texts that they hold.

    A text stands for itself; one that is JSON of blocks is read as that.
    """
    if isinstance(value, str):
        inner = _loaded(value)
        return block_text(inner) if isinstance(inner, Mapping) and "blocks" in inner else value.strip() or None
    if not isinstance(value, Mapping):
        return None
    blocks = value.get("blocks")
    lines = ["".join(_said(block, 0)).strip() for block in (blocks if isinstance(blocks, list) else [value])]
    return "\n".join(line for line in lines if line) or None


def message_text(kind: str, content: Any, mentions: Mapping[str, str]) -> str:
    """What a message says. Other kinds than text are named by their kind in brackets, followed by the words in them.

    :param content: JSON, as a text. :param mentions: name by the placeholder that stands for it (``@_user_1``).
    """
    inner = _loaded(content) if isinstance(content, str) else content
    if kind == "text":
        said = inner.get("text") if isinstance(inner, Mapping) else inner
        text = said if isinstance(said, str) else ""
    else:
        found = " ".join(one.strip() for one in _said(inner, 0) if one.strip())
        text = found if kind == "post" else f"[{kind[:40] or '?'}] {found}".strip()
    for placeholder in sorted(mentions, key=len, reverse=True):
        text = text.replace(placeholder, f"@{mentions[placeholder]}")
    return text.strip()


def _said(value: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _said(one, depth + 1)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if isinstance(one, str):
                if name in _SAYS:
                    yield one
            elif name not in _NOT_SAID:
                yield from _said(one, depth + 1)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
