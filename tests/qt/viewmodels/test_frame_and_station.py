from __future__ import annotations

import threading

import pytest

from clerk_app.services.workplace import DeviceLine, SyncLine
from tests.helpers.workplace import ScriptedWorkplace
from tests.qt.desk import ELDER, PENSION, StillDesk
from ui.tokens import Tone
from ui.viewmodels.station_model import StationModel


@pytest.fixture
def desk(still):
    still.models.station.begin()
    still.models.frame.begin()
    still.tasks.settle_all()
    return still


def test_the_frame_says_where_we_stand_and_who_is_here(desk):
    state = desk.models.frame.state
    assert state.place == "窗口通 · 练习大厅 3 号窗口"
    assert state.clerk == "王例"
    assert [chip.text for chip in state.devices] == ["读卡器 就绪", "评价器 就绪", "打印机 就绪"]
    assert state.status.catalogue == "目录 2026-11-20 版（示例数据）"


def test_drafts_are_counted_after_every_act(desk):
    desk.meet(ELDER)
    desk.begin("P14", PENSION)
    desk.settle()
    assert desk.models.frame.state.status.drafts == 1
    desk.counter.primary()
    desk.settle()
    assert desk.models.frame.state.status.drafts == 0


def test_a_stir_from_any_thread_is_seen_on_this_one(qtbot, desk):
    line = SyncLine("offline", pending=9, pending_cases=7, offline_since_ms=1)
    stirring = threading.Thread(target=lambda: desk.place.change(line=line))
    stirring.start()
    stirring.join(10)
    qtbot.waitUntil(lambda: bool(desk.tasks.pending))
    desk.tasks.settle_all()
    assert desk.models.frame.state.line.text == "离线办理 · 已存 7 件"
    assert desk.models.frame.state.line.tone is Tone.OFFLINE
    assert desk.models.frame.state.is_offline


def test_a_thousand_stirs_are_few_looks(qtbot, desk):
    looks = []
    devices = desk.place.devices

    def counted():
        looks.append(True)
        return devices()

    desk.place.devices = counted
    for _ in range(1000):
        desk.place.change(line=SyncLine("idle", is_online=True, last_sync_ms=1))
    qtbot.waitUntil(lambda: bool(desk.tasks.pending))
    desk.tasks.settle_all()
    qtbot.wait(150)
    desk.tasks.settle_all()
    assert 1 <= len(looks) <= 3


def test_what_was_seen_last_stays_when_asking_fails(desk):
    before = desk.models.station.state
    desk.place.devices = lambda: (_ for _ in ()).throw(OSError("gone"))
    desk.models.station.look()
    desk.tasks.settle_all()
    assert desk.models.station.state == before


def test_nothing_is_heard_any_more_after_the_end(qtbot, desk):
    desk.models.station.end()
    desk.place.change(lines=(DeviceLine("card_reader", "failed", reason="device_gone"),))
    qtbot.wait(150)
    assert desk.tasks.pending == []


def test_syncing_is_asked_of_the_workplace_off_this_thread(qapp, tmp_path):
    real = StillDesk(ScriptedWorkplace(tmp_path / "real").create(practice=False))
    real.models.frame.begin()
    real.tasks.settle_all()
    real.models.frame.sync_now()
    assert [task.lane for task in real.tasks.pending] == ["sync"]
    real.tasks.settle_all()
    assert real.place.syncs_asked == 1
    real.place.close()


def test_a_practice_store_says_that_it_is_never_uploaded(desk):
    said = []
    desk.models.frame.said.connect(lambda heading, text: said.append(heading))
    desk.models.frame.sync_now()
    assert said == ["练习记录不上传"]
    assert desk.place.syncs_asked == 0


def test_the_station_asks_once_at_a_time(still):
    station = StationModel(still.place, still.tasks, still.parent)
    station.look()
    station.look()
    station.look()
    assert len(still.tasks.pending) == 1
