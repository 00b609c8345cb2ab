"""The whole organisation as read once in some scopes, and how it looks at a moment: what can be kept and shared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from coachkit.insight.organisation.chart import Chart
from coachkit.insight.organisation.keeping import Memo
from coachkit.insight.organisation.tables import Tables, moment

__all__ = ["LONGEST_LOOK", "Look", "Whole"]

LONGEST_LOOK = 60 * 60_000
"""Milliseconds. How long something has waited or lasted is up to an hour more than is shown, of days; every full hour
begins a new look, so the months of what is told are always those of the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What could be known from ``at`` until before ``ends`` (milliseconds), when some row is to be added or is over.

    :ivar memo: what was worked out from these rows.
    """

    at: datetime
    ends: int
    tables: Tables
    chart: Chart
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)


class Whole:
    """Everything that may be read in some scopes, whatever time it is of.

    :ivar tables: and ``chart``: as read.
    """

    def __init__(self, tables: Tables, chart: Chart) -> None:
        self.tables = tables
        self.chart = chart
        self._lock = Lock()
        self._look: Look | None = None
        self._size = tables.size + chart.size

    def look(self, at: datetime) -> Look:
        """What could be known at ``at``: the same as before, as long as nothing has come, begun or ended since."""
        now = moment(at)
        with self._lock:
            if self._look is None or not moment(self._look.at) <= now < self._look.ends:
                following = (self.tables.next_after(at), self.chart.next_after(at))
                full = (now // LONGEST_LOOK + 1) * LONGEST_LOOK
                self._look = Look(
                    at=at,
                    ends=min((full, *(one for one in following if one is not None))),
                    tables=self.tables.as_of(at),
                    chart=self.chart.as_of(at),
                )
            return self._look

    @property
    def size(self) -> int:
        """Bytes, roughly: of what was read, and of the frames that were made from it."""
        import polars as pl

        look = self._look
        if look is None:
            return self._size
        copied = 0 if look.tables.acts is self.tables.acts else look.tables.size
        frames = [one for one in look.memo.made() if isinstance(one, pl.DataFrame)]
        return self._size + copied + int(sum(one.estimated_size() for one in frames))
