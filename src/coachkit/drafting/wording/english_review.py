"""English: the answers of a self-review, in the first person.

"I" stands where the fact says that the record shows it (``hand`` is ``did``), "we" or "took part in" where others wrote
it too, and neither where it was only assigned.
"""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party, Quote
from coachkit.drafting.voice import MONTHS, Voice
from coachkit.drafting.wording.book import Phrasings, Says, months_and_dots

__all__ = ["SAYS"]

_DID = {
    "responded": ("I helped {} with an incident", "I helped {} with incidents"),
    "mentored": ("I mentored {}", "I mentored {}"),
    "answered": ("I answered a question from {}", "I answered questions from {}"),
    "documented": ("I wrote something down for {}", "I wrote things down for {}"),
    "reviewed": ("I reviewed a change by {}", "I reviewed changes by {}"),
    "approved": ("I approved a change by {}", "I approved changes by {}"),
    "tested": ("I tested a change by {}", "I tested changes by {}"),
    "co_authored": ("together with {} I made a change", "together with {} I made changes"),
    "committed": ("I took in a change by {}", "I took in changes by {}"),
    "merged": ("I merged a change by {}", "I merged changes by {}"),
    "served": ("together with {} I looked after a customer", "together with {} I looked after customers"),
}
"""What was done for whom: once, and more often."""


def _what(fact: Fact, voice: Voice) -> str:
    return (
        voice.titled(fact.text("key"), fact.quote("title")) if fact.text("key") else voice.quoted(fact.quote("title"))
    )


def _keys(fact: Fact, voice: Voice, name: str = "items") -> str:
    listed = [key for key in fact.several(name) if isinstance(key, str)]
    return voice.listed(listed) if listed else ""


def _parties(fact: Fact, name: str) -> list[Party]:
    return [party for party in fact.several(name) if isinstance(party, Party)]


def _said(fact: Fact, voice: Voice, before: str = ": ", name: str = "said") -> str:
    words = fact.quote(name)
    return f"{before}{voice.quoted(words)}" if words else ""


def _work(fact: Fact, voice: Voice) -> str:
    """What was finished towards a goal, by whose hands."""
    keys, title = _keys(fact, voice), fact.quote("item_title")
    if not keys:
        return ""
    keys = voice.titled(keys, title) if title else keys
    more = ", among others," if fact.slots.get("more") else ""
    part = fact.text("hand")
    if part == "did":
        return f"I finished {keys}{more} for it"
    if part == "with":
        return f"we finished {keys}{more} for it, I among them"
    verb = "was" if len(fact.several("items")) == 1 else "were"
    return f"{keys}{more or ','} assigned to me, {verb} finished for it"


def _aside(fact: Fact, voice: Voice) -> str:
    target, due = fact.measure("target"), fact.day("due")
    aim = f"target {voice.measure(target)}" if target else ""
    if aim and due:
        aim += f" by {voice.day(due)}"
    owners = voice.names(_parties(fact, "owners"), 2) if _parties(fact, "owners") else ""
    parts = [aim, fact.text("commitment"), f"shared with {owners}" if owners else ""]
    listed = ", ".join(part for part in parts if part)
    return f" ({listed})" if listed else ""


def _result(fact: Fact, voice: Voice) -> Phrasings:
    what, old, new = _what(fact, voice), fact.measure("old"), voice.measure(fact.measure("new"))
    day, aside, work = voice.day(fact.day("updated")), _aside(fact, voice), _work(fact, voice)
    met = ", which is its target" if fact.slots.get("reached") else ""
    if not work:
        work = "no finished work of mine is linked to it in the records"
    if old is None:
        return [f"{what}: {work}; on {day} it was at {new}{met}{aside}"]
    before = voice.measure(old)
    return [
        f"{what} was at {before}; {work}. On {day} it was at {new}{met}{aside}",
        f"{what} began this period at {before}; {work}. By {day} it had come to {new}{met}{aside}",
    ]


def _goal(fact: Fact, voice: Voice) -> Phrasings:
    what, day, work = _what(fact, voice), voice.day(fact.at), _work_for_goal(fact, voice)
    new, old = fact.measure("new"), fact.measure("old")
    came = ". Result: not measured"
    if new is not None:
        went = f"went from {voice.measure(old)} to {voice.measure(new)}" if old else f"ended at {voice.measure(new)}"
        came = f"; {fact.text('result')} {went}"
    owners = voice.names(_parties(fact, "owners"), 2) if _parties(fact, "owners") else ""
    shared = f", shared with {owners}," if owners else ""
    return [f"{what}{shared} was finished on {day}{came}{work}"]


def _work_for_goal(fact: Fact, voice: Voice) -> str:
    keys = _keys(fact, voice)
    return f". Linked to it from my work: {keys}" if keys else ""


def _team(fact: Fact, voice: Voice) -> Phrasings:
    goal, what = voice.titled(fact.text("goal"), fact.quote("goal_title")), _what(fact, voice)
    old, new, day = fact.measure("old"), voice.measure(fact.measure("new")), voice.day(fact.day("updated"))
    owners = voice.names(_parties(fact, "owners"), 2) if _parties(fact, "owners") else ""
    by, aside = f", owned by {owners}," if owners else "", _aim(fact, voice)
    under = f"under my goal {goal}" if fact.quote("goal_title") else f"under {goal} as well"
    if old is None:
        return [f"{under}, {what}{by} was at {new} on {day}{aside}"]
    return [f"{under} we moved {what}{by} from {voice.measure(old)} to {new} by {day}{aside}"]


def _aim(fact: Fact, voice: Voice) -> str:
    target, due = fact.measure("target"), fact.day("due")
    if target is None:
        return ""
    return f" (target {voice.measure(target)}{' by ' + voice.day(due) if due else ''})"


def _decided(fact: Fact, voice: Voice) -> Phrasings:
    title, day, others = voice.quoted(fact.quote("title")), voice.day(fact.at), _parties(fact, "with_others")
    if others:
        names = voice.names(others, 2)
        return [
            f"with {names} I took the decision in {title}, {day}",
            f"on {day} {_and_i(others, voice)} decided: {title}",
        ]
    return [f"on {day} I decided what stands in {title}", f"I took the decision in {title}, {day}"]


def _action(fact: Fact, voice: Voice) -> Phrasings:
    title, since, day = voice.quoted(fact.quote("title")), voice.day(fact.day("since")), voice.day(fact.at)
    return [f"from a check-in I had taken on {title} on {since}; it was done on {day}"]


def _delivery(fact: Fact, voice: Voice) -> Phrasings:
    what, day, part = _what(fact, voice), voice.day(fact.at), fact.text("hand")
    goal = _towards(fact, voice)
    if fact.slots.get("commit"):
        title = voice.quoted(fact.quote("title")) or fact.text("key")
        return [f"on {day} I made the change {title}{goal}" if part == "did" else f"on {day} we made {title}{goal}"]
    if fact.slots.get("document"):
        return [f"on {day} I wrote {what}{goal}" if part == "did" else f"I took part in writing {what}, {day}{goal}"]
    if fact.slots.get("merged"):
        mine = "I made" if part == "did" else "we made"
        return [f"{mine} {what}; it was merged on {day}{goal}", f"{what}, which {mine}, was merged on {day}{goal}"]
    began, end = _began(fact, voice, what), _end(fact, voice, day)
    return [f"{began}; {end}{goal}", f"{began}. {end[:1].upper()}{end[1:]}{goal}"] if began else [f"{end}{goal}"]


def _began(fact: Fact, voice: Voice, what: str) -> str:
    """The situation: who opened it and when, and how long it stood still."""
    asker, begun = fact.roles.get("asker"), fact.day("begun")
    stood = ""
    if first := fact.day("stood_from"):
        stood = f" and stood still {voice.span(first, fact.day('stood_to'))}" + _paren(fact, voice)
    if asker is not None and begun:
        return f"{voice.named(asker)} opened {what} on {voice.day(begun)}" + (f"; it{stood[4:]}" if stood else "")
    if begun:
        return f"{what} was opened on {voice.day(begun)}{stood}"
    return f"{what}{stood[4:]}" if stood else what


def _paren(fact: Fact, voice: Voice) -> str:
    reason = fact.quote("reason")
    return f" ({voice.quoted(reason)})" if reason else ""


def _end(fact: Fact, voice: Voice, day: str) -> str:
    due = fact.day("due")
    due_on = voice.day(due) if due else ""
    time = f", within its date of {due_on}" if due and fact.slots.get("in_time") else ""
    part = fact.text("hand")
    if part == "did":
        verb = ("I brought it to an end", "I finished it", "I closed it")[fact.at.toordinal() % 3]
        return f"{verb} on {day}{time}"
    if part == "with":
        return f"I took part in it, and it was done on {day}{time}"
    return f"it was assigned to me and was done on {day}{time}"


def _towards(fact: Fact, voice: Voice) -> str:
    goal = fact.text("goal")
    return f". It is linked to {voice.titled(goal, fact.quote('goal_title'))}" if goal else ""


def _titles(fact: Fact, voice: Voice) -> str:
    return voice.listed([voice.quoted(title) for title in fact.several("titles") if isinstance(title, Quote)])


def _area(fact: Fact, voice: Voice) -> Phrasings:
    area, titles = fact.text("area"), _titles(fact, voice)
    span = voice.span(fact.day("first"), fact.day("last"))
    made = "I made" if fact.text("hand") == "did" else "with others I made"
    new = "; the records show no earlier change of mine there" if fact.slots.get("new") else ""
    if not fact.slots.get("more"):
        return [f"in {area} {made} {titles}, {span}{new}", f"{span}, in {area}: {made} {titles}{new}"]
    return [
        f"in {area} {made} changes such as {titles}, {span}{new}",
        f"{span}, in {area}, {made} {titles}, and other changes{new}",
        f"in {area}, {span}, {made} among other changes {titles}{new}",
    ]


def _moved_open(fact: Fact, voice: Voice) -> Phrasings:
    if fact.slots.get("all"):
        return ["Result: not measured", "What came of this work: not measured"]
    return ["Result of the rest: not measured", "What came of the rest: not measured"]


def _moved_none(fact: Fact, voice: Voice) -> Phrasings:
    span = voice.span(fact.day("first"), fact.day("last"))
    return [f"The sources that were read show no goal and no finished work of mine, {span}"]


def _unblocked(fact: Fact, voice: Voice) -> Phrasings:
    what, day, helped = _what(fact, voice), voice.day(fact.at), voice.named(fact.roles.get("helped"))
    went, since = fact.day("went_on"), fact.day("stood_from")
    after = ""
    if went:
        after = "; it moved again the same day" if went == fact.at else f"; it moved again on {voice.day(went)}"
    said, goal = _said(fact, voice), _whose(fact, voice)
    if what and since:
        stood = f"{what} had stood still since {voice.day(since)}{_paren(fact, voice)}"
        return [f"{stood}. On {day} I unblocked {helped}{said}{after}{goal}"]
    on = f" on {what}" if what else ""
    return [
        f"on {day} I unblocked {helped}{on}{said}{after}{goal}",
        f"I unblocked {helped}{on}, {day}{said}{after}{goal}",
    ]


def _whose(fact: Fact, voice: Voice) -> str:
    goal = fact.text("goal")
    if not goal:
        return ""
    named, owners = voice.titled(goal, fact.quote("goal_title")), _parties(fact, "goal_owners")
    owned = f", owned by {voice.names(owners, 2)}" if owners else ""
    if fact.slots.get("own_goal"):
        owned = f", which I share with {voice.names(owners, 2)}" if owners else ", which is mine as well"
    return f". Whose goal: {named}{owned}"


def _aid(fact: Fact, voice: Voice) -> Phrasings:
    once, often = _DID[fact.text("act")]
    people, team = _parties(fact, "people"), fact.text("team")
    whom = voice.names(people, 2) if fact.slots.get("own_team") or not team else voice.of_team(people, team)
    did = (once if fact.number("times") == 1 else often).format(whom)
    if fact.slots.get("own_team"):
        did += " in my own team" if fact.text("act") not in ("co_authored", "served") else ", in our own team"
    span, goal = voice.span(fact.day("first"), fact.day("last")), _whose(fact, voice)
    said = _said(fact, voice)
    title, key = fact.quote("title"), fact.text("key")
    shown = voice.titled(key, title) if key else voice.quoted(title)
    on = ""
    if shown:
        on = f" on {shown}" if fact.number("times") == 1 and key else f", such as {shown}"
        on = f", {shown}" if fact.number("times") == 1 and not key else on
    return [f"{span}: {did}{on}{said}{goal}", f"{did}{on}, {span}{said}{goal}"]


def _helped_open(fact: Fact, voice: Voice) -> Phrasings:
    came = "What came of it" if fact.slots.get("all") else "What came of the rest"
    if fact.text("linked") == "none":
        return [
            f"{came}: not measured. No goal is linked to this work in the records, so whose it advanced is not known"
        ]
    if fact.text("linked") == "some":
        return [f"{came}: not measured; where no goal is named, none is linked"]
    return [f"{came}: not measured"]


def _helped_none(fact: Fact, voice: Voice) -> Phrasings:
    return ["The sources that were read show nothing that I did for others; help often leaves no trace there"]


def _said_by(fact: Fact, voice: Voice) -> Phrasings:
    author = fact.roles.get("author")
    name = voice.named(author) if author else (fact.text("author_name") or "a customer")
    if fact.text("relation") == "customer" and fact.text("author_name"):
        name = f"{name}, a customer,"
    what, day, words = _what(fact, voice), voice.day(fact.at), voice.quoted(fact.quote("words"))
    about = f" about {what}" if what else ""
    mine = f". I worked on {fact.text('key')}" if fact.slots.get("mine") and fact.text("key") else ""
    return [f"{name} wrote on {day}{about}: {words}{mine}", f"on {day} {name} wrote{about}: {words}{mine}"]


def _and_i(others: list[Party], voice: Voice) -> str:
    names = [voice.name(party) for party in others[:2]]
    return voice.listed([*names, *(["others"] if len(others) > 2 else []), "I"]) if names else "I"


def _incident(fact: Fact, voice: Voice) -> Phrasings:
    what, day, closed = _what(fact, voice) or "an incident", voice.day(fact.at), fact.day("closed")
    others = _parties(fact, "with_others")
    who = _and_i(others, voice)
    over = ". Until when it lasted is not recorded"
    if closed:
        over = "; it was over the same day" if closed == fact.at else f"; it was over on {voice.day(closed)}"
    return [
        f"when {what} came up, {who} answered on {day}{_said(fact, voice)}{over}",
        f"on {day} {who} took on {what}{_said(fact, voice)}{over}",
    ]


def _served(fact: Fact, voice: Voice) -> Phrasings:
    keys, span = _keys(fact, voice), voice.span(fact.day("first"), fact.day("last"))
    on = f" ({keys})" if keys else ""
    return [f"I worked with customers, {span}{on}{_said(fact, voice)}. What changed for them: not measured"]


def _changed_open(fact: Fact, voice: Voice) -> Phrasings:
    return ["Result for customers: not measured", "For customers: not measured"]


def _changed_none(fact: Fact, voice: Voice) -> Phrasings:
    return ["What changed for customers or the team: not measured; no record that was read says it"]


def _missed_goal(fact: Fact, voice: Voice) -> Phrasings:
    what, day, new, target = _what(fact, voice), voice.day(fact.at), fact.measure("new"), fact.measure("target")
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
    return [
        (
            f"{_what(fact, voice)} has had no new value for {fact.number('days')} days; on {day} it was at {last}{aim}",
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
        (f"{_what(fact, voice)} was done and was opened {often}{_paren(fact, voice)}", "What became clear in between?")
    ]


def _late(fact: Fact, voice: Voice) -> Phrasings:
    due, late = voice.day(fact.day("due")), voice.plural(fact.number("late"), "day")
    return [
        (f"{_what(fact, voice)} was due on {due} and was done {late} later", "What did you learn about such a date?"),
        (
            f"{_what(fact, voice)} was done {late} after its date, {due}",
            "What came in between, and what follows from it?",
        ),
    ]


def _open(fact: Fact, voice: Voice) -> Phrasings:
    due, late = voice.day(fact.day("due")), voice.plural(fact.number("late"), "day")
    return [(f"{_what(fact, voice)} was due on {due} and is still open, {late} after", "Which date holds now?")]


def _overdue(fact: Fact, voice: Voice) -> Phrasings:
    since, due, late = (
        voice.day(fact.day("since")),
        voice.day(fact.day("due")),
        voice.plural(fact.number("late"), "day"),
    )
    what = voice.quoted(fact.quote("title")) or "an action"
    return [(f"I took on {what} on {since}, due {due}; it is {late} over", "What do you do with it now?")]


def _missed_none(fact: Fact, voice: Voice) -> Phrasings:
    return [
        (
            "In what was read nothing of mine was missed, opened again or late",
            "What did not go as you hoped all the same, and what did you learn?",
        )
    ]


def _wait(fact: Fact, voice: Voice) -> Phrasings:
    what, since, days = _what(fact, voice), voice.day(fact.day("since")), voice.ago(fact.number("days"))
    blocker, owner, team = fact.text("blocker"), fact.roles.get("owner"), fact.text("team")
    if not blocker:
        return [
            (
                f"{what} has stood still since {since} ({days}){_said(fact, voice, ': ', 'reason')}",
                "Whom is it waiting for?",
            )
        ]
    of = f" of {team}" if team else ""
    if owner:
        of = f" ({voice.named(owner)})"
    promised = fact.day("promised")
    by = f"; {blocker} has the date {voice.day(promised)}" if promised else ""
    return [
        (
            f"{what} has waited for {blocker}{of} since {since} ({days}){_said(fact, voice, ': ', 'reason')}{by}",
            "What would help most: a date, a decision, or somebody to decide it with?",
        ),
        (
            f"since {since} ({days}) {what} has been waiting for {blocker}{of}{_said(fact, voice, ': ', 'reason')}{by}",
            "From whom do you need what, and by when?",
        ),
    ]


def _question(fact: Fact, voice: Voice) -> Phrasings:
    whom = fact.roles.get("whom")
    asked, times = (f" {voice.named(whom)}" if whom else ""), fact.number("times")
    often = "twice" if times == 2 else f"{voice.count(times)} times"
    span = voice.span(fact.day("first"), fact.day("last"))
    return [
        (f"I asked{asked} about {_what(fact, voice)} {often}, {span}; no answer is recorded", "Who could answer it?")
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
    "moved.result": _result,
    "moved.goal": _goal,
    "moved.team": _team,
    "moved.decided": _decided,
    "moved.action": _action,
    "moved.delivery": _delivery,
    "moved.area": _area,
    "moved.unmeasured": _moved_open,
    "moved.none": _moved_none,
    "helped.unblocked": _unblocked,
    "helped.aid": _aid,
    "helped.unmeasured": _helped_open,
    "helped.none": _helped_none,
    "changed.said": _said_by,
    "changed.incident": _incident,
    "changed.served": _served,
    "changed.unmeasured": _changed_open,
    "changed.none": _changed_none,
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
