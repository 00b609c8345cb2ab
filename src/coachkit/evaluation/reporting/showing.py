"""One sample as a report shows it: what was expected, each sentence beside its evidence, and what the checks did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from coachkit.evaluation.cases import EvalCase
from coachkit.evaluation.record import EvidenceSeen, RunRecord, Sample, SampleStatement, Score, ScorerInfo
from coachkit.evaluation.reporting.diffing import Turn, turns
from coachkit.evaluation.reporting.figures import shown, state_of
from coachkit.evaluation.reporting.viewing import Ranked

__all__ = ["Expected", "ShownCase", "ShownScore", "ShownStatement", "anchor_of", "shown_case"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Something that the case asks for. ``held``: whether the document does as it should."""

    what: str
    held: bool
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownScore:
    """A score in words. ``state`` as in :func:`~coachkit.evaluation.reporting.figures.state_of`."""

    info: ScorerInfo
    value: str
    state: str
    reason: str

    @property
    def rank(self) -> int:
        """What is wrong stands first."""
        return ("failed", "part", "neutral", "full").index(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatement:
    """A sentence, the records that it cites, and the scores that point at it.

    :ivar refused: checks that did not pass, as (name, reason); ``held`` the names of those that did.
    :ivar others_words: the model's where ours stand in their place; ``own_words`` ours, where the model's stand.
    """

    statement: SampleStatement
    evidence: tuple[tuple[str, EvidenceSeen | None], ...]
    marks: tuple[ShownScore, ...]
    held: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    others_words: str
    own_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCase:
    ranked: Ranked
    case: EvalCase | None
    anchor: str
    scores: tuple[ShownScore, ...]
    gold: tuple[Expected, ...]
    must_mention: tuple[Expected, ...]
    must_not: tuple[Expected, ...]
    sections: tuple[tuple[str, tuple[ShownStatement, ...]], ...]
    unused: tuple[EvidenceSeen, ...]
    turns: tuple[Turn, ...]

    @property
    def sample(self) -> Sample:
        return self.ranked.sample

    @property
    def is_changed(self) -> bool:
        return any(one.kind != "same" for one in self.turns)


def anchor_of(sample: Sample) -> str:
    """Where a sample is in a report: short, and of letters and digits alone."""
    return f"case-{sha256(sample.key.encode()).hexdigest()[:12]}"


def shown_case(record: RunRecord, ranked: Ranked) -> ShownCase:
    sample, case = ranked.sample, record.cases.get(ranked.sample.case)
    scores = tuple(_score(one, record.scorers) for one in ranked.scores)
    at = _marks(ranked.scores, scores)
    draft, before = sample.draft, ranked.before.draft if ranked.before else None
    cited = set(sample.cited)
    return ShownCase(
        ranked=ranked,
        case=case,
        anchor=anchor_of(sample),
        scores=scores,
        gold=_gold(case, sample),
        must_mention=_must_mention(case, sample),
        must_not=_must_not(case, sample),
        sections=tuple(
            (section.title or section.name, tuple(_statement(one, sample, at) for one in section.statements))
            for section in (draft.sections if draft else ())
        ),
        unused=tuple(one for name, one in sample.evidence.items() if name not in cited and one.quoted),
        turns=turns(before, draft) if before is not None and draft is not None else (),
    )


def _score(score: Score, scorers: Mapping[str, ScorerInfo]) -> ShownScore:
    info = scorers.get(score.scorer) or ScorerInfo(name=score.scorer, version=0, unit="")
    return ShownScore(
        info=info, value=shown(float(score.value), info.unit), state=state_of(score, info), reason=score.reason
    )


def _marks(scores: Sequence[Score], said: Sequence[ShownScore]) -> Mapping[str, list[ShownScore]]:
    """By id of a statement or record the scores that are about it and are not what they should be."""
    found: dict[str, list[ShownScore]] = {}
    for score, one in zip(scores, said, strict=True):
        if one.state in ("failed", "part"):
            for place in score.at:
                found.setdefault(place, []).append(one)
    return found


def _statement(one: SampleStatement, sample: Sample, marks: Mapping[str, list[ShownScore]]) -> ShownStatement:
    checks = [(str(check.get("name", "")), check.get("passed"), str(check.get("reason", ""))) for check in one.checks]
    worded = one.origin in ("reworded", "drafted")
    return ShownStatement(
        statement=one,
        evidence=tuple((name, sample.evidence.get(name)) for name in one.evidence),
        marks=tuple(marks.get(one.id, ())) if one.id else (),
        held=tuple(name for name, passed, _ in checks if passed is True),
        refused=tuple((name, reason) for name, passed, reason in checks if passed is False),
        others_words=one.proposed if one.proposed and one.proposed != one.text else "",
        own_words=one.composed if worded and one.composed and one.composed != one.text else "",
    )


def _gold(case: EvalCase | None, sample: Sample) -> tuple[Expected, ...]:
    cited = {*sample.cited_keys, *(sample.evidence[one].native_id for one in sample.cited if one in sample.evidence)}
    return tuple(Expected(what=key, held=key in cited) for key in (case.gold if case else ()))


def _must_mention(case: EvalCase | None, sample: Sample) -> tuple[Expected, ...]:
    text = sample.draft.text.casefold() if sample.draft else ""
    found = []
    for one in case.must_mention if case else ():
        words = one.zh if sample.cell.language == "zh" else one.en
        if not (words or one.record):
            continue
        told = any(word.casefold() in text for word in words) or (bool(one.record) and one.record in sample.cited_keys)
        found.append(Expected(what=" / ".join((*words, *filter(None, [one.record]))), held=told, why=one.why))
    return tuple(found)


def _must_not(case: EvalCase | None, sample: Sample) -> tuple[Expected, ...]:
    """Those that have a score of their own are marked by it; here only what was forbidden is listed."""
    text = sample.draft.text.casefold() if sample.draft else ""
    found = []
    for one in case.must_not if case else ():
        said = (bool(one.text) and one.text.casefold() in text) or (
            bool(one.record) and one.record in sample.cited_keys
        )
        found.append(Expected(what=one.text or one.record or one.pattern, held=not said, why=one.why))
    return tuple(found)
