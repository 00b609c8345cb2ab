"""Working days and hours: when the people of the sample organisation can have done something."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from coachkit.sample.model import Person

__all__ = ["WEEKS", "Clock", "holidays"]

WEEKS = 26
"""Length of the simulated past: two quarters."""

_OPENS = 9.0
_CLOSES = 18.25
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

_FIXED = {
    "Shanghai": ((1, 1), (4, 5), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3), (10, 5), (10, 6), (10, 7)),
    "Lisbon": ((1, 1), (4, 25), (5, 1), (6, 10), (8, 15), (10, 5), (11, 1), (12, 1), (12, 8), (12, 25)),
    "Berlin": ((1, 1), (5, 1), (10, 3), (12, 24), (12, 25), (12, 26), (12, 31)),
}
# Days by the lunar calendar: Spring Festival (first of three days), Dragon Boat, Mid-Autumn.
_LUNAR = {
    2025: ((1, 29), (5, 31), (10, 6)),
    2026: ((2, 17), (6, 19), (9, 25)),
    2027: ((2, 6), (6, 9), (9, 15)),
    2028: ((1, 26), (5, 28), (10, 3)),
    2029: ((2, 13), (6, 16), (9, 22)),
    2030: ((2, 3), (6, 5), (9, 12)),
}


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holidays(office: str, year: int) -> frozenset[date]:
    """Public holidays of an office, the main ones only."""
    days = {date(year, month, day) for month, day in _FIXED[office]}
    if office == "Shanghai":
        for index, (month, day) in enumerate(_LUNAR.get(year, ())):
            days.update(date(year, month, day) + timedelta(days=extra) for extra in range(3 if index == 0 else 1))
    else:
        easter = _easter(year)
        days.add(easter - timedelta(days=2))
        if office == "Berlin":
            days.add(easter + timedelta(days=1))
    return frozenset(days)


class Clock:
    """The simulated time: from 26 weeks before ``today`` to the evening of the last working day before it."""

    def __init__(self, today: date) -> None:
        self.today = today
        first = today - timedelta(weeks=WEEKS)
        self.first = first + timedelta(days=-first.weekday() % 7)
        last = today - timedelta(days=1)
        while last.weekday() >= 5:
            last -= timedelta(days=1)
        self.last = last
        self.away: dict[str, tuple[tuple[date, date], ...]] = {}
        self._holidays: dict[tuple[str, int], frozenset[date]] = {}

    @cached_property
    def end(self) -> datetime:
        """Nothing has happened after this moment."""
        return datetime.combine(self.last, time(19, 0), UTC)

    def at_work(self, person: Person, day: date) -> bool:
        """Whether ``day`` is a working day of this person, who is employed and not on leave."""
        if day.weekday() >= 5 or day < person.started_on or (person.left_on and day > person.left_on):
            return False
        place = (person.office, day.year)
        if place not in self._holidays:
            self._holidays[place] = holidays(*place)
        if day in self._holidays[place]:
            return False
        return not any(since <= day <= until for since, until in self.away.get(person.handle, ()))

    def day_from(self, person: Person, day: date) -> date:
        """The first working day of this person on or after ``day`` (that very day, if there is none within 60)."""
        for ahead in range(60):
            if self.at_work(person, day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        return day

    def day_before(self, person: Person, day: date) -> date:
        """The last working day of this person on or before ``day``."""
        for back in range(60):
            if self.at_work(person, day - timedelta(days=back)):
                return day - timedelta(days=back)
        return day

    def ago(self, person: Person, days: int) -> date:
        """The working day of this person that lies ``days`` calendar days back, or the nearest one before."""
        return self.day_before(person, self.today - timedelta(days=days))

    def at(self, person: Person, day: date, hour: float) -> datetime:
        """``hour`` o'clock of ``day`` where this person works, in UTC."""
        minutes = int(hour * 60)
        local = datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(person.zone))
        return local.astimezone(UTC)

    def later(self, person: Person, moment: datetime, hours: float) -> datetime:
        """``moment`` plus ``hours`` of this person's working time; far in the future if they are not there any more."""
        local = moment.astimezone(ZoneInfo(person.zone))
        day, clock = local.date(), local.hour + local.minute / 60
        for _ in range(120):
            if self.at_work(person, day):
                clock = max(clock, _OPENS)
                if clock + hours <= _CLOSES:
                    return self.at(person, day, clock + hours)
                hours -= max(0.0, _CLOSES - clock)
            day, clock = day + timedelta(days=1), 0.0
        return _NEVER
