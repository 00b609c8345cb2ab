"""Rules as data: read from ``rules.yaml``, checked, and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["Rule", "RuleSet", "Threshold", "Words", "packaged_rules"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Frozen):
    """The same in both languages."""

    en: str
    zh: str

    def in_language(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class Threshold(_Frozen):
    """A number of a rule's condition, and how far a team's tuning may move it; with ``step`` 0 it stands."""

    value: int
    least: int
    most: int
    step: int

    @model_validator(mode="after")
    def _in_order(self) -> Threshold:
        if not self.least <= self.value <= self.most or self.step < 0:
            raise ValueError(f"{self.least} ≤ {self.value} ≤ {self.most} does not hold, or the step is negative")
        return self


class Rule(_Frozen):
    """When a conversation is worth suggesting.

    :ivar order: what is offered first; lower goes first.
    :ivar rests_on: ``calendar``: one fact of the calendar is enough; ``two``: two independent dated facts.
    :ivar every: at most one card of this rule for a manager in so many days.
    :ivar cooldown: days before it speaks about the same two people again.
    :ivar within: days until when to talk.
    :ivar sees: who sees the card's facts.
    :ivar opt_in: off until a team of five or more turned it on and everybody in it was told; its card is for the person
        themselves and for nobody else.
    """

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+$")]
    order: int
    title: Words
    condition: Words
    why: Words
    source: Words
    rests_on: Literal["calendar", "two"]
    thresholds: Mapping[str, Threshold]
    every: Annotated[int, Field(ge=7)]
    cooldown: Annotated[int, Field(ge=7)]
    within: Annotated[int, Field(ge=1, le=28)]
    sees: tuple[Literal["manager", "employee"], ...]
    opt_in: bool = False

    @model_validator(mode="after")
    def _for_oneself(self) -> Rule:
        if self.opt_in and self.sees != ("employee",):
            raise ValueError(f"{self.id}: what a rule tells that has to be opted into is for the person alone")
        return self

    @property
    def on(self) -> bool:
        """Whether it holds where nobody has set anything."""
        return not self.opt_in

    @property
    def name(self) -> str:
        """As a card names it: ``blocked-unanswered 1.0``."""
        return f"{self.id} {self.version}"


class RuleSet(_Frozen):
    """All rules, by the order in which they are offered."""

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _distinct(self) -> RuleSet:
        ids = [rule.id for rule in self.rules]
        orders = [rule.order for rule in self.rules]
        if len(set(ids)) < len(ids) or sorted(set(orders)) != orders:
            raise ValueError("rules need ids of their own, and stand by their order")
        return self

    def get(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)


@cache
def packaged_rules() -> RuleSet:
    """The rules that come with the package."""
    text = files("coachkit.insight.conversations").joinpath("rules.yaml").read_text(encoding="utf-8")
    return RuleSet.model_validate(yaml.safe_load(text))
