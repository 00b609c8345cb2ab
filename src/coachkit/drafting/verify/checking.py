"""The checks. Each is a small function from a claim and its ground to a reason against it, or nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

from coachkit.domain.drafts import Check, Origin, Statement
from coachkit.drafting.cleaning import clean
from coachkit.drafting.facts import Language
from coachkit.drafting.fitting import length
from coachkit.drafting.suspicion import is_suspicious
from coachkit.drafting.verify.claim import Claim, Ground
from coachkit.drafting.verify.grammar import auxiliaries, content, passives, verbs
from coachkit.drafting.verify.reading import Reading, read
from coachkit.drafting.words import ALLOWED, FORBIDDEN, FREE, NEGATION, OPENING, PRIVATE, STATES, stem

__all__ = ["COMPOSED_CHECKS", "Finds", "accept", "verify"]

LONGEST = {"en": 60, "zh": 130}
"""Words or characters of one statement; more than half as long again as our own is too long as well."""

Finds = Callable[[Claim, Ground], str]


def citation(claim: Claim, ground: Ground) -> str:
    """It cites something; what it cites exists, may be read by both sides, and stands behind this fact."""
    if ground.fact.uncited:
        return "cites something although it is about no record" if claim.evidence else ""
    if not claim.evidence:
        return "cites nothing"
    unknown = [one for one in claim.evidence if one not in ground.evidence]
    if unknown:
        return f"cites what is not there or may not be read: {', '.join(unknown)}"
    foreign = [one for one in claim.evidence if one not in ground.fact.counted]
    return f"cites what does not stand behind this fact: {', '.join(foreign)}" if foreign else ""


_DASH = re.compile("[–—]")


def shape(claim: Claim, ground: Ground) -> str:
    """Plain words on one line: no markup, links, citations of its own, hidden characters or instructions."""
    for text in (claim.text, claim.question):
        if text != text.strip() or re.search(r"[\n\r\t]|\[\d+\]|https?:|www\.|[<>`*_{}|]{1}", _without_quotes(text)):
            return "is not plain words on one line"
        if _bare(clean(text)) != _bare(text):
            return "holds markup, a link or hidden characters"
        if is_suspicious(_without_quotes(text)):
            return "reads like instructions to a program"
    if len(_DASH.findall(claim.text)) > len(_DASH.findall(ground.composed.text)):
        return "has a dash more than the fact, which could be read as a span"
    return "is empty" if not re.search(r"\w", claim.text) else ""


def quotations(claim: Claim, ground: Ground) -> str:
    """It has the same quotations as our own words, word for word."""
    theirs, ours = Counter(_read(claim, ground).quotes), Counter(ground.said.quotes)
    if theirs - ours:
        return f"quotes what no record says: {next(iter(theirs - ours))[:40]!r}"
    return "has lost a quotation" if ours - theirs else ""


def names(claim: Claim, ground: Ground) -> str:
    """It names the same people, teams and things as our own words, as they are written; no other and none less."""
    theirs = {mention.name for mention in _read(claim, ground).mentions}
    ours = {mention.name for mention in ground.said.mentions}
    lost = [name for name in ground.fact.things if name in ground.composed.text and name not in claim.text]
    return _difference("name", theirs, ours) or (f"name lost: {lost[0]}" if lost else "")


def keys(claim: Claim, ground: Ground) -> str:
    """It names the same items, paths and hashes."""
    theirs, ours = Counter(_read(claim, ground).keys), Counter(ground.said.keys)
    return _difference("key", set(theirs), set(ours)) or ("repeats a key" if theirs - ours else "")


def numbers(claim: Claim, ground: Ground) -> str:
    """It has the same numbers with the same units, in the same order: ``3 of 5`` is not ``5 of 3``."""
    theirs, ours = Counter(_read(claim, ground).numbers), Counter(ground.said.numbers)
    for number in (theirs - ours).keys() | (ours - theirs).keys():
        twin = any(other.value == number.value and not (other.unit and number.unit) for other in (theirs | ours))
        bare = {other.value for other in theirs} == {other.value for other in ours}
        if not (twin and bare and not number.unit):
            return f"number {'added or changed' if number in theirs - ours else 'lost'}: {number.value:g} {number.unit}"
    said, ours_said = ([number.value for number in reading.numbers] for reading in (_read(claim, ground), ground.said))
    return "" if said == ours_said else "numbers stand in another order"


def dates(claim: Claim, ground: Ground) -> str:
    """It has the same dates, each as often and in the same order: when it began is not when it was due."""
    theirs, ours = _read(claim, ground).dates, ground.said.dates
    return "" if theirs == ours else "dates differ from the record's"


def states(claim: Claim, ground: Ground) -> str:
    """It says of nothing that it is in a state that the fact does not say, and loses none."""
    said, ours = _without_quotes(claim.text), _without_quotes(ground.composed.text)
    for name, pattern in STATES.items():
        if bool(pattern.search(said)) != bool(pattern.search(ours)):
            return f"state {name!r} is {'added' if pattern.search(said) else 'lost'}"
    return ""


def negation(claim: Claim, ground: Ground) -> str:
    """It denies as often as the fact does."""
    pattern = NEGATION[ground.language]
    said, ours = len(pattern.findall(_without_quotes(claim.text))), len(pattern.findall(_outside(ground)))
    return "" if said == ours else f"denies {said} times, the fact {ours} times"


_HANDS = frozenset(
    re.findall(r"\S+", "by of for from to with at behind before after 被 由 向 替 帮 给 对 和 与 在 为 等 的 ’s 's")
)
"""Words before a name that say which part its bearer has."""


def roles(claim: Claim, ground: Ground) -> str:
    """Who gives and who receives: names and keys stand in the same order, each with the word that gives it its part.

    The typed record knows one giver and one receiver, one that waits and one that is waited for; our own words carry
    them by order and by such words. A sentence
    that turns either around could be right, but it cannot be told from one that swaps them, so it is refused.
    """
    theirs, ours = _read(claim, ground).parts, ground.said.parts
    if [mention.name for mention in theirs] != [mention.name for mention in ours]:
        return "names or keys stand in another order"
    for one, other in zip(theirs, ours, strict=True):
        if (one.before if one.before in _HANDS else "") != (other.before if other.before in _HANDS else ""):
            return f"{one.name} stands in another role"
        if (one.behind in ("'s", "’s", "的")) != (other.behind in ("'s", "’s", "的")):
            return f"{one.name} owns something else"
    return ""


def actors(claim: Claim, ground: Ground) -> str:
    """Every verb stands as often as in our own words, with the same name before it and the same one behind it.

    So nobody becomes the one who did what was done for them, and a line that begins with its verb, because whose line
    it is stands above it, gets no other subject and no second verb.
    """
    theirs, ours = (verbs(reading, ground.language) for reading in (_read(claim, ground), ground.said))
    if theirs == ours:
        return ""
    said, known = (Counter(one.verb for one in found.elements()) for found in (theirs, ours))
    if said != known:
        verb = next(iter((said - known) or (known - said)))
        return f"the verb {verb!r} is {'added' if said - known else 'lost'}"
    return f"somebody else stands beside the verb {next(iter(theirs - ours)).verb!r}"


def voice(claim: Claim, ground: Ground) -> str:
    """It turns nothing into the passive or out of it, and adds no *can*, *would* or *got*."""
    theirs, ours = _without_quotes(claim.text), _outside(ground)
    turned = passives(theirs, ground.language), passives(ours, ground.language)
    if turned[0] != turned[1]:
        return "active and passive are turned around"
    added = auxiliaries(theirs, ground.language) - auxiliaries(ours, ground.language)
    return f"auxiliary added: {next(iter(added))}" if added else ""


def support(claim: Claim, ground: Ground) -> str:
    """Every word with a meaning of its own stands in our own words for the fact, as often, and none is lost."""
    reading = _read(claim, ground)
    wrong = _unsupported(reading, ground.said, FREE[ground.language], ground.language)
    if wrong:
        return f"says what the fact does not: {', '.join(sorted(wrong)[:5])}"
    theirs, ours = content(reading, ground.language), content(ground.said, ground.language)
    if theirs - ours:
        return f"says a word more often than the fact: {next(iter(theirs - ours))}"
    return f"has lost a word: {next(iter(ours - theirs))}" if ours - theirs else ""


def wording(claim: Claim, ground: Ground) -> str:
    """It does not rate, rank, praise, describe a character or a mood, or touch what is private."""
    return _forbidden(claim.text, _outside(ground))


def own_wording(claim: Claim, ground: Ground) -> str:
    """The same of our own words, which nothing excuses."""
    return _forbidden(_nameless(claim.text, ground), "") or _forbidden(_nameless(claim.question, ground), "")


def _nameless(text: str, ground: Ground) -> str:
    """``text`` without names of people and things: a folder may be called ``ranking``, and a person Best."""
    for name in sorted({*ground.names, *ground.fact.things}, key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", " ", text) if name in text else text
    return text


def size(claim: Claim, ground: Ground) -> str:
    """It is no longer than it should be."""
    most = max(length(ground.composed.text, ground.language) * 1.5, 12)
    found = length(claim.text, ground.language)
    return "" if found <= min(LONGEST[ground.language], most) else f"is {found} long"


def asks(claim: Claim, ground: Ground) -> str:
    """Its question is open and brings in nothing that the fact does not hold."""
    if not claim.question:
        return "has lost its question" if ground.composed.question else ""
    if not claim.question.rstrip().endswith(("?", "？")) or not OPENING[ground.language].search(claim.question):
        return "asks no open question"
    reading = read(claim.question, ground.names, ground.language)
    known = ground.asked
    if set(reading.mentions) and not {m.name for m in reading.mentions} <= {m.name for m in known.mentions}:
        return "asks about somebody else"
    if not set(reading.keys) <= set(known.keys) or not set(reading.dates) <= set(known.dates):
        return "asks about something else"
    if not {n.value for n in reading.numbers} <= {n.value for n in known.numbers}:
        return "brings in a number"
    wrong = _unsupported(reading, known, ALLOWED[ground.language], ground.language)
    if wrong:
        return f"asks about what the fact does not say: {', '.join(sorted(wrong)[:5])}"
    return _forbidden(claim.question, ground.composed.question)


CHECKS: Mapping[str, Finds] = {
    "citation": citation,
    "shape": shape,
    "quotations": quotations,
    "names": names,
    "keys": keys,
    "numbers": numbers,
    "dates": dates,
    "states": states,
    "negation": negation,
    "roles": roles,
    "actors": actors,
    "voice": voice,
    "support": support,
    "wording": wording,
    "size": size,
}
"""For what a model wrote."""

COMPOSED_CHECKS: Mapping[str, Finds] = {"citation": citation, "wording": own_wording}
"""For our own words: a phrasing can be wrong too."""


def verify(claim: Claim, ground: Ground, checks: Mapping[str, Finds] = CHECKS) -> tuple[Check, ...]:
    """What each check says of a claim, in the order of the list."""
    found = ((name, finds(claim, ground)) for name, finds in checks.items())
    return tuple(Check(name=name, passed=not reason, reason=reason) for name, reason in found)


def accept(claim: Claim, ground: Ground, origin: Origin) -> Statement:
    """The statement to show: the claim if every check passes, with its question if that passes too; else our own.

    A claim that only repeats our own words, be it with another full stop, changes nothing and is shown as composed.
    """
    composed = ground.composed
    if _bare(claim.text) == _bare(composed.text) and claim.question in ("", composed.question):
        return composed
    checks = verify(claim, ground)
    if not all(check.passed for check in checks):
        return _with(composed, composed.text, composed.question, composed.evidence, Origin.REPLACED, checks)
    reason = asks(claim, ground)
    checks += (Check(name="question", passed=not reason, reason=reason),)
    question = composed.question if reason else claim.question
    return _with(composed, claim.text, question, claim.evidence, origin, checks)


def _with(
    composed: Statement, text: str, question: str, evidence: tuple[str, ...], origin: Origin, checks: tuple[Check, ...]
) -> Statement:
    return Statement(
        text=text,
        evidence=evidence,
        origin=origin,
        fact=composed.fact,
        question=question,
        checks=checks,
        data=composed.data,
    )


def _read(claim: Claim, ground: Ground) -> Reading:
    return read(claim.text, ground.names, ground.language)


def _without_quotes(text: str) -> str:
    return re.sub(r"“[^”]*”|\"[^\"]*\"|「[^」]*」", " ", text)


def _outside(ground: Ground) -> str:
    return _without_quotes(ground.composed.text)


def _bare(text: str) -> str:
    return re.sub(r"[\s.:,。：，…]+", "", text)


def _difference(what: str, theirs: set[str], ours: set[str]) -> str:
    if theirs - ours:
        return f"{what} added: {sorted(theirs - ours)[0]}"
    return f"{what} lost: {sorted(ours - theirs)[0]}" if ours - theirs else ""


def _forbidden(text: str, ours: str) -> str:
    """A word of the forbidden lists, unless the fact's own plain words have it (``committed`` of a goal)."""
    outside = _without_quotes(text)
    for reason, pattern in FORBIDDEN.items():
        for match in pattern.finditer(outside):
            if match.group().lower() not in ours.lower():
                return f"{reason}: {match.group()}"
    quoted = PRIVATE.search(text)
    return f"private: {quoted.group()}" if quoted and quoted.group().lower() not in ours.lower() else ""


def _unsupported(reading: Reading, ours: Reading, allowed: frozenset[str], language: Language) -> set[str]:
    """Words of ``reading`` that neither stand in our own words nor are among ``allowed``."""
    if language == "en":
        known = {stem(word) for word in ours.words} | {stem(word) for word in allowed}
        return {word for word in reading.words if stem(word) not in known and word not in allowed}
    text = "".join(ours.words)
    wrong = {word for word in reading.words if word not in text and word not in allowed}
    for one, other in zip(reading.words, reading.words[1:], strict=False):
        if one not in allowed and other not in allowed and one + other in reading.text and one + other not in ours.text:
            wrong.add(one + other)
    return wrong
