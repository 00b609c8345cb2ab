"""The key-conversation card: what a manager should talk about with somebody, why now, and how to open.

The rules find it; a model words it at most. Where no rule finds enough, the document says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from coachkit.access import may_open_conversation
from coachkit.domain.drafts import DraftKind
from coachkit.drafting.agents import Agent, Asked, Stretch, between_two
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.card import SECTIONS, plan_card, plan_nothing_due
from coachkit.drafting.wording.cards import card_title
from coachkit.insight.conversations import LOOKS_BACK, Tuned, packaged_rules, suggest, tune

__all__ = ["CARD_LIMITS", "KEY_CONVERSATION", "by_rules_of_the_team"]

CARD_LIMITS = {"en": 120, "zh": 200}


def _card(asked: Asked, rules: Iterable[Tuned]) -> Plan:
    """The card that comes first by the rules; caps and cooldowns are for what is offered unasked."""
    material = asked.material()
    standing = {one.rule.id: one for one in rules if one.on and not one.rule.opt_in}
    found = suggest(material, standing)
    if not found:
        return plan_nothing_due(material, [one.rule for one in standing.values()])
    return plan_card(material, found[0], standing[found[0].rule].rule)


def _plan(asked: Asked) -> Plan:
    return _card(asked, [tune(rule, now=asked.window.end) for rule in packaged_rules().rules])


KEY_CONVERSATION = Agent(
    kind=DraftKind.KEY_CONVERSATION,
    purpose="preparing a key conversation",
    prompt="key_conversation",
    sections=SECTIONS,
    reworded=("why",),
    verbatim=(),
    limits={"en": CARD_LIMITS["en"], "zh": CARD_LIMITS["zh"]},
    window=Stretch(usual=LOOKS_BACK),
    plan=_plan,
    may_open=between_two(may_open_conversation),
    titles=card_title,
)


def by_rules_of_the_team(rules: Callable[[int, datetime], Iterable[Tuned]]) -> Agent:
    """The same agent, with the rules as the subject's team has tuned them.

    :param rules: of a person, at a moment.
    """

    def plan(asked: Asked) -> Plan:
        return _card(asked, rules(asked.sides.subject, asked.window.end))

    return replace(KEY_CONVERSATION, plan=plan)
