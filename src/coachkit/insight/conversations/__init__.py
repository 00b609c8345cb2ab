"""Key conversations: who should talk to whom, about what, by when, and why now.

Rules are data (``rules.yaml``): each with a version, a condition, a source for its threshold, a cap and a cooldown.
They are evaluated as pure functions over the material about one person. A suggestion rests on two independent dated
facts or on one fact of the calendar; it is about work and days, never about what somebody is like, how they feel or
whether they will stay.
"""

from __future__ import annotations

from coachkit.insight.conversations.choosing import (
    WEEK,
    Answer,
    AnswerKind,
    Choice,
    Held,
    Offer,
    choose,
)
from coachkit.insight.conversations.evaluating import LOOKS_BACK, for_oneself, suggest
from coachkit.insight.conversations.rules import Rule, RuleSet, Threshold, packaged_rules
from coachkit.insight.conversations.suggestion import DatedFact, Suggestion, card_id, supported
from coachkit.insight.conversations.tuning import Given, Setting, Tuned, tune

__all__ = [
    "LOOKS_BACK",
    "WEEK",
    "Answer",
    "AnswerKind",
    "Choice",
    "DatedFact",
    "Given",
    "Held",
    "Offer",
    "Rule",
    "RuleSet",
    "Setting",
    "Suggestion",
    "Threshold",
    "Tuned",
    "card_id",
    "choose",
    "for_oneself",
    "packaged_rules",
    "suggest",
    "supported",
    "tune",
]
