"""The key-conversation card: what a manager should talk about with somebody, why now, and how to open.

The rules find it; a model words it at most. Where no rule finds enough, the document says so.
"""

from __future__ import annotations

from coachkit.access import may_open_conversation
from coachkit.domain.drafts import DraftKind
from coachkit.drafting.agents import Agent, Asked, Stretch, between_two
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.card import SECTIONS, plan_card, plan_nothing_due
from coachkit.drafting.wording.cards import card_title
from coachkit.insight.conversations import LOOKS_BACK, packaged_rules, suggest, tune

__all__ = ["CARD_LIMITS", "KEY_CONVERSATION"]

CARD_LIMITS = {"en": 120, "zh": 200}


def _plan(asked: Asked) -> Plan:
    """The card that comes first by the packaged rules; caps and cooldowns are for what is offered unasked."""
    material, rules = asked.material(), packaged_rules()
    now = asked.window.end
    found = suggest(material, {rule.id: tune(rule, now=now) for rule in rules.rules})
    rule = rules.get(found[0].rule) if found else None
    return plan_card(material, found[0], rule) if rule else plan_nothing_due(material, rules.rules)


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
