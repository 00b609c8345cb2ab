"""Worth saying: what somebody did that helped, in which situation, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from coachkit.drafting.cleaning import name_of
from coachkit.drafting.facts import Fact, Measure, Quote
from coachkit.drafting.plan.desk import MOST_CITED, Desk
from coachkit.insight.goals import finished
from coachkit.insight.helping import Help, unblocked, unthanked
from coachkit.insight.rows import FeedbackRow
from coachkit.insight.work import areas, deliveries, incidents, integrations, praise, telling

__all__ = ["MOST_WINS", "wins"]

MOST_WINS = 3
MOST_TITLES = 3
MUTUAL = 49.0
"""Weight of work on something together: less than where most of somebody's own changes were made."""
OWN = ("wins.goal", "wins.incident", "wins.delivery", "wins.area")
HELP = ("wins.unthanked", "wins.unblocked", "wins.took_in")
_KEY = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-\d+\b")


def wins(desk: Desk) -> list[Fact]:
    """Candidates, the weightiest first, no record told twice."""
    found = [
        *_goals(desk),
        *_unthanked(desk),
        *_incidents(desk),
        *_unblocked(desk),
        *_praise(desk),
        *_deliveries(desk),
        *_taken_in(desk),
        *_areas(desk),
    ]
    told: set[str] = set()
    titles: set[str] = set()
    kept = []
    for fact in sorted(found, key=lambda fact: (-fact.weight, -fact.at.toordinal(), fact.id)):
        items = {key for key in fact.several("items") if isinstance(key, str)}
        resting = fact.evidence if fact.kind == "wins.area" else fact.counted  # a part of the work holds many records
        about = {*resting, fact.text("key"), *items} - {""}
        if not told & (about | _named_in_titles(fact)) and not _same_work(fact, titles):
            kept.append(fact)
            told |= about
            titles |= _titles(fact)
    return _own_first(kept)


def _own_first(facts: list[Fact]) -> list[Fact]:
    """What somebody brought about has a place, and stands before help; one line of help without thanks is enough."""
    thankless = [fact.id for fact in facts if fact.kind == "wins.unthanked"][1:]
    facts = [fact for fact in facts if fact.id not in thankless]
    told = facts[:MOST_WINS]
    own = next((fact for fact in facts if fact.kind in OWN), None)
    if own is not None and own not in told:
        told = [*told[:-1], own]
    return sorted(told, key=lambda fact: fact.kind in HELP) + [fact for fact in facts if fact not in told]


def _titles(fact: Fact) -> set[str]:
    if fact.kind not in ("wins.delivery", "wins.area"):
        return set()
    return {title.text for title in (fact.quote("title"), *fact.several("titles")) if isinstance(title, Quote)}


def _same_work(fact: Fact, told: set[str]) -> bool:
    """Two sources, or a change and its commit, tell of the same work under the same title."""
    titles = _titles(fact)
    return bool(titles) and titles <= told


def _named_in_titles(fact: Fact) -> set[str]:
    """Keys of issues that the titles of changes name: a change for an issue that is told is the same story."""
    if fact.kind not in ("wins.delivery", "wins.area"):
        return set()
    titles = (fact.slots.get("title"), *fact.several("titles"))
    return {key for title in titles if isinstance(title, Quote) for key in _KEY.findall(title.text)}


def _goals(desk: Desk) -> Iterator[Fact]:
    for end in finished(desk.material):
        if end.category != "done":
            continue
        result = next((one for one in end.results if one.measurements), None)
        yield desk.fact(
            "wins.goal",
            desk.day(end.at),
            records=end.records,
            weight=90,
            reason="a goal was finished in the window",
            slots={
                "key": end.goal.key,
                "title": desk.speech(end.goal.title, 64),
                "result": result.key if result else None,
                "old": Measure(result.start, result.unit) if result and result.start is not None else None,
                "new": Measure(result.measurements[-1].value, result.unit) if result else None,
                "commitment": end.goal.commitment,
            },
        )


def _unthanked(desk: Desk) -> Iterator[Fact]:
    """One fact for each kind of help, whatever number of teams it was for."""
    for kind, several in groupby(unthanked(desk.material), key=lambda one: one.kind):
        yield _unthanked_help(desk, kind, list(several))


def _unthanked_help(desk: Desk, kind: str, given: list[Help]) -> Fact:
    acts = sorted((act for one in given for act in one.acts), key=lambda act: (act.at, act.record))
    items = list(dict.fromkeys(item for one in given for item in one.items))
    spoken = next((act for act in reversed(acts) if desk.said(act)), None)
    last = desk.day(acts[-1].at)
    latest_of_each = [one.records[-1] for one in given]
    return desk.fact(
        "wins.unthanked",
        last,
        records=[*([spoken.record] if spoken else []), *latest_of_each, *(act.record for act in acts)],
        weight=MUTUAL if kind == "co_authored" else 88 + min(len(acts), 4),
        reason="help across teams for which no thanks is recorded",
        roles={"helped": desk.party(given[0].people[0], last)},
        slots={
            "act": kind,
            "times": len(acts),
            "first": desk.day(acts[0].at),
            "last": last,
            "team": given[0].team,
            "teams": tuple(one.team for one in given if one.team),
            "people": tuple(desk.party(who, last) for one in given for who in one.people),
            "items": tuple(item.key for item in items[:MOST_TITLES]),
            "title": desk.title(items[-1]) if items else None,
            "said": desk.said(spoken) if spoken else None,
        },
        cite=min(MOST_CITED + 1, max(MOST_CITED, 1 + len(given))),
    )


def _incidents(desk: Desk) -> Iterator[Fact]:
    for incident in incidents(desk.material):
        spoken = next((act for act in incident.acts if desk.said(act)), None)
        yield desk.fact(
            "wins.incident",
            desk.day(incident.at),
            records=[*incident.records[:1], *([spoken.record] if spoken else []), *incident.records],
            weight=84,
            reason="answered an incident",
            slots={
                "key": incident.item.key if incident.item else None,
                "title": desk.title(incident.item),
                "closed": desk.day(incident.closed) if incident.closed else None,
                "said": desk.said(spoken) if spoken else None,
            },
        )


def _unblocked(desk: Desk) -> Iterator[Fact]:
    for one in unblocked(desk.material):
        day = desk.day(one.act.at)
        yield desk.fact(
            "wins.unblocked",
            day,
            records=one.records,
            weight=82 if one.across else 74,
            reason="unblocked " + ("another team" if one.across else "a colleague"),
            roles={"helped": desk.party(one.whom, day)},
            slots={
                "key": one.item.key if one.item else None,
                "title": desk.title(one.item),
                "went_on": desk.day(one.went_on) if one.went_on else None,
                "team": one.team if one.across else None,
                "said": desk.said(one.act),
            },
        )


def _praise(desk: Desk) -> Iterator[Fact]:
    weights = {"customer": 86, "peer": 72, "lead": 70, "manager": 40}
    for said in praise(desk.material):
        item = desk.material.item_by_key(said.item) if said.item else None
        yield desk.fact(
            "wins.praise",
            desk.day(said.at),
            records=[said.record, *([item.record] if item else [])],
            weight=weights.get(said.relation, 60) + (2 if item else 0),
            reason=f"praise by a {said.relation}",
            roles={"author": desk.maybe(said.author, desk.day(said.at))},
            slots={
                "relation": said.relation,
                "author_name": _author_name(said),
                "words": desk.speech(said.text, 120),
                "key": item.key if item else None,
                "title": desk.title(item),
            },
        )


def _author_name(said: FeedbackRow) -> str | None:
    return (name_of(said.author_name) or None) if said.author_name else None


def _deliveries(desk: Desk) -> Iterator[Fact]:
    for done in deliveries(desk.material):
        if done.item.kind == "meeting":
            continue
        yield desk.fact(
            "wins.delivery",
            desk.day(done.at),
            records=[*done.records, *(said.record for said in done.praised)],
            weight=(66 if done.goal else 56) + min(done.days or 0, 60) / 30,
            reason="a piece of own work that ended" + (f", for {done.goal}" if done.goal else ""),
            slots={
                "key": done.item.key,
                "title": desk.title(done.item),
                "goal": done.goal,
                "begun": desk.day(done.item.created_at) if done.item.created_at else None,
                "in_time": (done.item.due_on is not None and desk.day(done.at) <= done.item.due_on) or None,
                "due": done.item.due_on,
                "merged": (done.item.kind == "change_request" and done.item.category == "done") or None,
            },
        )


def _taken_in(desk: Desk) -> Iterator[Fact]:
    for one in integrations(desk.material):
        if one.by_subject:
            items = telling([item for item in one.items if desk.title(item)])[:2]
            yield desk.fact(
                "wins.took_in",
                desk.window.today,
                records=[*(item.record for item in items), *one.records],
                weight=58,
                reason="took in other people's changes",
                slots={
                    "changes": one.changes,
                    "people": tuple(desk.party(who) for who in one.people),
                    "titles": tuple(title for item in items if (title := desk.title(item))),
                },
            )


def _areas(desk: Desk) -> Iterator[Fact]:
    for rank, area in enumerate(areas(desk.material)[:MOST_WINS]):
        items = [item for item in area.items if desk.title(item)][:2]
        if not items:
            continue
        yield desk.fact(
            "wins.area",
            desk.day(area.last),
            records=[item.record for item in items] + [item.record for item in area.items],
            weight=50 - 2 * rank + (4 if area.new else 0),
            reason="where most of the recorded changes were made" if rank == 0 else "another part of the work",
            slots={
                "area": area.name,
                "changes": len(area.items),
                "first": desk.day(area.first),
                "last": desk.day(area.last),
                "titles": tuple(title for item in items if (title := desk.title(item))),
                "new": area.new,
            },
            cite=len(items),
        )
