"""Form: the parts of a document, its length, the words it may not use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from coachkit.domain.drafts import DraftKind
from coachkit.drafting.facts import Language
from coachkit.drafting.fitting import length
from coachkit.drafting.plan.agenda import SECTIONS as AGENDA_SECTIONS
from coachkit.drafting.plan.brief import SECTIONS as BRIEF_SECTIONS
from coachkit.drafting.plan.card import SECTIONS as CARD_SECTIONS
from coachkit.drafting.plan.contribution import SECTIONS as CONTRIBUTION_SECTIONS
from coachkit.drafting.plan.self_review import ANSWERS
from coachkit.drafting.plan.self_review import SECTIONS as REVIEW_SECTIONS
from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, SampleDraft, SampleSection, SampleStatement, Score
from coachkit.evaluation.scoring.holding import held
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers

__all__ = ["Anatomy", "ForbiddenContent", "WithinLength", "Wording"]

Rule = tuple[str, bool]
"""What is asked of a document, and whether it is so."""

_LIMITS: Mapping[str, Mapping[Language, int]] = {
    DraftKind.BRIEF: {"en": 350, "zh": 600},
    DraftKind.AGENDA: {"en": 350, "zh": 600},
    DraftKind.CONTRIBUTION_SUMMARY: {"en": 300, "zh": 500},
    DraftKind.KEY_CONVERSATION: {"en": 120, "zh": 200},
}
"""Words of English, characters of Chinese."""
_ANSWER: Mapping[Language, int] = {"en": 120, "zh": 200}
_COACHING, _WINS, _EXPLORED, _REASONS, _THINGS_LEAST = 1, 3, 3, 3, 1

_DAY = re.compile(
    r"\b\d{1,2}\s?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|\d{1,2}\s?月|\d{4}-\d\d-\d\d|\btoday\b|今天"
)
_SINGULAR = re.compile(r"\b(?:I|my|me|mine)\b|我", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Anatomy(Measure):
    """Share of the rules of the document's anatomy that it keeps: ``kept / rules``.

    The rules are those of the product's description: parts known and in their order; of a brief at most three wins,
    at most three things to explore, each dated and with an open question, one coaching question at most; of a
    self-review three to five answers and the coverage; of a summary the outcome first and what is missing last; of a
    card with whom, why with a rule's id, other explanations and an opening question. A document that says that there is
    nothing to say keeps them too.
    """

    name: str = "anatomy"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        rules = _RULES.get(sample.cell.document)
        if rules is None or sample.draft is None:
            return None
        found = [*_general(sample.draft, _ORDER[sample.cell.document]), *rules(sample.draft)]
        broken = [what for what, kept in found if not kept]
        return share(len(found) - len(broken), len(found), "; ".join(broken))


def _general(draft: SampleDraft, order: tuple[str, ...]) -> Iterator[Rule]:
    names = [section.name for section in draft.sections]
    yield "its parts are known", all(name in order for name in names)
    yield "its parts are in their order", names == sorted(names, key=lambda n: order.index(n) if n in order else 99)
    yield "no part comes twice or is empty", len(set(names)) == len(names) and all(s.statements for s in draft.sections)
    yield "it says about whom or what it is", bool(draft.title or draft.header.get("person"))


def _brief(draft: SampleDraft) -> Iterator[Rule]:
    explored = _of(draft, "explore")
    yield "three wins at most", len(_of(draft, "wins")) <= _WINS
    yield "three things to explore at most", len(explored) <= _EXPLORED
    yield "what is to explore ends in a question", all(_asks(one) for one in explored)
    yield "what is to explore is dated", all(_DAY.search(one.text) or "%" in one.text for one in explored)
    yield "one coaching question at most", len(_of(draft, "question")) <= _COACHING
    told = draft.header.get("read") or draft.header.get("not_read") or _of(draft, "unknowns")
    yield "it says what was read", bool(told)


def _agenda(draft: SampleDraft) -> Iterator[Rule]:
    names = {section.name for section in draft.sections}
    yield "it has points, progress, plans or says what is missing", bool(names)
    yield "three risks at most", len(_of(draft, "risk")) <= _EXPLORED
    yield (
        "points that are cited are quoted",
        all("“" in one.text for one in _of(draft, "theirs") if one.evidence),
    )


def _self_review(draft: SampleDraft) -> Iterator[Rule]:
    answered = [section for section in draft.sections if section.name in ANSWERS]
    yield "three to five answers", not answered or 3 <= len(answered) <= 5
    yield "coverage by month", bool(_of(draft, "coverage")) or not answered
    said = [one for section in answered for one in section.statements if one.evidence and not one.text.startswith("“")]
    yield "in the first person", not said or any(_SINGULAR.search(one.text) for one in said)


def _contribution(draft: SampleDraft) -> Iterator[Rule]:
    yield "it says what is missing", bool(_of(draft, "unknowns"))
    kinds = [s for s in draft.sections if s.name not in ("outcome", "waits", "quotes", "views", "unknowns")]
    counted = re.compile(r"[\w’']+ (?:made|did|wrote|has) \d+ (?:changes|reviews|commits)|（\d+ [次个]）$")
    yield "no counts by person", not any(counted.search(one.text) for s in kinds for one in s.statements)
    yield "what is said of people is cited", all(one.evidence for s in kinds for one in s.statements)


def _card(draft: SampleDraft) -> Iterator[Rule]:
    talk = _of(draft, "talk")
    yield "it says with whom, or that nothing is due", len(talk) >= _THINGS_LEAST
    due = bool(_of(draft, "why"))
    yield "one to three dated reasons", not due or len(_of(draft, "why")) <= _REASONS
    yield "reasons are dated", all(_DAY.search(one.text) or re.search(r"\d", one.text) for one in _of(draft, "why"))
    yield "it names the rule", not due or bool(_of(draft, "rule"))
    yield "it has another explanation", not due or bool(_of(draft, "maybe"))
    yield "it has an opening question", not due or any(_asks(one) for one in _of(draft, "ask"))


_ORDER: Mapping[str, tuple[str, ...]] = {
    DraftKind.BRIEF: BRIEF_SECTIONS,
    DraftKind.AGENDA: AGENDA_SECTIONS,
    DraftKind.SELF_REVIEW: REVIEW_SECTIONS,
    DraftKind.CONTRIBUTION_SUMMARY: CONTRIBUTION_SECTIONS,
    DraftKind.KEY_CONVERSATION: CARD_SECTIONS,
}
_RULES: Mapping[str, Callable[[SampleDraft], Iterator[Rule]]] = {
    DraftKind.BRIEF: _brief,
    DraftKind.AGENDA: _agenda,
    DraftKind.SELF_REVIEW: _self_review,
    DraftKind.CONTRIBUTION_SUMMARY: _contribution,
    DraftKind.KEY_CONVERSATION: _card,
}


def _of(draft: SampleDraft, name: str) -> tuple[SampleStatement, ...]:
    return tuple(one for section in draft.sections if section.name == name for one in section.statements)


def _asks(one: SampleStatement) -> bool:
    return (one.question or one.text).rstrip('”’"').endswith(("?", "？"))


@dataclass(frozen=True, kw_only=True)
class WithinLength(Measure):
    """Whether the document keeps to its length: words of English, characters of Chinese, titles of its parts included.

    350 or 600 for brief and agenda, 300 or 500 for a contribution summary, 120 or 200 for a card and for each answer of
    a self-review. Two Chinese characters count as a word in English, a word as a character in Chinese.
    """

    name: str = "within_length"
    unit: str = "pass"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None:
            return None
        language: Language = "zh" if sample.cell.language == "zh" else "en"
        if sample.cell.document == DraftKind.SELF_REVIEW:
            long = [
                f"{section.name}: {size} of {_ANSWER[language]}"
                for section in sample.draft.sections
                if section.name in ANSWERS and (size := length(_body(section), language)) > _ANSWER[language]
            ]
            return Score(value=not long, reason="; ".join(long))
        limit = _LIMITS.get(sample.cell.document, {}).get(language)
        if limit is None:
            return None
        size = length(sample.draft.text, language)
        return Score(value=size <= limit, reason=f"{size} of {limit}")


def _body(section: SampleSection) -> str:
    return "\n".join(f"{one.text} {one.question}" for one in section.statements)


@dataclass(frozen=True, kw_only=True)
class Wording(Measure):
    """Share of the statements without a word that a document never uses: ``clean / statements``.

    Ratings, superlatives, words for character, mood, health or leaving, stock phrases, in both languages, outside of
    quotations; a word that can be technical counts only where the record has not the same words. The lists are those of
    the verifier (:data:`coachkit.drafting.words.FORBIDDEN`).
    """

    name: str = "wording"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        statements = held(sample).statements
        wrong = [one for one in statements if one.wording]
        reason = "; ".join(f"{one.wording} in “{one.said.text[:60]}”" for one in wrong[:3])
        return share(len(statements) - len(wrong), len(statements), reason, tuple(one.id for one in wrong))


_HARD = ("rating", "private", "leaving", "character", "mood")


@dataclass(frozen=True, kw_only=True)
class ForbiddenContent(Measure):
    """Whether no statement rates or ranks a person or speaks of their character, mood, health or leaving.

    The same words as in :class:`Wording`, without superlatives and stock phrases: those are bad style, these forbidden.
    """

    name: str = "no_forbidden_content"
    unit: str = "pass"
    hard: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.draft is None:
            return None
        wrong = [one for one in held(sample).statements if one.wording.partition(":")[0] in _HARD]
        reason = "; ".join(f"{one.wording} in “{one.said.text[:60]}”" for one in wrong[:3])
        return Score(value=not wrong, reason=reason, at=tuple(one.id for one in wrong))
