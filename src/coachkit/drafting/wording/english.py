"""English: agenda, actions, goals, sources."""

from __future__ import annotations

from coachkit.drafting.facts import Fact, Measure, Party
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import (
    english_agendas,
    english_cards,
    english_contribution,
    english_explore,
    english_review,
    english_work,
)
from coachkit.drafting.wording.book import Book, Phrasings

__all__ = ["BOOK"]

_TITLES = {
    "actions": "Open actions",
    "wins": "Worth saying",
    "goals": "Goals, changes only",
    "explore": "To explore",
    "across": "Across teams",
    "question": "One question",
    "unknowns": "Not known",
}


def _title(section: str, voice: Voice, facts: tuple[Fact, ...]) -> str:
    if section == "across" and facts and not any(fact.text("team") for fact in facts):
        return "With others"
    if section != "agenda":
        return _TITLES[section]
    points = [fact for fact in facts if fact.kind in ("agenda.point", "agenda.carried")]
    theirs = sum(fact.roles["author"].who == voice.subject.who for fact in points)
    if not points:
        return "Agenda"
    return f"Agenda: {theirs} of {len(points)} {'point' if len(points) == 1 else 'points'} from {voice.subject.short}"


BOOK = Book(_title)
BOOK.include(english_work.SAYS)
BOOK.include(english_explore.SAYS)
BOOK.include(english_agendas.SAYS)
BOOK.include(english_cards.SAYS)
BOOK.include(english_review.SAYS)
BOOK.include(english_contribution.SAYS)


@BOOK.on("agenda.point")
def _point(fact: Fact, voice: Voice) -> Phrasings:
    words = fact.quote("text")
    said = voice.quoted(words) if words else "(a point whose words cannot be shown here; open it)"
    if fact.roles["author"].who == voice.subject.who:
        return [said]
    return [f"{voice.name(fact.roles['author'])}: {said}"]


@BOOK.on("agenda.carried")
def _carried(fact: Fact, voice: Voice) -> Phrasings:
    (said,) = _point(fact, voice)
    return [f"{said} (from {voice.day(fact.day('meeting'))}, not ticked off)"]


@BOOK.on("agenda.balance")
def _balance(fact: Fact, voice: Voice) -> Phrasings:
    owner = voice.name(fact.roles["other"])
    share = f"{voice.count(fact.number('others'))} of the {voice.plural(fact.number('of'), 'point')}"
    if owner == "you":
        return [f"{share} are yours. Which could wait, so that {voice.subject.short}’s come first?"]
    return [f"{share} are {owner}’s. Which of {voice.subject.short}’s should come first?"]


@BOOK.on("agenda.empty")
def _empty(fact: Fact, voice: Voice) -> Phrasings:
    return [f"nobody has put a point down for {voice.day(fact.day('meeting'))} yet"]


@BOOK.on("actions.open", "actions.overdue", "actions.done")
def _action(fact: Fact, voice: Voice) -> Phrasings:
    title = fact.quote("title")
    what = voice.quoted(title) if title else "(an action whose words cannot be shown here; open it)"
    parts = [f"from {voice.day(fact.day('since'))}"]
    if due := fact.day("due"):
        parts.append(f"due {voice.day(due)}")
    if late := fact.number("late"):
        parts.append(f"{voice.ago(late)} over")
    if done := fact.day("done"):
        parts = [f"done {voice.day(done)}"]
    return [f"{voice.name(fact.roles['owner'])}: {what} — {', '.join(parts)}"]


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _target(fact: Fact, voice: Voice) -> str:
    target, due = fact.measure("target"), fact.day("due")
    if target is None:
        return ""
    return f", target {voice.measure(target)}" + (f" by {voice.day(due)}" if due else "")


def _kind(fact: Fact) -> str:
    commitment = fact.text("commitment")
    return f", {commitment}" if commitment else ""


def _values(fact: Fact, voice: Voice) -> str:
    old, new = fact.measure("old"), fact.measure("new")
    if old is None:
        return voice.measure(new)
    return f"{voice.measure(old, unit=False)} → {voice.measure(new)}"


@BOOK.on("goals.moved")
def _moved(fact: Fact, voice: Voice) -> Phrasings:
    updated = f" · updated {voice.day(fact.day('updated'))}{_kind(fact)}"
    return [f"{_what(fact, voice)}: {_values(fact, voice)}{_target(fact, voice)}{updated}"]


@BOOK.on("goals.reached")
def _reached(fact: Fact, voice: Voice) -> Phrasings:
    target, updated = voice.measure(fact.measure("target")), f" · updated {voice.day(fact.day('updated'))}{_kind(fact)}"
    return [f"{_what(fact, voice)}: {_values(fact, voice)}, target of {target} reached{updated}"]


@BOOK.on("goals.stale")
def _stale(fact: Fact, voice: Voice) -> Phrasings:
    last: Measure | None = fact.measure("last")
    owners = [party for party in fact.several("owners") if isinstance(party, Party)]
    shared = f", shared with {voice.listed([voice.named(party) for party in owners[:2]])}" if owners else ""
    days, day = voice.ago(fact.number("days")), voice.day(fact.day("updated"))
    rest = f"{_target(fact, voice)}{shared}{_kind(fact)}"
    return [
        f"{_what(fact, voice)}: no new value for {days}; {voice.measure(last)} on {day}{rest}",
        f"{_what(fact, voice)}: last measured {day} ({voice.measure(last)}), {days} ago{rest}",
    ]


@BOOK.on("goals.done")
def _done(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{_what(fact, voice)}: finished {voice.day(fact.at)}{_kind(fact)}"]


@BOOK.on("goals.missed")
def _missed(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{_what(fact, voice)}: closed as missed on {voice.day(fact.at)}{_kind(fact)}"]


_KINDS = {
    "tickets": "tickets",
    "code": "code changes",
    "goals": "goals",
    "feedback": "feedback",
    "check_ins": "check-ins",
}


@BOOK.on("unknowns.failing")
def _failing(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('source')} has failed since {voice.day(fact.day('since'))}; what came after is missing here."]


@BOOK.on("unknowns.old")
def _old(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{fact.text('source')} was last read on {voice.day(fact.day('since'))}."]


@BOOK.on("unknowns.thin")
def _thin(fact: Fact, voice: Voice) -> Phrasings:
    acts, span = fact.number("acts"), voice.span(fact.day("first"), fact.day("last"))
    if not acts:
        return [f"no source has a record of {voice.subject.short}’s work for {span}: a gap in the sources, so ask."]
    records = voice.plural(acts, "record")
    return [
        f"only {records} of {voice.subject.short}’s work for {span}: too thin to go by, so ask.",
        f"{records} of {voice.subject.short}’s work, {span}: all there is, and too thin to go by, so ask.",
    ]


@BOOK.on("unknowns.without")
def _without(fact: Fact, voice: Voice) -> Phrasings:
    names = voice.listed([name for name in fact.several("sources") if isinstance(name, str)])
    know, have = ("knows", "has") if len(fact.several("sources")) == 1 else ("know", "have")
    whom = voice.subject.short
    return [f"{names} {know} most of the team and {have} nothing of {whom}’s: perhaps an unmatched account."]


@BOOK.on("unknowns.missing")
def _missing(fact: Fact, voice: Voice) -> Phrasings:
    listed = voice.listed([_KINDS[kind] for kind in fact.several("kinds") if isinstance(kind, str)])
    kinds = listed.replace(" and ", " or ")
    return [
        f"no record of {kinds} for {voice.subject.short}.",
        f"for {voice.subject.short} the sources hold no {kinds}.",
    ]


@BOOK.on("unknowns.capped")
def _capped(fact: Fact, voice: Voice) -> Phrasings:
    return ["there were more records than are read at once; older ones of this window are left out."]


@BOOK.on("unknowns.no_meeting")
def _no_meeting(fact: Fact, voice: Voice) -> Phrasings:
    return ["no next check-in is planned in the sources."]


@BOOK.on("unknowns.always")
def _always(fact: Fact, voice: Voice) -> Phrasings:
    return ["calls, chats and work without a record leave no trace here."]
