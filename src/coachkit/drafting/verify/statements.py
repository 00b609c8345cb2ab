"""Statements from outside, to be held against the evidence that came with them.

The shape is lenient, because such files come from many hands: a list of statements, or an object with ``statements``
(or ``sections`` of them) and ``evidence`` for all, as ``coachkit draft --json`` prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coachkit.domain.drafts import Check
from coachkit.drafting.facts import Language
from coachkit.drafting.verify.alone import check_alone
from coachkit.drafting.verify.cited import Cited
from coachkit.drafting.verify.sources import Source, source
from coachkit.errors import BadInput

__all__ = ["Verdict", "read_statements", "verdicts"]

_TEXT = ("statement", "text", "claim", "sentence")
_CITES = ("citations", "cites", "cited", "citation", "evidence_ids", "sources")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the consistency checks say of one statement.

    :ivar item: its place in the file, from 1.
    :ivar holds: ``None`` for a sentence of a draft that says of itself that it is about no record.
    :ivar reasons: of the checks that refuse it; empty if it holds.
    """

    item: int
    verdict: str
    holds: bool | None
    reasons: tuple[str, ...]
    statement: str
    citations: tuple[str, ...]
    language: str
    checks: tuple[Check, ...]


def verdicts(value: Any, language: Language | None = None) -> list[Verdict]:
    """A verdict on every statement in ``value``.

    :param language: of the statements; without it, what each says of itself, or what it is written in.
    :raises BadInput: if ``value`` is not of the shape; it says which item and which field.
    """
    return [_verdict(place, of) for place, of in enumerate(read_statements(value, language), 1)]


def _verdict(place: int, of: Cited) -> Verdict:
    if of.uncited:
        return Verdict(
            item=place,
            verdict="not checked",
            holds=None,
            reasons=("rests on no record: there is nothing to hold it against",),
            statement=of.statement,
            citations=(),
            language=of.language,
            checks=(),
        )
    checks = check_alone(of)
    reasons = tuple(f"{check.name}: {check.reason}" for check in checks if not check.passed)
    return Verdict(
        item=place,
        verdict="does not hold" if reasons else "holds",
        holds=not reasons,
        reasons=reasons,
        statement=of.statement,
        citations=of.citations,
        language=of.language,
        checks=checks,
    )


def read_statements(value: Any, language: Language | None = None) -> list[Cited]:
    """The statements in ``value`` with their evidence."""
    return list(_listed(value, language))


def _listed(value: Any, language: Language | None) -> Iterator[Cited]:
    shared: Any = None
    if isinstance(value, Mapping):
        shared, language = value.get("evidence"), language or _language(value)
        listed = [value] if _field(value, _TEXT) is not None and "statements" not in value else _items(value)
    else:
        listed = value
    if not isinstance(listed, list):
        raise _wrong("the file", "is neither a list of statements nor an object with “statements”")
    known = _sources(shared, "evidence") if shared is not None and listed != [value] else None
    for place, item in enumerate(listed, 1):
        yield _item(f"item {place}", item, known, language)


def _items(value: Mapping[str, Any]) -> Any:
    for name in ("statements", "items", "claims"):
        if name in value:
            return value[name]
    if isinstance(draft := value.get("draft"), Mapping):
        return _items(draft)
    sections = value.get("sections")
    if isinstance(sections, list):
        return [one for part in sections if isinstance(part, Mapping) for one in part.get("statements", ())]
    return None


def _item(name: str, item: Any, shared: dict[str, Source] | None, language: Language | None) -> Cited:
    if not isinstance(item, Mapping):
        raise _wrong(name, "is no object with “statement”, “citations” and “evidence”")
    text = _field(item, _TEXT)
    if not isinstance(text, str) or not text.strip():
        raise _wrong(name, "field “statement” is missing, empty or no text")
    question = item.get("question") or ""
    if not isinstance(question, str):
        raise _wrong(name, "field “question” is no text")
    sources = shared if item.get("evidence") is None else _sources(item["evidence"], f"{name}, field “evidence”")
    if sources is None:
        raise _wrong(name, "field “evidence” is missing, and the file has none for all")
    cites = tuple(_citations(_field(item, _CITES), name))
    tongue = language or _language(item) or _written_in(text, sources)
    uncited = bool(item.get("fact")) and not cites  # a draft's line about its sources, or its one question
    return Cited(text.strip(), cites, sources, tongue, question, uncited)


def _field(item: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((item[name] for name in names if item.get(name) is not None), None)


def _language(item: Mapping[str, Any]) -> Language | None:
    said = str(item.get("lang") or item.get("language") or "").lower()
    return "zh" if said.startswith("zh") else "en" if said.startswith("en") else None


def _written_in(text: str, sources: Mapping[str, Source]) -> Language:
    """Chinese, where outside of quotations and names it has more Chinese characters than other words."""
    text = re.sub(r"“[^”]*”|\"[^\"]*\"|「[^」]*」", " ", text)
    for actor in (actor for one in sources.values() for actor in one.actors):
        text = text.replace(actor.name, " ")
    return "zh" if len(re.findall(r"[\u3400-\u9fff]", text)) > len(re.findall(r"[A-Za-z]+", text)) else "en"


def _citations(value: Any, name: str) -> Iterator[str]:
    listed = value if isinstance(value, list) else [] if value is None else [value]
    for one in listed:
        if isinstance(one, Mapping):
            one = next((one[key] for key in ("id", "evidence", "number", "ref") if one.get(key) is not None), None)
        if isinstance(one, bool) or not isinstance(one, str | int):
            raise _wrong(name, "field “citations” holds something that is neither an id nor a number")
        yield str(one).strip()


def _sources(value: Any, where: str) -> dict[str, Source]:
    """Evidence by everything it can be cited by: its ids first, then its place in the list."""
    found: list[Source] = []
    if isinstance(value, str):
        found = [source(value, 1)]
    elif isinstance(value, Mapping):
        single = any(isinstance(value.get(key), str) for key in ("text", "title", "body"))
        listed = {"": value} if single else value
        for place, (name, one) in enumerate(listed.items(), 1):
            found.append(_source(one, place, str(name), f"{where}[{name}]"))
    elif isinstance(value, list):
        found = [_source(one, place, "", f"{where}[{place}]") for place, one in enumerate(value, 1)]
    else:
        raise _wrong(where, "is neither a list nor an object")
    known: dict[str, Source] = {}
    for one in found:
        for alias in one.aliases:
            known.setdefault(alias, one)
    for one in found:
        for number in one.places:
            known.setdefault(number, one)
    return known


def _source(value: Any, place: int, name: str, where: str) -> Source:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n".join(value)
    if not isinstance(value, str | Mapping):
        raise _wrong(where, "is neither a text nor an object")
    return source(value, place, name)


def _wrong(subject: str, what: str) -> BadInput:
    return BadInput(
        f"{what}.",
        subject=subject,
        hint="Expected: [{“statement”: …, “citations”: [ids], “evidence”: [{“id”: …, “text”: …}, …]}, …].",
    )
