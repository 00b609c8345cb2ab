"""English: what was worth saying, and what went on between teams."""

from __future__ import annotations

from dataclasses import replace

from coachkit.drafting.facts import Fact, Party, Quote
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]

_DID = {
    "unblocked": ("unblocked {}", "unblocked {}"),
    "responded": ("helped {} with an incident", "helped {} with incidents"),
    "mentored": ("mentored {}", "mentored {}"),
    "answered": ("answered a question from {}", "answered questions from {}"),
    "documented": ("wrote something down for {}", "wrote things down for {}"),
    "reviewed": ("reviewed a change by {}", "reviewed changes by {}"),
    "approved": ("approved a change by {}", "approved changes by {}"),
    "tested": ("tested a change by {}", "tested changes by {}"),
    "co_authored": ("worked on a change with {}", "worked on changes with {}"),
    "committed": ("took in a change by {}", "took in changes by {}"),
    "merged": ("merged a change by {}", "merged changes by {}"),
    "served": ("looked after a customer together with {}", "looked after customers together with {}"),
}
"""What was done for whom: once, and more often."""


def _did(fact: Fact, whom: str) -> str:
    once, often = _DID[fact.text("act")]
    return (once if fact.number("times") == 1 else often).format(whom)


def _who(fact: Fact) -> str:
    return fact.roles["subject"].short


def _parties(fact: Fact, name: str) -> list[Party]:
    return [party for party in fact.several(name) if isinstance(party, Party)]


def _titles(fact: Fact, voice: Voice) -> list[str]:
    return [voice.quoted(title) for title in fact.several("titles") if isinstance(title, Quote)]


def _what(fact: Fact, voice: Voice) -> str:
    return (
        voice.titled(fact.text("key"), fact.quote("title")) if fact.text("key") else voice.quoted(fact.quote("title"))
    )


def _goal(fact: Fact, voice: Voice) -> Phrasings:
    what = _what(fact, voice)
    new, old = fact.measure("new"), fact.measure("old")
    came = ""
    if new is not None:
        moved = f"{voice.measure(old, unit=False)} → {voice.measure(new)}" if old else voice.measure(new)
        came = f"; {fact.text('result')} ended at {moved}" if old is None else f"; {fact.text('result')} went {moved}"
    day = voice.day(fact.at)
    return [f"{what} was finished on {day}{came}", f"on {day} {_who(fact)} brought {what} to its end{came}"]


def _unthanked(fact: Fact, voice: Voice) -> Phrasings:
    teams = [team for team in fact.several("teams") if isinstance(team, str)] or [fact.text("team")]
    did, times = _did(fact, voice.listed(teams)), fact.number("times")
    often = "" if times == 1 else " twice" if times == 2 else f" {voice.count(times)} times"
    keys = [key for key in fact.several("items") if isinstance(key, str)]
    on = f" ({voice.listed(keys)})" if keys else ""
    when = voice.span(fact.day("first"), fact.day("last"))
    said = fact.quote("said")
    words = f": {voice.quoted(said)}" if said else ""
    return [
        f"{_who(fact)} {did}{often}, {when}{on}{words}. No thanks is recorded yet; it could come from you",
        f"{when}: {_who(fact)} {did}{often}{on}{words}. No record of a thank-you so far",
        f"{_who(fact)} {did}{often}{on}, {when}{words}. Nobody there has put a thank-you on record",
    ]


def _incident(fact: Fact, voice: Voice) -> Phrasings:
    what, day, closed = _what(fact, voice) or "an incident", voice.day(fact.at), fact.day("closed")
    over = ""
    if closed:
        over = "; it was over the same day" if closed == fact.at else f"; it was over on {voice.day(closed)}"
    said = fact.quote("said")
    words = f" with {voice.quoted(said)}" if said else ""
    return [
        f"when {what} came up, {_who(fact)} answered on {day}{words}{over}",
        f"{_who(fact)} took on {what} on {day}{words}{over}",
    ]


def _unblocked(fact: Fact, voice: Voice) -> Phrasings:
    what, day = _what(fact, voice), voice.day(fact.at)
    helped = voice.named(fact.roles.get("helped"))
    went, said = fact.day("went_on"), fact.quote("said")
    after = ""
    if went:
        after = "; it moved again the same day" if went == fact.at else f"; it moved again on {voice.day(went)}"
    words = f": {voice.quoted(said)}" if said else ""
    on = f" on {what}" if what else ""
    more = f" with {what}" if what else ""
    return [
        f"{_who(fact)} unblocked {helped}{on}, {day}{words}{after}",
        f"on {day} {helped} could go on{more} after {_who(fact)} stepped in{words}{after}",
    ]


def _praise(fact: Fact, voice: Voice) -> Phrasings:
    author = fact.roles.get("author")
    name = voice.named(author) if author else (fact.text("author_name") or "a customer")
    if fact.text("relation") == "customer" and not fact.text("author_name"):
        name = "a customer"
    words, what, day = fact.quote("words"), _what(fact, voice), voice.day(fact.at)
    about = f" about {what}" if what else ""
    if words is None:
        return [f"{name} left praise for {_who(fact)}{about} on {day}"]
    said = voice.quoted(words)
    return [f"{name}{about}, {day}: {said}", f"{name} on {day}{about}: {said}", f"{said} — {name}{about}, {day}"]


def _delivery(fact: Fact, voice: Voice) -> Phrasings:
    what, day, goal = _what(fact, voice), voice.day(fact.at), fact.text("goal")
    towards = f", towards {goal}" if goal else ""
    begun, due = fact.day("begun"), fact.day("due")
    took = f"; begun {voice.day(begun)}" if begun and begun != fact.at else ""
    if fact.slots.get("in_time") and due:
        took = f"; it was due {voice.day(due)}"
    if fact.slots.get("merged"):
        return [
            f"{_who(fact)}’s {what} was merged on {day}{towards}{took}",
            f"{what} by {_who(fact)} was merged on {day}{towards}{took}",
            f"merged on {day}{towards}: {what}{took}",
        ]
    return [
        f"{_who(fact)} brought {what} to an end on {day}{towards}{took}",
        f"{what} was done on {day}{towards}{took}",
        f"done on {day}{towards}: {what}{took}",
    ]


def _took_in(fact: Fact, voice: Voice) -> Phrasings:
    titles = _titles(fact, voice)
    people = voice.names(_parties(fact, "people"), 2)
    changes = voice.plural(fact.number("changes"), "change")
    among = ""
    if titles:
        whole = fact.number("changes") <= len(titles)
        among = f": {voice.listed(titles)}" if whole else f", among them {voice.listed(titles)}"
    return [f"{_who(fact)} took in {changes} by {people}{among}"]


def _area(fact: Fact, voice: Voice) -> Phrasings:
    area, titles = fact.text("area"), voice.listed(_titles(fact, voice))
    span = voice.span(fact.day("first"), fact.day("last"))
    if fact.number("changes") <= len(_titles(fact, voice)):
        return [f"in {area}, {span}: {titles}", f"{titles} in {area}, {span}", f"{area}, {span}: {titles}"]
    return [
        f"in {area}, {span}, among others: {titles}",
        f"in {area} {_who(fact)} made changes such as {titles}, {span}",
        f"{area}, {span}: {titles}, and others",
    ]


def _helped(fact: Fact, voice: Voice) -> Phrasings:
    did = _did(fact, voice.of_team(_parties(fact, "people"), fact.text("team")))
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"{did}{_on(fact, voice)}, {span}"]


def _on(fact: Fact, voice: Voice) -> str:
    title = fact.quote("title")
    if fact.slots.get("commit"):
        such = "" if fact.number("times") == 1 else "such as "
        return f", {such}{voice.quoted(title)}" if title else ""
    key = fact.text("key")
    return f" ({key})" if key else ""


def _helped_by(fact: Fact, voice: Voice) -> Phrasings:
    helper, did = replace(fact.roles["helper"], short=fact.roles["helper"].name), _did(fact, _who(fact))
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"{voice.of_team([helper], fact.text('team'))} {did}{_on(fact, voice)}, {span}"]


def _waits(fact: Fact, voice: Voice) -> Phrasings:
    days = voice.ago(fact.number("days"))
    return [f"{fact.text('key')} waits for {fact.text('team')}, {fact.text('blocker')} ({days})"]


def _waited_for(fact: Fact, voice: Voice) -> Phrasings:
    days = voice.ago(fact.number("days"))
    return [f"{fact.text('team')} waits with {fact.text('key')} for {fact.text('blocker')} ({days})"]


SAYS: dict[str, Says] = {
    "wins.goal": _goal,
    "wins.unthanked": _unthanked,
    "wins.incident": _incident,
    "wins.unblocked": _unblocked,
    "wins.praise": _praise,
    "wins.delivery": _delivery,
    "wins.took_in": _took_in,
    "wins.area": _area,
    "across.helped": _helped,
    "across.helped_by": _helped_by,
    "across.waits": _waits,
    "across.waited_for": _waited_for,
}
