"""A document as Markdown: for a file, a chat, a pull request. What came from records is escaped."""

from __future__ import annotations

import re

from coachkit.delivery.document import Document, DocumentSource, DocumentStatement

__all__ = ["markdown"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#])")


def markdown(document: Document) -> str:
    """The document, with numbered citations and the list of sources at its end."""
    parts = [f"# {_escaped(document.headline)}", "  \n".join(_escaped(line) for line in document.lines)]
    if document.stale:
        parts.append(f"> {document.labels['stale']}")
    for section in document.sections:
        lines = [_line(statement) for statement in section.statements]
        parts.append(f"## {_escaped(section.title)}\n\n" + "\n".join(lines))
    if document.sources:
        sources = [_source(source, document) for source in document.sources]
        parts.append(f"## {document.labels['sources']}\n\n" + "\n".join(sources))
    if document.notes:
        notes = [f"- {_escaped(note)}" for note in document.notes]
        parts.append(f"## {document.labels['notes']}\n\n" + "\n".join(notes))
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(statement: DocumentStatement) -> str:
    tick = "" if statement.action is None else "[x] " if statement.action.done else "[ ] "
    cited = "".join(f"[{number}]" for number in statement.citations)
    asked = f" *{_escaped(statement.question)}*" if statement.question else ""
    return f"- {tick}{_escaped(statement.text)}{f' {cited}' if cited else ''}{asked}"


def _source(source: DocumentSource, document: Document) -> str:
    label = _escaped(source.label)
    shown = f"[{label}](<{source.url}>)" if source.url and _is_web(source.url) else label
    title = f" — {_escaped(source.title)}" if source.title else ""
    odd = f" ({document.labels['suspicious']})" if source.suspicious else ""
    return f"{source.number}. {shown}{title}, {source.day}, {_escaped(source.connection)}{odd}"


def _is_web(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>\"']+", url) is not None


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
