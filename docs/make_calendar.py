"""Print the calendar table of one year as TOML, from the package chinesecalendar.

    python docs/make_calendar.py 2027 > clerk_app/catalogue/calendar/2027.toml

Run it once a year, after the State Council has published the arrangement and chinesecalendar has been updated, and
compare the result with the notice. The program itself never imports the package: it raises for years it does not know.
"""

from __future__ import annotations

import sys
from datetime import date
from itertools import groupby

from chinese_calendar.constants import holidays, workdays

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
}


def table(year: int) -> str:
    """The table of one year."""
    off = sorted((day, NAMES[name]) for day, name in holidays.items() if day.year == year)
    worked = sorted(day for day in workdays if day.year == year)
    lines = [
        f"# {year} 年节假日安排。由 docs/make_calendar.py 生成；启用前请与国务院办公厅的通知核对。",
        f"year = {year}",
        f'source = "国务院办公厅关于 {year} 年部分节假日安排的通知"',
        "",
        "# 周末调休上班",
        f"makeup_days = {_days(worked)}",
    ]
    for name, group in groupby(off, key=lambda item: item[1]):
        lines += ["", "[[holidays]]", f'name = "{name}"', f"days = {_days([day for day, _ in group])}"]
    return "\n".join(lines) + "\n"


def _days(days: list[date]) -> str:
    return "[\n" + "".join(f"    {day.isoformat()},\n" for day in days) + "]"


if __name__ == "__main__":
    sys.stdout.write(table(int(sys.argv[1])))
