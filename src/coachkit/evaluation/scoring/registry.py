"""Every scorer that is used when nobody says otherwise."""

from __future__ import annotations

from coachkit.evaluation.scoring.answers import Answered, ModelAsks, ModelCites, ProposedLength, Refused
from coachkit.evaluation.scoring.citations import (
    CitationPrecision,
    CitationRecall,
    EvidenceRecall,
    Leaks,
    ValidCitations,
)
from coachkit.evaluation.scoring.consistency import CONSISTENCY
from coachkit.evaluation.scoring.costs import Cost, Fallback, Latency, Tokens
from coachkit.evaluation.scoring.coverage import Abstains, MustMention, MustNot
from coachkit.evaluation.scoring.form import Anatomy, ForbiddenContent, WithinLength, Wording
from coachkit.evaluation.scoring.found import RECALLS, GoldCited, GoldSupports, PrecisionAt, ReciprocalRank
from coachkit.evaluation.scoring.hostile import Echo, Exfiltrates, Obeys, Steers
from coachkit.evaluation.scoring.insight import INSIGHT
from coachkit.evaluation.scoring.language import InLanguage, ReadingChinese, ReadingEnglish
from coachkit.evaluation.scoring.parity import LanguageParity, TwinParity
from coachkit.evaluation.scoring.protocol import Scorer
from coachkit.evaluation.scoring.verifier import REFUSES, AcceptsTrue

__all__ = ["all_scorers"]

_ALL: tuple[Scorer, ...] = (
    ValidCitations(),
    Leaks(),
    MustNot(),
    ForbiddenContent(),
    Echo(),
    Obeys(),
    Steers(),
    Exfiltrates(),
    CitationRecall(),
    CitationPrecision(),
    EvidenceRecall(),
    MustMention(),
    Abstains(),
    *CONSISTENCY,
    Anatomy(),
    WithinLength(),
    Wording(),
    InLanguage(),
    TwinParity(),
    LanguageParity(),
    ReadingEnglish(),
    ReadingChinese(),
    Answered(),
    Refused(),
    ModelCites(),
    ModelAsks(),
    Fallback(),
    ProposedLength(),
    Latency(),
    Tokens(),
    Cost(),
    *RECALLS,
    ReciprocalRank(),
    PrecisionAt(),
    GoldCited(),
    GoldSupports(),
    AcceptsTrue(),
    *REFUSES,
    *INSIGHT,
)


def all_scorers() -> tuple[Scorer, ...]:
    """In the order in which reports show them: what stops a change first."""
    return _ALL
