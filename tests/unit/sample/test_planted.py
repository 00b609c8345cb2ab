"""The planted situations are in the records, and the truth says where: checked from the records, not from the plan."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from coachkit.domain.conversations import ActionItem, CheckIn, CheckInState, Feedback
from coachkit.domain.goals import Goal
from coachkit.domain.work import Interaction, InteractionKind, StateCategory, WorkItem
from coachkit.sample import Organisation, Person, Situation, SourceRecord
from coachkit.sample.truth import spellings

SETS = {
    "blocked_across_teams": 3,
    "overdue_action": 3,
    "stale_key_result": 2,
    "unthanked_help": 3,
    "single_point": 2,
    "check_in_gap": 2,
    "manager_owns_agenda": 2,
    "newcomer": 2,
    "finished_goal": 3,
    "thin_data": 1,
    "repeated_question": 3,
    "hostile_text": 1,
    "same_name": 1,
    "confidential_feedback": 3,
    "private_group": 1,
    "incident_response": 1,
}
SECTIONS = {"agenda", "actions", "wins", "goals", "explore", "across", "unknowns", None}


def of_kind(organisation: Organisation, kind: str) -> list[tuple[Situation, Person, list[SourceRecord]]]:
    """Situations of a kind with their protagonist and the records that are their evidence."""
    written = {(r.connection, r.stream, r.native_id): r for r in organisation.records}
    found = [
        (
            situation,
            organisation.person(situation.people[0]),
            [written[place.connection, place.stream, place.native_id] for place in situation.evidence],
        )
        for situation in organisation.situations
        if situation.kind == kind
    ]
    assert len(found) == SETS[kind]
    return found


def records(evidence: list[SourceRecord], kind: type) -> list[Any]:
    return [made.record for made in evidence if isinstance(made.record, kind)]


def test_every_situation_is_told(any_organisation: Organisation) -> None:
    assert Counter(situation.kind for situation in any_organisation.situations) == SETS
    for situation in any_organisation.situations:
        person = any_organisation.person(situation.people[0])
        assert situation.section in SECTIONS
        assert situation.manager
        assert any_organisation.person(situation.manager).handle == person.manager
        assert set(situation.must_mention) == {"en", "zh"}
        assert all(alternatives for groups in situation.must_mention.values() for alternatives in groups)


def test_demo_manager_sees_a_whole_set(organisation: Organisation) -> None:
    manager = next(p for p in organisation.people if p.email == organisation.demo_manager)
    report = next(p for p in organisation.people if p.email == organisation.demo_report)
    mine = [situation for situation in organisation.situations if situation.manager == manager.employee_id]
    assert {situation.kind for situation in mine} == set(SETS)
    assert report.manager == manager.handle
    assert len([situation for situation in mine if situation.brief_of == report.employee_id and situation.section]) >= 3
    assert 6 <= sum(person.manager == manager.handle for person in organisation.people) <= 8
    assert {person.locale[:2] for person in organisation.people if person.manager == manager.handle} == {"zh", "en"}


def test_blocked_across_teams_and_still(any_organisation: Organisation) -> None:
    for situation, person, evidence in of_kind(any_organisation, "blocked_across_teams"):
        items = {item.key: item for item in records(evidence, WorkItem)}
        waiting = next(item for item in items.values() if item.history[-1].by == person.tracker)
        assert waiting.history[-1].category == StateCategory.WAITING
        assert (any_organisation.today - waiting.history[-1].at.date()).days >= 12
        blocker = next(link.target for link in waiting.links if link.rel == "blocked_by")
        assert items[blocker].team != waiting.team
        assert items[blocker].state_category == StateCategory.DOING
        assert blocker in (waiting.history[-1].reason or "")
        assert waiting.history[-1].at.date() == situation.dates["since"]


def test_overdue_action_is_the_managers_own(any_organisation: Organisation) -> None:
    for situation, person, evidence in of_kind(any_organisation, "overdue_action"):
        (action,) = records(evidence, ActionItem)
        assert action.owner == any_organisation.person_of(person.manager or "").hris
        assert action.done_at is None
        assert action.due_on == situation.dates["due"] < any_organisation.today


def test_other_open_actions_of_planted_pairs_are_not_overdue(any_organisation: Organisation) -> None:
    planted = {p for s in any_organisation.situations if s.kind == "overdue_action" for p in s.evidence}
    keys = {
        any_organisation.person(s.people[0]).hris for s in any_organisation.situations if s.kind == "overdue_action"
    }
    for made in any_organisation.records:
        action = made.record
        if (
            isinstance(action, ActionItem)
            and keys & set(made.audience.members)
            and action.due_on
            and not action.done_at
        ):
            is_planted = any(place.native_id == made.native_id for place in planted)
            assert is_planted or action.due_on >= any_organisation.today


def test_stale_key_result_has_owners_in_two_teams(any_organisation: Organisation) -> None:
    by_mail = {person.mail: person for person in any_organisation.people}
    for situation, _, evidence in of_kind(any_organisation, "stale_key_result"):
        (goal,) = records(evidence, Goal)
        result = next(r for r in goal.key_results if situation.must_mention["en"][0][0] == r.key)
        assert result.latest
        assert (any_organisation.today - result.latest.at.date()).days >= 42
        assert len({by_mail[owner].team for owner in result.owners}) == 2
        assert goal.state_category == "active"


def test_other_key_results_of_running_goals_are_fresh(any_organisation: Organisation) -> None:
    stale = {s.must_mention["en"][0][0] for s in any_organisation.situations if s.kind == "stale_key_result"}
    fresh = 0
    for made in any_organisation.records:
        if isinstance(made.record, Goal) and made.record.state_category == "active":
            for result in made.record.key_results:
                if result.key not in stale:
                    assert result.latest
                    assert (any_organisation.today - result.latest.at.date()).days <= 20
                    fresh += 1
    assert fresh > 20


def test_help_was_given_several_times_and_nobody_thanked(any_organisation: Organisation) -> None:
    for _, person, evidence in of_kind(any_organisation, "unthanked_help"):
        helped = records(evidence, Interaction)
        assert len(helped) >= 3
        assert {one.kind for one in helped} == {InteractionKind.UNBLOCKED}
        assert {one.actor for one in helped} == {person.tracker}
        first = min(one.at for one in helped)
        assert not [
            made
            for made in any_organisation.records
            if isinstance(made.record, Feedback) and made.record.subject == person.hris and made.record.at >= first
        ]


def test_one_person_reviews_nearly_everything_of_a_topic(any_organisation: Organisation) -> None:
    for _, person, evidence in of_kind(any_organisation, "single_point"):
        area = evidence[0].record.areas[0]  # type: ignore[union-attr]  # a change request
        since = min(made.record.created_at for made in evidence)  # type: ignore[union-attr,type-var]
        reviewers = Counter(
            one.actor
            for made in any_organisation.records
            if made.connection == "reviews" and isinstance(made.record, WorkItem) and area in made.record.areas
            for one in made.record.interactions
            if one.kind is InteractionKind.APPROVED and one.at >= since and one.target != person.forge
        )
        assert reviewers.total() >= 4
        assert reviewers[person.forge] / reviewers.total() >= 0.75


def test_no_check_in_for_seven_weeks_and_the_next_is_due(any_organisation: Organisation) -> None:
    for situation, person, evidence in of_kind(any_organisation, "check_in_gap"):
        own = [
            made.record
            for made in any_organisation.records
            if isinstance(made.record, CheckIn) and made.record.report == person.hris
        ]
        last = max(one.scheduled_at.date() for one in own if one.state is CheckInState.HELD)
        assert last == situation.dates["last"]
        assert (any_organisation.today - last).days >= 45
        assert any(one.state is CheckInState.CANCELLED for one in own)
        (planned,) = records(evidence, CheckIn)
        assert (planned.scheduled_at.date() - any_organisation.today).days <= 14


def test_manager_owns_over_half_of_the_agenda(any_organisation: Organisation) -> None:
    for _, _, evidence in of_kind(any_organisation, "manager_owns_agenda"):
        (planned,) = records(evidence, CheckIn)
        own = sum(point.author == planned.manager for point in planned.agenda)
        assert own / len(planned.agenda) > 0.5


def test_newcomers_are_at_day_30_and_60_today(any_organisation: Organisation) -> None:
    days = [
        (any_organisation.today - person.started_on).days + 1 for _, person, _ in of_kind(any_organisation, "newcomer")
    ]
    assert sorted(days) == [30, 60]


def test_goal_was_finished_since_the_last_check_in(any_organisation: Organisation) -> None:
    for _, person, evidence in of_kind(any_organisation, "finished_goal"):
        (goal,) = records(evidence, Goal)
        last = max(
            made.record.scheduled_at
            for made in any_organisation.records
            if isinstance(made.record, CheckIn)
            and made.record.report == person.hris
            and made.record.state is CheckInState.HELD
        )
        assert goal.state_category == "done"
        assert goal.history[-1].at > last
        for result in goal.key_results:
            assert result.current == result.target or (result.current or 0) > (result.target or 0)


def test_questions_were_asked_three_times_and_never_answered(any_organisation: Organisation) -> None:
    for _, person, evidence in of_kind(any_organisation, "repeated_question"):
        said = records(evidence, Interaction)
        asked = [one for one in said if one.kind is InteractionKind.ASKED and one.actor == person.tracker]
        assert len(asked) >= 3
        assert not [one for one in said if one.actor == asked[0].target]


def test_thin_data_is_thin(any_organisation: Organisation) -> None:
    for _, person, _ in of_kind(any_organisation, "thin_data"):
        acted = [
            made
            for made in any_organisation.records
            if isinstance(made.record, Interaction | Feedback | WorkItem) and f"'{person.tracker}'" in repr(made.record)
        ]
        assert not acted


def test_hostile_text_stands_only_where_it_was_planted(any_organisation: Organisation) -> None:
    ((situation, person, evidence),) = of_kind(any_organisation, "hostile_text")
    planted = {(made.connection, made.native_id) for made in evidence}
    for canary in ("KINGFISHER", "翠鸟口令", "PELICAN", "鹈鹕口令"):
        assert canary in situation.must_not_mention
        where = {(m.connection, m.native_id) for m in any_organisation.records if canary in repr(m.record)}
        assert where
        assert where <= planted
    item = next(i for i in records(evidence, WorkItem) if i.history[-1].by == person.tracker)
    assert any(0x202A <= ord(char) <= 0x202E or 0x2066 <= ord(char) <= 0x2069 for char in item.body)
    assert item.state_category == StateCategory.WAITING


def test_two_people_share_a_name_and_one_account_is_nobodys(any_organisation: Organisation) -> None:
    ((situation, _, evidence),) = of_kind(any_organisation, "same_name")
    one, other = (any_organisation.person(number) for number in situation.people)
    assert one.name == other.name
    assert one.team != other.team
    assert one.email != other.email
    (account,) = [made.record for made in evidence]
    assert account.identity == "tracker:weiwang"  # type: ignore[union-attr]
    assert not account.emails  # type: ignore[union-attr]
    assert all(account.identity != person.tracker for person in any_organisation.people)  # type: ignore[union-attr]
    assert any(
        isinstance(made.record, Interaction) and made.record.actor == "tracker:weiwang"
        for made in any_organisation.records
    )


def test_what_is_confidential_is_not_for_its_subject(any_organisation: Organisation) -> None:
    for situation, person, evidence in of_kind(any_organisation, "confidential_feedback"):
        (made,) = evidence
        assert person.hris not in made.audience.members
        assert made.audience.kind == "people"
        for secret in situation.must_not_mention:
            assert secret in made.record.text  # type: ignore[union-attr]
            assert sum(secret in repr(other.record) for other in any_organisation.records) == 1


def test_private_group_leaves_out_who_is_mentioned(any_organisation: Organisation) -> None:
    ((_, person, evidence),) = of_kind(any_organisation, "private_group")
    assert any(getattr(made.record, "target", None) == person.tracker for made in evidence)
    for made in evidence:
        (key,) = made.audience.members
        group = next(group for group in any_organisation.groups if group.key == key)
        assert group.connection == made.connection
        assert person.tracker not in group.members
        assert person.forge not in group.members


def test_incident_was_answered_by_the_protagonist(any_organisation: Organisation) -> None:
    for _, person, evidence in of_kind(any_organisation, "incident_response"):
        responded = [
            one
            for item in records(evidence, WorkItem)
            for one in item.interactions
            if one.kind is InteractionKind.RESPONDED
        ]
        assert person.tracker in {one.actor for one in responded}


def test_dates_are_told_in_both_languages(organisation: Organisation) -> None:
    day = organisation.today - timedelta(days=12)
    assert "12 November" in spellings(day, "en")
    assert "11月12日" in spellings(day, "zh")
