"""What was planted in the sample organisation and what the rules find of it: recall, precision, quiet pairs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sample_office import SampleOffice

from coachkit.domain.identity import public_id
from coachkit.insight.conversations import LOOKS_BACK, Suggestion, packaged_rules, suggest, tune
from coachkit.insight.rows import Window
from coachkit.sample import Situation

__all__ = ["RULES_OF", "Figures", "figures"]

RULES_OF = {
    "blocked_across_teams": "blocked-unanswered",
    "repeated_question": "blocked-unanswered",
    "overdue_action": "overdue-action",
    "stale_key_result": "shared-result-stalled",
    "unthanked_help": "unrecognised-help",
    "single_point": "single-point",
    "check_in_gap": "check-in-gap",
    "newcomer": "newcomer-day",
    "finished_goal": "goal-ended",
}
"""Which rule a kind of planted situation belongs to; the others belong to none."""

_ALSO = {"hostile_text": "blocked-unanswered"}
"""Situations planted for another reason that a rule may rightly speak about."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rules made of one organisation.

    :ivar planted: situations that belong to a rule, ``missed`` those that no suggestion shows with their records.
    :ivar made: suggestions in all, ``unplanted`` those that show nothing that was planted.
    :ivar quiet: pairs of manager and report without anything planted, ``disturbed`` those that got a suggestion.
    """

    planted: int
    missed: tuple[str, ...]
    made: int
    unplanted: tuple[str, ...]
    quiet: int
    disturbed: int

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.planted

    @property
    def precision(self) -> float:
        return 1 - len(self.unplanted) / self.made


def figures(sample: SampleOffice) -> Figures:
    """Let the packaged rules look at every pair, and compare with what was planted."""
    found = _suggestions(sample)
    planted = [one for one in sample.organisation.situations if one.kind in RULES_OF]
    shown: set[tuple[int, str]] = set()
    missed = []
    for situation in planted:
        fitting = [one for one in found if _shows(sample, situation, one)]
        shown |= {(one.subject, one.about) for one in fitting}
        if not any(one.subject == sample.person(situation.brief_of or "").id for one in fitting):
            missed.append(situation.id)
    for situation in sample.organisation.situations:
        if situation.kind in _ALSO:
            shown |= {(one.subject, one.about) for one in found if _shows(sample, situation, one)}
    concerned = {sample.person(who).id for one in sample.organisation.situations for who in one.people}
    quiet = {one for one in _reports(sample) if one not in concerned}
    return Figures(
        planted=len(planted),
        missed=tuple(missed),
        made=len(found),
        unplanted=tuple(f"{one.rule} {one.about}" for one in found if (one.subject, one.about) not in shown),
        quiet=len(quiet),
        disturbed=len(quiet & {one.subject for one in found}),
    )


def _reports(sample: SampleOffice) -> list[int]:
    directory = sample.app.directory
    return [one.id for one in directory.people() if directory.manager_of(one.id) is not None]


def _suggestions(sample: SampleOffice) -> list[Suggestion]:
    app, now = sample.app, sample.app.now()
    rules = {rule.id: tune(rule, now=now) for rule in packaged_rules().rules}
    window = Window(
        start=now - LOOKS_BACK, end=now, past=now - timedelta(days=90), zone=ZoneInfo(app.settings.timezone)
    )
    found = []
    for person in _reports(sample):
        manager = app.directory.manager_of(person)
        assert manager is not None
        scopes = app.directory.viewer(person, now).scopes & app.directory.viewer(manager.id, now).scopes
        material = app.facts.material(subject=person, other=manager.id, scopes=scopes, window=window)
        found += suggest(material, rules)
    return found


def _shows(sample: SampleOffice, situation: Situation, one: Suggestion) -> bool:
    """The right rule, about one of its people, resting on a record that shows it."""
    rule = (RULES_OF | _ALSO)[situation.kind]
    if rule not in (one.rule, *one.also):
        return False
    if one.subject not in {sample.person(who).id for who in situation.people}:
        return False
    truth = sample.evidence_of(situation)
    if situation.kind in ("check_in_gap", "newcomer"):  # of the calendar: the day is what was planted
        return situation.kind == "newcomer" or one.about == f"gap:{situation.dates['last']}"
    return bool(truth & {public_id(record) for record in one.records})
