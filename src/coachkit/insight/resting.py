"""Where work rests: time in steps and at hand-offs between teams, beside the same elsewhere.

It is about steps, never about persons. A figure over fewer than :data:`LEAST` cases, or over work of fewer than
:data:`LEAST` people, is withheld: it would be about somebody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from coachkit.insight.rows import ItemRow, Material

__all__ = ["LEAST", "Elsewhere", "HandOff", "Hours", "Rest", "hand_offs", "rests"]

LEAST = 5
"""Groups below five are never shown in aggregates."""

WHOLE = "open"
"""Name of the one step of work whose history no source tells: from its beginning to its end."""

_HOUR = timedelta(hours=1)
_ENDS = ("done", "dropped")


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

    :ivar waiting: the source says that this state is a wait.
    :ivar records: the items, longest first.
    """

    state: str
    waiting: bool
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
    """Steps in which enough work of enough people rested in the window, waits first, then the longest."""
    cases: dict[str, list[tuple[timedelta, ItemRow, datetime]]] = defaultdict(list)
    waiting: set[str] = set()
    for number, item in material.items.items():
        for state, category, begun, left in _stays(material, number, item):
            cases[state].append((left - begun, item, begun))
            if category == "waiting":
                waiting.add(state)
    found = [
        Rest(
            state=state,
            waiting=state in waiting,
            hours=Hours.of(span for span, _, _ in listed),
            elsewhere=elsewhere.step(state),
            first=min(begun for _, _, begun in listed),
            records=_longest_first(listed),
        )
        for state, listed in cases.items()
        if _enough(material, [item for _, item, _ in listed])
    ]
    return sorted(found, key=lambda one: (not one.waiting, -one.hours.median, one.state))


def _stays(material: Material, number: int, item: ItemRow) -> Iterable[tuple[str, str | None, datetime, datetime]]:
    """State, category, begin and end of each stay that began in the window; work that has ended rests no more."""
    window, steps = material.window, material.steps.get(number, ())
    if item.kind in ("commit", "meeting"):
        return
    if not steps and item.created_at and item.closed_at and window.holds(item.closed_at):
        yield WHOLE, None, item.created_at, item.closed_at
    if len({step.state for step in steps if step.category not in _ENDS}) < 2:
        named = {step.state: WHOLE for step in steps}  # one state from beginning to end says only how long all took
    else:
        named = {}
    for step, after in pairwise([*steps, None]):
        if step is None or step.category in _ENDS or not window.holds(step.at):
            continue
        yield named.get(step.state, step.state), step.category, step.at, after.at if after else window.end


def _enough(material: Material, items: list[ItemRow]) -> bool:
    owners = {owner for item in items if (owner := material.owner(item)) is not None}
    return len(items) >= LEAST and len(owners) >= LEAST


def _longest_first(cases: list[tuple[timedelta, ItemRow, datetime]]) -> tuple[int, ...]:
    ordered = sorted(cases, key=lambda case: (-case[0], case[1].key))
    return tuple(dict.fromkeys(item.record for _, item, _ in ordered))


def hand_offs(material: Material, elsewhere: Elsewhere) -> list[HandOff]:
    """Waits of one team's work for another team's that began in the window; those with figures first."""
    cases: dict[tuple[str, str], list[tuple[timedelta, ItemRow, datetime]]] = defaultdict(list)
    window = material.window
    for tie in material.ties:
        item, blocker = material.items.get(tie.record), material.item_by_key(tie.target)
        if tie.rel != "blocked_by" or item is None or blocker is None or tie.since is None:
            continue
        teams = _team(material, item), _team(material, blocker)
        if teams[0] is None or teams[1] is None or teams[0] == teams[1] or not window.holds(tie.since):
            continue
        until = min(end for end in (tie.until, item.closed_at, window.end) if end is not None)
        if until >= tie.since:
            cases[teams[0], teams[1]].append((until - tie.since, item, tie.since))
    found = []
    for (waiting, awaited), listed in cases.items():
        enough = _enough(material, [item for _, item, _ in listed])
        found.append(
            HandOff(
                waiting=waiting,
                awaited=awaited,
                hours=Hours.of(span for span, _, _ in listed) if enough else None,
                elsewhere=elsewhere.between() if enough else None,
                since=min(begun for _, _, begun in listed),
                records=_longest_first(listed),
            )
        )
    return sorted(found, key=lambda one: (one.hours is None, -(one.hours.median if one.hours else 0), one.waiting))


def _team(material: Material, item: ItemRow) -> str | None:
    """Name of the team an item belongs to; if it names none, of its owner's team today."""
    if item.team:
        return material.people.team_names.get(item.team, item.team)
    owner = material.owner(item)
    return material.people.team_on(owner, material.window.today) if owner is not None else None
