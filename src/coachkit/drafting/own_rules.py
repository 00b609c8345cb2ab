"""Rules that have to be opted into, and speak to one person about themselves alone: who is told, who turns one on.

A team may turn one on; everybody in it is told, and it begins to speak to each two weeks later. Anybody may turn it on
or off for themselves, and that counts before what their team says. Nobody else learns what somebody chose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coachkit.access import Directory, PersonEntry, Viewer
from coachkit.domain.identity import content_hash, public_id
from coachkit.drafting.conversation_rows import ConversationStore, SettingRow
from coachkit.drafting.facts import Language
from coachkit.errors import BadInput
from coachkit.insight.conversations import Rule, Setting, Tuned, tune
from coachkit.insight.small_groups import SMALLEST

__all__ = ["NOTICE", "OwnRule", "OwnRules", "is_of_one_person"]

NOTICE = timedelta(days=14)
"""A rule that a team turned on speaks to somebody this long after they were told of it."""

_OF_PERSON = "person:"
"""Before an id, where settings name a team: what somebody chose for themselves."""


def is_of_one_person(team: str) -> bool:
    """Whether ``team`` names what one person chose for themselves, which is nobody else's to read or set."""
    return team.startswith(_OF_PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule:
    """How a rule stands for one person.

    :ivar on: it speaks to them, or will from ``speaks_from`` on. ``chosen``: what they chose; ``None``: nothing.
    :ivar by_team: the setting with which their team turned it on, if it did.
    :ivar possible: there are enough people in their team.
    """

    rule: Rule
    tuned: Tuned
    on: bool
    chosen: bool | None
    by_team: Setting | None
    told_at: datetime | None
    speaks_from: datetime | None
    possible: bool

    def condition(self, language: Language) -> str:
        return self.tuned.condition(language)


class OwnRules:
    """:param tuned: the rules as they hold in a team now."""

    def __init__(
        self, directory: Directory, store: ConversationStore, tuned: Callable[[str, datetime], tuple[Tuned, ...]]
    ) -> None:
        self._directory = directory
        self._store = store
        self._tuned = tuned

    def standing(self, person: PersonEntry, now: datetime) -> tuple[OwnRule, ...]:
        """Every rule that can be opted into, as it stands for somebody."""
        possible = person.team is not None and len(self._team(person.team, now)) >= SMALLEST
        return tuple(
            self._standing(person, one, now, possible) for one in self._tuned(person.team or "", now) if one.rule.opt_in
        )

    def _standing(self, person: PersonEntry, tuned: Tuned, now: datetime, possible: bool) -> OwnRule:
        rule = tuned.rule
        chosen = self._chosen(person.id, rule.id)
        told_at = self._store.noticed(_notice(rule.id)).get(person.id)
        if chosen is None:
            speaks_from = told_at + NOTICE if tuned.on and told_at is not None else None
        else:
            speaks_from = now if chosen else None
        by_team = next((one for one in reversed(tuned.set_by) if one.on is not None), None) if tuned.on else None
        return OwnRule(
            rule=rule,
            tuned=replace(tuned, on=True),
            on=possible and speaks_from is not None,
            chosen=chosen,
            by_team=by_team,
            told_at=told_at,
            speaks_from=speaks_from,
            possible=possible,
        )

    def announced(self, person: PersonEntry, now: datetime) -> tuple[tuple[Rule, datetime], ...]:
        """Rules that their team turned on and that do not speak to somebody yet, with the day when they will."""
        found = []
        for one in self._tuned(person.team or "", now):
            told_at = self._store.noticed(_notice(one.rule.id)).get(person.id) if one.rule.opt_in and one.on else None
            if told_at is not None and now - told_at < NOTICE and self._chosen(person.id, one.rule.id) is None:
                found.append((one.rule, told_at + NOTICE))
        return tuple(found)

    def speaking(self, person: PersonEntry, now: datetime) -> Mapping[str, Tuned]:
        """Those that speak to somebody now."""
        return {
            one.rule.id: one.tuned
            for one in self.standing(person, now)
            if one.on and one.speaks_from is not None and one.speaks_from <= now
        }

    def choose(self, viewer: Viewer, rule_id: str, on: bool) -> OwnRule:
        """Turn a rule on or off for oneself; on, it speaks at once.

        :raises BadInput: if there is no such rule that can be opted into, or the team is too small.
        """
        person = self._directory.person(viewer.person, self._directory.today(viewer.at))
        found = next((one for one in self.standing(person, viewer.at) if one.rule.id == rule_id), None)
        if found is None:
            raise BadInput(
                "there is no such rule to opt into.", subject=rule_id[:40], chinese=("没有这条可以自选的规则。", "")
            )
        if on:
            if not found.possible:
                raise _too_small(person.team or "")
            self._store.add_notices(_notice(rule_id), [person.id], _text(found.rule, viewer.at), viewer.at)
        team = f"{_OF_PERSON}{public_id(viewer.person)}"
        row = content_hash("setting", team, rule_id, viewer.at.isoformat())[:16]
        setting = Setting(at=viewer.at, by=viewer.name, reason="", on=on)
        self._store.add_setting(SettingRow(id=row, team=team, rule=rule_id, setting=setting))
        return next(one for one in self.standing(person, viewer.at) if one.rule.id == rule_id)

    def announce(self, team: str, rule: Rule, at: datetime) -> None:
        """Everybody in the team is told now; the rule begins to speak to each when the notice has run.

        :raises BadInput: for a team of fewer than five.
        """
        people = self._team(team, at)
        if len(people) < SMALLEST:
            raise _too_small(team)
        self._store.add_notices(_notice(rule.id), [one.id for one in people], _text(rule, at), at)

    def _chosen(self, person: int, rule: str) -> bool | None:
        found = [one for one in self._store.settings(f"{_OF_PERSON}{public_id(person)}") if one.rule == rule]
        return found[-1].setting.on if found else None

    def _team(self, team: str, now: datetime) -> list[PersonEntry]:
        today = self._directory.today(now)
        return [one for one in self._directory.people(today) if one.team == team and one.active]


def _too_small(team: str) -> BadInput:
    return BadInput(
        f"this rule is not for groups of fewer than {SMALLEST}.",
        subject=team or "no team",
        hint="It stays off here.",
        chinese=(f"少于 {SMALLEST} 人的团队不能用这条规则。", "在这里保持关闭。"),
    )


def _text(rule: Rule, at: datetime) -> str:
    condition = tune(rule, now=at).condition
    return f"{rule.title.en}: {condition('en')}\n{rule.title.zh}：{condition('zh')}"


def _notice(rule: str) -> str:
    """By what name it is noted who was told of a rule."""
    return f"rule:{rule}"
