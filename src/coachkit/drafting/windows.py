"""From when to when a document looks, in days of the organisation."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coachkit.access import Directory
from coachkit.drafting.agents import Sides, Stretch
from coachkit.drafting.ports import FactReader
from coachkit.errors import BadInput
from coachkit.insight.rows import Window

__all__ = ["Windows"]

PAST, LEAST_PAST = timedelta(days=90), timedelta(days=30)
"""How far back context reaches: from the end of the window, and at least from its beginning."""


class Windows:
    """Windows in the time zone of the organisation."""

    def __init__(self, directory: Directory, facts: FactReader, zone: ZoneInfo) -> None:
        self._directory = directory
        self._facts = facts
        self._zone = zone

    def window(
        self, stretch: Stretch, sides: Sides, now: datetime, *, since: datetime | None, on: date | None
    ) -> Window:
        """The window of a document.

        :param since: where it begins; left out, as the kind of document has it.
        :param on: it ends with this day, not with ``now``.
        :raises BadInput: if ``on`` is yet to come, or the window is empty or longer than it may be.
        """
        end = now if on is None else self._end_of(on, now)
        if since is not None:
            self._possible(since, end, stretch)
        else:
            since = self._usual(stretch, sides, end)
        past = min(since - LEAST_PAST, end - PAST)
        return Window(start=since, end=end, past=past, zone=self._zone, looks_back=on is not None)

    def _usual(self, stretch: Stretch, sides: Sides, end: datetime) -> datetime:
        met = None
        if stretch.since_check_in and sides.other is not None:
            met = self._facts.last_check_in(sides.subject, sides.other, sides.scopes, end)
        return max(met, end - stretch.longest_usual) if met else self._beginning(end - stretch.usual)

    def _possible(self, since: datetime, end: datetime, stretch: Stretch) -> None:
        if since >= end:
            raise BadInput(
                "the window begins after its end.",
                subject="since",
                chinese=("起始日晚于截止日。", "请换一个更早的日子。"),
            )
        earliest = end - stretch.longest
        if since < earliest:
            day = (earliest + timedelta(days=1)).astimezone(self._zone).date()
            back = "a year" if stretch.longest.days == 366 else f"{stretch.longest.days} days"
            raise BadInput(
                f"it looks back {back} at most.",
                subject="since",
                hint=f"The earliest day is {day}; for an earlier time, prepare it as of another day.",
                chinese=(
                    "最多回看一年。" if stretch.longest.days == 366 else f"最多回看 {stretch.longest.days} 天。",
                    f"最早可以从 {day} 开始；要看更早的时间，请换一个截止日。",
                ),
            )

    def _end_of(self, day: date, now: datetime) -> datetime:
        """The last moment of a day that has gone by."""
        if day > self._directory.today(now):
            raise BadInput(
                "this day is yet to come.",
                subject=day.isoformat(),
                hint="A document can be prepared as of today or of a day before.",
                chinese=("这一天还没到。", "可以按今天或更早的某一天来准备。"),
            )
        ends = datetime.combine(day + timedelta(days=1), time.min, self._zone).astimezone(UTC)
        return ends - timedelta(milliseconds=1)

    def _beginning(self, at: datetime) -> datetime:
        """The first moment of that day: a window is shown in days, and holds all of its first one."""
        return datetime.combine(at.astimezone(self._zone), time.min, self._zone).astimezone(UTC)
