"""Civil time in China: every legal date is a date in fixed UTC+8, whatever zone the machine is set to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).astimezone(CHINA)


def civil_time(at_ms: int) -> datetime:
    """The civil date and time in China of a UTC instant in milliseconds; `ValueError` beyond the years 1–9999."""
    try:
        return _EPOCH + timedelta(milliseconds=at_ms)
    except OverflowError as overflow:
        raise ValueError("no such instant") from overflow


def civil_date(at_ms: int) -> date:
    """The civil date in China of a UTC instant in milliseconds."""
    return civil_time(at_ms).date()


def optional_date(text: str | None) -> date | None:
    """An ISO date, or None; raises `ValueError` for anything else."""
    return date.fromisoformat(text) if text is not None else None


def chinese_date(day: date) -> str:
    """A date as a notice prints it: 2026 年 11 月 17 日."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def chinese_time(at_ms: int) -> str:
    """An instant as a notice prints it: 2026 年 11 月 17 日 10:09."""
    moment = civil_time(at_ms)
    return f"{chinese_date(moment.date())} {moment:%H:%M}"


def short_time(at_ms: int) -> str:
    """An instant as the history shows it: 11-17 10:09."""
    return f"{civil_time(at_ms):%m-%d %H:%M}"
