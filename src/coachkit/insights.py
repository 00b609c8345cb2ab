"""Insight into a whole organisation, wired: engines of ``coachkit.insight`` over what one viewer may read.

Permission comes first: the tables are read in the scopes of the viewer, so nothing hidden can move what they are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from coachkit.access import Directory, PersonEntry, ReadLog, Viewer
from coachkit.insight.organisation.keeping import Memo, Shelf
from coachkit.store.relational.database import Database

if TYPE_CHECKING:
    import polars as pl

    from coachkit.domain.trails import Trail
    from coachkit.insight.contributing.between import Towards
    from coachkit.insight.contributing.notes import ContributionNotes
    from coachkit.insight.contributing.view import About, View
    from coachkit.insight.flow.findings import Flow
    from coachkit.insight.linking.service import GoalLinks
    from coachkit.insight.network.findings import Network
    from coachkit.insight.network.teams import TeamMap
    from coachkit.insight.organisation.chart import Chart
    from coachkit.insight.organisation.tables import Tables
    from coachkit.insight.organisation.whole import Whole
    from coachkit.insight.pilots.figures import CheckInSeen
    from coachkit.insight.pilots.service import Pilots
    from coachkit.store.relational.reading_organisation import SqlOrganisationReader

__all__ = ["Insights", "Seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one viewer may read of the organisation at one moment, and what people call it.

    :ivar people: person → name; ``teams``: key → name.
    :ivar memo: what was worked out from these rows, for all who may read the same.
    """

    at: datetime
    tables: Tables
    chart: Chart
    people: Mapping[int, str]
    teams: Mapping[str, str]
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def labels(self, records: Iterable[int]) -> dict[int, str]:
        """Record → the key people know it by; of a remark, that of the item it is about."""
        import polars as pl

        wanted = pl.DataFrame({"record": sorted(set(records))}, schema={"record": pl.Int64})
        found: dict[int, str] = {}
        for frame, key in ((self.chart.about, "item"), (self.tables.items, "key"), (self.tables.goals, "key")):
            found |= dict(frame.select("record", key).join(wanted, on="record", how="semi").iter_rows())
        return found


class Insights:
    """Each part is made when it is first asked for, like those of :class:`coachkit.bootstrap.App`."""

    def __init__(self, database: Database, directory: Directory, reads: ReadLog, timezone: str) -> None:
        self._database = database
        self._directory = directory
        self._reads = reads
        self._timezone = timezone
        self._kept: Shelf[Whole] = Shelf()

    @cached_property
    def reader(self) -> SqlOrganisationReader:
        from coachkit.store.relational.reading_organisation import SqlOrganisationReader

        return SqlOrganisationReader(self._database)

    def whole(self, viewer: Viewer) -> Whole:
        """Everything that may be read in the scopes of ``viewer``: read once, until it changes."""
        return self._kept.of(
            viewer.scopes, self.reader.mark, lambda before, mark: self.reader.whole(viewer.scopes, before, mark)
        )

    def tables(self, viewer: Viewer, at: datetime) -> Tables:
        """What could be known at ``at`` of what ``viewer`` may read."""
        return self.whole(viewer).look(at).tables

    def trail(self, viewer: Viewer, record: int) -> Trail:
        """What a record that ``viewer`` may read went through until now."""
        from coachkit.store.relational.reading_trails import read_trail

        return read_trail(self._database, viewer.scopes, record, viewer.at)

    def parts(self, viewer: Viewer, key: str) -> tuple[str, frozenset[int]] | None:
        """Of an epic, its key and the records of it and of what is part of it; ``None`` where there is none to read."""
        from coachkit.store.relational.reading_trails import read_parts

        return read_parts(self._database, viewer.scopes, key)

    # --- goals -------------------------------------------------------------------------------------------------------

    @cached_property
    def goals(self) -> GoalLinks:
        """The map of goals, what is linked to them, and what people answer."""
        from coachkit.insight.linking.service import GoalLinks
        from coachkit.retrieval.tokenizer import query_words
        from coachkit.store.relational.goal_answers import SqlGoalAnswers
        from coachkit.store.relational.reading_goal_map import SqlGoalMapReader
        from coachkit.store.relational.targets import SqlTargets

        return GoalLinks(
            tables=self.tables,
            reader=SqlGoalMapReader(self._database),
            answers=SqlGoalAnswers(self._database),
            directory=self._directory,
            targets=SqlTargets(self._database, self._directory),
            terms=lambda text: [term for _, parts in query_words(text) for term in parts],
            changed=lambda: self.reader.mark(meaning=True),
        )

    # --- contribution ------------------------------------------------------------------------------------------------

    @cached_property
    def notes(self) -> ContributionNotes:
        """What people add to the view of their contribution, and contest."""
        from coachkit.insight.contributing.notes import ContributionNotes
        from coachkit.store.relational.contribution_notes import SqlContributionNotes

        return ContributionNotes(SqlContributionNotes(self._database))

    @staticmethod
    def since(at: datetime, months: int) -> datetime:
        """The first moment of the month that lies ``months`` (3, 6 or 12) closed months back."""
        from coachkit.insight.periods import PERIODS, period_starts

        return period_starts(at)[1][PERIODS.index(months)]

    def given(self, viewer: Viewer, seen: Seen, since: datetime) -> pl.DataFrame:
        """Everything that people did since then, as contribution views tell it."""
        from coachkit.insight.contributing.given import given
        from coachkit.store.relational.reading_goal_map import SqlGoalMapReader

        def made() -> pl.DataFrame:
            belonging = SqlGoalMapReader(self._database).belonging(viewer.scopes)
            return given(seen.tables, seen.chart, since, seen.at, belonging)

        return seen.memo.of(("given", since, viewer.scopes), made)

    def contribution(self, viewer: Viewer, seen: Seen, about: About, since: datetime) -> View:
        """Who advanced whose goals since then, in the eyes of ``viewer``."""
        from coachkit.insight.contributing.view import view
        from coachkit.store.relational.contribution_notes import customer_words
        from coachkit.store.relational.reading_goal_map import SqlGoalMapReader

        reader, today = SqlGoalMapReader(self._database), self._directory.today(viewer.at)
        return view(
            seen.tables,
            seen.chart,
            about,
            since,
            seen.at,
            present=seen.memo.of(
                ("present", today), lambda: frozenset(one.id for one in self._directory.people(today))
            ),
            goals=reader.goals(viewer.scopes, viewer.at),
            words=customer_words(self._database, viewer.scopes, viewer.at),
            rows=self.given(viewer, seen, since),
        )

    def towards(self, viewer: Viewer, seen: Seen, since: datetime) -> tuple[Towards, ...]:
        """With which kinds of help each team advanced which other since then."""
        from coachkit.insight.contributing.between import between_teams

        present = {one.id for one in self._directory.people()}
        return between_teams(self.given(viewer, seen, since), present)

    # --- pilots ------------------------------------------------------------------------------------------------------

    @cached_property
    def pilots(self) -> Pilots:
        """Trials of some teams, with the figures they began with."""
        from coachkit.insight.pilots.service import Pilots
        from coachkit.store.relational.pilots import SqlPilots
        from coachkit.store.relational.targets import SqlTargets

        return Pilots(SqlPilots(self._database), SqlTargets(self._database, self._directory))

    def seen_of_teams(self, viewer: Viewer) -> Seen:
        """What the viewer may read now, without the goals of single people: no figure of a pilot rests on these."""
        import polars as pl

        from coachkit.store.relational.reading_goal_map import SqlGoalMapReader

        seen = self.seen(viewer)
        goals = SqlGoalMapReader(self._database).goals(viewer.scopes, viewer.at)
        personal = [goal.record for goal in goals if goal.level == "person"]
        kept = seen.tables.goals.filter(~pl.col("record").is_in(personal))
        return replace(seen, tables=replace(seen.tables, goals=kept), memo=Memo())

    def check_ins(self, viewer: Viewer) -> tuple[CheckInSeen, ...]:
        """Check-ins that the viewer may read, up to now."""
        from coachkit.store.relational.pilots import check_ins_seen

        return check_ins_seen(self._database, viewer.scopes, viewer.at)

    # --- network and flow --------------------------------------------------------------------------------------------

    def seen(self, viewer: Viewer) -> Seen:
        """What ``viewer`` may read of the organisation now."""
        look = self.whole(viewer).look(viewer.at)
        today = self._directory.today(viewer.at)
        return Seen(
            at=viewer.at,
            tables=look.tables,
            chart=look.chart,
            people=look.memo.of(("people", today), lambda: _called(self._directory.people(today, left=True))),
            teams=look.memo.of("teams", look.chart.names),
            memo=look.memo,
        )

    def network(self, seen: Seen, months: int) -> Network:
        """Who works with whom, since ``months`` (3, 6 or 12) closed months ago."""
        from coachkit.insight.network.findings import network

        return seen.memo.of(
            ("network", months), lambda: network(seen.tables, seen.chart, self.since(seen.at, months), seen.at)
        )

    def team_map(self, seen: Seen, months: int) -> TeamMap:
        """What teams did for each other in the last ``months`` (3, 6 or 12) that are over."""
        from coachkit.insight.network.teams import team_map

        return seen.memo.of(("team_map", months), lambda: team_map(seen.tables, seen.chart, seen.at, months))

    def flow(self, seen: Seen, months: int) -> Flow:
        """Where work waited, since ``months`` (3, 6 or 12) closed months ago."""
        from coachkit.insight.flow.findings import flow

        return seen.memo.of(
            ("flow", months), lambda: flow(seen.tables, seen.chart, self.since(seen.at, months), seen.at)
        )


def _called(people: Iterable[PersonEntry]) -> dict[int, str]:
    """Names; of namesakes with what tells them apart."""
    people = list(people)
    often = Counter(one.name for one in people)
    return {
        one.id: f"{one.name} ({one.team_name or one.title or one.public_id})" if often[one.name] > 1 else one.name
        for one in people
    }
