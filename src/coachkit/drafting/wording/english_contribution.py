"""English: who contributed to what, where it waited, and what is not known."""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS", "TITLES"]

TITLES = {
    "outcome": "What came of it",
    "decided": "Decided",
    "delivered": "Delivered",
    "reviewed": "Reviewed",
    "unblocked": "Unblocked",
    "mentored": "Mentored and answered",
    "documented": "Documented",
    "responded": "Answered incidents",
    "served": "Served customers",
    "waits": "Where work waited",
    "quotes": "In their words",
    "views": "Seen differently",
    "unknowns": "Not known",
}
_UNDER = {
    "decided": "decisions",
    "delivered": "deliveries",
    "reviewed": "reviews",
    "unblocked": "unblocking",
    "mentored": "mentoring and answers",
    "documented": "documents",
    "responded": "incidents",
    "served": "work with customers",
}


def _people(fact: Fact) -> list[str]:
    return [party.name for party in fact.several("people") if isinstance(party, Party)]


def _outcome(fact: Fact, voice: Voice) -> Phrasings:
    what = voice.titled(fact.text("key"), fact.quote("title"))
    target, due = fact.measure("target"), fact.day("due")
    aim = f", target {voice.measure(target)}" + (f" by {voice.day(due)}" if due else "") if target else ""
    if fact.measure("new") is None:
        return [
            f"{what}: not measured in this time; {voice.measure(fact.measure('last'))} on {voice.day(fact.at)}{aim}"
        ]
    old, new = fact.measure("old"), voice.measure(fact.measure("new"))
    moved = f"{voice.measure(old, unit=False)} → {new}" if old else new
    if fact.slots.get("reached"):
        aim = f", target of {voice.measure(target)} reached"
    return [f"{what}: {moved}{aim}"]


def _turn(fact: Fact, voice: Voice) -> Phrasings:
    what = voice.titled(fact.text("key"), fact.quote("title"))
    before = f"{fact.text('before')} → " if fact.text("before") else ""
    return [f"{what}: {before}{fact.text('now')}, {voice.day(fact.at)}"]


def _unmeasured(fact: Fact, voice: Voice) -> Phrasings:
    return ["Its key results have no value yet, so what came of it is not known."]


def _unlinked(fact: Fact, voice: Voice) -> Phrasings:
    return ["No key result is linked to this work, so what came of it is not measured."]


def _thing(fact: Fact, voice: Voice) -> Phrasings:
    people, of_team, team, goal = _people(fact), fact.text("of_team"), fact.text("team"), fact.text("goal")
    who = ", ".join(people) + (f" ({of_team})" if of_team else "")
    what = voice.quoted(fact.quote("title")) or fact.text("key")
    if not what:
        return [who]
    day = f", {voice.day(fact.day('day'))}" if fact.day("day") else ""
    whose = f", for {team}" if team else f", for {goal}" if goal else ""
    return [f"{who}: {what}{day}{whose}"]


def _also(fact: Fact, voice: Voice) -> Phrasings:
    return [", ".join(_people(fact))]


def _compared(fact: Fact, voice: Voice) -> str:
    median, other = fact.measure("median"), fact.measure("elsewhere")
    days = f"{voice.measure(median)} {'day' if median and median.value == 1 else 'days'}"
    beside = (
        f"elsewhere {voice.measure(other)}, n = {fact.number('n_elsewhere'):,}"
        if other
        else "elsewhere too few to compare"
    )
    return f"median {days} (n = {fact.number('n'):,}; {beside})"


def _step(fact: Fact, voice: Voice) -> Phrasings:
    name = voice.quoted(fact.quote("state"))
    if fact.slots.get("whole"):
        return [f"From opening to the end of a change: {_compared(fact, voice)}"]
    return [f"{name}: {_compared(fact, voice)}"]


def _hand_off(fact: Fact, voice: Voice) -> Phrasings:
    awaited = fact.text("awaited")
    if not awaited:
        return [f"{fact.text('team')}, blocked by other teams’ work: {_compared(fact, voice)}"]
    return [f"{fact.text('team')}, blocked by work of {awaited}: {_compared(fact, voice)}"]


def _few(fact: Fact, voice: Voice) -> Phrasings:
    pairs = ", ".join(str(pair) for pair in fact.several("teams"))
    more = f" and {voice.plural(fact.number('more'), 'other')}" if fact.number("more") else ""
    return [f"Waits between teams ({pairs}{more}): under five cases or people each, so no figure"]


def _no_waits(fact: Fact, voice: Voice) -> Phrasings:
    if fact.slots.get("little"):
        return ["No step has five cases by five people, so no waiting time is shown."]
    return ["No source gives the states that work went through, so waits cannot be seen."]


def _quote(fact: Fact, voice: Voice) -> Phrasings:
    author, about = fact.roles["author"], fact.roles["about"]
    key = f", on {fact.text('key')}" if fact.text("key") else ""
    return [f"{author.name} about {about.name}{key}: {voice.quoted(fact.quote('words'))}"]


def _differ(fact: Fact, voice: Voice) -> Phrasings:
    one, other = fact.roles["one"], fact.roles["other"]
    words, others = voice.quoted(fact.quote("words")), voice.quoted(fact.quote("other_words"))
    return [f"{fact.text('key')} — {one.name}: {words}; {other.name}: {others}"]


def _missing(fact: Fact, voice: Voice) -> Phrasings:
    kinds = [_UNDER[kind] for kind in fact.several("kinds") if isinstance(kind, str)]
    unseen = "calls, design talks and help in person leave no trace"
    if not kinds:
        return [f"Likely missing: {unseen}."]
    if len(kinds) > 4:
        return [f"These sources record little beyond what is listed; {unseen}."]
    return [
        f"No record of {voice.listed(kinds).replace(' and ', ' or ')}: a gap in the sources. Likely missing: {unseen}."
    ]


def _more(fact: Fact, voice: Voice) -> Phrasings:
    return ["More people took part than there is room for; lots were drawn."]


def _capped(fact: Fact, voice: Voice) -> Phrasings:
    return ["There are more records than are read at once; older ones of this time are left out."]


def _rests(fact: Fact, voice: Voice) -> Phrasings:
    base = "Used: only records that everybody named may read"
    return [
        f"{base}. Not named: unmatched accounts, people who have left." if fact.slots.get("unnamed") else f"{base}."
    ]


SAYS: dict[str, Says] = {
    "contribution.outcome": _outcome,
    "contribution.turn": _turn,
    "contribution.unmeasured": _unmeasured,
    "contribution.unlinked": _unlinked,
    "contribution.thing": _thing,
    "contribution.also": _also,
    "contribution.step": _step,
    "contribution.hand_off": _hand_off,
    "contribution.few": _few,
    "contribution.no_waits": _no_waits,
    "contribution.quote": _quote,
    "contribution.differ": _differ,
    "contribution.missing": _missing,
    "contribution.more": _more,
    "contribution.capped": _capped,
    "contribution.rests": _rests,
}
