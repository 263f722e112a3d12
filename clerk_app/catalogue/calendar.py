"""The official working-day tables that ship with the program, one TOML file a year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from clerk_app.catalogue.faults import Faults
from clerk_app.catalogue.tables import Table, read_toml
from clerk_app.domain.workdays import Calendar, YearTable

SHIPPED = Path(__file__).with_name("calendar")


def load_calendar(folder: Path = SHIPPED) -> Calendar:
    """The calendar in `folder` (files `YYYY.toml`); raise `BadCatalogue` with every fault found."""
    faults = Faults()
    names = sorted(path.name for path in folder.glob("*.toml"))
    if not names:
        faults.add(folder.name, None, "", "没有节假日表")
    tables = (read_toml(folder, name, faults) for name in names)
    years = dict(_year(table) for table in tables if table is not None)
    faults.raise_if_any()
    return Calendar(years)


def _year(table: Table) -> tuple[int, YearTable]:
    year = table.whole("year")
    if table.file.name != f"{year}.toml":
        table.fault("year", "与文件名不一致")
    table.text("source")
    makeup_days = frozenset(table.dates("makeup_days"))
    holidays: set[date] = set()
    for holiday in table.tables("holidays"):
        holiday.text("name")
        holidays.update(holiday.dates("days"))
        holiday.close()
    if any(day.year != year for day in holidays | makeup_days):
        table.fault("", "有日期不在这一年")
    if holidays & makeup_days:
        table.fault("makeup_days", "有一天既放假又上班")
    if any(day.weekday() < 5 for day in makeup_days):
        table.fault("makeup_days", "有一天本来就上班")
    table.close()
    return year, YearTable(frozenset(holidays), makeup_days)
