"""Working days and limits.

A limit starts on the day after its event: day 1 of a limit in working days is the next working day (行政许可法 art. 82
counts working days without statutory holidays). The official table says which weekdays are off and which weekend days
are worked; past its last year weekends are off and the result is marked as estimated (推算).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from clerk_app.domain.civil import chinese_date

LimitUnit = Literal["workday", "natural_day"]

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class YearTable:
    """The official arrangement of one year: `holidays` are weekdays off, `makeup_days` weekend days worked."""

    holidays: frozenset[date]
    makeup_days: frozenset[date]


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a limit. `estimated`: part of the way lies past the official table."""

    on: date
    estimated: bool

    @property
    def text(self) -> str:
        """As a notice prints it: 2026 年 12 月 7 日, with （推算） if estimated."""
        return chinese_date(self.on) + ("（推算）" if self.estimated else "")

    @property
    def inner_text(self) -> str:
        """The same inside brackets: 2027 年 1 月 8 日，推算."""
        return chinese_date(self.on) + ("，推算" if self.estimated else "")


@dataclass(frozen=True, slots=True)
class Limit:
    """A length of time: `days` ≥ 0 in `unit`; 0 means at once (当场)."""

    days: int
    unit: LimitUnit = "workday"

    @property
    def text(self) -> str:
        """As a notice prints it: 10 个工作日, 30 日, 当场."""
        if self.days == 0:
            return "当场"
        return f"{self.days} 个工作日" if self.unit == "workday" else f"{self.days} 日"


@dataclass(frozen=True, slots=True)
class Running:
    """A stretch in which a clock runs: the days after `start` up to and including `end` (None: still running).

    A clock that is suspended and goes on again is two stretches, so that the days between count for nothing.
    """

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The official tables by year. All dates are civil dates in China."""

    years: Mapping[int, YearTable]

    def is_official(self, day: date) -> bool:
        """Whether the arrangement of that year is known."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked; in a year without a table Monday to Friday are."""
        table = self.years.get(day.year)
        if table is None:
            return day.weekday() < _SATURDAY
        if day.weekday() < _SATURDAY:
            return day not in table.holidays
        return day in table.makeup_days

    def add_workdays(self, start: date, days: int) -> Due:
        """The `days`-th working day after `start`; `start` itself for 0. Raises `ValueError` below 0."""
        if days < 0:
            raise ValueError("a limit is never negative")
        day, estimated = start, False
        while days:
            day += _DAY
            estimated = estimated or not self.is_official(day)
            days -= self.is_workday(day)
        return Due(day, estimated)

    def add(self, start: date, limit: Limit) -> Due:
        """The last day of `limit` that starts with an event on `start`.

        A limit in natural days that would end on a day off ends on the next working day (民法典 art. 203).
        """
        if limit.unit == "workday" or limit.days == 0:
            return self.add_workdays(start, limit.days)
        last = start + timedelta(days=limit.days)
        if self.is_workday(last):
            return Due(last, not self.is_official(last))
        return self.add_workdays(last, 1)

    def workdays_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 if `end` is not later."""
        span = (end - start).days
        return sum(self.is_workday(start + timedelta(days=step)) for step in range(1, span + 1))

    def remaining(self, today: date, due: date) -> int:
        """Working days left: 0 on the last day, negative by the working days it is overdue."""
        if today <= due:
            return self.workdays_between(today, due)
        return -self.workdays_between(due, today)

    def elapsed(self, stretches: Sequence[Running], today: date) -> int:
        """Working days used up to and including `today`, running days only."""
        return sum(self.workdays_between(run.start, min(run.end or today, today)) for run in stretches)

    def due_after(self, stretches: Sequence[Running], days: int) -> Due | None:
        """The last day of a limit of `days` working days that ran in `stretches` only.

        None while the clock stands still with days left: nobody can know the day then.
        """
        left = days
        for run in stretches:
            due = self.add_workdays(run.start, left)
            if run.end is None or due.on <= run.end:
                return due
            left -= self.workdays_between(run.start, run.end)
        return None
