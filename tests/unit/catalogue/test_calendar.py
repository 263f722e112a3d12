"""The working-day tables that ship, and what a wrong one is told."""

import shutil
import subprocess
import sys

import pytest

from clerk_app.catalogue.calendar import SHIPPED, load_calendar
from clerk_app.errors import BadCatalogue
from tests.helpers.source import ROOT


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped tables."""
    return shutil.copytree(SHIPPED, tmp_path / "calendar")


def reasons(folder):
    with pytest.raises(BadCatalogue) as refusal:
        load_calendar(folder)
    return [(fault.file, fault.reason) for fault in refusal.value.data["faults"]]


def change(folder, before, after, name="2026.toml"):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_two_years_ship():
    assert sorted(load_calendar().years) == [2025, 2026]


def test_a_year_more_is_a_file_more(folder):
    text = "year = 2027\nsource = '例'\nmakeup_days = []\n[[holidays]]\nname = '元旦'\ndays = [2027-01-01]\n"
    (folder / "2027.toml").write_text(text, encoding="utf-8")
    assert sorted(load_calendar(folder).years) == [2025, 2026, 2027]


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_script_still_makes_the_tables_that_ship(year):
    made = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "make_calendar.py"), str(year)],
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert made.stdout.decode("utf-8") == (SHIPPED / f"{year}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("year = 2026", "year = 2028", "与文件名不一致"),
        ("2026-02-15,", "2025-02-15,", "有日期不在这一年"),
        ("2026-01-04,", "2026-01-03,", "有一天既放假又上班"),
        ("2026-01-04,", "2026-01-05,", "有一天本来就上班"),
        ("2026-01-04,", '"2026-01-04",', "应是日期列表"),
        ("2026-01-04,", "2026-01-04T08:00:00,", "应是日期列表"),
        ('name = "元旦"', 'name = ""', "不能为空"),
        ("source =", "sauce =", "缺这一项"),
    ],
)
def test_a_wrong_table_is_refused_with_the_reason(folder, before, after, reason):
    change(folder, before, after)
    assert ("2026.toml", reason) in reasons(folder)


def test_no_table_at_all_is_refused(tmp_path):
    assert reasons(tmp_path) == [(tmp_path.name, "没有节假日表")]


def test_a_damaged_file_does_not_hide_another(folder):
    change(folder, "year = 2026", "year = ")
    change(folder, "year = 2025", "year = 2024", "2025.toml")
    assert {name for name, _ in reasons(folder)} == {"2025.toml", "2026.toml"}
