"""The plan of a manager brief: the facts of each section, in the order of its anatomy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coachkit.drafting.facts import Fact
from coachkit.drafting.plan import Plan
from coachkit.drafting.plan.across import MOST_ACROSS, across
from coachkit.drafting.plan.conversation import actions, agenda
from coachkit.drafting.plan.desk import Desk
from coachkit.drafting.plan.explore import MOST_EXPLORED, explore
from coachkit.drafting.plan.goals import MOST_GOALS, goals
from coachkit.drafting.plan.heading import planned
from coachkit.drafting.plan.question import question
from coachkit.drafting.plan.unknowns import MOST_UNKNOWNS, unknowns
from coachkit.drafting.plan.wins import MOST_WINS, wins
from coachkit.insight.rows import Material

__all__ = ["SECTIONS", "plan_brief"]

SECTIONS = ("agenda", "actions", "wins", "goals", "explore", "across", "question", "unknowns")
MOST_ACTIONS = 6


def plan_brief(material: Material) -> Plan:
    """The facts of a brief, chosen by weight; deterministic for the same material."""
    desk = Desk(material)
    found = {
        "agenda": (agenda(desk), 8),
        "actions": (actions(desk), MOST_ACTIONS),
        "wins": (wins(desk), MOST_WINS),
        "goals": (goals(desk), MOST_GOALS),
        "explore": (explore(desk), MOST_EXPLORED),
        "across": (across(desk), MOST_ACROSS),
        "unknowns": (unknowns(desk), MOST_UNKNOWNS),
    }
    told = {section: facts[:most] for section, (facts, most) in found.items()}
    told["goals"] = [fact for fact in told["goals"] if not _said_as_win(fact, told["wins"])]
    told["explore"] = [fact for fact in told["explore"] if not _told_already(fact, told["wins"])]
    told["across"] = [fact for fact in found["across"][0] if not _thanked_for(fact, told["wins"])][:MOST_ACROSS]
    told["unknowns"] = _gaps_first(told["unknowns"])
    told["question"] = question(desk, [fact for facts in told.values() for fact in facts])
    kept = {fact.id for facts in told.values() for fact in facts}
    return planned(
        desk,
        _titled_once({section: tuple(told[section]) for section in SECTIONS}),
        (fact for facts, _ in found.values() for fact in facts if fact.id not in kept),
    )


def _titled_once(sections: dict[str, tuple[Fact, ...]]) -> dict[str, tuple[Fact, ...]]:
    """An item's title is quoted where the item comes up first; after that its key says enough."""
    shown: set[str] = set()
    done: dict[str, tuple[Fact, ...]] = {}
    for section, facts in sections.items():
        kept = []
        for fact in facts:
            key = fact.text("key")
            if key in shown and "title" in fact.slots:
                fact = replace(fact, slots={name: value for name, value in fact.slots.items() if name != "title"})
            elif key and fact.quote("title"):
                shown.add(key)
            kept.append(fact)
        done[section] = tuple(kept)
    return done


def _said_as_win(fact: Fact, wins: Sequence[Fact]) -> bool:
    """A finished goal that is told as a win is not told again."""
    return fact.kind == "goals.done" and any(win.kind == "wins.goal" and win.evidence == fact.evidence for win in wins)


def _thanked_for(fact: Fact, wins: Sequence[Fact]) -> bool:
    """Help that is told as a win is not told again as an exchange between teams."""
    told = {public for win in wins for public in win.counted}
    return fact.kind == "across.helped" and set(fact.counted) <= told


def _gaps_first(facts: list[Fact]) -> list[Fact]:
    """What no source ever sees is said where nothing more precise can be."""
    return [fact for fact in facts if fact.kind != "unknowns.always"] or facts


def _told_already(fact: Fact, wins: Sequence[Fact]) -> bool:
    """New ground that is told as an area of work."""
    told = {win.text("area") for win in wins if win.kind == "wins.area"}
    return fact.kind == "explore.new_ground" and fact.text("area") in told and len(told) > 1
