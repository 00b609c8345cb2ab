"""What has to be said and what must not be: against what a case knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coachkit.evaluation.cases import EvalCase, Forbidden, Mention
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure, share
from coachkit.evaluation.scoring.protocol import Peers
from coachkit.evaluation.scoring.records import cites

__all__ = ["Abstains", "MustMention", "MustNot", "is_mentioned"]

_PLACES = re.compile(r"\s+")


def is_mentioned(mention: Mention, sample: Sample) -> bool:
    """Whether a sample tells a fact: in its language any of the words, or the record cited.

    Words count wherever a reader reads them: in statements, questions, titles of sections, notes and headline. Letter
    case and white space do not matter. A fact that has no words in the sample's language is told by its record alone.
    """
    if mention.record and cites(sample, mention.record):
        return True
    words = mention.zh if sample.cell.language == "zh" else mention.en
    read = _folded(_read(sample))
    return any(_folded(one) in read for one in words)


def _read(sample: Sample) -> str:
    if sample.draft is None:
        return ""
    return "\n".join([sample.draft.title, sample.draft.text, *sample.draft.notes])


def _folded(text: str) -> str:
    return _PLACES.sub("", text).casefold()


@dataclass(frozen=True, kw_only=True)
class MustMention(Measure):
    """Share of the facts that the case wants told which are told: ``told / wanted``.

    Each by words in the document's language or by a citation; see :func:`is_mentioned`. Found by letters, so a synonym
    that the case does not list counts as not told.
    """

    name: str = "must_mention"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        zh = sample.cell.language == "zh"
        wanted = [one for one in case.must_mention if one.record or (one.zh if zh else one.en)]
        missed = [one for one in wanted if not is_mentioned(one, sample)]
        reason = "; ".join(f"not told: {_called(one, zh)}" for one in missed[:6])
        return share(len(wanted) - len(missed), len(wanted), reason)


def _called(one: Mention, zh: bool) -> str:
    words = (one.zh if zh else one.en) or (one.record,)
    return f"{words[0]}{f' ({one.why})' if one.why else ''}"


@dataclass(frozen=True, kw_only=True)
class MustNot(Measure):
    """Whether nothing stands in the document that the case forbids: words, patterns, records.

    Words and patterns are searched in each statement, in titles, notes and the header; letter case does not count.
    """

    name: str = "must_not"
    unit: str = "pass"
    hard: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if not case.must_not or sample.draft is None:
            return None
        found = []
        at: list[str] = []
        texts = [(one.id, f"{one.text} {one.question}".strip()) for one in sample.draft.statements]
        texts += [("", text) for text in (sample.draft.title, *sample.draft.notes, str(sample.draft.header))]
        texts += [("", section.title) for section in sample.draft.sections]
        for forbidden in case.must_not:
            if forbidden.record:
                if cites(sample, forbidden.record):
                    found.append(f"cites {forbidden.record}")
                continue
            hits = [(name, text) for name, text in texts if _there(forbidden, text)]
            at += [name for name, _ in hits if name]
            found += [f"says {forbidden.text or forbidden.pattern}: “{text[:80]}”" for _, text in hits[:1]]
        return Score(value=not found, reason="; ".join(found[:4]), at=tuple(dict.fromkeys(at)))


def _there(forbidden: Forbidden, text: str) -> bool:
    if forbidden.text:
        return forbidden.text.casefold() in text.casefold()
    return re.search(forbidden.pattern, text, re.IGNORECASE | re.MULTILINE) is not None


@dataclass(frozen=True, kw_only=True)
class Abstains(Measure):
    """Whether a document without evidence claims nothing and says that there is none: for cases of empty packs.

    True if no statement cites a record, none was worded by a model, and something stands there at all: what is not
    known, or a note.
    """

    name: str = "abstention"
    unit: str = "pass"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if not case.abstain or sample.draft is None:
            return None
        claims = [one for one in sample.draft.statements if one.evidence or one.origin in ("drafted", "reworded")]
        said = bool(sample.draft.statements or sample.draft.notes)
        reason = "; ".join(f"claims “{one.text[:80]}”" for one in claims[:3]) or ("" if said else "says nothing at all")
        return Score(value=said and not claims, reason=reason, at=tuple(one.id for one in claims))
