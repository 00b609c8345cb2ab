"""English: key-conversation cards."""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]


def _who(fact: Fact) -> str:
    return fact.roles["subject"].short


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _by(fact: Fact, voice: Voice) -> str:
    day = fact.day("by")
    return "today" if day == voice.today else f"by {voice.day(day)}"


def _about(fact: Fact, voice: Voice) -> str:
    """What a card is about, by its rule."""
    rule, theme = fact.text("rule"), fact.text("theme")
    if rule == "blocked-unanswered":
        if theme == "wait":
            return f"about what {fact.text('key')} is waiting for"
        return f"about the question on {fact.text('key')} that has no answer yet"
    if rule == "overdue-action":
        title = voice.quoted(fact.quote("title")) or "an action from a check-in"
        return f"about {title}"
    if rule == "shared-result-stalled":
        teams = [team for team in fact.several("teams") if isinstance(team, str)]
        shared = f", which {voice.listed(teams)} share" if teams else ""
        return f"about {fact.text('key')}{shared}"
    if rule == "goal-ended":
        goal = fact.text("goal")
        return f"about what {goal} taught, and what comes next" if theme == "done" else f"about how {goal} ended"
    if rule == "unrecognised-help":
        return f"about the help for {fact.text('team')}"
    if rule == "newcomer-day":
        return f"about the first {fact.number('day')} days"
    if rule == "return-to-work":
        return "about what has moved in the meantime"
    return f"about who else could review {fact.text('part')}"


def _talk(fact: Fact, voice: Voice) -> Phrasings:
    if fact.text("rule") == "own-rhythm":
        return [f"{_who(fact)}: your own days against your own weeks before, worth a thought {_by(fact, voice)}"]
    if fact.text("rule") == "check-in-gap":
        return [f"meet {_who(fact)} again, {_by(fact, voice)}"]
    return [f"talk with {_who(fact)} {_about(fact, voice)}, {_by(fact, voice)}"]


def _waits(fact: Fact, voice: Voice) -> Phrasings:
    since, days = voice.day(fact.day("since")), voice.ago(fact.number("days"))
    blocker, team = fact.text("blocker"), fact.text("team")
    behind = f" for {blocker}" + (f" of {team}" if team else "") if blocker else ""
    return [
        f"{_what(fact, voice)} has waited{behind} since {since} ({days})",
        f"since {since}, for {days}, {_what(fact, voice)} has waited{behind}",
    ]


def _asked(fact: Fact, voice: Voice) -> Phrasings:
    asker, whom, key = voice.named(fact.roles.get("asker")), fact.roles.get("whom"), fact.text("key")
    to = f" {voice.named(whom)}" if whom else ""
    times, answered = fact.number("times"), fact.day("answered")
    span = voice.span(fact.day("first"), fact.day("last"))
    often = {1: "", 2: " twice"}.get(times, f" {voice.count(times)} times")
    asked = f"{asker} asked{to} about {key}{often}, {span}"
    if answered:
        when = "the same day" if answered == fact.day("last") else f"on {voice.day(answered)}"
        return [f"{asked}; an answer came {when}, and it still waits"]
    return [f"{asked}; no answer is on record"]


def _open(fact: Fact, voice: Voice) -> Phrasings:
    begun = ", not begun" if fact.text("state") == "todo" else ""
    return [f"{fact.text('key')} has been open since {voice.day(fact.day('since'))}{begun}"]


def _asked_first(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('key')}: first asked about on {voice.day(fact.at)}"]


def _overdue(fact: Fact, voice: Voice) -> Phrasings:
    owner = voice.name(fact.roles.get("owner"))
    title = voice.quoted(fact.quote("title")) or "an action"
    return [f"{owner}: {title}, due {voice.day(fact.day('due'))}, {voice.ago(fact.number('late'))} over"]


def _promised(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('blocker')} was due {voice.day(fact.day('due'))} ({voice.ago(fact.number('late'))} over)"]


def _stale(fact: Fact, voice: Voice) -> Phrasings:
    value, day = voice.measure(fact.measure("value")), voice.day(fact.day("updated"))
    return [
        f"{_what(fact, voice)}: {value} on {day}, no new value since ({voice.ago(fact.number('days'))})",
        f"{_what(fact, voice)} was last measured on {day} ({value}), {voice.ago(fact.number('days'))} ago",
    ]


def _linked(fact: Fact, voice: Voice) -> Phrasings:
    last, days = voice.day(fact.day("last")), voice.ago(fact.number("days"))
    return [f"{_what(fact, voice)}, which works towards {fact.text('goal')}, was last touched on {last} ({days} ago)"]


def _due(fact: Fact, voice: Voice) -> Phrasings:
    due, left, target = voice.day(fact.day("due")), fact.number("left"), fact.measure("target")
    aim = f", target {voice.measure(target)}" if target else ""
    if left < 0:
        return [f"{fact.text('key')} was due {due} ({voice.ago(-left)} over){aim}"]
    return [
        f"{fact.text('key')} is due {due}, in {voice.ago(left)}{aim}"
        if left
        else f"{fact.text('key')} is due today{aim}"
    ]


def _value(fact: Fact, voice: Voice) -> Phrasings:
    target = f", target {voice.measure(fact.measure('target'))}" if fact.measure("target") else ""
    value, day = voice.measure(fact.measure("value")), voice.day(fact.day("updated"))
    return [f"{_what(fact, voice)}, which several teams share, stood at {value} on {day}{target}"]


_HELPED = {
    "unblocked": "unblocked {}",
    "responded": "stood by {} in an incident",
    "mentored": "mentored {}",
    "documented": "wrote something down for {}",
    "served": "looked after a customer together with {}",
}


def _helped(fact: Fact, voice: Voice) -> Phrasings:
    whom: Party | None = fact.roles.get("whom")
    did = _HELPED[fact.text("act")].format(voice.named(whom) if whom else fact.text("team"))
    on = f" on {fact.text('key')}" if fact.text("key") else ""
    said = f"{voice.day(fact.at)}: {_who(fact)} {did}{on}"
    if not fact.slots.get("closes"):
        return [said]
    times = voice.count(fact.number("times"))
    return [f"{said}, {times} times in all; no thanks from there is on record"]


def _gap(fact: Fact, voice: Voice) -> Phrasings:
    every = fact.number("every")
    agreed = f"; agreed was every {voice.ago(every)}" if every else ""
    return [f"the last check-in was on {voice.day(fact.day('last'))}, {voice.ago(fact.number('days'))} ago{agreed}"]


def _cancelled(fact: Fact, voice: Voice) -> Phrasings:
    times, span = fact.number("times"), voice.span(fact.day("first"), fact.day("last"))
    if times == 1:
        return [f"the one of {voice.day(fact.day('last'))} was called off"]
    return [f"{voice.count(times)} check-ins have been called off since, {span}"]


def _newcomer(fact: Fact, voice: Voice) -> Phrasings:
    on, day, started = fact.day("on"), fact.number("day"), voice.day(fact.day("started"))
    verb = "is" if on is not None and on >= voice.today else "was"
    when = "today" if on == voice.today else voice.day(on)
    return [f"{when} {verb} {_who(fact)}’s day {day} (started {started})"]


def _back(fact: Fact, voice: Voice) -> Phrasings:
    on = fact.day("on")
    verb = "begins" if on is not None and on > voice.today else "began"
    return [f"{_who(fact)}’s time in {fact.text('team')} {verb} again on {voice.day(on)}"]


def _ended(fact: Fact, voice: Voice) -> Phrasings:
    what = voice.titled(fact.text("goal"), fact.quote("title"))
    if fact.text("category") == "missed":
        return [f"{what} was closed as missed on {voice.day(fact.at)}"]
    return [f"{what} was finished on {voice.day(fact.at)}"]


def _measured(fact: Fact, voice: Voice) -> Phrasings:
    start, value, target = fact.measure("start"), fact.measure("value"), fact.measure("target")
    went = f"{voice.measure(start, unit=False)} → {voice.measure(value)}" if start else voice.measure(value)
    aim = f", target {voice.measure(target)}" if target else ""
    return [f"{fact.text('key')}: {went}{aim} ({voice.day(fact.at)})"]


def _alone(fact: Fact, voice: Voice) -> Phrasings:
    some, of, part = fact.number("changes"), fact.number("of"), fact.text("part")
    share = f"all {of}" if some == of else f"{some} of {of}"
    people = voice.plural(fact.number("authors"), "person", "people")
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"{span}: {share} reviewed changes to {part}, by {people}, had {_who(fact)} as their only reviewer"]


def _latest(fact: Fact, voice: Voice) -> Phrasings:
    return [f"the latest change to {fact.text('part')} that {_who(fact)} alone reviewed is of {voice.day(fact.at)}"]


def _met(fact: Fact, voice: Voice) -> Phrasings:
    people, since = voice.plural(fact.number("people"), "other person", "others"), voice.day(fact.day("started"))
    return [f"records since {since} show work with {people}, the latest of {voice.day(fact.day('last'))}"]


def _days_now(fact: Fact, voice: Voice) -> Phrasings:
    days = voice.plural(fact.number("days"), "day")
    return [f"since {voice.day(fact.day('first'))} records fall on {days}, the last on {voice.day(fact.day('last'))}"]


def _days_before(fact: Fact, voice: Voice) -> Phrasings:
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"{span}, records fell on {voice.plural(fact.number('days'), 'day')}"]


_MAYBE = {
    "return-to-work": "it may only be a change of teams",
    "newcomer-day": "the two may have talked about it already, without a record",
    "blocked-unanswered wait": "a date may have been agreed elsewhere, or part of {key} could go on",
    "blocked-unanswered asked": "somebody may have answered by word of mouth, or the question may have settled itself",
    "overdue-action": "it may be done and not ticked off, or not needed any more",
    "shared-result-stalled": "the value may be kept elsewhere, or measured at longer intervals",
    "goal-ended done": "the two may have looked back on it already",
    "goal-ended missed": "it may have been given up on purpose, for something else",
    "unrecognised-help": "thanks may have been said aloud, or the teams may have agreed on the work",
    "check-in-gap": "the two may have met without a record of it",
    "own-rhythm": "work in places that are not connected here, or days planned otherwise, would look the same",
    "single-point": "others may know this part and review elsewhere, or it may be meant so for now",
}
_ASK = {
    "return-to-work": "What have you picked up again, and what should somebody else keep?",
    "newcomer-day": "What is different here from what you expected, and what do you still miss?",
    "blocked-unanswered wait": "What would need to happen for {key} to move without you chasing it?",
    "blocked-unanswered asked": "Who would have to answer this, and what could you do until then?",
    "overdue-action": "What has come in between, and which date holds now?",
    "shared-result-stalled": "Who of you takes the next step on {key}, and what do the others need for it?",
    "goal-ended done": "What would you do the same way again, and what would you leave out?",
    "goal-ended missed": "What do you know now that you would have liked to know at the start?",
    "unrecognised-help": "What did it take, and what would make the next call for help unnecessary?",
    "check-in-gap": "What has not been said since, and which rhythm would suit us better?",
    "own-rhythm": "Is there something you would like to have talked about, and with whom?",
    "single-point": "Who would you like to bring into {part}, and what would they need first?",
}


def _of(lines: dict[str, str], fact: Fact) -> str:
    rule, theme = fact.text("rule"), fact.text("theme")
    line = lines.get(f"{rule} {theme}") or lines[rule]
    return line.format(key=fact.text("key"), part=fact.text("part"))


def _maybe(fact: Fact, _voice: Voice) -> Phrasings:
    return [_of(_MAYBE, fact)]


def _ask(fact: Fact, _voice: Voice) -> Phrasings:
    return [f"“{_of(_ASK, fact)}”"]


def _rule(fact: Fact, _voice: Voice) -> Phrasings:
    if fact.text("source").startswith("own-rhythm"):
        return [f"by rule {fact.text('source')}; only {_who(fact)} sees this"]
    return [f"by rule {fact.text('source')}; {_who(fact)} sees these facts on their page"]


def _none(fact: Fact, voice: Voice) -> Phrasings:
    rules, span = voice.count(fact.number("rules")), voice.span(fact.day("first"), fact.day("last"))
    return [f"no key conversation with {_who(fact)} is due: none of the {rules} rules found enough, {span}"]


def _seen_met(fact: Fact, voice: Voice) -> Phrasings:
    if not fact.number("number"):
        return ["check-ins: none of the two is on record"]
    return [f"check-ins: the last one was on {voice.day(fact.day('last'))}"]


def _seen_actions(fact: Fact, voice: Voice) -> Phrasings:
    number = fact.number("number")
    if not number:
        return ["actions of both: none open"]
    return [f"actions of both: {voice.count(number)} open, none of them over its date"]


def _seen_waiting(fact: Fact, voice: Voice) -> Phrasings:
    number = fact.number("number")
    return [f"{voice.plural(number, 'open item')} waiting; no second dated fact stands beside it"]


def _seen_goals(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{voice.plural(fact.number('number'), 'running goal')}; values and dates give no cause"]


SAYS: dict[str, Says] = {
    "card.talk": _talk,
    "card.waits": _waits,
    "card.asked": _asked,
    "card.asked-first": _asked_first,
    "card.open": _open,
    "card.overdue": _overdue,
    "card.promised": _promised,
    "card.stale": _stale,
    "card.linked": _linked,
    "card.due": _due,
    "card.value": _value,
    "card.helped": _helped,
    "card.gap": _gap,
    "card.cancelled": _cancelled,
    "card.newcomer": _newcomer,
    "card.back": _back,
    "card.ended": _ended,
    "card.measured": _measured,
    "card.alone": _alone,
    "card.latest": _latest,
    "card.met": _met,
    "card.days-now": _days_now,
    "card.days-before": _days_before,
    "card.maybe": _maybe,
    "card.opening": _ask,
    "card.rule": _rule,
    "card.none": _none,
    "card.seen_met": _seen_met,
    "card.seen_actions": _seen_actions,
    "card.seen_waiting": _seen_waiting,
    "card.seen_goals": _seen_goals,
}
