"""Who did what, to whom and on what: read from a text's own syntax and from the typed roles of a record.

English: the name before a verb acts, the one behind receives; ``was … by`` turns it around. Chinese: 帮, 给, 向, 替
stand before the one who receives, 被 and 由 before the one who acts. Nouns (``a review by``, ``with the help of``,
在…的帮助下) are read as what they name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from coachkit.drafting.verify.lexicon import ACTS, concepts
from coachkit.drafting.verify.passage import Arg, Clause, Names, Token
from coachkit.drafting.verify.sources import Source

__all__ = ["Act", "acts_in", "acts_of", "turned"]

_BE = frozenset(["is", "are", "was", "were", "be", "been", "being", "got", "gets", "get"])
_DETERMINERS = frozenset(
    ["a", "an", "the", "his", "her", "their", "its", "this", "that", "my", "your", "our", "no", "of", "’s", "'s"]
)
_BEHIND = frozenset(
    [
        "of",
        "for",
        "to",
        "from",
        "by",
        "with",
        "at",
        "in",
        "on",
        "about",
        "behind",
        "via",
        "after",
        "before",
        "as",
        "就",
        "关于",
        "在",
        "于",
        "从",
        "为",
        "因",
    ]
)
_TO = frozenset(["帮", "帮助", "协助", "替", "给", "为", "向", "对", "指导", "支持", "支援"])
_BY = frozenset(["被", "由", "经", "受"])
_GOT = frozenset(["got", "received", "had", "get", "receives", "得到", "获得", "收到", "受到"])
_GAVE = frozenset(["gave", "give", "gives", "provided", "offered", "lent", "给", "提供"])
_SYMMETRIC = frozenset(["discuss", "pair", "work", "join", "agree", "decide", "co_author"])
_REVERSE = frozenset(["ask", "wait", "receive", "learn", "thank", "praise"])
_LINKS = frozenset(["and", ",", "，", "、", "和", "与", "跟", "及", "以及", "or"])


@dataclass(frozen=True, slots=True)
class Act:
    """:ivar senses: concepts of the verb; empty for a typed record that does not say what was done.
    :ivar known: it comes from typed roles.
    :ivar guessed: who did it is taken over from the clause before.
    :ivar denied: it was not done.
    """

    senses: frozenset[str]
    by: tuple[Arg, ...] = ()
    to: tuple[Arg, ...] = ()
    known: bool = False
    guessed: bool = False
    denied: bool = False

    def is_(self, other: Act) -> bool:
        return bool(self.senses & other.senses)


def acts_in(clauses: Iterable[Clause]) -> list[Act]:
    """What a text says that somebody did. A clause without a subject has that of the one before."""
    found: list[Act] = []
    last: tuple[Arg, ...] = ()
    for clause in clauses:
        found.extend(_clause(clause, last))
        first = next((place for place, token in enumerate(clause) if token.act), 0)
        last = _subject(clause[:first]) or last
    return found


def _clause(clause: Clause, last: tuple[Arg, ...]) -> list[Act]:
    verbs = [place for place, token in enumerate(clause) if token.act and not _is_noun(clause, place)]
    found: list[Act] = []
    for number, place in enumerate(verbs):
        start = verbs[number - 1] + 1 if number else 0
        stop = verbs[number + 1] if number + 1 < len(verbs) else len(clause)
        before, behind = clause[start:place], clause[place + 1 : stop]
        own = _subject(before)
        helped = bool(number) and "help" in clause[verbs[number - 1]].senses and bool(own)  # A helped B do it: both may
        subject = () if helped else own or (found[-1].by if found else last)
        act = _act(clause[place], before, behind, subject, clause[:place])
        keys = (one for one in _args(clause[:place]) if one.is_key and one not in (*act.by, *act.to))
        act = replace(act, to=(*act.to, *keys)) if not number else act  # on PAY-17, A answered B
        act = replace(act, denied=clause[place].denied)
        found.append(replace(act, guessed=not own and bool(act.by) and act.by == subject))
    return [*found, *_nouns(clause, last)]


def _act(verb: Token, before: Clause, behind: Clause, subject: tuple[Arg, ...], all_before: Clause) -> Act:
    if verb.text.lower().startswith("assign"):  # A is assigned X, X is assigned to A: A has it
        owners = tuple(one for at in _places(behind, "to") for one in _group(behind[at + 1 :])) or _args(all_before)
        return Act(verb.senses & ACTS, owners, tuple(one for one in _args([*all_before, *behind]) if one not in owners))
    marks = [place for place, token in enumerate(before) if token.text in _BY]
    if marks:  # 被 / 由 A 评审
        by = _group(before[marks[-1] + 1 :])
        to = (*_args(before[: marks[-1]]), *_args(behind))
        return Act(verb.senses & ACTS, by, tuple(one for one in to if one not in by))
    marks = [place for place, token in enumerate(before) if token.text in _TO and not token.act]
    if marks and not verb.text.isascii():  # A 向 B 提问
        to = _args(before[marks[-1] + 1 :])
        by = _subject(before[: marks[-1]]) or tuple(one for one in subject if one not in to)
        return Act(verb.senses & ACTS, by, (*to, *_args(behind)))
    if _passive(verb, before, behind):
        by = tuple(one for place in _places(behind, "by") for one in _group(behind[place + 1 :]))
        rest = tuple(one for one in _args(behind) if one not in by)
        return Act(verb.senses & ACTS, by, (*(_args(all_before) or subject), *rest))
    return Act(verb.senses & ACTS, subject, _args(behind))


def _is_noun(clause: Clause, place: int) -> bool:
    """``a review``, ``Tom's change``, ``code review by``, 的改动: names something rather than says it."""
    token = clause[place]
    before = clause[place - 1] if place else None
    behind = clause[place + 1].text.lower() if place + 1 < len(clause) else ""
    if token.text.isascii():
        word = token.text.lower()
        if before and before.text.lower() in _DETERMINERS:
            return True
        if (
            before
            and before.kind in ("number", "word")
            and before.senses
            and not before.act
            and not word.endswith("ed")
        ):
            return True
        plain = not word.endswith(("ed", "es", "ing"))
        return plain and behind in ("by", "from", "of", "for") and not (before and before.arg)
    cleft = bool(before and before.arg) and any(
        one.text == "是" for one in clause[max(0, place - 3) : place]
    )  # 是 A 看的
    return bool(before and before.text == "的") or (behind == "的" and not cleft) or behind in ("由", "被")


def _nouns(clause: Clause, last: tuple[Arg, ...]) -> list[Act]:
    """Acts that a noun names, with whoever gave and got them."""
    found = []
    for place, token in enumerate(clause):
        if not token.act or not _is_noun(clause, place):
            continue
        before, behind = clause[:place], clause[place + 1 :]
        givers = tuple(
            one for at in (*_places(behind, "by"), *_places(behind, "from")) for one in _group(behind[at + 1 :])
        )
        if place > 1 and clause[place - 1].text in ("'s", "’s", "的"):
            givers = givers or _last_group(clause[: place - 1])
        got = [at for at, one in enumerate(before) if one.text.lower() in _GOT]
        gave = [at for at, one in enumerate(before) if one.text.lower() in _GAVE]
        if got:
            found.append(
                Act(token.senses & ACTS, givers or _group(before[got[-1] + 1 :]), _subject(before[: got[-1]]) or last)
            )
        elif gave:
            to = tuple(
                one for at in (*_places(behind, "to"), *_places(behind, "for")) for one in _group(behind[at + 1 :])
            )
            to = to or _group(before[gave[-1] + 1 :])
            found.append(Act(token.senses & ACTS, _subject(before[: gave[-1]]) or last, to))
        elif "help" in token.senses and (giver := givers or _of(behind)):
            rest = tuple(one for one in (*_args(before), *_args(behind)) if one not in giver and not one.is_key)
            found.append(Act(token.senses & ACTS, giver, rest))
        elif givers and (of := _of(behind)):
            found.append(Act(token.senses & ACTS, givers, of))
    return found


def _of(clause: Clause) -> tuple[Arg, ...]:
    return tuple(one for at in _places(clause, "of") for one in _group(clause[at + 1 :]))


def _passive(verb: Token, before: Clause, behind: Clause) -> bool:
    word = verb.text.lower()
    if not word.isascii() or not word.endswith(("ed", "en", "ht", "wn", "ne", "ld", "de", "ad", "nd", "ck")):
        return False
    helpers = [token for token in before[-3:] if token.text.lower() in _BE]
    relative = len(before) > 1 and before[-1].text == "," and before[-2].arg is not None  # PAY-17, opened by
    return bool(helpers) or relative or bool(behind and behind[0].text.lower() == "by")


def _places(clause: Sequence[Token], word: str) -> list[int]:
    return [place for place, token in enumerate(clause) if token.text.lower() == word]


def _args(clause: Sequence[Token]) -> tuple[Arg, ...]:
    return tuple(token.arg for token in clause if token.arg)


def _group(clause: Sequence[Token]) -> tuple[Arg, ...]:
    """The names that stand together at the beginning: ``A``, ``A and B``; words before the first are passed over."""
    found: list[Arg] = []
    for token in clause:
        if token.arg:
            found.append(token.arg)
        elif (found and token.text.lower() not in _LINKS) or token.act or token.kind == "days":
            break
    return tuple(found)


def _last_group(clause: Sequence[Token]) -> tuple[Arg, ...]:
    return tuple(reversed(_group(tuple(reversed(clause)))))


def _subject(clause: Sequence[Token]) -> tuple[Arg, ...]:
    """The nearest name before a verb that no preposition and no 的 makes part of something else; with its partners."""
    for place in range(len(clause) - 1, -1, -1):
        token = clause[place]
        if token.arg is None:
            continue
        before = clause[place - 1].text.lower() if place else ""
        behind = clause[place + 1].text if place + 1 < len(clause) else ""
        if before in _BEHIND or (behind in ("的", "'s", "’s") and _args([*clause[:place], *clause[place + 1 :]])):
            continue
        group = [token.arg]
        while place > 1 and clause[place - 1].text.lower() in _LINKS and (partner := clause[place - 2].arg):
            if partner.is_key != token.arg.is_key:
                break
            place -= 2
            group.insert(0, partner)
        return tuple(group)
    return ()


def acts_of(source: Source, names: Names) -> list[Act]:
    """What the typed roles of a record say. Who wrote what somebody else reviewed, received the review."""

    def arg(name: str) -> Arg:
        return names.arg(name)

    gives = [actor for actor in source.actors if actor.side == "gives"]
    gets = [arg(actor.name) for actor in source.actors if actor.side == "receives"]
    done = [actor for actor in gives if actor.act not in ("write", "open", "own", "commit", "")]
    keys = [one for one in (source.key, *source.aliases) if one]
    things = tuple(names.arg(one) for one in dict.fromkeys(keys) if names.arg(one).is_key or one == source.key)
    found = []
    for actor in gives:
        senses = frozenset({actor.act}) if actor.act else concepts(source.kind.lower()) & ACTS
        others = [arg(other.name) for other in gives if other.act in ("write", "open") and actor in done]
        to = tuple(one for one in (*gets, *others) if one.text != actor.name)
        found.append(Act(senses, (arg(actor.name),), (*to, *things), known=True))
        if actor.act == "write" and not done:
            more = (concepts(source.kind.lower()) & ACTS) | {"say", "commit", "change"}
            found.append(Act(more, (arg(actor.name),), (*to, *things), known=True))
    return found


def turned(said: Sequence[Act], known: Sequence[Act]) -> str:
    """Why the acts of a claim cannot be those of its evidence: somebody stands on the other side; or nothing."""
    for act in said:
        alike = [one for one in known if act.is_(one)]
        if wrong := _wrong_giver(act, alike, known) or _crossed(act, alike, known) or _wrong_receiver(act, alike):
            return wrong
    return ""


def _wrong_giver(act: Act, alike: Sequence[Act], known: Sequence[Act]) -> str:
    for who in act.by if not act.denied else ():
        sure = [one for one in alike if act.guessed or not one.guessed]
        named = [one for one in sure if any(other.is_key == who.is_key for other in one.by)]
        if named and not any(_has(one.by, who) for one in named) and not (act.guessed and who.is_key):
            return f"{who.text} did not do this: {_what(act)}"
        done = [one for one in alike if any(not other.is_key for other in one.to)]
        if not named and done and not who.is_key and not any(one.known and _has(one.by, who) for one in known):
            return f"nobody says that {who.text} did this: {_what(act)}"
    return ""


def _crossed(act: Act, alike: Sequence[Act], known: Sequence[Act]) -> str:
    """Two who stand in each other's roles, in acts of this kind, or where there are none in any."""
    pool = alike or ([] if act.senses & _REVERSE else list(known))
    for who in act.by if not act.senses & _SYMMETRIC else ():
        for whom in act.to:
            straight = any(_has(one.by, who) and (_has(one.to, whom) or not one.to) for one in pool)
            crossed = any(_has(one.by, whom) and _has(one.to, who) for one in pool)
            if crossed and not straight and not who.same(whom):
                return f"{who.text} and {whom.text} stand in each other's roles"
    return ""


def _wrong_receiver(act: Act, alike: Sequence[Act]) -> str:
    named = [one for one in alike if one.to and (not act.by or not one.by or any(_has(one.by, who) for who in act.by))]
    for whom in act.to:
        if not act.by and any(_has(one.by, whom) for one in alike) and not any(_has(one.to, whom) for one in alike):
            return f"{whom.text} did this, it was not done to them: {_what(act)}"
        if not named or any(_has((*one.to, *one.by), whom) for one in named):
            continue
        if any(other.is_key == whom.is_key for one in named for other in one.to):
            return f"{whom.text} is not whom or what this was done to: {_what(act)}"
    return ""


def _has(args: Iterable[Arg], wanted: Arg) -> bool:
    return any(one.same(wanted) for one in args)


def _what(act: Act) -> str:
    return ", ".join(sorted(act.senses)[:2])
