from __future__ import annotations

from datetime import date

import pytest

from clerk_app.services.workplace import DeviceLine, SyncLine
from ui.presenters.frame import FrameFacts, device_chip, frame_state, line_chip, place_text
from ui.tokens import Tone

NOW = 1_795_484_520_000  # 2026-11-24 09:42 in China
HOUR = 3_600_000
TODAY = date(2026, 11, 24)


def facts(**changes):
    return FrameFacts("例州区政务服务中心", "3 号窗口", "王例", "目录 2026-11-20 版（示例数据）", now_ms=NOW, **changes)


@pytest.mark.parametrize(
    ("line", "text", "tone"),
    [
        (SyncLine(), "还没同步", Tone.NEUTRAL),
        (SyncLine("idle", is_online=True, last_sync_ms=NOW - 60_000), "已同步 09:41", Tone.NEUTRAL),
        (SyncLine("syncing", is_online=True), "正在同步", Tone.NEUTRAL),
        (SyncLine("syncing", is_online=True, done=62, total=100), "正在上传 62%", Tone.NEUTRAL),
        (SyncLine("syncing", is_online=True, done=105, total=100), "正在上传 100%", Tone.NEUTRAL),
        (SyncLine("offline", pending_cases=7), "离线办理 · 已存 7 件", Tone.OFFLINE),
        (SyncLine("offline"), "离线办理", Tone.OFFLINE),
        (SyncLine("portal"), "网络要先登录", Tone.WARN),
        (SyncLine("refused"), "平台拒绝了本机", Tone.BAD),
    ],
)
def test_the_line_is_said_in_words(line, text, tone):
    chip = line_chip(line, TODAY)
    assert (chip.text, chip.tone) == (text, tone)


def test_a_practice_store_is_never_said_to_be_synced():
    assert line_chip(SyncLine(), TODAY, practice=True).text == "练习 · 不上传"


def test_offline_the_foot_says_since_when_and_how_much_waits():
    line = SyncLine(
        "offline",
        pending=31,
        pending_cases=7,
        oldest_ms=NOW - HOUR,
        offline_since_ms=NOW - 2 * HOUR - 14 * 60_000,
        last_sync_ms=NOW - 3 * HOUR,
    )
    status = frame_state(facts(line=line, drafts=2)).status
    assert (status.offline_for, status.last_sync) == ("2 小时 14 分", "06:42")
    assert (status.waiting, status.oldest, status.drafts) == (7, "08:42", 2)
    assert status.now == "2026-11-24 周二 09:42"


def test_online_nothing_of_offline_is_said():
    status = frame_state(facts(line=SyncLine("idle", is_online=True, last_sync_ms=NOW))).status
    assert (status.offline_for, status.last_sync, status.waiting, status.oldest) == ("", "", 0, "")


def test_the_foot_says_when_waiting_work_was_written_to_a_stick_and_what_is_carried():
    line = SyncLine("offline", pending_cases=3, exported_ms=NOW - 3_600_000, carried=2)
    status = frame_state(facts(line=line)).status
    assert (status.waiting, status.exported, status.carried) == (3, "08:42", 2)


@pytest.mark.parametrize(
    ("device", "text", "tone"),
    [
        (DeviceLine("card_reader", "ready"), "读卡器 就绪", Tone.NEUTRAL),
        (DeviceLine("card_reader", "not_connected"), "读卡器 未连接", Tone.BAD),
        (DeviceLine("rating_pad", "not_connected"), "评价器 未连接", Tone.WARN),
        (DeviceLine("rating_pad", "failed"), "评价器 出错", Tone.WARN),
        (DeviceLine("printer", "paper_waiting", reason="printer_offline"), "打印机 连不上", Tone.WARN),
        (DeviceLine("printer", "paper_waiting", reason="print_failed"), "打印机 没打出来", Tone.WARN),
    ],
)
def test_a_device_has_a_word_and_red_only_where_work_stops(device, text, tone):
    chip = device_chip(device)
    assert (chip.text, chip.tone) == (text, tone)


def test_the_place_is_short_enough_for_the_bar():
    assert place_text("例州区政务服务中心", "3 号窗口") == "窗口通 · 例州区 3 号窗口"


def test_what_needs_the_clerk_is_counted_at_its_section():
    sections = frame_state(facts(to_do=4)).sections
    assert [(section.key, section.badge) for section in sections if section.badge] == [("cases", 4)]
    assert [section.label for section in sections] == ["受理", "办件", "出件", "外出", "诉求", "统计", "设备"]
