"""English: the answers of a self-review, in the first person.

"I" stands where the fact says that the record shows it (``hand`` is ``did``), "we" or "took part in" where others wrote
it too, and neither where it was only assigned.
"""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Party, Quote
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import english_review_needs
from coachkit.drafting.wording.book import Phrasings, Says
from coachkit.drafting.wording.english_review_needs import item_named, why, words_said

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


def _keys(fact: Fact, voice: Voice, name: str = "items") -> str:
    listed = [key for key in fact.several(name) if isinstance(key, str)]
    return voice.listed(listed) if listed else ""


def _parties(fact: Fact, name: str) -> list[Party]:
    return [party for party in fact.several(name) if isinstance(party, Party)]


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
    what, old, new = item_named(fact, voice), fact.measure("old"), voice.measure(fact.measure("new"))
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
    what, day, work = item_named(fact, voice), voice.day(fact.at), _work_for_goal(fact, voice)
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
    goal, what = voice.titled(fact.text("goal"), fact.quote("goal_title")), item_named(fact, voice)
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
    what, day, part = item_named(fact, voice), voice.day(fact.at), fact.text("hand")
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
        stood = f" and stood still {voice.span(first, fact.day('stood_to'))}" + why(fact, voice)
    if asker is not None and begun:
        return f"{voice.named(asker)} opened {what} on {voice.day(begun)}" + (f"; it{stood[4:]}" if stood else "")
    if begun:
        return f"{what} was opened on {voice.day(begun)}{stood}"
    return f"{what}{stood[4:]}" if stood else what


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
    what, day, helped = item_named(fact, voice), voice.day(fact.at), voice.named(fact.roles.get("helped"))
    went, since = fact.day("went_on"), fact.day("stood_from")
    after = ""
    if went:
        after = "; it moved again the same day" if went == fact.at else f"; it moved again on {voice.day(went)}"
    said, goal = words_said(fact, voice), _whose(fact, voice)
    if what and since:
        stood = f"{what} had stood still since {voice.day(since)}{why(fact, voice)}"
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
    said = words_said(fact, voice)
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
    what, day, words = item_named(fact, voice), voice.day(fact.at), voice.quoted(fact.quote("words"))
    about = f" about {what}" if what else ""
    mine = f". I worked on {fact.text('key')}" if fact.slots.get("mine") and fact.text("key") else ""
    return [f"{name} wrote on {day}{about}: {words}{mine}", f"on {day} {name} wrote{about}: {words}{mine}"]


def _and_i(others: list[Party], voice: Voice) -> str:
    names = [voice.name(party) for party in others[:2]]
    return voice.listed([*names, *(["others"] if len(others) > 2 else []), "I"]) if names else "I"


def _incident(fact: Fact, voice: Voice) -> Phrasings:
    what, day, closed = item_named(fact, voice) or "an incident", voice.day(fact.at), fact.day("closed")
    others = _parties(fact, "with_others")
    who = _and_i(others, voice)
    over = ". Until when it lasted is not recorded"
    if closed:
        over = "; it was over the same day" if closed == fact.at else f"; it was over on {voice.day(closed)}"
    return [
        f"when {what} came up, {who} answered on {day}{words_said(fact, voice)}{over}",
        f"on {day} {who} took on {what}{words_said(fact, voice)}{over}",
    ]


def _served(fact: Fact, voice: Voice) -> Phrasings:
    keys, span = _keys(fact, voice), voice.span(fact.day("first"), fact.day("last"))
    on = f" ({keys})" if keys else ""
    return [f"I worked with customers, {span}{on}{words_said(fact, voice)}. What changed for them: not measured"]


def _changed_open(fact: Fact, voice: Voice) -> Phrasings:
    return ["Result for customers: not measured", "For customers: not measured"]


def _changed_none(fact: Fact, voice: Voice) -> Phrasings:
    return ["What changed for customers or the team: not measured; no record that was read says it"]


SAYS: dict[str, Says] = {
    **english_review_needs.SAYS,
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
}
