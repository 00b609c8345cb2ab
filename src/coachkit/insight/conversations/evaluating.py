"""Evaluating the rules over the material about one person: pure, and the same for the same material."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from coachkit.insight.conversations.calendar import back_again, check_ins, ended_goals, newcomer_days, overdue_actions
from coachkit.insight.conversations.matter import Matter
from coachkit.insight.conversations.own_days import own_days
from coachkit.insight.conversations.suggestion import Suggestion, supported
from coachkit.insight.conversations.tuning import Tuned
from coachkit.insight.conversations.work import blocked, shared_results, single_points, thankless_help
from coachkit.insight.rows import Material

__all__ = ["LOOKS_BACK", "for_oneself", "suggest"]

LOOKS_BACK = timedelta(days=35)
"""The window of the material: what happened in it can be a reason; what began before and lasts is a reason too."""

Looks = Callable[[Material, Mapping[str, int]], Iterator[Matter]]

LOOKS: Mapping[str, Looks] = {
    "return-to-work": back_again,
    "newcomer-day": newcomer_days,
    "blocked-unanswered": blocked,
    "overdue-action": overdue_actions,
    "shared-result-stalled": shared_results,
    "goal-ended": ended_goals,
    "unrecognised-help": thankless_help,
    "check-in-gap": check_ins,
    "single-point": single_points,
    "own-rhythm": own_days,
}
"""How each rule looks at the material, with its thresholds."""


def suggest(material: Material, rules: Mapping[str, Tuned]) -> list[Suggestion]:
    """What these two should talk about, by order of the rules; of one thing only the strongest rule speaks.

    :param rules: those that hold for the subject's team, by id; without one, nothing is looked for.
    """
    return _once(_found(material, {name: tuned for name, tuned in rules.items() if not tuned.rule.opt_in}))


def for_oneself(material: Material, rules: Mapping[str, Tuned]) -> list[Suggestion]:
    """What the rules that were opted into tell the person themselves, and nobody else."""
    return _found(material, {name: tuned for name, tuned in rules.items() if tuned.rule.opt_in})


def _found(material: Material, rules: Mapping[str, Tuned]) -> list[Suggestion]:
    found = [
        _suggestion(material, tuned, matter)
        for rule_id, tuned in rules.items()
        if tuned.on
        for matter in LOOKS[rule_id](material, tuned.thresholds)
        if supported(matter.facts) and tuned.enough(matter.facts)
    ]
    return sorted(found, key=lambda one: (one.order, one.since, one.about))


def _suggestion(material: Material, tuned: Tuned, matter: Matter) -> Suggestion:
    rule = tuned.rule
    return Suggestion(
        rule=rule.id,
        version=rule.version,
        order=rule.order,
        subject=material.subject,
        other=material.other,
        about=matter.about,
        facts=matter.facts,
        by=matter.by or _by(material, rule.within),
        keys=matter.keys,
    )


def _by(material: Material, within: int) -> date:
    """The next check-in, if it comes before the rule's days are over."""
    today = material.window.today
    last = today + timedelta(days=within)
    coming = [
        material.window.day(one.scheduled_at) for one in material.check_ins if one.state in ("planned", "scheduled")
    ]
    return min((day for day in coming if today <= day <= last), default=last)


def _once(found: list[Suggestion]) -> list[Suggestion]:
    """Of suggestions that touch the same thing, the first; it remembers which rules it stands for."""
    kept: list[Suggestion] = []
    for one in found:
        place = next((place for place, other in enumerate(kept) if one.keys & other.keys), None)
        if place is None:
            kept.append(one)
        elif one.rule != kept[place].rule and one.rule not in kept[place].also:
            kept[place] = replace(kept[place], also=(*kept[place].also, one.rule))
    return kept
