"""What words say beside their sense: who is mentioned, what is closed, who else took part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from coachkit.sdk import InteractionKind, Link

__all__ = ["Credit", "credits_in", "links_in", "mentions_in", "short", "title_and_body"]

LONGEST_TITLE = 300
LONGEST_BODY = 20_000
MOST_LINKS = 50
MOST_MENTIONS = 30

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`|<!--.*?-->", re.DOTALL)
_QUOTE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_MENTION = re.compile(r"(?<![\w/@.`+-])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?)(?![\w/@-]|\.\w)")

_KEY = r"\b[A-Z]{2}[A-Z0-9]{0,8}-[1-9]\d{0,6}\b"
_NUMBER = r"(?:[A-Za-z0-9][\w.-]*/[\w.-]+)?#[1-9]\d{0,8}\b"
_ADDRESS = r"https?://[^\s/()<>]+/[\w.-]+/[\w.-]+/(?:issues|pull|discussions)/[1-9]\d{0,8}\b"
_ITEM = rf"(?:{_ADDRESS}|{_NUMBER}|{_KEY})"
_ITEMS = rf"({_ITEM}(?:(?:\s*(?:,|and|&)\s*){_ITEM})*)"
_CLOSES = re.compile(rf"\b(?i:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?[ \t]+{_ITEMS}")
_ANY = re.compile(_ITEM)
_LONE_KEY = re.compile(rf"(?<![\w/&.-]){_KEY}(?![-.]?\d)")
_OF_ADDRESS = re.compile(r"https?://[^\s/]+/([\w.-]+/[\w.-]+)/(?:issues|pull|discussions)/(\d+)")

_NO_PROJECT = re.compile(
    r"(?:AES|ARM|BSD|CP|CVE|CWE|GB|GHSA|GPL|HTTP|IEC|IEEE|IPV|ISO|LGPL|MD|PCI|PEP|POSIX|RFC|RSA|SHA|SSE|TLS|UCS|USB|UTF)"
    r"\d*-"
)
"""What looks like an issue key and is none: ``UTF-8``, ``RFC-2822``."""

_TRAILER = re.compile(
    r"^(co-authored-by|co-developed-by|reviewed-by|acked-by|tested-by|reported-by):"
    r"[ \t]*([^\n<]*)<\s*([^<>\s]+@[^<>\s]+)\s*>",
    re.IGNORECASE | re.MULTILINE,
)
_PARTS = {
    "co-authored-by": InteractionKind.CO_AUTHORED,
    "co-developed-by": InteractionKind.CO_AUTHORED,
    "reviewed-by": InteractionKind.REVIEWED,
    "acked-by": InteractionKind.APPROVED,
    "tested-by": InteractionKind.TESTED,
    "reported-by": InteractionKind.REPORTED,
}


class Credit(NamedTuple):
    """Somebody whom a trailer names."""

    kind: InteractionKind
    name: str
    email: str


def short(text: str | None, longest: int = LONGEST_BODY) -> str | None:
    """The text without its surrounding space, cut where it is too long; ``None`` where nothing is left."""
    text = (text or "").replace("\r\n", "\n").strip()
    if len(text) > longest:
        text = f"{text[: longest - 1].rstrip()}…"
    return text or None


def title_and_body(message: str) -> tuple[str, str | None]:
    """A commit's message in two; what does not fit into the title begins the body again."""
    subject, _, body = message.strip().partition("\n")
    title = short(subject, LONGEST_TITLE) or "(no message)"
    return title, short(f"{subject}\n\n{body.strip()}" if len(subject) > LONGEST_TITLE else body)


def mentions_in(text: str | None) -> tuple[str, ...]:
    """Logins that a text turns to, in small letters and each once; not in code, not in quotes, no teams."""
    if not text or "@" not in text:
        return ()
    plain = _QUOTE.sub(" ", _CODE.sub(" ", text))
    found = dict.fromkeys(match[1].lower() for match in _MENTION.finditer(plain))
    return tuple(found)[:MOST_MENTIONS]


def credits_in(message: str) -> Iterator[Credit]:
    """Everybody whom the message's trailers name with an address."""
    for line in _TRAILER.finditer(message):
        yield Credit(_PARTS[line[1].lower()], line[2].strip().strip("\"'"), line[3])


def links_in(text: str | None, container: str, keys: frozenset[str]) -> tuple[Link, ...]:
    """What a text says it closes (``fixes``), and other issues and keys that it names (``relates``).

    :param container: stands before ``#12``, which is an item of this repository.
    :param keys: projects of another tracker whose keys count (``PAY``); if empty, all that look like one.
    """
    if not text:
        return ()
    plain = _CODE.sub(" ", text)
    found: dict[str, str] = {}
    for said in _CLOSES.finditer(plain):
        for item in _ANY.findall(said[1]):
            _note(found, item, "fixes", container, keys)
    for item in (*_ANY_NUMBER.findall(plain), *_LONE_KEY.findall(plain)):
        _note(found, item, "relates", container, keys)
    return tuple(Link(rel=rel, target=target) for target, rel in list(found.items())[:MOST_LINKS])


_ANY_NUMBER = re.compile(rf"{_ADDRESS}|(?<![\w&/-]){_NUMBER}")


def _note(found: dict[str, str], item: str, rel: str, container: str, keys: frozenset[str]) -> None:
    if address := _OF_ADDRESS.match(item):
        target = f"{address[1]}#{address[2]}"
    elif "#" in item:
        target = f"{container}{item}" if item.startswith("#") else item
    elif item.partition("-")[0] in keys if keys else not _NO_PROJECT.match(item):
        target = item
    else:
        return
    found.setdefault(target, rel)
