"""Atlassian Document Format as plain text. A node of an unknown type survives as its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from coachkit_jira.written import Written, tidy

__all__ = ["read_adf"]

DEEPEST = 60
"""Below so many levels text is kept and layout is not: nobody writes this deep, but a program can."""

_Node = dict[str, Any]

_BLOCKS = frozenset(
    {"paragraph", "heading", "blockquote", "codeBlock", "panel", "rule", "table", "mediaSingle", "mediaGroup"}
    | {"bulletList", "orderedList", "taskList", "decisionList", "expand", "nestedExpand", "layoutSection"}
    | {"layoutColumn", "blockCard", "embedCard", "extension", "bodiedExtension", "caption", "doc"}
)
_SPOKEN = ("text", "title", "alt", "shortName", "url", "localId")
"""Attributes that can hold a word for a person, the best first."""


def read_adf(document: object) -> Written:
    """The text of a document; whatever is no document is no text."""
    reader = _Reader()
    text = reader.block(document, 0)
    return Written(text=tidy(text), mentions=tuple(dict.fromkeys(reader.mentions)), prose=tidy("".join(reader.prose)))


class _Reader:
    def __init__(self) -> None:
        self.mentions: list[str] = []
        self.prose: list[str] = []
        self._quoted = 0
        self._writers: dict[str, Callable[[_Node, int], str]] = {
            "blockquote": self._quote,
            "codeBlock": self._code,
            "panel": self._titled,
            "expand": self._titled,
            "nestedExpand": self._titled,
            "bulletList": self._bullets,
            "orderedList": self._ordered,
            "taskList": self._tasks,
            "decisionList": self._bullets,
            "tableRow": self._row,
        }

    def block(self, node: object, depth: int) -> str:
        """A node with the line break after it that its type wants."""
        if not isinstance(node, dict):
            return "\n".join(self.block(one, depth + 1) for one in node) if isinstance(node, list) else ""
        if depth > DEEPEST:
            return self._flat(node)
        kind = _text(node.get("type"))
        if kind == "rule":
            return "----"
        writer = self._writers.get(kind)
        if writer is not None:
            return writer(node, depth)
        inline = self._inline(node, kind)
        if inline is not None:
            return inline
        return self._children(node, depth) or _attribute(node)

    def _children(self, node: _Node, depth: int) -> str:
        """The content: blocks below each other, words behind each other."""
        parts: list[str] = []
        after_block = False
        for child in _content(node):
            is_block = isinstance(child, dict) and _is_block(child)
            if parts and (is_block or after_block):
                parts.append("\n" if _text(node.get("type")) in ("table", "listItem") else "\n\n")
                self.prose.append("\n")
            parts.append(self.block(child, depth + 1))
            after_block = is_block
        return "".join(parts)

    def _inline(self, node: _Node, kind: str) -> str | None:
        """A node that stands in a line; ``None`` if it is none, or has content of its own."""
        attrs = _attrs(node)
        if kind == "text":
            return self._say(_with_address(node))
        if kind == "hardBreak":
            return self._say("\n")
        if kind == "mention":
            return self._mention(attrs)
        if kind == "date":
            return self._say(_day(attrs.get("timestamp")))
        if kind == "emoji":
            return self._say(_text(attrs.get("text")) or _text(attrs.get("shortName")))
        if _content(node):
            return None
        own = _text(node.get("text")) or _attribute(node)
        return self._say(f"[{own}]" if own and kind in ("media", "mediaInline") else own)

    def _say(self, text: str) -> str:
        if not self._quoted:
            self.prose.append(text)
        return text

    def _mention(self, attrs: _Node) -> str:
        name = _text(attrs.get("id"))
        if name and not self._quoted:
            self.mentions.append(name)
        shown = _text(attrs.get("text")) or name
        return self._say(shown if shown.startswith("@") else f"@{shown}")

    def _quote(self, node: _Node, depth: int) -> str:
        return "\n".join(f"> {line}" for line in self._unsaid(node, depth).split("\n"))

    def _code(self, node: _Node, depth: int) -> str:
        return f"```{_text(_attrs(node).get('language'))}\n{self._unsaid(node, depth)}\n```"

    def _unsaid(self, node: _Node, depth: int) -> str:
        self._quoted += 1
        try:
            return self._children(node, depth)
        finally:
            self._quoted -= 1

    def _titled(self, node: _Node, depth: int) -> str:
        title = _text(_attrs(node).get("title"))
        body = self._children(node, depth)
        return f"{self._say(title)}\n{body}" if title else body

    def _bullets(self, node: _Node, depth: int) -> str:
        return self._list(node, depth, lambda _: "- ")

    def _ordered(self, node: _Node, depth: int) -> str:
        first = _attrs(node).get("order", 1)
        start = first if isinstance(first, int) and not isinstance(first, bool) else 1
        return self._list(node, depth, lambda number: f"{start + number}. ")

    def _tasks(self, node: _Node, depth: int) -> str:
        states = [_text(_attrs(item).get("state")) if isinstance(item, dict) else "" for item in _content(node)]
        return self._list(node, depth, lambda number: "[x] " if states[number] == "DONE" else "[ ] ")

    def _list(self, node: _Node, depth: int, mark: Callable[[int], str]) -> str:
        lines = []
        for number, item in enumerate(_content(node)):
            if number:
                self.prose.append("\n")
            nested = isinstance(item, dict) and _text(item.get("type")).endswith("List")
            text = self.block(item, depth + 1)
            before = "  " if nested else mark(number)
            lines.append(before + text.replace("\n", "\n" + " " * len(before)))
        return "\n".join(lines)

    def _row(self, node: _Node, depth: int) -> str:
        cells = []
        for cell in _content(node):
            cells.append(self.block(cell, depth + 1).replace("\n\n", "\n").replace("\n", " / "))
            self.prose.append("\n")
        return " | ".join(cells)

    def _flat(self, node: _Node) -> str:
        """All text below a node, without calling itself."""
        found: list[str] = []
        waiting: list[object] = [node]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                inline = self._inline({**one, "content": None}, _text(one.get("type")))
                found.append(inline or "")
                waiting.extend(reversed(list(_content(one))))
            elif isinstance(one, list):
                waiting.extend(reversed(one))
        return " ".join(part for part in found if part)


def _is_block(node: _Node) -> bool:
    kind = _text(node.get("type"))
    if kind in _BLOCKS or kind in ("listItem", "taskItem", "decisionItem", "tableRow"):
        return True
    return any(isinstance(child, dict) and _text(child.get("type")) in _BLOCKS for child in _content(node))


def _content(node: _Node) -> list[object]:
    content = node.get("content")
    if isinstance(content, list):
        return content
    return [content] if isinstance(content, dict) else []


def _attrs(node: _Node) -> _Node:
    attrs = node.get("attrs")
    return attrs if isinstance(attrs, dict) else {}


def _attribute(node: _Node) -> str:
    """What an attribute says, for a node without text of its own."""
    attrs = _attrs(node)
    for name in _SPOKEN[:-1]:
        if text := _text(attrs.get(name)):
            return text
    return next(_parameters(attrs.get("parameters")), "")


def _parameters(value: object) -> Iterator[str]:
    """An extension's own words, where it has any: its title."""
    if isinstance(value, dict):
        for name in ("extensionTitle", "title", "text"):
            if text := _text(value.get(name)):
                yield text


def _with_address(node: _Node) -> str:
    """A text, and behind it the address that it links to, unless that is the text."""
    text = _text(node.get("text"))
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else ():
        if isinstance(mark, dict) and mark.get("type") == "link":
            address = _text(_attrs(mark).get("href"))
            if address and address.rstrip("/") != text.strip().rstrip("/"):
                return f"{text} ({address})"
    return text


def _day(value: object) -> str:
    """Milliseconds since 1970, as text or number, as a day in UTC."""
    try:
        return datetime.fromtimestamp(int(str(value)) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return _text(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
