"""Where work rests: time in steps and at hand-offs between teams, beside the same elsewhere.

It is about steps, never about persons. A figure over fewer than :data:`LEAST` cases, or over work of fewer than
:data:`LEAST` people, is withheld: it would be about somebody.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coachkit.insight.rows import ItemRow, Material, Step

__all__ = ["LEAST", "Elsewhere", "HandOff", "Hours", "Rest", "hand_offs", "rests", "waiting_for_others"]

LEAST = 5
"""Groups below five are never shown in aggregates."""

_HANDS_OVER = re.compile(
    r"review|approv|ready|queue|wait|block|hold|merge|test|verif|qa\b|评审|审|待|等|测试|验|阻塞|排队", re.IGNORECASE
)
"""Names of steps in which work lies with somebody else."""

_HOUR = timedelta(hours=1)
_ENDS = ("done", "dropped")

Case = tuple[timedelta, ItemRow, datetime]
"""How long, what, since when."""


@dataclass(frozen=True, slots=True)
class Hours:
    """How long cases took: whole hours → how many."""

    counts: Mapping[int, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return sum(self.counts.values())

    @property
    def median(self) -> float:
        """In days; of an even number of cases, between the two in the middle."""
        half, seen, low = self.n, 0, None
        for hours in sorted(self.counts):
            seen += self.counts[hours]
            if low is None and 2 * seen >= half:
                low = hours
            if 2 * seen > half:
                return ((low if low is not None else hours) + hours) / 48
        return 0.0

    @classmethod
    def of(cls, spans: Iterable[timedelta]) -> Hours:
        return cls(Counter(span // _HOUR for span in spans))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same of all other work that may be read: by name of the step, and of hand-offs between other teams.

    :ivar people: how many people's work it is.
    """

    steps: Mapping[str, Hours] = field(default_factory=dict)
    hand_offs: Hours = field(default_factory=Hours)
    people: int = 0

    def step(self, state: str) -> Hours | None:
        return self._shown(self.steps.get(state, Hours()))

    def between(self) -> Hours | None:
        return self._shown(self.hand_offs)

    def _shown(self, hours: Hours) -> Hours | None:
        return hours if hours.n >= LEAST and self.people >= LEAST else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Work was in a state for a median of ``hours``; ``elsewhere`` the same of other work, if there is enough of it.

    :ivar waiting: the source says that this state is a wait; ``handed``: by its name work lies with somebody else.
    :ivar whole: it is the only state from beginning to end.
    :ivar records: the items, longest first.
    """

    state: str
    waiting: bool
    handed: bool
    whole: bool
    hours: Hours
    elsewhere: Hours | None
    first: datetime
    records: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """Work of the team ``waiting`` was blocked by work of the team ``awaited``; ``hours`` are withheld where few."""

    waiting: str
    awaited: str
    hours: Hours | None
    elsewhere: Hours | None
    since: datetime
    records: tuple[int, ...]


def rests(material: Material, elsewhere: Elsewhere) -> list[Rest]:
    """Steps in which enough work of enough people rested in the window: waits first, then what lies with others, then
    the longest."""
    cases: dict[str, list[Case]] = defaultdict(list)
    waiting: set[str] = set()
    queued: set[str] = set()
    steps_of: dict[str, set[int]] = defaultdict(set)
    for number, item in material.items.items():
        if item.kind in ("commit", "meeting", "document"):
            continue
        steps = material.steps.get(number, ())
        for step, left in _stays(material, steps):
            cases[step.state].append((left - step.at, item, step.at))
            steps_of[step.state].add(len({one.state for one in steps if one.category not in _ENDS}))
            if step.category in ("waiting", "todo"):
                (waiting if step.category == "waiting" else queued).add(step.state)
    found = [
        Rest(
            state=state,
            waiting=state in waiting,
            handed=state not in queued and _HANDS_OVER.search(state) is not None,
            whole=steps_of[state] == {1},
            hours=Hours.of(span for span, _, _ in listed),
            elsewhere=elsewhere.step(state),
            first=min(begun for _, _, begun in listed),
            records=_longest_first(listed),
        )
        for state, listed in cases.items()
        if _enough(material, [item for _, item, _ in listed])
    ]
    return sorted(found, key=lambda one: (not one.waiting, not one.handed, -one.hours.median, one.state))


def _stays(material: Material, steps: Sequence[Step]) -> Iterable[tuple[Step, datetime]]:
    """Each stay in a state that began in the window, and when it ended; work that has ended rests no more."""
    window = material.window
    for place, step in enumerate(steps):
        if step.category not in _ENDS and window.holds(step.at):
            yield step, steps[place + 1].at if place + 1 < len(steps) else window.end


def _enough(material: Material, items: list[ItemRow]) -> bool:
    owners = {owner for item in items if (owner := material.owner(item)) is not None}
    return len(items) >= LEAST and len(owners) >= LEAST


def _longest_first(cases: list[Case]) -> tuple[int, ...]:
    ordered = sorted(cases, key=lambda case: (-case[0], case[1].key))
    return tuple(dict.fromkeys(item.record for _, item, _ in ordered))


def hand_offs(material: Material, elsewhere: Elsewhere) -> list[HandOff]:
    """Waits of one team's work for another team's that began in the window; those with figures first."""
    cases = _blocked(material)
    found = [_hand_off(material, elsewhere, *teams, listed) for teams, listed in sorted(cases.items())]
    return sorted(found, key=lambda one: (one.hours is None, -(one.hours.median if one.hours else 0), one.waiting))


def waiting_for_others(material: Material, elsewhere: Elsewhere, team: str) -> HandOff | None:
    """All waits of a team's work for other teams together: where each pair of teams has too few."""
    listed = [case for (waiting, _), cases in sorted(_blocked(material).items()) if waiting == team for case in cases]
    return _hand_off(material, elsewhere, team, "", listed) if listed else None


def _blocked(material: Material) -> Mapping[tuple[str, str], list[Case]]:
    """(team that waits, team that is waited for) → how long, what, since when."""
    cases: dict[tuple[str, str], list[Case]] = defaultdict(list)
    window = material.window
    for tie in material.ties:
        item, blocker = material.items.get(tie.record), material.item_by_key(tie.target)
        if tie.rel != "blocked_by" or item is None or blocker is None or tie.since is None:
            continue
        waiting, awaited = _team(material, item), _team(material, blocker)
        if waiting is None or awaited is None or waiting == awaited or not window.holds(tie.since):
            continue
        until = min(end for end in (tie.until, item.closed_at, window.end) if end is not None)
        if until >= tie.since:
            cases[waiting, awaited].append((until - tie.since, item, tie.since))
    return cases


def _hand_off(material: Material, elsewhere: Elsewhere, waiting: str, awaited: str, listed: list[Case]) -> HandOff:
    enough = _enough(material, [item for _, item, _ in listed])
    return HandOff(
        waiting=waiting,
        awaited=awaited,
        hours=Hours.of(span for span, _, _ in listed) if enough else None,
        elsewhere=elsewhere.between() if enough else None,
        since=min(begun for _, _, begun in listed),
        records=_longest_first(listed),
    )


def _team(material: Material, item: ItemRow) -> str | None:
    """Name of the team an item belongs to; if it names none, of its owner's team today."""
    if item.team:
        return material.people.team_names.get(item.team, item.team)
    owner = material.owner(item)
    return material.people.team_on(owner, material.window.today) if owner is not None else None
