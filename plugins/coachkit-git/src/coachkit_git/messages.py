"""What a commit message says beside its words: who took part, and what it refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from coachkit.sdk import Link

__all__ = ["KEY_LENGTH", "Credit", "Part", "credits_in", "links_in"]


class Part(StrEnum):
    """Trailers that name somebody."""

    CO_AUTHOR = "co-author"
    REVIEW = "review"
    ACK = "ack"
    TEST = "test"
    REPORT = "report"
    SUGGESTION = "suggestion"
    SIGN_OFF = "sign-off"


@dataclass(frozen=True, slots=True)
class Credit:
    part: Part
    name: str
    email: str


_PARTS = {
    "co-authored-by": Part.CO_AUTHOR,
    "co-developed-by": Part.CO_AUTHOR,
    "reviewed-by": Part.REVIEW,
    "acked-by": Part.ACK,
    "tested-by": Part.TEST,
    "reported-by": Part.REPORT,
    "suggested-by": Part.SUGGESTION,
    "signed-off-by": Part.SIGN_OFF,
}
_TRAILER = re.compile(rf"^({'|'.join(_PARTS)}):[ \t]*([^\n]+)", re.IGNORECASE | re.MULTILINE)
_SOMEBODY = re.compile(r"""["']?(?P<name>[^<>"]*?)["']?\s*<\s*(?P<email>[^<>\s]+@[^<>\s]+)\s*>""")
_BARE_ADDRESS = re.compile(r"(?P<email>[^<>\s(),;]+@[^<>\s(),;]+\.[^<>\s(),;]+)")

_KEY = r"\b[A-Z]{2}[A-Z0-9]{0,8}-[1-9]\d{0,6}\b"
_ISSUE = rf"(?:[A-Za-z0-9][\w.-]*/[\w.-]+)?#[1-9]\d{{0,8}}\b|{_KEY}"
_ISSUES = rf"((?:{_ISSUE})(?:(?:\s*(?:,|and|&)\s*|\s+)(?:{_ISSUE}))*)"
_CLOSES = re.compile(rf"\b(?i:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+{_ISSUES}")
_MENTION = "refs?|references|see(?: also)?|relate[sd](?: to)?|part of|issues?|pull request|pr|bug|ticket"
_MENTIONS = re.compile(rf"\b(?i:{_MENTION}):?\s+{_ISSUES}")
_HINT_OF_AN_ISSUE = re.compile(r"#[1-9]|[A-Z0-9]-[1-9]")
_ANY_ISSUE = re.compile(_ISSUE)
_ANY_KEY = re.compile(rf"(?<![\w/&.-]){_KEY}(?![-.]?\d)")
_FIXES_COMMIT = re.compile(r"^Fixes:[ \t]*([0-9a-f]{8,40})\b", re.IGNORECASE | re.MULTILINE)
_REVERTS = re.compile(r"\bThis reverts commit ([0-9a-f]{8,64})\b")

_NO_PROJECT = frozenset(
    ["AES", "ARM", "ARMV", "BSD", "CP", "CVE", "CWE", "FNV", "GB", "GHSA", "GPL", "HTTP", "IEC", "IEEE", "IPV", "ISO"],
).union(["LGPL", "MD", "MIT", "PCI", "PEP", "POSIX", "RFC", "RSA", "SHA", "SSE", "TLS", "UCS", "USB", "UTF", "WINDOWS"])
"""What looks like an issue key and is none: ``UTF-8``, ``RFC-2822``."""

MOST_LINKS = 50
KEY_LENGTH = 12
"""Characters of a hash by which people call a commit: the same in every repository, whatever its size."""


def credits_in(body: str) -> Iterator[Credit]:
    """Everybody whom the message's trailers name with an address, in the order of the message."""
    first = body.lower().find("-by:")
    if first < 0:
        return
    for line in _TRAILER.finditer(body, body.rfind("\n", 0, first) + 1):
        words = line[2]
        somebody = _SOMEBODY.match(words) or _BARE_ADDRESS.match(words)
        if somebody is not None:
            name = somebody.groupdict().get("name") or ""
            yield Credit(_PARTS[line[1].lower()], name.strip(), somebody["email"])


def links_in(subject: str, body: str, *, container: str, projects: frozenset[str]) -> tuple[Link, ...]:
    """Issues and commits that the message refers to; those it says it closes are ``fixes``, others ``relates``.

    A bare ``#12`` counts in the subject, and in the body behind a word such as "see"; people number lists with it too.

    :param container: stands before ``#12``, which is an issue or change request of this repository.
    :param projects: issue keys that count (``PAY``); if empty, all that look like one.
    """
    text = f"{subject}\n{body}" if body else subject
    found: dict[str, str] = {}
    if "everts commit" in text or "ixes:" in text:
        found.update((match[1][:KEY_LENGTH], "reverts") for match in _REVERTS.finditer(text))
        found.update((match[1][:KEY_LENGTH], "fixes") for match in _FIXES_COMMIT.finditer(text))
    for rel, key in _issues_in(subject, _near_issues(text)):
        if target := _target(key, container, projects):
            found.setdefault(target, rel)
    return tuple(Link(rel=rel, target=target) for target, rel in list(found.items())[:MOST_LINKS])


def _near_issues(text: str) -> str:
    """The lines that may name an issue, with the one before each: long messages name few."""
    if not _HINT_OF_AN_ISSUE.search(text):
        return ""
    lines = text.split("\n")
    wanted = [number for number, line in enumerate(lines) if _HINT_OF_AN_ISSUE.search(line)]
    kept: list[str] = []
    last = -1
    for number in wanted:
        if number - 1 > last + 1:
            kept.append(";")  # what follows does not continue what came before
        kept.extend(lines[max(number - 1, last + 1) : number + 1])
        last = number
    return "\n".join(kept)


def _issues_in(subject: str, text: str) -> Iterator[tuple[str, str]]:
    for rel, pattern in (("fixes", _CLOSES), ("relates", _MENTIONS)):
        for said in pattern.finditer(text):
            yield from ((rel, key) for key in _ANY_ISSUE.findall(said[1]))
    if "#" in subject:
        yield from (("relates", key) for key in _ANY_ISSUE.findall(subject) if "#" in key)
    yield from (("relates", key) for key in _ANY_KEY.findall(text))


def _target(key: str, container: str, projects: frozenset[str]) -> str | None:
    if "#" in key:
        return f"{container}{key}" if key.startswith("#") else key
    project = key.partition("-")[0]
    known = project in projects if projects else project.rstrip("0123456789") not in _NO_PROJECT
    return key if known else None
