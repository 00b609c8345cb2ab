"""Starting a pilot, seeing it against its baseline, and stopping it.

A pilot is its starter's: its figures are read with the eyes of who started it, so nobody else sees them. Whoever leads
all of its teams may start one, or holds HR's grant for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from coachkit.access import Viewer
from coachkit.access.contributions import TargetDirectory, leads_team
from coachkit.domain.identity import content_hash
from coachkit.domain.targets import Target
from coachkit.errors import AccessDenied, BadInput, NotFound
from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.tables import DAY, Tables
from coachkit.insight.pilots.comparing import Change, compared, paired
from coachkit.insight.pilots.figures import FIGURES, CheckInSeen, Figure, figures, monday
from coachkit.insight.small_groups import SMALLEST

__all__ = ["BASELINE_WEEKS", "Pilot", "PilotStore", "Pilots", "Seen", "Standing"]

BASELINE_WEEKS = 13
"""A quarter: long enough for an interval, short enough to be the same teams."""


class Seen(Protocol):
    """What the starter may read of the organisation at a moment."""

    @property
    def at(self) -> datetime: ...
    @property
    def tables(self) -> Tables: ...
    @property
    def chart(self) -> Chart: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """``before`` and ``rest``: the figures of its weeks before, of its teams and of the others."""

    id: str
    teams: tuple[str, ...]
    started_by: int
    started_at: datetime
    before: Mapping[str, Figure]
    rest: Mapping[str, Figure]
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A pilot against its baseline. ``against``: the same as a distance to the other teams in the same weeks.

    :ivar records: what shows each figure now.
    """

    pilot: Pilot
    changes: Mapping[str, Change]
    against: Mapping[str, Change]
    records: Mapping[str, tuple[int, ...]]


class PilotStore(Protocol):
    """Keeps pilots."""

    def add(self, pilot: Pilot) -> None: ...

    def of(self, person: int) -> Sequence[Pilot]:
        """Those that somebody started, the newest first."""

    def stop(self, pilot: str, person: int, at: datetime) -> bool:
        """Whether there was such a one that ran."""


class Pilots:
    def __init__(self, store: PilotStore, targets: TargetDirectory) -> None:
        self._store = store
        self._targets = targets

    def start(self, viewer: Viewer, seen: Seen, teams: Collection[str], check_ins: Sequence[CheckInSeen]) -> Pilot:
        """Keep the figures of the quarter before, and begin.

        :raises AccessDenied: unless the viewer leads all of these teams, or holds HR's grant for them.
        :raises BadInput: for no team, for fewer than five people, and for teams that differ by fewer from those of
            another pilot of theirs: the difference of the two would tell of them.
        """
        chosen = tuple(sorted(set(teams)))
        if not chosen:
            raise BadInput("a pilot needs a team.", chinese=("试点至少要有一个团队。", ""))
        for team in chosen:
            self._allowed(viewer, team)
        people = _people(seen, chosen)
        if len(people) < SMALLEST:
            raise BadInput(
                f"a pilot needs at least {SMALLEST} people; its figures would otherwise tell of single people.",
                subject=", ".join(chosen),
                hint="Add a team.",
                chinese=(f"试点至少要有 {SMALLEST} 个人，否则数字说的就是某个人。", "请再加一个团队。"),
            )
        self._apart(viewer, seen, people)
        begun = [monday(seen.at) - number * 7 * DAY for number in range(BASELINE_WEEKS, 0, -1)]
        at = seen.at.replace(microsecond=seen.at.microsecond // 1000 * 1000)  # as the store keeps it
        before, rest = _both(seen, chosen, begun, check_ins)
        made = Pilot(
            id=content_hash("pilot", *chosen, viewer.person, at.isoformat())[:12],
            teams=chosen,
            started_by=viewer.person,
            started_at=at,
            before=before,
            rest=rest,
        )
        self._store.add(made)
        return made

    def _apart(self, viewer: Viewer, seen: Seen, people: set[int]) -> None:
        for other in self._store.of(viewer.person):
            if 0 < len(people ^ _people(seen, other.teams)) < SMALLEST:
                names = ", ".join(other.teams)
                raise BadInput(
                    f"its teams differ by fewer than {SMALLEST} people from those of your pilot of {names}; "
                    "the two together would tell of single people.",
                    subject=names,
                    hint="Choose teams that differ by more, or the same ones.",
                    chinese=(
                        f"与你的另一个试点（{names}）相差不到 {SMALLEST} 个人，两者相减说的就是某个人。",
                        "请选择相差更多的团队，或同样的团队。",
                    ),
                )

    def may_start(self, viewer: Viewer, team: str) -> bool:
        """Whether the viewer leads this team, or holds HR's grant for it."""
        granted = self._targets.is_granted(viewer.person, Target.of_team(team))
        return bool(viewer.scopes) and (granted or leads_team(self._targets, viewer, team))

    def _allowed(self, viewer: Viewer, team: str) -> None:
        if not self.may_start(viewer, team):
            raise AccessDenied(
                "a pilot is started by who leads all of its teams, or by HR with a grant for them.",
                subject=viewer.name,
                hint=f"Ask whoever leads {team}.",
                chinese=("试点由其全部团队的负责人，或获得授权的人力资源人员发起。", f"请找 {team} 的负责人。"),
            )

    def of(self, viewer: Viewer) -> Sequence[Pilot]:
        return self._store.of(viewer.person)

    def one(self, viewer: Viewer, pilot: str) -> Pilot:
        """:raises NotFound: if the viewer has started none such."""
        found = next((one for one in self.of(viewer) if one.id == pilot), None)
        if found is None:
            raise NotFound("there is no such pilot of yours.", chinese=("没有这个由你发起的试点。", ""))
        return found

    def stop(self, viewer: Viewer, pilot: str) -> Pilot:
        """:raises NotFound: if none such of theirs runs."""
        if not self._store.stop(pilot, viewer.person, viewer.at):
            raise NotFound("no such pilot of yours runs.", chinese=("没有这个正在进行、由你发起的试点。", ""))
        return self.one(viewer, pilot)

    def standing(self, pilot: Pilot, seen: Seen, check_ins: Sequence[CheckInSeen]) -> Standing:
        """The weeks since it began, up to its end, against its baseline."""
        end = min(pilot.stopped_at or seen.at, seen.at)
        first, last = monday(pilot.started_at) + 7 * DAY, monday(end)
        begun = list(range(first, last, 7 * DAY))
        none: Mapping[str, Figure] = {}
        since, rest = _both(seen, pilot.teams, begun, check_ins) if begun else (none, none)
        shown = since or _both(seen, pilot.teams, [monday(end) - 7 * DAY], check_ins)[0]
        empty = Figure(weeks=())
        told = [name for name in FIGURES if name in pilot.before]
        return Standing(
            pilot=pilot,
            changes={name: compared(pilot.before[name], since.get(name, empty)) for name in told},
            against={
                name: paired(pilot.before[name], since[name], pilot.rest[name], rest[name])
                for name in told
                if name in since and name in pilot.rest and name in rest
            },
            records={name: shown[name].records for name in told if name in shown},
        )


def _people(seen: Seen, teams: Collection[str]) -> set[int]:
    """Who is in these teams in the week of the moment."""
    members = seen.chart.members(seen.at - timedelta(days=1), seen.at)
    return {person for team, people in members.items() if team in teams for person in people}


def _both(
    seen: Seen, teams: Sequence[str], begun: Sequence[int], check_ins: Sequence[CheckInSeen]
) -> tuple[Mapping[str, Figure], Mapping[str, Figure]]:
    """Of the teams and, where five or more people are left, of all others."""
    ours = figures(seen.tables, seen.chart, teams, begun, seen.at, check_ins)
    others = sorted(set(seen.chart.names()) - set(teams))
    enough = len(_people(seen, others) - _people(seen, teams)) >= SMALLEST
    return ours, figures(seen.tables, seen.chart, others, begun, seen.at, check_ins) if enough else {}
