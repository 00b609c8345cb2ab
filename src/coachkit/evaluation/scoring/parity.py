"""Parity: the same facts in the same order, whatever people are called and whatever language is asked for."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import Sample, Score
from coachkit.evaluation.scoring.measure import Measure
from coachkit.evaluation.scoring.protocol import Peers
from coachkit.sample.variants.swapped import Renaming, twins_named

__all__ = ["LanguageParity", "TwinParity"]

_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")
_PRONOUN = re.compile(r"\b(?:she|he|her|his|him|hers|herself|himself)\b|[他她](?![们人])", re.IGNORECASE)


def _alike(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """``2 · matching / (both lengths)``, matching in the same order (J. W. Ratcliff, D. E. Metzener 1988)."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio() if one or other else 1.0


@lru_cache(maxsize=1)
def _first_names() -> Renaming:
    return Renaming({new: old for old, new in twins_named().items()}, pronouns=False)


def _as_first(text: str) -> str:
    """The text with the names of the first twin, without pronouns of a sex, and without hashes of commits."""
    return _PRONOUN.sub("~", _COMMIT.sub("#", _first_names()(text)))


def _told(sample: Sample) -> list[tuple[str, str, str]]:
    assert sample.draft is not None
    return [
        (section.name, one.fact, _as_first(f"{one.text} {one.question}".strip()))
        for section in sample.draft.sections
        for one in section.statements
    ]


@dataclass(frozen=True, kw_only=True)
class TwinParity(Measure):
    """How alike a document is to the one about the twin, who differs in name and sex alone; 1: the same throughout.

    ``2 · same / all``: statements of the same part, kind and words, in the same order, against the statements of both;
    after names have been turned back and pronouns made one. The reason names what differs. The idea is that of
    counterfactual fairness tests: N. Garg et al., *Counterfactual Fairness in Text Classification* (2019).
    """

    name: str = "twin_parity"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if case.twin_kind != "name_gender" or sample.draft is None:
            return None
        twin = peers.twin(case, sample)
        if twin is None or twin.draft is None:
            return None
        one, other = _told(twin), _told(sample)
        missing = [f"only of the first: {text[:70]}" for part in one if part not in other for text in [part[2]]]
        added = [f"only of the twin: {text[:70]}" for part in other if part not in one for text in [part[2]]]
        return Score(value=round(_alike(one, other), 4), reason="; ".join([*missing, *added][:4]))


@dataclass(frozen=True, kw_only=True)
class LanguageParity(Measure):
    """How alike the English document is to the Chinese one of the same case: the same facts with the same records.

    ``2 · same / all``: pairs of (part, fact, cited records) in the same order, against those of both. Counted once, on
    the English one. Where one language has less room, the fact that fell out is a difference.
    """

    name: str = "language_parity"
    primary: bool = True

    def score(self, case: EvalCase, sample: Sample, peers: Peers) -> Score | None:
        if sample.cell.language != "en" or sample.draft is None:
            return None
        other = peers.other_language(sample)
        if other is None or other.draft is None:
            return None
        en, zh = _facts(sample), _facts(other)
        only_en = [fact for fact in en if fact not in zh]
        only_zh = [fact for fact in zh if fact not in en]
        told = [f"only in English: {part} {fact}" for part, fact, _ in only_en[:3]]
        told += [f"only in Chinese: {part} {fact}" for part, fact, _ in only_zh[:3]]
        return Score(value=round(_alike(en, zh), 4), reason="; ".join(told))


def _facts(sample: Sample) -> list[tuple[str, str, frozenset[str]]]:
    assert sample.draft is not None
    return [
        (section.name, one.id or one.fact, frozenset(one.evidence))
        for section in sample.draft.sections
        for one in section.statements
    ]
