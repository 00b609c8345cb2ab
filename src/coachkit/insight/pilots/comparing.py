"""Weeks before held against weeks since, with intervals by drawing the weeks anew.

The week is what is drawn, for what happens in one hangs together: Efron and Tibshirani, *An Introduction to the
Bootstrap*, 1993, chapters 8 and 16. Where other teams have the same figure, each week of the pilot is paired with
theirs: what moved everywhere in a week then moves nothing. That two things differ does not say why.

Of few weeks the plain interval is too narrow; it is taken further out, as Student's distribution asks: Hesterberg,
*What teachers should know about the bootstrap*, 2015, section 4.3 (the expanded percentile interval).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coachkit.insight.pilots.figures import Figure, Week

__all__ = ["LEAST_WEEKS", "Change", "compared", "paired", "value"]

LEAST_WEEKS = 4
"""Weeks with something in them, before and since: of fewer no interval is told."""

DRAWS = 1000
_SEED = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``since`` less ``before``; ``low`` and ``high`` are its 95 % interval, ``None`` where there are too few weeks."""

    before: float | None
    since: float | None
    difference: float | None
    low: float | None = None
    high: float | None = None
    weeks_before: int = 0
    weeks_since: int = 0

    @property
    def clear(self) -> bool:
        """No change lies outside the interval."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def value(weeks: Sequence[Week]) -> float | None:
    """The share over all weeks, or the median of all days; ``None`` where there is nothing."""
    import numpy as np

    days = [one for week in weeks for one in week.values]
    if days:
        return float(np.median(days))
    whole = sum(week.whole for week in weeks)
    return sum(week.part for week in weeks) / whole if whole > 0 else None


def _some(weeks: Sequence[Week]) -> list[Week]:
    return [week for week in weeks if week.values or week.whole > 0]


def compared(before: Figure, since: Figure) -> Change:
    """Before and since as they are."""
    import numpy as np

    first, last = _some(before.weeks), _some(since.weeks)
    was, now = value(first), value(last)
    change = Change(
        before=was,
        since=now,
        difference=None if was is None or now is None else now - was,
        weeks_before=len(first),
        weeks_since=len(last),
    )
    if change.difference is None or min(len(first), len(last)) < LEAST_WEEKS:
        return change
    random = np.random.default_rng(_SEED)
    drawn = [
        (value([last[place] for place in random.integers(0, len(last), len(last))]) or 0.0)
        - (value([first[place] for place in random.integers(0, len(first), len(first))]) or 0.0)
        for _ in range(DRAWS)
    ]
    return _with_interval(change, drawn)


def paired(before: Figure, since: Figure, rest_before: Figure, rest_since: Figure) -> Change:
    """The same of the weekly distance to the other teams, weeks in which both have the figure."""
    import numpy as np

    first, last = _distances(before, rest_before), _distances(since, rest_since)
    was = float(np.mean(first)) if first else None
    now = float(np.mean(last)) if last else None
    change = Change(
        before=was,
        since=now,
        difference=None if was is None or now is None else now - was,
        weeks_before=len(first),
        weeks_since=len(last),
    )
    if change.difference is None or min(len(first), len(last)) < LEAST_WEEKS:
        return change
    random = np.random.default_rng(_SEED)
    one, other = np.asarray(first), np.asarray(last)
    means = [part[random.integers(0, len(part), (DRAWS, len(part)))].mean(axis=1) for part in (other, one)]
    return _with_interval(change, list(means[0] - means[1]))


def _distances(ours: Figure, rest: Figure) -> list[float]:
    theirs = {week.begun: value([week]) for week in rest.weeks}
    pairs = ((value([week]), theirs.get(week.begun)) for week in ours.weeks)
    return [one - other for one, other in pairs if one is not None and other is not None]


def _with_interval(change: Change, drawn: Sequence[float]) -> Change:
    import numpy as np
    from scipy import stats

    fewest = min(change.weeks_before, change.weeks_since)
    outside = float(stats.norm.cdf(np.sqrt(fewest / (fewest - 1)) * stats.t.ppf(0.025, fewest - 1)))
    low, high = np.quantile(np.asarray(drawn), [outside, 1 - outside])
    return Change(
        before=change.before,
        since=change.since,
        difference=change.difference,
        low=float(low),
        high=float(high),
        weeks_before=change.weeks_before,
        weeks_since=change.weeks_since,
    )
