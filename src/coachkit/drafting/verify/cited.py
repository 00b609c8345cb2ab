"""A claim and the evidence it cites, read: what checks without a fact go by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from coachkit.drafting.facts import Language
from coachkit.drafting.verify.acts import Act, acts_in, acts_of
from coachkit.drafting.verify.lexicon import chinese_words, concepts, root
from coachkit.drafting.verify.naming import names_in
from coachkit.drafting.verify.passage import Arg, Clause, Names, Token, read_clauses
from coachkit.drafting.verify.sources import Source

__all__ = ["Cited", "Unit", "senses_of"]

_MARK = re.compile(
    r"\s*[\[【]\s*([A-Za-z]{0,2}[1-9]\d{0,2}(?:\s*[,，]\s*[A-Za-z]{0,2}\d{1,3})*)\s*[\]】](?=[\s.,;。，；]|$)"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A clause of a source's text, or of none: its typed part."""

    source: Source
    clause: Clause


@dataclass(frozen=True)
class Cited:
    """A statement and the evidence it came with.

    :ivar citations: as they were given; ``sources`` all evidence by what it can be cited by.
    :ivar uncited: it says of itself that it is about no record.
    """

    statement: str
    citations: tuple[str, ...]
    sources: Mapping[str, Source]
    language: Language
    question: str = ""
    uncited: bool = False

    @cached_property
    def text(self) -> str:
        """The statement without numbers of citations in brackets."""
        return _MARK.sub("", self.statement).strip()

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """Citations that stand in the statement itself."""
        return tuple(one for match in _MARK.finditer(self.statement) for one in re.split(r"\s*[,，]\s*", match[1]))

    @cached_property
    def cited(self) -> tuple[Source, ...]:
        """The sources that are cited and there."""
        found = {id(self.sources[one]): self.sources[one] for one in self.citations if one in self.sources}
        return tuple(found.values())

    @cached_property
    def names(self) -> Names:
        """Everybody who is named anywhere in the evidence or the statement."""
        every = {id(one): one for one in self.sources.values()}.values()
        typed = {actor.name for one in every for actor in one.actors}
        texts = [text for one in every for text in one.texts]
        return Names.of({*typed, *names_in([*texts, self.text, self.question], typed)})

    @cached_property
    def said(self) -> tuple[Clause, ...]:
        """The statement, read."""
        return read_clauses(self.text, self.names)

    @cached_property
    def asked(self) -> tuple[Clause, ...]:
        return read_clauses(self.question, self.names)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The cited texts, clause by clause."""
        return tuple(
            Unit(one, clause) for one in self.cited for text in one.texts for clause in read_clauses(text, self.names)
        )

    @cached_property
    def raw(self) -> str:
        """All cited words, for what is looked for letter by letter."""
        parts = [part for one in self.cited for part in (*one.texts, one.key, one.kind, *one.aliases, *_typed(one))]
        return "\n".join(parts)

    @cached_property
    def quotes(self) -> str:
        return bare("\n".join(text for one in self.cited for text in one.texts))

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(token for unit in self.units for token in unit.clause)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """What the cited evidence speaks of: concepts and roots of its words, of its fields, kinds and roles."""
        found = {sense for token in self.tokens for sense in token.senses}
        found |= {part for token in self.tokens for part in _parts(token.text)}
        for unit in self.units:
            for token in unit.clause:
                if token.kind == "quote":
                    found |= senses_of(token.text)
        for one in self.cited:
            words = [one.kind, one.key, *(value for _, value in one.fields), *(actor.role for actor in one.actors)]
            words += [name for name, _ in (*one.fields, *one.numbers, *one.days)] + list(one.denied)
            found |= {sense for word in words for sense in senses_of(word)}
            found |= {actor.act for actor in one.actors if actor.act}
            found |= {sense for actor in one.actors for sense in senses_of(actor.name)}
        if "answer" in found:
            found.add("question")  # there is no answer without one
        return frozenset(found)

    @cached_property
    def acts(self) -> list[Act]:
        """What the cited evidence says that somebody did: by its roles, and by its words."""
        typed = [act for one in self.cited for act in acts_of(one, self.names)]
        texts: dict[int, list[Clause]] = {}
        for unit in self.units:
            texts.setdefault(id(unit.source), []).append(unit.clause)
        return [*typed, *(act for clauses in texts.values() for act in acts_in(clauses))]

    @cached_property
    def days(self) -> list[tuple[date | tuple[int, int, int], str]]:
        return [(day, name) for one in self.cited for name, day in one.days]

    def args_of(self, source: Source) -> list[Arg]:
        """Everybody and everything that a source names."""
        found = [arg for unit in self.units if unit.source is source for arg in (t.arg for t in unit.clause) if arg]
        found += [self.names.arg(actor.name) for actor in source.actors]
        typed = [source.key, *source.aliases, *(value for _, value in source.fields)]
        return found + [Arg(one, frozenset({one.lower()}), is_key=True) for one in typed if one]

    def names_anywhere(self, arg: Arg) -> bool:
        """Whether the cited evidence names it, be it letter by letter."""
        if any(arg.same(other) for one in self.cited for other in self.args_of(one)):
            return True
        return re.search(rf"(?<![A-Za-z0-9]){re.escape(arg.text)}(?![A-Za-z0-9])", self.raw, re.I) is not None


def senses_of(text: str) -> frozenset[str]:
    """Concepts and roots of the words of a name such as ``merged_at``, ``In Progress`` or ``代码评审``."""
    found: set[str] = set()
    for word in re.findall(r"[A-Za-z\u00c0-\u024f]+|[\u3400-\u9fff]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)):
        parts = [word] if word.isascii() else [part for _, part in chinese_words(word)]
        found |= {sense for part in parts for sense in concepts(part) or {root(part) if part.isascii() else part}}
    whole = text.lower().replace("-", "_").replace(" ", "_")
    return frozenset(found | concepts(whole))


def bare(text: str) -> str:
    """Letters and digits alone, for comparing quotations."""
    return re.sub(r"[\W_]+", "", text).casefold()


def _parts(word: str) -> set[str]:
    return {root(part) for part in re.split(r"[-_.+/]", word) if part} if re.search(r"[-_.+/]", word) else set()


def _typed(source: Source) -> list[str]:
    fields = [f"{name} {value}" for name, value in source.fields]
    return [*fields, *(actor.name for actor in source.actors), *(f"{name} {value:g}" for name, value in source.numbers)]
