"""Checks of a claim against its evidence alone: no fact, no sentence of our own. Each returns a reason, or nothing.

What they know is in the evidence; what they cannot trace they refuse. A claim may leave out, reorder, turn into the
passive and say in other words of the same meaning (:mod:`~coachkit.drafting.verify.lexicon`); it may not add.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from coachkit.domain.drafts import Check
from coachkit.drafting.cleaning import clean
from coachkit.drafting.fitting import length
from coachkit.drafting.suspicion import is_suspicious
from coachkit.drafting.verify.acts import acts_in, turned
from coachkit.drafting.verify.cited import Cited, Unit, bare, senses_of
from coachkit.drafting.verify.figures import days, follows_from_numbers, numbers
from coachkit.drafting.verify.lexicon import ACTS
from coachkit.drafting.verify.passage import Arg, Clause, Token
from coachkit.drafting.words import FORBIDDEN, OPENING, PRIVATE, TECHNICAL

__all__ = ["CHECKS", "check_alone"]

LONGEST = {"en": 120, "zh": 260}
"""Words or characters of a statement, whatever it says."""

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|「[^」]*」|『[^』]*』")


def citation(of: Cited) -> str:
    """It cites something, and everything it cites is there."""
    if not of.citations:
        return "cites nothing"
    unknown = [one for one in (*of.citations, *of.marks) if one not in of.sources]
    if unknown:
        return f"cites what is not among the evidence: {', '.join(unknown)}"
    here = {id(of.sources[one]) for one in of.citations}
    foreign = [one for one in of.marks if id(of.sources[one]) not in here]
    return f"names a source that it does not cite: {', '.join(foreign)}" if foreign else ""


def shape(of: Cited) -> str:
    """Plain words: no markup, links, hidden characters or instructions."""
    for text in (of.text, of.question):
        outside = _QUOTED.sub(" ", text)
        if re.search(r"https?:|www\.|[<>`{}|]|\*\*|(?<!\w)__|\]\(|^\s*(?:#|[-*+]\s|\d+\.\s)", outside):
            return "holds markup or a link"
        if _letters(clean(outside)) != _letters(outside):
            return "holds markup, a role mark or hidden characters"
        if is_suspicious(outside):
            return "reads like instructions to a program"
    return "" if re.search(r"\w", of.text) else "is empty"


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def quotations(of: Cited) -> str:
    """What stands between quotation marks stands so in the cited evidence."""
    for quote in (token.text for clause in (*of.said, *of.asked) for token in clause if token.kind == "quote"):
        places = [of.quotes.find(part) for part in map(bare, re.split(r"…|\.\.\.", quote)) if part]
        if -1 in places:
            return f"quotes what the evidence does not say: {quote[:40]!r}"
        if places != sorted(places):
            return f"quotes in another order: {quote[:40]!r}"
    return ""


def names(of: Cited) -> str:
    """Whom it names, the cited evidence names."""
    return next((f"names {one.text}" for one in _args(of.said) if not one.is_key and not of.names_anywhere(one)), "")


def keys(of: Cited) -> str:
    """The items, versions, paths and times of day it names, the cited evidence names."""
    return next((f"names {one.text}" for one in _args(of.said) if one.is_key and not of.names_anywhere(one)), "")


def roles(of: Cited) -> str:
    """Who gives and who receives, by the roles of the record and by the syntax of its text."""
    said = acts_in(of.said)
    if reason := turned(said, of.acts):
        return reason
    for act in said:
        for who in act.by:
            for whom in act.to:
                if not who.same(whom) and (reason := _apart(of, who, whom)):
                    return reason
    return ""


def _apart(of: Cited, one: Arg, other: Arg) -> str:
    """Two that no single source names together, or that its only words for both name in the other order."""
    sources = [s for s in of.cited if _has(of.args_of(s), one) and _has(of.args_of(s), other)]
    if not sources and all(of.names_anywhere(arg) for arg in (one, other)) and len(of.cited) > 1:
        return f"puts together what stands in different evidence: {one.text}, {other.text}"
    return ""


_ENDED = frozenset({"finish", "close", "cancel", "merge", "reject", "deploy"})
_GOING = frozenset({"wait", "block", "open", "progress", "plan"})


def states(of: Cited) -> str:
    """What the evidence types as open, waiting or blocked is not said to be finished, closed or cancelled."""
    if any(token.senses & {"reopen"} or token.text.lower() in ("again", "back") for c in of.said for token in c):
        return ""  # it was finished, and is so no more
    for clause in of.said:
        ended = [t for t in clause if t.senses & _ENDED and t.act and not t.denied and not t.intended]
        for source in of.cited if ended else ():
            typed = frozenset(
                sense for name, value in source.fields if "stat" in name.lower() for sense in senses_of(value)
            )
            own = any(token.arg and token.arg.text in (source.key, *source.aliases) for token in clause)
            if own and typed & _GOING and not typed & _ENDED and not any("closed" in name for name, _ in source.days):
                return (
                    f"{source.key} is not {ended[0].text}: the evidence has it as {', '.join(sorted(typed & _GOING))}"
                )
    return ""


def belonging(of: Cited) -> str:
    """Numbers, days and states belong to whom and what the evidence gives them to."""
    for clause in of.said:
        args = [token.arg for token in clause if token.arg]
        if reason := _titles(of, clause) or _owners(of, clause) or _amounts(of, clause):
            return reason
        for token in clause:
            whose = [arg for arg in args if arg.is_key] if token.act else args  # who did it is a matter of roles
            if reason := _belongs(of, token, whose):
                return reason
    return ""


_PRONOUN = re.compile("he|him|his|she|her|they|them|their|i|we|you|他|她|他们|她们|我|我们|你")


def _belongs(of: Cited, token: Token, args: Sequence[Arg]) -> str:
    holding = [unit for unit in of.units if any(_alike(token, other) for other in unit.clause)]
    if not holding:
        return ""
    for arg in args:
        if not any(_may_hold(of, unit, arg) for unit in holding):
            return f"{token.text} is not said of {arg.text}"
    return ""


def _titles(of: Cited, clause: Clause) -> str:
    """A key and the quotation behind it stand in one source together."""
    for one, other in pairwise(clause):
        if one.arg and one.arg.is_key and other.kind == "quote":
            parts = [bare(part) for part in re.split(r"…|\.\.\.", other.text) if bare(part)]
            holding = [s for s in of.cited if all(part in bare("\n".join(s.texts)) for part in parts)]
            if holding and not any(_has(of.args_of(source), one.arg) for source in holding):
                return f"{one.text} is not what is called so"
    return ""


def _owners(of: Cited, clause: Clause) -> str:
    """Whoever is said to be of a team is said so in the evidence, not of another and not the other way round."""
    known = [pair for unit in of.units for pair in _owned(unit.clause)]
    for owned, owner in _owned(clause):
        theirs = [other for one, other in known if one.same(owned)]
        turned = any(one.same(owner) and other.same(owned) for one, other in known)
        if (theirs or turned) and not _has(theirs, owner):
            return f"{owned.text} is not of {owner.text}"
    return ""


def _owned(clause: Clause) -> list[tuple[Arg, Arg]]:
    """``A of B``, ``B’s A`` and ``B 的 A``: whom or what, of whom; keys are left out."""
    found = []
    for one, link, other in zip(clause, clause[1:], clause[2:], strict=False):
        if one.arg and other.arg and not one.arg.is_key and not other.arg.is_key:
            if link.text.lower() == "of":
                found.append((one.arg, other.arg))
            elif link.text in ("'s", "’s", "的"):
                found.append((other.arg, one.arg))
    return found


_AMOUNTS = re.compile(
    "alone|only|all|every|each|both|always|never|most|entire|whole|sole|repeatedly|全部|全都|都|只|仅|唯一|独自|总是|每|均",
    re.IGNORECASE,
)


def _amounts(of: Cited, clause: Clause) -> str:
    """*All*, *only*, *alone* stand in the evidence with the same verb or the same number."""
    acts = {sense for token in clause if token.act for sense in token.senses}
    values = {token.number.value for token in clause if token.number}
    for token in clause:
        if token.kind != "word" or not _AMOUNTS.fullmatch(token.text):
            continue
        beside = [
            unit.clause for unit in of.units if any(token.text.lower() == one.text.lower() for one in unit.clause)
        ]
        near = any(
            acts & {sense for one in other if one.act for sense in one.senses}
            or values & {one.number.value for one in other if one.number}
            for other in beside
        )
        if not near:
            return f"the evidence does not say: {token.text}"
    return ""


def _alike(token: Token, other: Token) -> bool:
    if token.number and other.number:
        return token.number.value == other.number.value
    if token.days and other.days:
        return any(one[1:] == two[1:] for one in token.days for two in other.days)
    return token.act and bool(token.senses & other.senses & ACTS) and other.denied == token.denied


def _may_hold(of: Cited, unit: Unit, arg: Arg) -> bool:
    """Whether what a clause says may be about ``arg``: it names it, or nothing of its kind while its record does."""
    here = [one for one in (token.arg for token in unit.clause) if one and one.is_key == arg.is_key]
    if here and _has(here, arg):
        return True
    if not arg.is_key and any(_PRONOUN.fullmatch(token.text.lower()) for token in unit.clause):
        return _has(of.args_of(unit.source), arg)  # he, she, they: somebody whom the text has named before
    typed = [of.names.arg(one.name) for one in unit.source.actors]
    keys_of = (unit.source.key, *unit.source.aliases)
    typed += [Arg(one, frozenset({one.lower()}), is_key=True) for one in keys_of if one]
    if _has(typed, arg):
        return True
    return not here and (
        _has(of.args_of(unit.source), arg) or not any(a.is_key == arg.is_key for a in of.args_of(unit.source))
    )


def negation(of: Cited) -> str:
    """It denies what the evidence denies, and nothing else; it says as done only what the evidence says as done."""
    signs = _signs(of)
    for clause in of.said:
        denied = [token for token in clause if token.denied]
        noes = sum(token.denies for token in clause)
        if (
            noes
            and noes > max((sum(token.denies for token in unit.clause) for unit in of.units), default=0)
            and (noes > 1 or not denied)
        ):
            return "denies more often than the evidence"
        if denied and not any("no" in signs.get(sense, "") for token in denied for sense in token.senses):
            return f"denies what the evidence does not deny: {denied[0].text}"
        for token in clause:
            known = [signs[sense] for sense in token.senses if sense in signs]
            every = set().union(*known) if known else set()
            if not token.denied and every == {"no"}:
                return f"says what the evidence denies: {token.text}"
            if token.act and not token.intended and not token.denied and every and every <= {"intent", "no"}:
                return f"says as done what the evidence only intends: {token.text}"
            if token.act and token.intended and every == {"yes"}:
                return f"says as intended what the evidence says as done: {token.text}"
    return ""


def _signs(of: Cited) -> dict[str, set[str]]:
    """Of each concept or root in the evidence, whether it is affirmed, denied or intended somewhere."""
    found: dict[str, set[str]] = {}
    for token in of.tokens:
        for sense in token.senses:
            found.setdefault(sense, set()).add("no" if token.denied else "intent" if token.intended else "yes")
    for one in of.cited:
        for name in one.denied:
            for sense in senses_of(name):
                found.setdefault(sense, set()).add("no")
        for text in (*(value for _, value in one.fields), *(name for name, value in one.fields if value == "true")):
            for sense in senses_of(text):
                found.setdefault(sense, set()).add("yes")
        for actor in one.actors:
            found.setdefault(actor.act or actor.role, set()).add("yes")
    return found


_CAUSES = re.compile(
    r"\b(?:because|due to|owing to|as a result|therefore|hence|thereby|so that|in order to|led to"
    r"|leads to|caused?|causes|causing|resulted in|thanks to|which meant|consequently"
    r"|since (?:he|she|they|it|the|nobody|no one))\b"
    r"|因为|由于|所以|因此|导致|使得|从而|以便|为了|以至|于是|造成|促使|多亏|得益于|归功于",
    re.IGNORECASE,
)


def causes(of: Cited) -> str:
    """It gives a reason or an effect only where the evidence does, and the same way round."""
    match = _CAUSES.search(_QUOTED.sub(" ", of.text))
    if match is None:
        return ""
    texts = [text for one in of.cited for text in one.texts if _CAUSES.search(text)]
    if not texts:
        return f"gives a cause that the evidence does not: {match.group()}"
    behind = _behind(of.text, match)
    for text in texts:
        known = _CAUSES.search(text)
        if known and len(behind & _behind(text, known)) >= len(behind & senses_of(text[: known.start()])):
            return ""
    return "turns cause and effect around"


def _behind(text: str, match: re.Match[str]) -> frozenset[str]:
    """What stands behind a word such as *because*, to the next comma."""
    return senses_of(re.split(r"[,，;；。.]", text[text.find(match.group()) + len(match.group()) :])[0])


def support(of: Cited) -> str:
    """Every word with a meaning of its own has it in the cited evidence, in these words or in others of the same."""
    wrong = [
        token.text
        for clause in of.said
        for token in clause
        if not _supported(token, of) and not follows_from_numbers(of, clause, token.senses)
    ]
    wrong += [*_strange_characters(of), *_sexes(of)]
    return f"says what the evidence does not: {', '.join(dict.fromkeys(wrong))}" if wrong else ""


def _supported(token: Token, of: Cited) -> bool:
    if token.kind != "word" or not token.senses or not token.text.isascii():
        return token.kind != "word" or not token.senses or bool(token.senses & of.vocabulary) or len(token.text) == 1
    if token.senses & of.vocabulary:
        return True
    parts = [senses_of(part) for part in re.split(r"[-_./]", token.text) if part]
    return len(parts) > 1 and all(part & of.vocabulary or not part for part in parts)


def _sexes(of: Cited) -> list[str]:
    """Pronouns of a sex, where the evidence has only the other one."""
    said, known = ({word.lower() for word in _SEXES.findall(text)} for text in (_QUOTED.sub(" ", of.text), of.raw))
    one, other = {"she", "her", "hers", "她"}, {"he", "him", "his", "他"}
    wrong = (said & one if known & other and not known & one else set()) | (
        said & other if known & one and not known & other else set()
    )
    return sorted(wrong)


_SEXES = re.compile(r"\b(?:he|him|his|she|hers?)\b|[他她](?!们)", re.IGNORECASE)


def _strange_characters(of: Cited) -> list[str]:
    """Runs of Chinese characters that are no words we know: they must stand so in the evidence."""
    found = []
    for clause in of.said:
        run = ""
        for token in (*clause, None):
            unknown = token and len(token.text) == 1 and token.senses == {token.text} and not token.text.isascii()
            if token and unknown:
                run += token.text
                continue
            pieces = [run[place : place + 2] for place in range(max(1, len(run) - 1))] if run else []
            found += [piece for piece in pieces if piece not in of.raw]
            run = ""
    return found


def wording(of: Cited) -> str:
    """It does not rate, rank, praise, describe a character or a mood, or touch what is private.

    A word that can be technical (a ranking, a score, a weak symbol) is let through where the evidence has it beside the
    same word.
    """
    for text in (of.text, of.question):
        outside = _QUOTED.sub(" ", text)
        for reason, pattern in FORBIDDEN.items():
            for match in pattern.finditer(outside):
                if not _technical(outside, match, of):
                    return f"{reason}: {match.group()}"
    quoted = PRIVATE.search(of.text)
    return f"private: {quoted.group()}" if quoted and not _technical(of.text, quoted, of) else ""


def _technical(text: str, match: re.Match[str], of: Cited) -> bool:
    if not TECHNICAL.fullmatch(match.group()):
        return False
    before = re.findall(r"[\w-]+", text[: match.start()])[-1:]
    behind = re.findall(r"[\w-]+", text[match.end() :])[:1]
    word = match.group().lower()
    raw = re.sub(r"[^\w-]+", " ", of.raw.lower())
    beside = [f"{one.lower()} {word}" for one in before] + [f"{word} {one.lower()}" for one in behind]
    if not word.isascii():
        return (
            text[max(0, match.start() - 2) : match.end()] in of.raw or text[match.start() : match.end() + 2] in of.raw
        )
    return any(pair in raw for pair in beside)


def size(of: Cited) -> str:
    """It is a statement, not an essay."""
    found = length(of.text, of.language)
    return "" if found <= LONGEST[of.language] else f"is {found} long"


def asks(of: Cited) -> str:
    """Its question is open, and about nobody and nothing else."""
    if not of.question:
        return ""
    if not of.question.rstrip().endswith(("?", "？")) or not OPENING[of.language].search(of.question):
        return "asks no open question"
    for arg in _args(of.asked):
        if not of.names_anywhere(arg):
            return f"asks about {arg.text}"
    return ""


def _args(clauses: Iterable[Clause]) -> list[Arg]:
    return [token.arg for clause in clauses for token in clause if token.arg]


def _has(args: Iterable[Arg], wanted: Arg) -> bool:
    return any(one.same(wanted) for one in args)


Finds = Callable[[Cited], str]

CHECKS: Mapping[str, Finds] = {
    "citation": citation,
    "shape": shape,
    "quotations": quotations,
    "names": names,
    "keys": keys,
    "numbers": numbers,
    "dates": days,
    "negation": negation,
    "roles": roles,
    "states": states,
    "belonging": belonging,
    "causes": causes,
    "support": support,
    "wording": wording,
    "size": size,
    "question": asks,
}
"""In their order."""


def check_alone(of: Cited, checks: Mapping[str, Finds] = CHECKS) -> tuple[Check, ...]:
    """What each check says of a statement against the evidence it cites."""
    found = ((name, finds(of)) for name, finds in checks.items())
    return tuple(Check(name=name, passed=not reason, reason=reason) for name, reason in found)
