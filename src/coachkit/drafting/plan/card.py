"""The plan of a key-conversation card: who, about what, by when; why now; what else it may be; how to open.

Or, where nothing is due, an honest plan that says so and names what was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from coachkit.drafting.cleaning import quote
from coachkit.drafting.facts import Fact, Measure, Party, Value
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.desk import Desk
from coachkit.drafting.plan.heading import planned
from coachkit.drafting.plan.unknowns import unknowns
from coachkit.insight.conversations import DatedFact, Rule, Suggestion
from coachkit.insight.rows import Material

__all__ = ["SECTIONS", "card_facts", "plan_card", "plan_nothing_due"]

SECTIONS = ("talk", "why", "maybe", "ask", "rule", "looked", "unknowns")
MOST_REASONS = 3
_Roles = Mapping[str, Party | None]
TITLE = 36
"""Columns of a title: a card has room for little."""
_STRONGEST = ("waits", "overdue", "promised", "asked", "open", "stale", "linked", "due", "value", "gap", "cancelled")
"""Reasons by how much they say; of kinds that are not here there are never more than two."""


def plan_card(material: Material, suggestion: Suggestion, rule: Rule) -> Plan:
    """The card for a suggestion."""
    desk = Desk(material)
    facts = card_facts(desk, suggestion, rule)
    sections = {name: tuple(fact for fact in facts if fact.section == name) for name in SECTIONS}
    plan = planned(desk, {name: found for name, found in sections.items() if found})
    return replace(plan, heading=replace(plan.heading, read=()))  # a card cites what it rests on, and has little room


def card_facts(desk: Desk, suggestion: Suggestion, rule: Rule) -> list[Fact]:
    """The facts of a card, in the order of its anatomy."""
    reasons = _reasons(suggestion.facts)
    first = _slots(desk, reasons[0])
    about: dict[str, Value | None] = {**first, "rule": suggestion.rule, "by": suggestion.by}
    about["theme"] = _theme(suggestion)
    roles = _roles(desk, reasons[0])
    return [
        desk.fact(
            "card.talk",
            suggestion.by,
            records=reasons[0].records,
            cite=1,
            weight=100,
            reason=f"rule {rule.name}",
            roles=roles,
            slots=about,
            section="talk",
        ),
        *(_reason(desk, one, place) for place, one in enumerate(reasons)),
        _uncited(desk, "maybe", suggestion.by, 95, "what else it may be", roles, about),
        _uncited(desk, "opening", suggestion.by, 99, "an opening question", roles, about),
        _uncited(desk, "rule", suggestion.by, 98, "which rule, and who sees it", roles, {"source": rule.name}),
    ]


_SECTIONS = {"opening": "ask"}


def _uncited(
    desk: Desk, name: str, day: date, weight: float, reason: str, roles: _Roles, slots: Mapping[str, Value | None]
) -> Fact:
    section = _SECTIONS.get(name, name)
    return desk.fact(f"card.{name}", day, weight=weight, reason=reason, roles=roles, slots=slots, section=section)


def _reasons(facts: Sequence[DatedFact]) -> list[DatedFact]:
    order = {kind: place for place, kind in enumerate(_STRONGEST)}
    ranked = sorted(enumerate(facts), key=lambda pair: (order.get(pair[1].kind, 0), pair[0]))
    return [fact for _, fact in ranked[:MOST_REASONS]]


def _theme(suggestion: Suggestion) -> str:
    """Of what a rule can be about, which: its words differ."""
    kinds = {fact.kind for fact in suggestion.facts}
    if suggestion.rule == "blocked-unanswered":
        return "wait" if "waits" in kinds else "asked"
    if suggestion.rule == "shared-result-stalled":
        return "stale" if "stale" in kinds else "waits"
    if suggestion.rule == "goal-ended":
        return next(str(fact.details["category"]) for fact in suggestion.facts if fact.kind == "ended")
    return ""


def _reason(desk: Desk, one: DatedFact, place: int) -> Fact:
    return desk.fact(
        f"card.{one.kind}",
        one.at,
        records=one.records,
        cite=2,
        weight=97 - place if place < 2 else 60,
        reason="a dated fact behind the suggestion" if not one.calendar else "a fact of the calendar",
        roles=_roles(desk, one),
        slots=_slots(desk, one),
        section="why",
    )


def _roles(desk: Desk, one: DatedFact) -> _Roles:
    roles: dict[str, Party | None] = {"other": desk.other}
    for name in ("owner", "asker", "whom"):
        whos = one.details.get(name)
        if isinstance(whos, tuple) and whos and isinstance(whos[0], int):
            roles[name] = desk.party(whos[0], one.at)
    return roles


def _slots(desk: Desk, one: DatedFact) -> dict[str, Value | None]:
    """What wording knows of a dated fact: plain values as they are, words of people and records as quotations."""
    details: Mapping[str, object] = one.details
    slots: dict[str, Value | None] = {
        name: value
        for name, value in details.items()
        if name not in ("title", "item", "said", "owner", "owners", "asker", "whom", "value", "start", "target", "unit")
        and isinstance(value, str | int | date | bool)
        and value != ""
    }
    unit = details.get("unit")
    for name in ("value", "start", "target"):
        number = details.get(name)
        if isinstance(number, int | float):
            slots[name] = Measure(float(number), unit if isinstance(unit, str) else None)
    slots["title"] = _title(desk, one)
    teams = details.get("teams")
    if isinstance(teams, tuple):
        slots["teams"] = tuple(team for team in teams if isinstance(team, str))
    owners = details.get("owners")
    if isinstance(owners, tuple):
        slots["owners"] = tuple(desk.party(who) for who in owners if isinstance(who, int))
    return slots


def _title(desk: Desk, one: DatedFact) -> Value | None:
    title, item = one.details.get("title"), one.details.get("item")
    if isinstance(title, str):
        return quote(title, 60) if one.kind == "overdue" else desk.speech(title, TITLE)
    if isinstance(item, tuple) and item and isinstance(item[0], int):
        found = desk.material.items.get(item[0])
        return desk.speech(found.title, TITLE) if found else None
    return None


def plan_nothing_due(material: Material, rules: Sequence[Rule]) -> Plan:
    """No key conversation is due: that, what was looked at, and what could not be."""
    desk = Desk(material)
    first, today = desk.day(desk.window.start), desk.window.today
    facts = [
        desk.fact(
            "card.none",
            today,
            weight=100,
            reason="no rule found enough",
            section="talk",
            slots={"rules": len(rules), "first": first, "last": today},
        ),
        *_seen(desk),
    ]
    sections = {
        "talk": tuple(fact for fact in facts if fact.section == "talk"),
        "looked": tuple(fact for fact in facts if fact.section == "looked"),
        "unknowns": tuple(
            fact for fact in unknowns(desk) if fact.kind not in ("unknowns.always", "unknowns.no_meeting")
        ),
    }
    return planned(desk, {name: found for name, found in sections.items() if found})


def _seen(desk: Desk) -> list[Fact]:
    """What the rules looked at: the last check-in, open actions, open work that waits, goals, help."""
    material, today = desk.material, desk.window.today
    held = [one for one in material.check_ins if one.state == "held" and one.scheduled_at <= desk.window.end]
    open_actions = [one for one in material.actions if one.done_at is None]
    waiting = [item for item in material.items.values() if item.category == "waiting" and item.is_open]
    mine = [item for item in waiting if material.owner(item) == material.subject]
    running = [goal for goal in material.goals if goal.category in ("active", None)]
    found: list[tuple[str, int, list[int], date]] = [
        ("met", len(held), [held[-1].record] if held else [], desk.day(held[-1].scheduled_at) if held else today),
        ("actions", len(open_actions), [one.record for one in open_actions], today),
        ("waiting", len(mine), [item.record for item in mine], today),
        ("goals", len(running), [goal.record for goal in running], today),
    ]
    return [
        desk.fact(
            f"card.seen_{name}",
            day,
            records=records,
            weight=80 - place,
            reason="looked at",
            section="looked",
            roles={"other": desk.other},
            slots={"number": number, "last": day},
        )
        for place, (name, number, records, day) in enumerate(found)
        if number or name in ("met", "actions")
    ]
