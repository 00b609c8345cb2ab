"""Tuning: how a team's answers and settings move a rule's thresholds and caps. Computed anew each time, so undoing an
answer, or a reset, undoes what it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coachkit.insight.conversations.rules import Rule
from coachkit.insight.conversations.suggestion import DatedFact

__all__ = ["ANSWERS_COUNT", "MOST_STEPS", "PER_STEP", "AnswerKind", "Given", "Setting", "Tuned", "tune"]

PER_STEP = 3
"""Three more cards waved off than prepared move a rule one step."""
MOST_STEPS = 3
ANSWERS_COUNT = timedelta(days=180)
"""An older answer says nothing about a team of today."""

AnswerKind = str
"""``prepare``, ``snooze``, ``not_relevant`` or ``wrong``."""
_WEIGHTS: Mapping[AnswerKind, int] = {"prepare": -1, "snooze": 0, "not_relevant": 1, "wrong": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer of somebody in a team to a card of a rule, as tuning counts it."""

    kind: AnswerKind
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What somebody set for a rule in a team; ``reset`` goes back to the packaged rule and forgets earlier answers."""

    at: datetime
    by: str
    reason: str
    reset: bool = False
    on: bool | None = None
    thresholds: Mapping[str, int] = field(default_factory=dict)
    every: int | None = None
    cooldown: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuned:
    """A rule as it holds in one team now.

    :ivar steps: how far answers have moved it; ``balance`` is what they add up to since the last reset.
    :ivar set_by: who set something by hand, and why.
    """

    rule: Rule
    thresholds: Mapping[str, int]
    every: int
    cooldown: int
    on: bool
    steps: int = 0
    balance: int = 0
    set_by: tuple[Setting, ...] = ()

    @property
    def changed(self) -> bool:
        """It differs from the packaged rule."""
        packaged = {name: one.value for name, one in self.rule.thresholds.items()}
        return (dict(self.thresholds), self.every, self.cooldown, self.on) != (
            packaged,
            self.rule.every,
            self.rule.cooldown,
            self.rule.on,
        )

    def condition(self, language: str) -> str:
        """The condition with the thresholds that hold."""
        words = " ".join(self.rule.condition.in_language(language).split()).format(**self.thresholds)
        return words.replace("； ", "；").replace("， ", "，")  # folded lines of Chinese leave no blank

    def enough(self, facts: Sequence[DatedFact]) -> bool:
        """Whether a rule that wants two facts has them; one of the calendar is enough for the others."""
        cited = [fact for fact in facts if fact.records]
        return len(cited) >= (2 if self.rule.rests_on == "two" else 1)


def tune(rule: Rule, answers: Sequence[Given] = (), settings: Sequence[Setting] = (), *, now: datetime) -> Tuned:
    """The rule for a team: the packaged one, moved by the team's answers, and on top what was set by hand."""
    reset_at = max((one.at for one in settings if one.reset), default=None)
    standing = sorted(
        (one for one in settings if not one.reset and (reset_at is None or one.at > reset_at)), key=lambda one: one.at
    )
    counted = [
        one
        for one in answers
        if now - ANSWERS_COUNT < one.at <= now and (reset_at is None or one.at > reset_at) and one.kind in _WEIGHTS
    ]
    balance = sum(_WEIGHTS[one.kind] for one in counted)
    steps = max(0, min(MOST_STEPS, balance // PER_STEP))
    thresholds = {
        name: max(one.least, min(one.most, one.value + steps * one.step)) for name, one in rule.thresholds.items()
    }
    every, cooldown, on = rule.every * 2 ** max(0, steps - 1), rule.cooldown, rule.on
    for one in standing:
        thresholds |= {name: _within(rule, name, value) for name, value in one.thresholds.items() if name in thresholds}
        every = one.every if one.every is not None else every
        cooldown = one.cooldown if one.cooldown is not None else cooldown
        on = one.on if one.on is not None else on
    return Tuned(
        rule=rule,
        thresholds=thresholds,
        every=max(7, every),
        cooldown=max(7, cooldown),
        on=on,
        steps=steps,
        balance=balance,
        set_by=tuple(standing),
    )


def _within(rule: Rule, name: str, value: int) -> int:
    bounds = rule.thresholds[name]
    return max(bounds.least, min(bounds.most, value))
