"""English: dated observations with an open question each, and the one coaching question."""

from __future__ import annotations

from datetime import date

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]


def _who(fact: Fact) -> str:
    return fact.roles["subject"].short


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _promise(fact: Fact, voice: Voice) -> str:
    day = fact.day("promised")
    if day is None:
        return ""
    return (
        f"; {fact.text('blocker')} was due {voice.day(day)}"
        if fact.slots.get("late")
        else (f"; {fact.text('blocker')} is due {voice.day(day)}")
    )


def _wait(fact: Fact, voice: Voice) -> Phrasings:
    blocker, team = fact.text("blocker"), fact.text("team")
    since, days = voice.day(fact.day("since")), voice.ago(fact.number("days"))
    reason = fact.quote("reason")
    said = f"; the ticket says {voice.quoted(reason)}" if reason else ""
    if not blocker:
        return [
            (f"{_what(fact, voice)} has been waiting since {since} ({days}){said}", "what would let it go on?"),
            (f"{_what(fact, voice)} has stood still for {days}, since {since}{said}", "what is it waiting for today?"),
        ]
    of = f" of {team}" if team and fact.slots.get("across") else ""
    rest = said + _promise(fact, voice)
    return [
        (
            f"{_what(fact, voice)} has waited for {blocker}{of} since {since} ({days}){rest}",
            "what is still missing for it to go on?",
        ),
        (
            f"for {days}, since {since}, {_what(fact, voice)} has waited for {blocker}{of}{rest}",
            "what have you tried already, and what could I take on?",
        ),
        (
            f"{_what(fact, voice)} stands behind {blocker}{of} since {since} ({days}){rest}",
            "what would have to happen for it to move without being chased?",
        ),
    ]


def _waited_for(fact: Fact, voice: Voice) -> Phrasings:
    owner, blocker, what = fact.roles.get("owner"), fact.text("blocker"), _what(fact, voice)
    who = voice.named(owner) if owner else fact.text("team")
    since, days = voice.day(fact.day("since")), voice.ago(fact.number("days"))
    return [
        (
            f"{who} has waited with {what} for {_who(fact)}’s {blocker} since {since} ({days})",
            f"what stands before {blocker}?",
        ),
        (f"{blocker} holds up {what} of {who}, since {since} ({days})", "who decides which goes first?"),
    ]


def _times(voice: Voice, times: int) -> str:
    return {1: "once", 2: "twice"}.get(times, f"{voice.count(times)} times")


def _asked(fact: Fact, voice: Voice) -> Phrasings:
    span, times = voice.span(fact.day("first"), fact.day("last")), _times(voice, fact.number("times"))
    words = fact.quote("words")
    last = f", last {voice.quoted(words)}" if words else ""
    asker = voice.named(fact.roles["asker"])
    whom = fact.roles.get("whom")
    to = f" {voice.named(whom)}" if whom else ""
    on = _what(fact, voice)
    if fact.kind == "explore.asked":
        return [
            (
                f"{asker} asked {_who(fact)} about {on} {times}, {span}{last}; no answer is recorded",
                "who answers such questions now?",
            )
        ]
    return [
        (
            f"{asker} asked{to} about {on} {times}, {span}{last}; no answer is recorded there",
            "who could answer it this week?",
        ),
        (
            f"{times}, {span}, {asker} asked{to} about {on}{last}. The record shows no answer",
            "what has happened in the meantime?",
        ),
    ]


def _dependency(fact: Fact, voice: Voice) -> Phrasings:
    span = voice.span(fact.day("first"), fact.day("last"))
    some, of, part = fact.number("changes"), fact.number("of"), fact.text("part")
    authors = voice.plural(fact.number("authors"), "person", "people")
    share = f"all {of}" if some == of else f"{some} of {of}"
    return [
        (
            f"{span}: {share} reviewed changes to {part}, by {authors}, had {_who(fact)} as their only reviewer",
            "who else could review there?",
        ),
        (
            f"{part}: {share} reviewed changes by {authors} went through {_who(fact)} alone, {span}",
            "who would review when you are busy elsewhere?",
        ),
    ]


def _reviewer(fact: Fact, voice: Voice) -> Phrasings:
    reviewer, whose = voice.named(fact.roles["reviewer"]), f"{_who(fact)}’s"
    some, of = voice.count(fact.number("changes")), voice.count(fact.number("of"))
    share = f"all of {whose} {of}" if some == of else f"{some} of {whose} {of}"
    span = voice.span(fact.day("start"), fact.day("last"))
    return [
        (f"{share} reviewed changes went through {reviewer}, {span}", "how did that come about?"),
        (f"{span}: {share} reviewed changes were read by {reviewer}", "who else should know this work?"),
    ]


def _reopened(fact: Fact, voice: Voice) -> Phrasings:
    times, last = fact.number("times"), voice.day(fact.day("last"))
    reason = fact.quote("reason")
    said = f": {voice.quoted(reason)}" if reason else ""
    often = f"on {last}" if times == 1 else f"{_times(voice, times)}, last on {last}"
    return [
        (f"{_what(fact, voice)} was opened again {often}{said}", "what did you find out in between?"),
        (f"{_what(fact, voice)} came back {often}{said}", "what would make it stay closed?"),
    ]


def _newcomer(fact: Fact, voice: Voice) -> Phrasings:
    day, on, started = fact.number("day"), voice.day(fact.day("on")), voice.day(fact.day("started"))
    verb = "is" if (fact.day("on") or fact.at) >= voice.today else "was"
    return [
        (
            f"{on} {verb} {_who(fact)}’s day {day} (started {started})",
            "what surprised you here, and what do you still miss?",
        ),
        (f"{_who(fact)} started on {started}; day {day} {verb} {on}", "whom have you not met yet, and should have?"),
    ]


def _gap(fact: Fact, voice: Voice) -> Phrasings:
    last, days = voice.day(fact.day("last")), voice.ago(fact.number("days"))
    every = fact.number("every")
    agreed = f"; agreed was every {voice.ago(every) if every > 1 else 'day'}" if every else ""
    off = [day for day in fact.several("cancelled") if isinstance(day, date)]
    called = f"; {voice.listed([voice.day(day) for day in off[:3]])} called off" if off else ""
    return [
        (f"the last check-in was on {last}, {days} ago{agreed}{called}", "which rhythm would suit better?"),
        (f"{days} have passed since the check-in of {last}{agreed}{called}", "what has not been said since?"),
    ]


def _due(fact: Fact, voice: Voice) -> Phrasings:
    what, due, late = _what(fact, voice), voice.day(fact.day("due")), voice.ago(fact.number("late"))
    return [
        (f"{what} was due {due} ({late} ago) and is open", "which date holds now?"),
        (f"{what} is open, {late} after its date of {due}", "what came in between?"),
    ]


def _one_door(fact: Fact, voice: Voice) -> Phrasings:
    who = voice.named(fact.roles["integrator"])
    start, changes = voice.day(fact.day("start")), voice.count(fact.number("changes"))
    both = "should we" if who == "you" else f"do you and {voice.name(fact.roles['integrator'])}"
    return [
        (
            f"since {start}, all {changes} changes of {_who(fact)}’s that others took in went through {who}",
            "who else could?",
        ),
        (
            f"{who} took in all {changes} of {_who(fact)}’s changes since {start}",
            f"how {both} plan for busy weeks?",
        ),
    ]


def _new_ground(fact: Fact, voice: Voice) -> Phrasings:
    title, area = voice.quoted(fact.quote("title")), fact.text("area")
    return [
        (f"first known change in {area}: {title}, {voice.day(fact.day('first'))}", "what drew you there?"),
        (
            f"{area} is new in {_who(fact)}’s records: {title}, {voice.day(fact.day('first'))}",
            "what would help you there?",
        ),
    ]


def _ask(*choices: str) -> Says:
    def says(fact: Fact, voice: Voice) -> Phrasings:
        words = {
            "key": fact.text("key"),
            "blocker": fact.text("blocker") or fact.text("key"),
            "part": fact.text("part"),
            "area": fact.text("area"),
            "team": fact.text("team"),
            "other": voice.named(fact.roles.get("whom")) if fact.roles.get("whom") else "",
        }
        return [choice.format(**words) for choice in choices]

    return says


SAYS: dict[str, Says] = {
    "explore.wait": _wait,
    "explore.waited_for": _waited_for,
    "explore.question": _asked,
    "explore.asked": _asked,
    "explore.dependency": _dependency,
    "explore.reviewer": _reviewer,
    "explore.reopened": _reopened,
    "explore.newcomer": _newcomer,
    "explore.gap": _gap,
    "explore.due": _due,
    "explore.one_door": _one_door,
    "explore.new_ground": _new_ground,
    "question.later": _ask(
        "What would you do about {key} if {blocker} came a month later?",
        "Which part of {key} could go on without {blocker}?",
        "If nobody could speed {blocker} up, what would you change about {key}?",
    ),
    "question.newcomer": _ask(
        "By day 90, what would you like to be known for here?",
        "What do you want to be able to do alone in a month that you cannot do today?",
    ),
    "question.share": _ask(
        "If you were away for two weeks, what in {part} would you want somebody else to know?",
        "Whom would you like to bring into {part}, and how?",
    ),
    "question.answer": _ask(
        "What would you decide on {key} if no answer came this week?",
        "What do you need to know about {key} to take the next step yourself?",
    ),
    "question.measure": _ask(
        "Without a fresh value for {key}: how do you tell today whether it is going well?",
        "What would you measure first if {key} were yours alone?",
    ),
    "question.learnt": _ask("What do you know now about {key} that you would have liked to know at the start?"),
    "question.next": _ask(
        "Now that {key} is done, what would you like to spend that time on?",
        "What from {key} would you do the same way again?",
    ),
    "question.done": _ask("How would you know that {key} is done for good?"),
    "question.first": _ask(
        "What would have to give way for {blocker} to be finished this week?",
        "Which part of {blocker} would help the others first?",
    ),
    "question.help": _ask(
        "What would make the next call for help from {team} unnecessary?",
        "What did you see at {team} that people here should know?",
    ),
    "question.point": _ask(
        "Which of your points matters most to you today, and how would a good answer look?",
        "If we had time for one of your points only, which would it be, and why that one?",
        "What would you like to have decided when we part today?",
    ),
    "question.move": _ask(
        "What would move {key} most in the next two weeks, and what would you drop for it?",
        "What has moved {key} so far, and for how long will that carry?",
        "What did you try on {key} that did not work, and what did it show?",
    ),
    "question.hour": _ask("What would make this hour worth it for you?"),
    "question.ground": _ask("What is the next thing you want to find out in {area}?"),
    "question.date": _ask("Which date for {key} would you put your name to, and what does it hang on?"),
    "question.carry": _ask(
        "What did {key} make possible that you want to use next?",
        "What would you do differently if {key} came again tomorrow?",
        "Now that {key} is out: who notices, and how would you hear of it?",
    ),
    "question.area": _ask(
        "What should be different in {area} in three months, and for whom?",
        "Which problem in {area} would you pick if you were free to choose?",
    ),
    "question.open": _ask(
        "What is the most important thing we should talk about today?",
        "What are you working on that I cannot see from here?",
    ),
}
