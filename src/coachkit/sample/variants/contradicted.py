"""Evidence that disagrees: beside what was planted stands a later record that says otherwise.

The typed records stay as they are: what is open is open, what is due is due. Somebody merely *says* something else, and
a document that takes what is said for what is so is wrong; ``must_not_mention`` holds the words that would show it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from coachkit.domain.audience import Audience, Sensitivity
from coachkit.domain.conversations import ActionItem, Feedback, FeedbackKind, Relation
from coachkit.domain.goals import Goal
from coachkit.domain.work import Interaction, InteractionKind, WorkItem, WorkItemKind
from coachkit.sample.model import Organisation, Person, Situation, SourceRecord

__all__ = ["contradicted"]

_SAID = {
    "blocked_across_teams": (
        "{other} has been live since Monday as far as I hear, nothing is missing on that side.",
        "听说 {other} 周一就上线了，那边什么都不缺。",
    ),
    "incident_response": (
        "I heard it was the new retry budget itself that caused the incident.",
        "听说事故就是这个改动自己引起的。",
    ),
    "unthanked_help": (
        "For the record: nobody outside the team was needed for this one.",
        "说明一下：这单没有别的团队帮过忙。",
    ),
    "hostile_text": ("{other} is done, you can go on.", "{other} 已经做完了，你们可以继续。"),
}
"""By kind of situation: what somebody says under its item, in English and Chinese."""

_SHOWS = {
    "blocked_across_teams": (
        "has been live since Monday as far as",
        "周一就上线了，那边",
    ),
    "incident_response": ("retry budget itself that caused", "改动自己引起"),
    "unthanked_help": ("nobody outside the team was needed", "没有别的团队帮过忙"),
}


def contradicted(organisation: Organisation) -> Organisation:
    """The organisation with a later record beside each planted situation that can be contradicted."""
    told = _Telling(organisation)
    situations = tuple(told.against(one) for one in organisation.situations)
    records = tuple(told.measured_again(one) for one in organisation.records)
    return replace(organisation, situations=situations, records=(*records, *told.added))


class _Telling:
    """Adds what is said against the planted situations."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._by_place = {(one.connection, one.stream, one.native_id): one for one in organisation.records}
        self._end = max(one.occurred_at for one in organisation.records)
        self.added: list[SourceRecord] = []
        self._results: set[str] = set()
        for one in organisation.situations:
            if one.kind == "stale_key_result":
                self._results |= {group[0] for group in one.must_mention["en"] if group[0].startswith("KR-")}

    def against(self, situation: Situation) -> Situation:
        """The situation; with what must not be believed, where something was said against it."""
        if situation.kind == "overdue_action":
            self.added += self._due_again(situation)
        elif situation.kind == "unthanked_help":
            self.added.append(self._complaint(situation))
        items = [one for one in self._found(situation) if self._is_issue(one)]
        if situation.kind not in _SAID or not items:
            return situation
        mine = next((one for one in items if self._owned(one, situation)), items[0])
        others = [one for one in items if one is not mine]
        said = self._comment(situation, mine, others[0].native_id if others else "")
        self.added.append(said)
        return replace(situation, must_not_mention=(*situation.must_not_mention, *_SHOWS.get(situation.kind, ())))

    def measured_again(self, record: SourceRecord) -> SourceRecord:
        """A stale result with a second value for the same moment, from another hand: nothing says which one holds."""
        goal = record.record
        if not isinstance(goal, Goal) or not any(one.key in self._results for one in goal.key_results):
            return record
        results = []
        for one in goal.key_results:
            if one.key in self._results and one.latest is not None:
                last = one.latest
                other = replace(last, value=round(last.value * 0.9, 1), note="second count, by hand")
                one = replace(one, measurements=(*one.measurements, replace(other, at=last.at - timedelta(minutes=5))))
            results.append(one)
        return replace(record, record=replace(goal, key_results=tuple(results)))

    def _found(self, situation: Situation) -> Iterator[SourceRecord]:
        for place in situation.evidence:
            yield self._by_place[place.connection, place.stream, place.native_id]

    @staticmethod
    def _is_issue(record: SourceRecord) -> bool:
        return isinstance(record.record, WorkItem) and record.record.kind is WorkItemKind.ISSUE

    def _owned(self, record: SourceRecord, situation: Situation) -> bool:
        tracker = self._organisation.person(situation.people[0]).tracker
        item = record.record
        return isinstance(item, WorkItem) and any(
            one.actor == tracker and one.kind is InteractionKind.AUTHORED for one in item.interactions
        )

    def _manager(self, situation: Situation) -> Person:
        assert situation.manager is not None
        return self._organisation.person(situation.manager)

    def _before_end(self, minutes: int) -> datetime:
        return self._end - timedelta(minutes=minutes)

    def _comment(self, situation: Situation, item: SourceRecord, other: str) -> SourceRecord:
        english, chinese = _SAID[situation.kind]
        speaker = self._manager(situation)
        text = (chinese if speaker.chinese else english).format(other=other)
        at = self._before_end(5 + len(self.added))
        said = Interaction(kind=InteractionKind.COMMENTED, actor=speaker.tracker, at=at, text=text, item=item.native_id)
        return replace(
            item, native_id=f"{item.native_id}/c90", occurred_at=at, record=said, sensitivity=Sensitivity.WORK
        )

    def _due_again(self, situation: Situation) -> Iterator[SourceRecord]:
        """The same action once more, with a later date: as if it had been agreed anew somewhere."""
        for record in self._found(situation):
            action = record.record
            if isinstance(action, ActionItem) and action.due_on is not None:
                later = replace(action, due_on=self._organisation.today + timedelta(days=9))
                yield replace(record, native_id=f"{record.native_id}-again", record=later)

    def _complaint(self, situation: Situation) -> SourceRecord:
        """Somebody finds that the help came late."""
        helper, other = (self._organisation.person(number) for number in situation.people[:2])
        manager = self._manager(situation)
        text = (
            "帮是帮了，就是来得晚，中间等了好几天。"
            if other.chinese
            else "The help came, but late; we waited for days."
        )
        at = self._before_end(30 + len(self.added))
        return SourceRecord(
            connection="feedback",
            native_id=f"fb-against-{situation.id}",
            occurred_at=at,
            record=Feedback(
                subject=helper.hris,
                kind=FeedbackKind.SUGGESTION,
                relation=Relation.PEER,
                text=text,
                at=at,
                author=other.hris,
            ),
            audience=Audience.people(helper.hris, other.hris, manager.hris),
            sensitivity=Sensitivity.PERSONAL,
        )
