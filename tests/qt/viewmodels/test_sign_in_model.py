from __future__ import annotations

import shutil
from typing import Any

import pytest
from PySide6.QtCore import QObject

from clerk_app import bootstrap
from clerk_app.cli.seat import Seat
from clerk_app.cli.workplace import LocalWorkplace
from clerk_app.errors import DiskFull, FolderLocked, PlatformUnreachable
from clerk_app.journal.orders import REVOKE, Order
from clerk_app.seams import SystemClock
from clerk_app.services.rows import Backlog, Recovered
from clerk_app.services.sign_in import sign_out
from clerk_app.store.revoked_note import Sealed, make_note
from tests.helpers.stores import CLERK, PASSWORD, SetClock
from tests.helpers.workplace import ScriptedWorkplace
from tests.qt.desk import open_desk
from tests.qt.fakes import ManualTasks
from ui.tasks import DB_LANE
from ui.viewmodels import lock_out
from ui.viewmodels.lock_model import LockModel
from ui.viewmodels.sign_in_model import SignInModel


class Door:
    """The sign-in page's model, with lanes that stand still."""

    def __init__(self, place, clock=None):
        self.parent = QObject()
        self.tasks = ManualTasks()
        self.model: Any = SignInModel(place, self.tasks, clock or SystemClock(), mark="演示", parent=self.parent)
        self.opened: list[Any] = []
        self.model.signed_in.connect(self.opened.append)

    def try_in(self, password=PASSWORD, *, seal=False):
        self.model.sign_in(CLERK, password, seal_at_hand=seal)
        self.tasks.settle_all()
        return self.model.state


@pytest.fixture
def door(qapp, place):
    return Door(place)


def test_the_only_clerk_of_this_machine_need_not_type_the_number(door):
    assert door.model.state.place == ""
    door.model.begin()
    door.tasks.settle_all()
    assert door.model.state.number == CLERK
    assert "3 号窗口" in door.model.state.place
    assert door.model.state.mark == "演示"


def test_a_folder_without_a_store_says_what_to_do(qapp, tmp_path):
    door = Door(ScriptedWorkplace(tmp_path / "nothing"))
    door.model.begin()
    door.tasks.settle_all()
    assert "没有本机记录" in door.model.state.problem.sentence
    assert "clerk init" in door.model.state.problem.next_step


def test_a_revoked_device_says_at_once_where_its_unsent_work_lies(door, place):
    sealed = place.folder.path / "handover-999999031.parcel"
    sealed.touch()
    order = Order(7, bytes(32), "999999", "031", 1, REVOKE, "")
    place.folder.revoked.write_bytes(make_note(order, sealed, Sealed(3, 2, 1)))
    door.model.begin()
    door.tasks.settle_all()
    problem = door.model.state.problem
    assert str(sealed) in problem.sentence
    assert "3 条记录、2 份扫描件、1 份草稿" in problem.sentence
    assert "交给平台管理员" in problem.next_step
    assert door.model.state.is_revoked
    door.model.sign_in(CLERK, PASSWORD, seal_at_hand=False)
    assert not door.model.state.busy
    assert door.opened == []


def test_the_store_is_opened_in_its_lane_and_the_session_begins(door, place):
    door.model.sign_in(CLERK, PASSWORD, seal_at_hand=True)
    assert door.model.state.busy
    assert [task.lane for task in door.tasks.pending] == [DB_LANE]
    door.tasks.settle_all()
    (opened,) = door.opened
    assert opened.me.name == "王例"
    assert opened.me.seal_at_hand
    assert place.is_started
    assert opened.desk.journal.reads.backlog() != Backlog(0, None, 0, 0, 0)


@pytest.mark.parametrize("seal", [True, False])
def test_whether_the_seal_is_at_hand_is_recorded_as_it_was_answered(door, seal):
    door.try_in(seal=seal)
    (opened,) = door.opened
    facts = opened.desk.journal.reads.facts(opened.me.stream)
    assert [fact.body["seal_at_hand"] for fact in facts] == [seal]


def test_signing_in_twice_at_once_opens_once(door):
    door.model.sign_in(CLERK, PASSWORD, seal_at_hand=False)
    door.model.sign_in(CLERK, PASSWORD, seal_at_hand=False)
    assert len(door.tasks.pending) == 1


def test_a_wrong_password_says_so_and_leaves_the_page_ready(door):
    state = door.try_in("Wrong-2026")
    assert state.problem.sentence == "密码不对。"
    assert state.can_sign_in
    assert door.opened == []
    door.try_in()
    assert len(door.opened) == 1


def test_a_lock_out_counts_down_and_ends_by_itself(monkeypatch, qtbot, qapp, place):
    monkeypatch.setattr(lock_out, "TICK_MS", 10)
    clock = SetClock()
    door = Door(place, clock)
    for _ in range(5):
        state = door.try_in("Wrong-2026")
    state = door.try_in()
    assert 0 < state.locked_for_s <= 15 * 60
    assert not state.can_sign_in
    assert "已锁定" in state.problem.sentence
    left = state.locked_for_s
    clock.wait(60)
    qtbot.waitUntil(lambda: door.model.state.locked_for_s == left - 60)
    assert f"还剩 {-(-(left - 60) // 60)} 分钟" in door.model.state.problem.sentence
    clock.wait(left)
    qtbot.waitUntil(lambda: door.model.state.can_sign_in)
    assert door.model.state.problem is None


def test_a_folder_in_use_is_told_in_one_sentence(qapp, door, place):
    with_window = ScriptedWorkplace(place.folder.path)
    with_window.open(CLERK, PASSWORD)
    state = door.try_in()
    assert "已经在用" in state.problem.sentence
    with_window.close()


# ---- a store that was put back ---------------------------------------------------------------------------------


def work_a_session(door):
    """Sign in and out; the acts this made in the journal."""
    door.try_in()
    opened = door.opened.pop()
    sign_out(opened.desk, opened.me)
    return [fact.kind for fact in opened.desk.journal.reads.facts(opened.me.stream)]


@pytest.fixture(params=["scripted", "local"])
def older(request, qapp, place, tmp_path):
    """A door to a store of which a copy was put back that lacks one session, at the scripted and the real workplace."""

    def make():
        if request.param == "scripted":
            return ScriptedWorkplace(place.folder.path)
        return LocalWorkplace(place.folder, lambda: Seat(place.folder))

    before = make()
    work_a_session(Door(before))
    before.close()
    shutil.copytree(place.folder.path, tmp_path / "older")
    newer = make()
    work_a_session(Door(newer))
    newer.close()
    shutil.rmtree(place.folder.path)
    shutil.copytree(tmp_path / "older", place.folder.path)
    here = make()
    yield Door(here)
    here.close()


def recover(door, password=PASSWORD):
    door.model.recover(CLERK, password, seal_at_hand=True)
    lanes = [task.lane for task in door.tasks.pending]
    door.tasks.settle_all()
    return lanes


def test_a_store_that_was_put_back_is_refused_goes_on_when_asked_and_is_whole(older, place):
    state = older.try_in()
    assert older.opened == []
    assert "旧的备份" in state.problem.sentence
    assert state.can_recover
    assert recover(older) == [DB_LANE]
    (opened,) = older.opened
    assert opened.recovered == Recovered(acts=2)
    assert opened.me.seal_at_hand
    assert not older.model.state.offers_recovery
    sign_out(opened.desk, opened.me)
    older.model._workplace.close()
    assert bootstrap.inspect_store(place.folder, CLERK, PASSWORD).first_fault is None
    again = Door(ScriptedWorkplace(place.folder.path))
    assert work_a_session(again) == ["session.logged_in", "session.logged_out"]
    again.model._workplace.close()


def test_a_wrong_password_recovers_nothing(older, place):
    older.try_in()
    recover(older, "Wrong-2026")
    state = older.model.state
    assert (state.problem.sentence, state.offers_recovery) == ("密码不对。", False)
    assert older.opened == []
    assert older.try_in().offers_recovery


def test_what_is_lacking_is_told_also_if_the_first_sign_in_after_it_fails(older, monkeypatch):
    older.try_in()
    workplace = older.model._workplace
    with monkeypatch.context() as trouble:
        trouble.setattr(workplace, "open", _fail_with(DiskFull()))
        recover(older)
    assert not older.model.state.offers_recovery
    older.try_in()
    (opened,) = older.opened
    assert opened.recovered == Recovered(acts=2)


def test_a_missing_witness_offers_the_same_way_on(door, place):
    work_a_session(door)
    place.close()
    place.folder.witness.unlink()
    shutil.rmtree(place.folder.state)
    door = Door(ScriptedWorkplace(place.folder.path))
    state = door.try_in()
    assert "见证文件" in state.problem.sentence
    assert state.can_recover
    recover(door)
    (opened,) = door.opened
    assert opened.recovered == Recovered()
    door.model._workplace.close()


@pytest.mark.parametrize("file", ["store.db", "keys.json"])
def test_a_damaged_store_offers_no_recovery(door, place, file):
    path = place.folder.path / file
    path.write_bytes(path.read_bytes()[:-7][::-1])
    state = door.try_in()
    assert not state.offers_recovery
    assert recover(door) == []


def test_an_error_meanwhile_takes_the_offer_away(older):
    older.try_in()
    older.model.report(FolderLocked())
    assert not older.model.state.offers_recovery
    assert recover(older) == []


def test_nobody_who_signs_in_to_a_whole_store_is_told_of_a_recovery(door):
    door.try_in()
    (opened,) = door.opened
    assert opened.recovered is None


def _fail_with(error):
    def fail(*_args):
        raise error

    return fail


# ---- the lock ---------------------------------------------------------------------------------------------------


@pytest.fixture
def lock(qapp, place):
    opened = open_desk(place)
    tasks = ManualTasks()
    model = LockModel(opened.desk, opened.me, place, tasks)
    return model, tasks, opened


def kinds(opened):
    return [fact.kind.partition(".")[2] for fact in opened.desk.journal.reads.facts(opened.me.stream)]


def test_locking_covers_at_once_and_is_recorded(lock):
    model, tasks, opened = lock
    covered = []
    model.locked.connect(lambda: covered.append(True))
    model.lock("idle", 2)
    model.lock("idle", 2)
    assert covered == [True]
    assert model.state.drafts == 2
    tasks.settle_all()
    assert kinds(opened) == ["logged_in", "locked"]


def test_only_the_password_unlocks(lock):
    model, tasks, opened = lock
    opened_again = []
    model.unlocked.connect(lambda: opened_again.append(True))
    model.lock("asked", 0)
    tasks.settle_all()
    model.unlock("Wrong-2026")
    tasks.settle_all()
    assert model.is_locked
    assert model.state.problem.sentence == "密码不对。"
    model.unlock(PASSWORD)
    tasks.settle_all()
    assert opened_again == [True]
    assert not model.is_locked
    assert kinds(opened) == ["logged_in", "locked", "unlocked"]


class Platform:
    """Has the catalogue once more, or cannot be reached."""

    def __init__(self, folder, *, reachable):
        self.folder, self.reachable = folder, reachable

    def fetch(self):
        if not self.reachable:
            raise PlatformUnreachable("no line")
        (self.folder / "catalogues" / "shelf.json").unlink()


@pytest.mark.parametrize("reachable", [True, False])
def test_a_catalogue_damaged_on_the_disk_is_fetched_again_before_the_desk_opens(qapp, place, reachable):
    folder = place.folder.path
    (folder / "catalogues").mkdir()
    (folder / "catalogues" / "shelf.json").write_text("{")
    place.directory = Platform(folder, reachable=reachable)
    door = Door(place)
    state = door.try_in()
    assert bool(door.opened) is reachable
    if not reachable:
        assert "目录" in state.problem.sentence
        assert state.problem.next_step.startswith("请联网")
        assert place.is_closed
