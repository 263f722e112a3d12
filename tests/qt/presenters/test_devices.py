"""The page of devices and sync, in words."""

from __future__ import annotations

import pytest

from clerk_app.services.workplace import SyncLine
from ui.presenters.devices import DeviceFacts, devices_state

NOW = 1_795_400_000_000


def test_where_only_the_password_guards_the_records_the_page_says_so():
    rows = devices_state(DeviceFacts(NOW, bound_to_machine=False)).rows
    own = next(row for row in rows if row.heading == "本机记录")
    assert "只隔一道密码" in own.note
    assert not any("只隔一道密码" in row.note for row in devices_state(DeviceFacts(NOW)).rows)


def clock_rows(offset_ms):
    rows = devices_state(DeviceFacts(NOW, line=SyncLine(clock_offset_ms=offset_ms))).rows
    return [(row.heading, row.note) for row in rows if "电脑时间" in row.heading]


@pytest.mark.parametrize(
    ("offset_ms", "span"), [(300_001, "5 分"), (-7_260_000, "2 小时 1 分"), (864_000_000, "10 天 0 小时")]
)
def test_a_clock_more_than_five_minutes_off_is_said_with_the_next_step(offset_ms, span):
    assert clock_rows(offset_ms) == [(f"电脑时间与平台相差 {span}", "请校准；已办的不受影响。")]


@pytest.mark.parametrize("offset_ms", [None, 0, 300_000, -300_000])
def test_a_clock_that_is_right_or_unknown_is_not_mentioned(offset_ms):
    assert clock_rows(offset_ms) == []
