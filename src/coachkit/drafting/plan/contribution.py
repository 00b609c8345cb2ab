"""The plan of a contribution summary: what came of shared work, who contributed by kind, where it waited.

Nobody stands first for having done more: people stand by name, and where there is no room for everybody, a lot that is
the same each time says who is named.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from coachkit.domain.identity import content_hash
from coachkit.domain.targets import Target, TargetKind
from coachkit.drafting.cleaning import quote
from coachkit.drafting.facts import Fact, Measure, Party
from coachkit.drafting.plan import Heading, Plan
from coachkit.drafting.plan.desk import Desk, plain_name
from coachkit.insight.contribution import (
    KINDS,
    Contribution,
    Group,
    Shared,
    contributions,
    groups,
    own,
    quotable,
    unnamed,
)
from coachkit.insight.outcomes import Outcome, Turn, outcomes, turns
from coachkit.insight.resting import HandOff, Hours, Rest, hand_offs, rests, waiting_for_others
from coachkit.insight.rows import FeedbackRow
from coachkit.insight.sources import coverage

__all__ = ["SECTIONS", "plan_contribution"]

SECTIONS = ("outcome", *KINDS, "waits", "quotes", "views", "unknowns")

MOST_OUTCOMES = 3
MOST_TURNS = 2
MOST_THINGS = 9
EACH_KIND = 3
LEAST_ALSO, MOST_ALSO, EACH_ALSO = 14, 40, 5
"""Names beyond those that stand with a thing, by how much room there is; ``EACH_ALSO`` of one kind at least, but for
reviews, which come last."""
MOST_STEPS = 2
MOST_QUOTES = 2
TITLE = 56
KEPT = 24
"""So many of the records that a figure was counted over are kept with it."""


class _Desk(Desk):
    """Knows besides which names several people here have."""

    @cached_property
    def namesakes(self) -> frozenset[str]:
        people = self.material.people
        often = Counter(people.name(who) for who in people.persons)
        return frozenset(name for name, times in often.items() if times > 1)

    def person(self, who: int, day: date) -> Party:
        """With the team, where somebody else here has the same name."""
        party = self.party(who, day)
        twin = self.material.people.name(who) in self.namesakes and party.team
        return replace(party, name=f"{party.name} ({party.team})") if twin else party


def plan_contribution(shared: Shared, *, only: int | None = None) -> Plan:
    """The facts of a summary; deterministic for the same rows in whatever order.

    :param only: it is for the eyes of this person alone, and names nobody else.
    """
    desk = _Desk(shared.material)
    found = contributions(shared)
    by_kind = groups(shared, found) if only is None else own(shared, found, only, EACH_KIND)
    sections: dict[str, tuple[Fact, ...]] = {
        "outcome": tuple(_outcome_facts(desk, shared)),
        "waits": tuple(_waits(desk, shared)),
    }
    lines = len(sections["outcome"]), len(sections["waits"])
    picked = _picked(shared, by_kind, lines) if only is None else _all_of(by_kind)
    once = _named_once(picked)
    for kind in KINDS:
        things = [_thing(desk, shared, group, picked.weight(group, once)) for group in picked.things.get(kind, ())]
        also = picked.also.get(kind, ())
        sections[kind] = (*things, *([_also(desk, kind, also)] if also else ()))
    said = quotable(shared) if only is None else []
    sections["views"] = tuple(_differing(desk, said))
    told = {public for fact in sections["views"] for public in fact.evidence}
    quotes = (_quote(desk, one) for one in said if one.kind == "praise")
    sections["quotes"] = tuple(fact for fact in quotes if fact and not told & set(fact.evidence))[:MOST_QUOTES]
    missing = tuple(kind for kind in KINDS if kind not in by_kind)
    sections["unknowns"] = tuple(_unknowns(desk, shared, missing, picked.more))
    left_out = [
        _thing(desk, shared, group, 40)
        for kind, several in by_kind.items()
        for group in several
        if group not in picked.things.get(kind, ())
    ]
    return Plan(
        window=desk.window,
        subject=desk.subject,
        names=_names(desk),
        heading=_heading(desk, shared),
        sections={section: sections[section] for section in SECTIONS},
        left_out=tuple(left_out[:200]),
    )


def _names(desk: Desk) -> frozenset[str]:
    people = desk.material.people
    parties = {desk.party(who) for who in people.names}
    return frozenset(
        name for party in parties for name in (party.name, party.short) if name and party.who != desk.subject.who
    ) | frozenset(people.team_names.values())


def _heading(desk: Desk, shared: Shared) -> Heading:
    target, found = shared.target, coverage(shared.material)
    failing = {source.connection: desk.day(source.failing_since) for source in found.failing if source.failing_since}
    home = shared.home
    return Heading(
        name=_named(target),
        team=plain_name(home) if home and target.kind is not TargetKind.TEAM else "",
        read=tuple(source.connection for source in found.read if source.connection not in failing),
        failing=failing,
    )


def _named(target: Target) -> str:
    """A team or project by its name; a goal or epic by its key and, between quotation marks, its title."""
    if target.kind in (TargetKind.TEAM, TargetKind.PROJECT):
        return plain_name(target.name or target.key)
    title = quote(target.name, 60) if target.name.lower() != target.key.lower() else None
    return plain_name(target.key) + (f" “{title.text}”" if title else "")


# --- what came of it -------------------------------------------------------------------------------------------------


def _outcome_facts(desk: Desk, shared: Shared) -> Iterable[Fact]:
    found = outcomes(shared)
    measured = [one for one in found if one.new is not None] or [one for one in found if one.last is not None]
    for one in measured[:MOST_OUTCOMES]:
        yield _outcome(desk, one)
    turned = turns(shared)[: MOST_TURNS if not measured else max(0, MOST_OUTCOMES - len(measured))]
    for turn in turned:
        yield _turn(desk, turn)
    if not measured and not turned:
        kind = "contribution.unmeasured" if found else "contribution.unlinked"
        yield desk.fact(
            kind,
            desk.window.today,
            weight=94,
            reason="nothing says what came of it",
            slots={"results": len(found) or None},
            section="outcome",
        )


def _outcome(desk: Desk, one: Outcome) -> Fact:
    last = one.last
    return desk.fact(
        "contribution.outcome",
        desk.day(last.at) if last else desk.window.today,
        records=[one.goal.record],
        weight=95,
        reason="a key result of it",
        slots={
            "key": one.result.key,
            "title": desk.speech(one.result.title, 46),
            "old": Measure(one.old, one.result.unit) if one.old is not None else None,
            "new": Measure(one.new.value, one.result.unit) if one.new else None,
            "last": Measure(last.value, one.result.unit) if last else None,
            "target": Measure(one.result.target, one.result.unit) if one.result.target is not None else None,
            "due": one.result.due_on or one.goal.due_on,
            "reached": one.reached or None,
        },
        section="outcome",
    )


def _turn(desk: Desk, one: Turn) -> Fact:
    return desk.fact(
        "contribution.turn",
        desk.day(one.at),
        records=[one.goal.record],
        weight=90,
        reason="a goal of it changed its state",
        slots={
            "key": one.goal.key,
            "title": desk.speech(one.goal.title, 46),
            "before": plain_name(one.before) if one.before else None,
            "now": plain_name(one.now),
        },
        section="outcome",
    )


# --- who contributed -------------------------------------------------------------------------------------------------


@dataclass
class _Picked:
    """What stands in the summary: things by kind, further names by kind, and how many people it has no room for."""

    things: dict[str, list[Group]] = field(default_factory=lambda: defaultdict(list))
    also: dict[str, list[Contribution]] = field(default_factory=lambda: defaultdict(list))
    first: dict[str, Group] = field(default_factory=dict)
    more: int = 0

    @property
    def detailed(self) -> set[int]:
        return {who for several in self.things.values() for group in several for who in group.people}

    def add(self, group: Group) -> None:
        self.first.setdefault(group.kind, group)
        self.things[group.kind].append(group)

    def weight(self, group: Group, once: set[int]) -> float:
        """The first thing of a kind has its place, then what names somebody who stands nowhere else."""
        return 85 if self.first.get(group.kind) == group else 81 if once & set(group.people) else 62


def _picked(shared: Shared, by_kind: Mapping[str, list[Group]], lines: tuple[int, int]) -> _Picked:
    """A thing of each kind, then things that bring in people who stand nowhere yet; then names."""
    picked = _Picked()
    for several in by_kind.values():
        new = [group for group in several if not set(group.people) <= picked.detailed]
        picked.add((new or several)[0])
    for _ in range(EACH_KIND - 1):
        for kind, several in by_kind.items():
            room = sum(len(found) for found in picked.things.values()) < MOST_THINGS
            new = [group for group in several if not set(group.people) & picked.detailed]
            if room and new and len(picked.things[kind]) < EACH_KIND:
                picked.add(new[0])
    for found in picked.things.values():
        found.sort(key=lambda group: _by_name(shared, group.people[0]))
    _name_others(shared, by_kind, picked, _room(lines, sum(map(len, picked.things.values()))))
    return picked


def _all_of(by_kind: Mapping[str, list[Group]]) -> _Picked:
    picked = _Picked()
    for several in by_kind.values():
        for group in sorted(several, key=lambda group: group.at):
            picked.add(group)
    return picked


def _room(lines: tuple[int, int], things: int) -> int:
    """For how many further names both languages have room, beside so many lines of outcomes, waits and things."""
    outcome, waits = lines
    english = (300 - 100 - 14 * outcome - 16 * waits - 10 * things) / 2.5
    chinese = (500 - 170 - 28 * outcome - 34 * waits - 23 * things) / 3.2
    return int(min(max(min(english, chinese), LEAST_ALSO), MOST_ALSO))


def _name_others(shared: Shared, by_kind: Mapping[str, list[Group]], picked: _Picked, room: int) -> None:
    """Further names, of each kind until the room is used up; reviewing, which most do for many, comes last.

    Where a kind has more than fit, those who stand nowhere yet come first, and among them the lot decides.
    """
    named, each = picked.detailed, max(EACH_ALSO, room // 2)
    for kind in sorted(by_kind, key=lambda kind: kind == "reviewed"):
        parts = [part for group in by_kind[kind] if group not in picked.things[kind] for part in group.parts]
        parts.sort(key=lambda part: (part.who in named, _lot(shared, part.who)))
        kept = parts[: min(room, each)] if kind != "reviewed" else parts[:room]
        room -= len(kept)
        named |= {part.who for part in kept}
        picked.also[kind] = sorted(kept, key=lambda part: _by_name(shared, part.who))
    everybody = {part.who for several in by_kind.values() for group in several for part in group.parts}
    picked.more = len(everybody - named)


def _by_name(shared: Shared, who: int) -> tuple[str, int]:
    return shared.material.people.name(who).casefold(), who


def _lot(shared: Shared, who: int) -> str:
    return content_hash(shared.target.address, shared.material.window.today.isoformat(), who)


def _named_once(picked: _Picked) -> set[int]:
    """People who stand in the summary in one place alone."""
    often = Counter(who for several in picked.things.values() for group in several for who in group.people)
    often.update(part.who for parts in picked.also.values() for part in parts)
    return {who for who, times in often.items() if times == 1}


def _thing(desk: _Desk, shared: Shared, group: Group, weight: float) -> Fact:
    day, first = desk.day(group.at), group.parts[0]
    people = [desk.person(who, day) for who in group.people]
    teams = {party.team for party in people}
    home = shared.home
    of_team = next(iter(teams)) if len(teams) == 1 and home and teams != {plain_name(home)} else None
    alone = len(people) == 1 and first.across and first.helped is not None
    helped = desk.party(first.helped, day).team if alone and first.helped is not None else None
    goal = first.goal if first.goal and shared.target.kind not in (TargetKind.GOAL, TargetKind.KEY_RESULT) else None
    return desk.fact(
        "contribution.thing",
        day,
        records=group.records[:KEPT],
        weight=weight,
        reason=f"{group.kind}, seen in a record",
        slots={
            "help": group.kind,
            "people": tuple(people),
            "of_team": of_team,
            "team": helped if home and helped not in (of_team, plain_name(home)) else None,
            "goal": goal,
            "key": group.item.key if group.item else None,
            "title": desk.speech(group.item.title, TITLE) if group.item else None,
            "day": day if group.kind in ("decided", "responded") else None,
            "answered": (first.act == "answered") or None,
        },
        section=group.kind,
        cite=2,
    )


def _also(desk: _Desk, kind: str, parts: Iterable[Contribution]) -> Fact:
    parts = list(parts)
    last = max(desk.day(part.at) for part in parts)
    return desk.fact(
        "contribution.also",
        last,
        records=[part.records[-1] for part in parts],
        weight=79,
        reason=f"{kind}, named without a thing of their own",
        slots={"help": kind, "people": tuple(desk.person(part.who, desk.day(part.at)) for part in parts)},
        section=kind,
        cite=len(parts),
    )


# --- where work waited -----------------------------------------------------------------------------------------------


def _waits(desk: Desk, shared: Shared) -> Iterable[Fact]:
    material, elsewhere = shared.material, shared.elsewhere
    found = rests(material, elsewhere)
    lying = [one for one in found if one.waiting or one.handed] or [one for one in found if one.whole]
    for place, one in enumerate(lying[:MOST_STEPS]):
        yield _step(desk, one, 84 - 20 * place)
    pairs = hand_offs(material, elsewhere)
    figures = [one for one in pairs if one.hours is not None][:1]
    home = shared.home
    together = waiting_for_others(material, elsewhere, home) if home and not figures else None
    if together is not None and together.hours is not None:
        figures = [together]
    for hand in figures:
        yield _hand_off(desk, hand)
    few = [one for one in pairs if one.hours is None]
    if few and not figures:
        yield _few(desk, few)
    if not lying and not pairs:
        yield desk.fact(
            "contribution.no_waits",
            desk.window.today,
            weight=60,
            reason="no history of states, or too little of it",
            slots={"little": bool(material.steps) or None},
            section="waits",
        )


def _figures(hours: Hours | None, elsewhere: Hours | None) -> dict[str, Measure | int | None]:
    return {
        "median": Measure(round(hours.median, 1)) if hours else None,
        "n": hours.n if hours else None,
        "elsewhere": Measure(round(elsewhere.median, 1)) if elsewhere else None,
        "n_elsewhere": elsewhere.n if elsewhere else None,
    }


def _step(desk: Desk, one: Rest, weight: float) -> Fact:
    return desk.fact(
        "contribution.step",
        desk.day(one.first),
        records=one.records[:KEPT],
        weight=weight,
        reason="a step in which work waits",
        slots={
            "state": desk.speech(one.state, 30),
            "whole": one.whole or None,
            **_figures(one.hours, one.elsewhere),
        },
        section="waits",
        cite=2,
    )


def _hand_off(desk: Desk, one: HandOff) -> Fact:
    return desk.fact(
        "contribution.hand_off",
        desk.day(one.since),
        records=one.records[:KEPT],
        weight=83,
        reason="work of one team waits for another's",
        slots={
            "team": one.waiting,
            "awaited": plain_name(one.awaited) if one.awaited else None,
            **_figures(one.hours, one.elsewhere),
        },
        section="waits",
        cite=2,
    )


def _few(desk: Desk, few: list[HandOff]) -> Fact:
    pairs = tuple(dict.fromkeys(f"{plain_name(one.waiting)} → {plain_name(one.awaited)}" for one in few))
    return desk.fact(
        "contribution.few",
        desk.day(few[0].since),
        records=[record for one in few for record in one.records][:KEPT],
        weight=62,
        reason="too few cases, or of too few people, for a figure",
        slots={"teams": pairs[:3], "more": max(0, len(pairs) - 3) or None},
        section="waits",
        cite=2,
    )


# --- in their words --------------------------------------------------------------------------------------------------


def _quote(desk: Desk, one: FeedbackRow) -> Fact | None:
    words = desk.speech(one.text, 110)
    if words is None or one.author is None:
        return None
    day = desk.day(one.at)
    return desk.fact(
        "contribution.quote",
        day,
        records=[one.record],
        weight=72,
        reason="the author agreed that it is quoted",
        roles={"author": desk.party(one.author, day), "about": desk.party(one.subject, day)},
        slots={"words": words, "key": one.item},
        section="quotes",
    )


def _differing(desk: Desk, said: list[FeedbackRow]) -> Iterable[Fact]:
    """What two people said about one thing, one with thanks and one with a wish; both agreed that it is quoted."""
    by_item: dict[str, list[FeedbackRow]] = defaultdict(list)
    for row in said:
        if row.item:
            by_item[row.item].append(row)
    for key, several in sorted(by_item.items()):
        one = next((row for row in several if row.kind == "praise"), None)
        other = next((row for row in several if row.kind == "suggestion" and one and row.author != one.author), None)
        words = [desk.speech(row.text, 80) for row in (one, other) if row is not None]
        if one is None or other is None or one.author is None or other.author is None or None in words:
            continue
        yield desk.fact(
            "contribution.differ",
            desk.day(max(one.at, other.at)),
            records=[one.record, other.record],
            weight=76,
            reason="two views of one thing",
            roles={"one": desk.party(one.author), "other": desk.party(other.author)},
            slots={"key": key, "words": words[0], "other_words": words[1]},
            section="views",
        )


# --- what is not known -----------------------------------------------------------------------------------------------


def _unknowns(desk: Desk, shared: Shared, missing: tuple[str, ...], more: int) -> Iterable[Fact]:
    today, found = desk.window.today, coverage(shared.material)
    for source in found.old:
        since = desk.day(source.read_at) if source.read_at else today
        yield desk.fact(
            "unknowns.old",
            since,
            weight=79,
            reason="a source is old",
            slots={"source": source.connection, "since": since},
        )
    if more:
        yield _unknown(desk, "contribution.more", 89, "no room for everybody", {"people": more})
    if found.capped:
        yield _unknown(desk, "contribution.capped", 78, "more records than are read at once", {})
    yield _unknown(desk, "contribution.missing", 88, "what no connected source sees", {"kinds": missing})
    unread = "unnamed" if unnamed(shared) else ""
    yield _unknown(desk, "contribution.rests", 82, "whom it can name, and on what it rests", {"unnamed": bool(unread)})


def _unknown(
    desk: Desk, kind: str, weight: float, reason: str, slots: Mapping[str, int | bool | tuple[str, ...]]
) -> Fact:
    return desk.fact(kind, desk.window.today, weight=weight, reason=reason, slots=dict(slots), section="unknowns")
