"""Choosing: of all that is due, at most two cards a manager in any seven days, and why the others are held back.

The order: what was snoozed until now; then by the rule's own order (moments that pass, what stands still, endings,
thanks, rhythm); within a rule first the pair that was longest without a card, then what has lasted longest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coachkit.insight.conversations.suggestion import Suggestion
from coachkit.insight.conversations.tuning import AnswerKind, Tuned

__all__ = ["CLOSED_DAYS", "MOST_A_WEEK", "WEEK", "Answer", "AnswerKind", "Choice", "Held", "Offer", "choose"]

WEEK = timedelta(days=7)
MOST_A_WEEK = 2
CLOSED_DAYS = 90
"""A card that was not relevant does not come back for a quarter; a wrong one never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A card that was offered to a manager on a day."""

    card: str
    rule: str
    subject: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The last word on a card: of the manager, or ``wrong`` of the person it is about."""

    card: str
    kind: AnswerKind
    day: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A suggestion that is not offered now.

    :ivar reason: ``cap`` (two in seven days), ``rule-cap``, ``pair`` (they have a card), ``cooldown``, ``snoozed``,
        ``not_relevant``, ``wrong``, ``prepared``.
    """

    suggestion: Suggestion
    card: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a manager is shown: ``open`` cards still stand from days before, ``new`` ones are offered now."""

    open: tuple[tuple[str, Suggestion], ...]
    new: tuple[tuple[str, Suggestion], ...]
    held: tuple[Held, ...]


def choose(
    due: Mapping[str, Suggestion],
    offers: Sequence[Offer],
    answers: Sequence[Answer],
    tuned: Mapping[tuple[int, str], Tuned],
    today: date,
) -> Choice:
    """What to show a manager today.

    :param due: every suggestion that holds today, by the id of its card.
    :param offers: what this manager was offered before, with ``answers`` the last word on each card.
    :param tuned: the rule as it holds for a subject's team, by subject and rule.
    """
    last_word = {one.card: one for one in sorted(answers, key=lambda one: one.day)}
    recent = [one for one in offers if today - one.day < WEEK and one.day <= today]
    shown = {one.card for one in recent}
    opened = [(card, due[card]) for card in due if card in shown and _stands(last_word.get(card), offers, card, today)]
    held = [
        Held(suggestion=due[card], card=card, reason=last_word[card].kind)
        for card in due
        if card in shown and card not in dict(opened)
    ]
    given = list(recent)
    every = list(offers)
    new: list[tuple[str, Suggestion]] = []
    waiting = [(card, one) for card, one in due.items() if card not in shown]
    for card, one in sorted(waiting, key=lambda pair: _order(pair[0], pair[1], offers, last_word, today)):
        reason = _against(one, given, every, last_word.get(card), tuned[one.subject, one.rule], today)
        if reason:
            held.append(Held(suggestion=one, card=card, reason=reason))
            continue
        offer = Offer(card=card, rule=one.rule, subject=one.subject, day=today)
        given.append(offer)
        every.append(offer)
        new.append((card, one))
    return Choice(open=tuple(opened), new=tuple(new), held=tuple(held))


def _stands(answer: Answer | None, offers: Sequence[Offer], card: str, today: date) -> bool:
    """A card stays until somebody answers it; one that is being prepared stays too, and one whose snooze is over."""
    offered = max(one.day for one in offers if one.card == card and one.day <= today)
    if answer is None or answer.day < offered or answer.kind == "prepare":
        return True
    return answer.kind == "snooze" and answer.until is not None and answer.until <= today


def _order(
    card: str, one: Suggestion, offers: Sequence[Offer], last_word: Mapping[str, Answer], today: date
) -> tuple[bool, int, date, date, str]:
    answer = last_word.get(card)
    back = answer is not None and answer.kind == "snooze" and answer.until is not None and answer.until <= today
    last = max((offer.day for offer in offers if offer.subject == one.subject), default=date.min)
    return (not back, one.order, last, one.since, card)


def _against(
    one: Suggestion,
    given: Sequence[Offer],
    every: Sequence[Offer],
    answer: Answer | None,
    rule: Tuned,
    today: date,
) -> str:
    """Why a suggestion is not offered today, or nothing."""
    closed = _closed(answer, rule, today)
    if closed:
        return closed
    snoozed = answer is not None and answer.kind == "snooze"
    last = max((offer.day for offer in every if (offer.rule, offer.subject) == (one.rule, one.subject)), default=None)
    if not snoozed and last is not None and (today - last).days < rule.cooldown:
        return "cooldown"
    if any(offer.rule == one.rule and (today - offer.day).days < rule.every for offer in every):
        return "rule-cap"
    if any(offer.subject == one.subject for offer in given):
        return "pair"
    return "cap" if len(given) >= MOST_A_WEEK else ""


def _closed(answer: Answer | None, rule: Tuned, today: date) -> str:
    if answer is None:
        return ""
    if answer.kind == "wrong":
        return "wrong"
    days = (today - answer.day).days
    if answer.kind == "not_relevant" and days < CLOSED_DAYS:
        return "not_relevant"
    if answer.kind == "snooze" and answer.until is not None and today < answer.until:
        return "snoozed"
    return "prepared" if answer.kind == "prepare" and days < rule.cooldown else ""
