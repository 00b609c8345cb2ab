"""What is known about the people of a sample organisation: from what was planted, and from its typed records.

Nothing here asks the product: no planner, no rule, no store. A truth is something a record says in so many words: a
point that stands on the next agenda, an action with a date, the last value of a key result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from coachkit.domain.conversations import ActionItem, CheckIn, CheckInState
from coachkit.domain.goals import Goal, KeyResult
from coachkit.domain.work import InteractionKind, WorkItem, WorkItemKind
from coachkit.evaluation.cases import Forbidden, Mention
from coachkit.sample.model import Organisation, Person, Reference, Situation, SourceRecord
from coachkit.sample.truth import spellings

__all__ = ["RULED", "Truths", "gold_of", "mentions_of", "outside_quotes"]

RULED = frozenset(
    {
        "blocked_across_teams",
        "repeated_question",
        "overdue_action",
        "stale_key_result",
        "unthanked_help",
        "single_point",
        "check_in_gap",
        "newcomer",
        "finished_goal",
        "hostile_text",
    }
)
"""Kinds of situations that a rule of key conversations speaks about."""

_BEGINS = 18
"""How many characters of somebody's own words must stand in a document: it may cut the rest."""

_NO_GOLD = frozenset({"single_point", "check_in_gap", "manager_owns_agenda", "same_name", "newcomer", "thin_data"})
"""What no single record shows."""

_TOKEN = re.compile("zq[0-9a-f]{8}")
_HALF_YEAR = timedelta(days=183)


def mentions_of(situation: Situation) -> Iterator[Mention]:
    """What has to be told of a planted situation."""
    for english, chinese in zip(situation.must_mention["en"], situation.must_mention["zh"], strict=True):
        yield Mention(en=english, zh=chinese, why=situation.kind.replace("_", " "))


def gold_of(situation: Situation) -> Iterator[str]:
    """The records that show a situation best: items, actions, goals, feedback; remarks under an item are left out."""
    if situation.kind in _NO_GOLD:
        return
    for place in situation.evidence:
        if "/" not in place.native_id and place.stream != "accounts":
            yield _called(place)


def _called(place: Reference) -> str:
    return place.native_id if place.connection in ("tracker", "okr") else f"{place.connection}/{place.native_id}"


def outside_quotes(words: str) -> Forbidden:
    """These words, where they are no quotation."""
    return Forbidden(pattern=rf"^[^“]*(?:“[^”]*”[^“]*)*{re.escape(words)}", why="somebody says so; the records do not")


@dataclass(frozen=True)
class Truths:
    """An organisation, asked for what is known."""

    organisation: Organisation
    timezone: str = "UTC"

    @cached_property
    def reports(self) -> tuple[Person, ...]:
        """Everybody who works here and reports to somebody."""
        return tuple(one for one in self.organisation.people if one.manager and one.left_on is None)

    @cached_property
    def _records(self) -> tuple[SourceRecord, ...]:
        return self.organisation.records

    def situations(self, person: Person) -> tuple[Situation, ...]:
        """What is planted about somebody, whether it belongs into a document or must stay out of it."""
        return tuple(one for one in self.organisation.situations if one.people[0] == person.employee_id)

    def shown(self, person: Person) -> tuple[Situation, ...]:
        """What of it belongs into a document about them."""
        return tuple(one for one in self.situations(person) if one.section is not None)

    def forbidden(self, person: Person) -> tuple[Forbidden, ...]:
        """What no document about somebody may say."""
        found = []
        for one in self.situations(person):
            said = one.kind in ("blocked_across_teams", "incident_response", "unthanked_help")
            found += [
                outside_quotes(words) if said else Forbidden(text=words, why=one.kind) for words in one.must_not_mention
            ]
        return tuple(dict.fromkeys(found))

    # --- from the records ----------------------------------------------------------------------------------------

    def planned(self, person: Person) -> SourceRecord | None:
        """The next check-in of somebody with their manager."""
        found = [
            one
            for one in self._records
            if isinstance(one.record, CheckIn)
            and one.record.report == person.hris
            and one.record.state is CheckInState.PLANNED
        ]
        return min(found, key=lambda one: one.occurred_at, default=None)

    def points(self, person: Person, *, of: Person) -> tuple[Mention, ...]:
        """The beginnings of what one of the two put on the next agenda, up to three."""
        planned = self.planned(person)
        if planned is None or not isinstance(planned.record, CheckIn):
            return ()
        said = [one.text for one in planned.record.agenda if one.author == of.hris and not one.done]
        starts = [_begin(text) for text in said[:3] if not _TOKEN.search(text)]
        return tuple(Mention(en=(one,), zh=(one,), why="on the next agenda") for one in starts if one)

    def open_actions(self, person: Person) -> tuple[SourceRecord, ...]:
        """What the two agreed on and nobody has done: what is due first comes first."""
        found = [
            one
            for one in self._records
            if isinstance(one.record, ActionItem)
            and one.record.done_at is None
            and (one.record.check_in or "").startswith(f"ci-{person.employee_id}-")
            and one.record.due_on is not None
        ]
        return tuple(sorted(found, key=lambda one: (str(getattr(one.record, "due_on", "")), one.native_id)))

    def due(self, action: SourceRecord) -> Mention:
        """The day on which an action is due."""
        assert isinstance(action.record, ActionItem)
        assert action.record.due_on is not None
        day = action.record.due_on
        return Mention(en=spellings(day, "en"), zh=spellings(day, "zh"), why="an open action is due")

    def incidents(self, person: Person) -> tuple[str, ...]:
        """Keys of the incidents that somebody answered in the last half-year."""
        return self._acted(person, InteractionKind.RESPONDED)

    def unblocked(self, person: Person) -> tuple[str, ...]:
        """Keys of the items on which somebody helped somebody of another team go on, in the last half-year."""
        return self._acted(person, InteractionKind.UNBLOCKED)

    def _acted(self, person: Person, kind: InteractionKind) -> tuple[str, ...]:
        since = self.organisation.today - _HALF_YEAR
        found: dict[str, None] = {}
        for one in self._records:
            noun = one.record
            said = noun.interactions if isinstance(noun, WorkItem) else (noun,)
            for act in said:
                if getattr(act, "kind", None) is kind and getattr(act, "actor", "") in (person.tracker, person.forge):
                    key = noun.key if isinstance(noun, WorkItem) else (getattr(noun, "item", None) or "")
                    if key and one.occurred_at.date() >= since and one.audience.key == "org":
                        found.setdefault(key)
        return tuple(found)

    def advanced(self, person: Person) -> tuple[str, ...]:
        """Key results towards which somebody closed an issue of theirs in the last half-year."""
        since = self.organisation.today - _HALF_YEAR
        found: dict[str, None] = {}
        for one in self._records:
            item = one.record
            if not isinstance(item, WorkItem) or item.kind is not WorkItemKind.ISSUE or item.closed_at is None:
                continue
            mine = any(
                act.actor == person.tracker and act.kind is InteractionKind.AUTHORED for act in item.interactions
            )
            if mine and item.closed_at.date() >= since:
                for link in item.links:
                    if link.rel == "goal":
                        found.setdefault(link.target)
        return tuple(found)

    # --- goals ---------------------------------------------------------------------------------------------------

    @cached_property
    def goals(self) -> tuple[Goal, ...]:
        """Those of teams that somebody owns and that are measured, by key."""
        found = [one.record for one in self._records if isinstance(one.record, Goal)]
        owned = [one for one in found if one.owners and any(result.latest for result in one.key_results)]
        return tuple(sorted(owned, key=lambda one: one.key))

    def told_of(self, goal: Goal) -> tuple[Mention, ...]:
        """Its key results by name, and where each stands; of the first three."""
        found = []
        for result in goal.key_results[:3]:
            if result.latest is not None:
                found.append(Mention(en=(result.key,), zh=(result.key,), why="a result of the goal"))
                found.append(self.value(result))
        return tuple(found)

    def results_of(self, situation: Situation) -> tuple[str, ...]:
        """Keys of the results of the goal that a situation is about; none, if it is about none."""
        shown = {place.native_id for place in situation.evidence if place.connection == "okr"}
        return tuple(one.key for goal in self.goals if goal.key in shown for one in goal.key_results)

    @staticmethod
    def value(result: KeyResult) -> Mention:
        """Its last value, as a number is written."""
        assert result.latest is not None
        said = f"{result.latest.value:g}"
        return Mention(en=(said,), zh=(said,), why=f"where {result.key} stands")

    def is_new(self, person: Person) -> bool:
        return (self.organisation.today - person.started_on).days < 95


def _begin(text: str) -> str:
    """The first words of a text, cut where no quotation would cut or change them."""
    whole = re.split(r"[“”‘’\"']", text)[0].strip()
    return whole[:_BEGINS].strip()
