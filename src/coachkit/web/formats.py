"""Days, times, numbers and spans as people write them, in the organisation's time zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from coachkit.web.i18n import Speech

__all__ = ["Formats"]

_PATTERNS = {
    "en": {
        "day": "d MMM",
        "year": "d MMM y",
        "weekday": "EEEE d MMMM",
        "short": "EEE d MMM",
        "month": "LLLL y",
        "short_month": "LLL",
    },
    "zh": {
        "day": "M月d日",
        "year": "y年M月d日",
        "weekday": "M月d日 EEEE",
        "short": "M月d日（EEE）",
        "month": "y年M月",
        "short_month": "M月",
    },
}


class Formats:
    """How one language writes; ``today`` decides whether a year must be named."""

    def __init__(self, say: Speech, zone: ZoneInfo, today: date) -> None:
        self._say = say
        self._zone = zone
        self.today = today
        self._locale = "zh_CN" if say.zh else "en_GB"

    def day_of(self, at: datetime | date) -> date:
        return at.astimezone(self._zone).date() if isinstance(at, datetime) else at

    def day(self, at: datetime | date) -> str:
        """``12 Oct``, ``10月12日``; with the year if it is another one."""
        day = self.day_of(at)
        return self._date(day, "day" if day.year == self.today.year else "year")

    def long_day(self, at: datetime | date) -> str:
        """``Tuesday 24 November``."""
        return self._date(self.day_of(at), "weekday")

    def month(self, first: date) -> str:
        """``November 2026``, ``2026年11月``."""
        return self._date(first, "month")

    def short_month(self, first: date) -> str:
        """``Nov``, ``11月``."""
        return self._date(first, "short_month")

    def time(self, at: datetime) -> str:
        """``10:00``."""
        return str(format_time(at.astimezone(self._zone), "HH:mm", locale=self._locale))

    def moment(self, at: datetime) -> str:
        """``Mon 12 Oct, 10:00``, ``10月12日（周一）10:00``."""
        day = self.day_of(at)
        if day.year != self.today.year:
            return f"{self.day(at)} {self.time(at)}"
        return f"{self._date(day, 'short')}{'' if self._say.zh else ', '}{self.time(at)}"

    def span(self, first: datetime | date, last: datetime | date) -> str:
        """``28 Sep – 9 Oct``."""
        start, end = self.day(first), self.day(last)
        return start if start == end else f"{start} – {end}"

    def number(self, value: float) -> str:
        return str(format_decimal(value, locale=self._locale))

    def ago(self, at: datetime, now: datetime) -> str:
        """``just now``, ``5 minutes ago``, ``3 days ago``, then the day itself."""
        passed = now - at
        if passed < timedelta(minutes=1):
            return self._say("just now")
        if passed < timedelta(hours=1):
            minutes = passed // timedelta(minutes=1)
            return self._say.several("%(num)s minute ago", "%(num)s minutes ago", minutes)
        if passed < timedelta(days=1):
            return self._say.several("%(num)s hour ago", "%(num)s hours ago", passed // timedelta(hours=1))
        if passed < timedelta(days=8):
            return self._say.several("%(num)s day ago", "%(num)s days ago", passed // timedelta(days=1))
        return self.day(at)

    def iso(self, at: datetime | date) -> str:
        """For ``datetime=`` of a ``<time>``."""
        return at.astimezone(self._zone).isoformat(timespec="minutes") if isinstance(at, datetime) else at.isoformat()

    def _date(self, day: date, pattern: str) -> str:
        return str(format_date(day, _PATTERNS[self._say.language][pattern], locale=self._locale))
