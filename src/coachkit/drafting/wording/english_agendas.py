"""English: the check-in agenda, the same for both sides."""

from __future__ import annotations

from dataclasses import replace

from coachkit.drafting.facts import Fact
from coachkit.drafting.voice import Voice
from coachkit.drafting.wording import english_explore
from coachkit.drafting.wording.book import Phrasings, Says

__all__ = ["SAYS"]


def _words(fact: Fact) -> str:
    words = fact.quote("text")
    return f"“{words.text}”" if words else "(a point whose words cannot be shown here; open it)"


def _said(fact: Fact, _voice: Voice) -> Phrasings:
    return [_words(fact)]


def _left(fact: Fact, voice: Voice) -> Phrasings:
    return [f"{voice.name(fact.roles['author'])}: {_words(fact)} (open since {voice.day(fact.day('since'))})"]


def _nothing(fact: Fact, voice: Voice) -> Phrasings:
    meeting = fact.day("meeting")
    when = f" for {voice.day(meeting)}" if meeting else ""
    return [f"neither of the two has put a point down{when} yet"]


def _one_sided(fact: Fact, voice: Voice) -> Phrasings:
    share = f"{voice.count(fact.number('others'))} of the {voice.plural(fact.number('of'), 'point')}"
    return [f"{share} are {voice.name(fact.roles['other'])}’s: which could wait, so that {_who(fact)}’s come first?"]


def _who(fact: Fact) -> str:
    return fact.roles["subject"].short


def _what(fact: Fact, voice: Voice) -> str:
    return voice.titled(fact.text("key"), fact.quote("title"))


def _item(fact: Fact, voice: Voice) -> Phrasings:
    parts = []
    if begun := fact.day("begun"):
        parts.append(f"under way since {voice.day(begun)}")
    if due := fact.day("due"):
        parts.append(f"due {voice.day(due)}")
    if goal := fact.text("goal"):
        parts.append(f"towards {goal}")
    return [f"{_what(fact, voice)}: {', '.join(parts)}" if parts else _what(fact, voice)]


def _result(fact: Fact, voice: Voice) -> Phrasings:
    target, due = voice.measure(fact.measure("target")), voice.day(fact.day("due"))
    last, updated = voice.measure(fact.measure("last")), voice.day(fact.day("updated"))
    kind = f", {fact.text('commitment')}" if fact.text("commitment") else ""
    return [f"{_what(fact, voice)}: target {target} by {due}; {last} on {updated}{kind}"]


def _plain(kind: str) -> Says:
    """The observation of ``explore``, without its question: on an agenda of both it is for neither to ask."""

    def says(fact: Fact, voice: Voice) -> Phrasings:
        return [
            one if isinstance(one, str) else one[0]
            for one in english_explore.SAYS[kind](replace(fact, kind=kind), voice)
        ]

    return says


SAYS: dict[str, Says] = {
    "agenda.said": _said,
    "agenda.left": _left,
    "agenda.nothing": _nothing,
    "agenda.one_sided": _one_sided,
    "plan.item": _item,
    "plan.result": _result,
    "risk.wait": _plain("explore.wait"),
    "risk.waited_for": _plain("explore.waited_for"),
    "risk.question": _plain("explore.question"),
    "risk.asked": _plain("explore.asked"),
    "risk.reopened": _plain("explore.reopened"),
    "risk.due": _plain("explore.due"),
}
