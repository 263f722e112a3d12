"""The page of devices and sync, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clerk_app.errors import EntryDamaged, PlatformRefused
from clerk_app.messages import describe
from clerk_app.services.rows import RepairRow
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


DAY_MS = 86_400_000


def repair_rows(*repairs):
    rows = devices_state(DeviceFacts(NOW, repairs=repairs)).rows
    return [(row.heading, row.note, row.chip.text) for row in rows if "和平台对过" in row.heading]


def test_what_syncs_put_right_is_one_calm_sentence_for_a_week():
    taken_back = RepairRow(NOW - 60_000, "taken_back", 0, 0, 2)
    moved = RepairRow(NOW - DAY_MS, "fork", 3, 0, 1)
    [(heading, note, chip)] = repair_rows(taken_back, moved)
    assert (heading, chip) == ("本机记录和平台对过，已自动补好", "已补好")
    assert note.endswith("重新写入 3 条，从平台取回 3 条；补好的不用再办。")
    assert repair_rows(RepairRow(NOW - 8 * DAY_MS, "fork", 3, 0, 0)) == []
    assert repair_rows() == []


def test_what_the_platform_had_lost_and_got_back_from_here_is_told_too():
    given = [RepairRow(NOW - 60_000, "given_back", 0, 0, 0, count) for count in (1, 4)]
    [(heading, note, chip)] = repair_rows(*given)
    assert (heading, chip) == ("本机记录和平台对过，已自动补好", "已补好")
    assert note.endswith("平台丢失的已交还 5 条；补好的不用再办。")


def test_damage_found_by_a_repair_is_not_called_put_right():
    [(heading, note, chip)] = repair_rows(RepairRow(NOW, "hash", 5, 1, 0))
    assert (heading, chip) == ("本机记录和平台对过", "有损坏")
    assert "损坏 1 条，原样留着" in note
    assert "请联系维护人员" in note


@pytest.mark.parametrize(
    ("error", "words"),
    [(PlatformRefused(reason="unknown_device"), "平台不认识本机。"), (EntryDamaged(count=2), "有 2 条本机记录已损坏")],
)
def test_the_line_says_why_it_is_not_in_order_without_a_gap(error, words):
    rows = devices_state(DeviceFacts(NOW, line=SyncLine(phase="refused", problem=describe(error)))).rows
    note = next(row.note for row in rows if row.heading == "网络")
    assert words in note
    assert "…" not in note


@pytest.mark.parametrize(
    ("line", "count", "words"),
    [
        (SyncLine(conflicts=1), 1, "两边都留着"),
        (SyncLine(rechecks=2), 2, "和证照库对不上"),
        (SyncLine(conflicts=1, rechecks=2), 3, "两边都留着；有先收下的和证照库对不上"),
    ],
)
def test_what_a_person_must_look_at_is_one_row_with_one_way_to_it(line, count, words):
    rows = devices_state(DeviceFacts(NOW, line=replace(line, parked=1), unreadable=1)).rows
    [row] = [row for row in rows if row.action and row.leads_to == "attention"]
    assert row.heading == f"请您看一眼 · {count}"
    assert words in row.note


def test_content_of_a_newer_version_alone_can_be_looked_at_too():
    rows = devices_state(DeviceFacts(NOW, unreadable=3)).rows
    [row] = [row for row in rows if row.action and row.leads_to == "attention"]
    assert row.heading == "新版本的内容 3 条"
