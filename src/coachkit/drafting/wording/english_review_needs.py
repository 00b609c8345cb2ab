"""English: what missed and what support is needed, with what only the person can add; and how far the records reach."""

from __future__ import annotations

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import MONTHS, Voice
from coachkit.drafting.wording.book import Phrasings, Says, months_and_dots

__all__ = ["SAYS", "item_named", "why", "words_said"]


def item_named(fact: Fact, voice: Voice) -> str:
    return (
        voice.titled(fact.text("key"), fact.quote("title")) if fact.text("key") else voice.quoted(fact.quote("title"))
    )


def words_said(fact: Fact, voice: Voice, before: str = ": ", name: str = "said") -> str:
    words = fact.quote(name)
    return f"{before}{voice.quoted(words)}" if words else ""


def why(fact: Fact, voice: Voice) -> str:
    reason = fact.quote("reason")
    return f" ({voice.quoted(reason)})" if reason else ""


def _missed_goal(fact: Fact, voice: Voice) -> Phrasings:
    what, day, new, target = item_named(fact, voice), voice.day(fact.at), fact.measure("new"), fact.measure("target")
    at = f": {fact.text('result')} was at {voice.measure(new)}" if new else ""
    aim = f", its target {voice.measure(target)}" if at and target else ""
    ours = "Our goal " if fact.slots.get("shared") else ""
    return [
        (
            f"{ours}{what} ended on {day} without being reached{at}{aim}",
            "What would you do differently, and what did you learn?",
        )
    ]


def _missed_stale(fact: Fact, voice: Voice) -> Phrasings:
    last, day, target = voice.measure(fact.measure("last")), voice.day(fact.day("updated")), fact.measure("target")
    aim = f" (target {voice.measure(target)})" if target else ""
    days = fact.number("days")
    return [
        (
            f"{item_named(fact, voice)} has had no new value for {days} days; on {day} it was at {last}{aim}",
            "What kept it from being measured, and is it still the right goal?",
        )
    ]


def _reopened(fact: Fact, voice: Voice) -> Phrasings:
    times, last = fact.number("times"), voice.day(fact.day("last"))
    often = (
        f"again on {last}"
        if times == 1
        else f"again {'twice' if times == 2 else voice.count(times) + ' times'}, last on {last}"
    )
    return [
        (
            f"{item_named(fact, voice)} was done and was opened {often}{why(fact, voice)}",
            "What became clear in between?",
        )
    ]


def _late(fact: Fact, voice: Voice) -> Phrasings:
    due, late = voice.day(fact.day("due")), voice.plural(fact.number("late"), "day")
    return [
        (
            f"{item_named(fact, voice)} was due on {due} and was done {late} later",
            "What did you learn about such a date?",
        ),
        (
            f"{item_named(fact, voice)} was done {late} after its date, {due}",
            "What came in between, and what follows from it?",
        ),
    ]


def _open(fact: Fact, voice: Voice) -> Phrasings:
    due, late = voice.day(fact.day("due")), voice.plural(fact.number("late"), "day")
    return [(f"{item_named(fact, voice)} was due on {due} and is still open, {late} after", "Which date holds now?")]


def _overdue(fact: Fact, voice: Voice) -> Phrasings:
    since, due, late = (
        voice.day(fact.day("since")),
        voice.day(fact.day("due")),
        voice.plural(fact.number("late"), "day"),
    )
    what = voice.quoted(fact.quote("title")) or "an action"
    return [(f"I took on {what} on {since}, due {due}; it is {late} over", "What do you do with it now?")]


def _missed_none(fact: Fact, voice: Voice) -> Phrasings:
    if fact.several("unread"):
        return [
            (
                "No source of tickets or goals was read, so what was missed, opened again or late is not known",
                "What did not go as you hoped, and what did you learn?",
            )
        ]
    return [
        (
            "In what was read nothing of mine was missed, opened again or late",
            "What did not go as you hoped all the same, and what did you learn?",
        )
    ]


def _wait(fact: Fact, voice: Voice) -> Phrasings:
    what, since, days = item_named(fact, voice), voice.day(fact.day("since")), voice.ago(fact.number("days"))
    blocker, owner, team = fact.text("blocker"), fact.roles.get("owner"), fact.text("team")
    if not blocker:
        return [
            (
                f"{what} has stood still since {since} ({days}){words_said(fact, voice, ': ', 'reason')}",
                "Whom is it waiting for?",
            )
        ]
    of = f" of {team}" if team else ""
    if owner:
        of = f" ({voice.named(owner)})"
    promised = fact.day("promised")
    by = f"; {blocker} has the date {voice.day(promised)}" if promised else ""
    because = words_said(fact, voice, ": ", "reason")
    return [
        (
            f"{what} has waited for {blocker}{of} since {since} ({days}){because}{by}",
            "What would help most: a date, a decision, or somebody to decide it with?",
        ),
        (
            f"since {since} ({days}) {what} has been waiting for {blocker}{of}{because}{by}",
            "From whom do you need what, and by when?",
        ),
    ]


def _question(fact: Fact, voice: Voice) -> Phrasings:
    whom = fact.roles.get("whom")
    asked, times = (f" {voice.named(whom)}" if whom else ""), fact.number("times")
    often = "twice" if times == 2 else f"{voice.count(times)} times"
    span = voice.span(fact.day("first"), fact.day("last"))
    return [
        (
            f"I asked{asked} about {item_named(fact, voice)} {often}, {span}; no answer is recorded",
            "Who could answer it?",
        )
    ]


def _reviewer(fact: Fact, voice: Voice) -> Phrasings:
    some, of = fact.number("changes"), fact.number("of")
    share = (
        f"all {of} changes of mine that were reviewed"
        if some == of
        else f"{some} of the {of} changes of mine that were reviewed"
    )
    who = voice.named(fact.roles["reviewer"])
    return [
        (
            f"{share} since {voice.day(fact.day('start'))} went past one person, {who}",
            "Who else could review this work?",
        )
    ]


def _support_none(fact: Fact, voice: Voice) -> Phrasings:
    if fact.several("unread"):
        return [
            (
                "No source of tickets was read, so what my work waits for is not known",
                "Whom or what are you waiting for, and since when?",
            )
        ]
    return [
        (
            "In what was read no open work of mine waits for anybody else",
            "What would make the next half easier, and from whom would it have to come?",
        )
    ]


def _months(fact: Fact, voice: Voice) -> Phrasings:
    shown = " · ".join(f"{MONTHS[month.month - 1]} {dots}" for month, dots in months_and_dots(fact))
    begins, started = fact.day("begins"), fact.day("started")
    if fact.slots.get("nothing"):
        return [f"{shown} — no source is connected that holds a record of work"]
    if started:
        return [f"{shown} — my first day was {voice.day(started)}"]
    return [f"{shown} — no source connected before {voice.day(begins)}" if begins else shown]


SAYS: dict[str, Says] = {
    "coverage.months": _months,
    "missed.goal": _missed_goal,
    "missed.stale": _missed_stale,
    "missed.reopened": _reopened,
    "missed.late": _late,
    "missed.open": _open,
    "missed.action": _overdue,
    "missed.none": _missed_none,
    "support.wait": _wait,
    "support.question": _question,
    "support.reviewer": _reviewer,
    "support.none": _support_none,
}
