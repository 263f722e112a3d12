from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from clerk_app.errors import DiskFull
from clerk_app.services import drafts, visits
from tests.qt.desk import ELDER, open_desk
from tests.qt.fakes import ManualTasks
from ui.tasks import DB_LANE
from ui.viewmodels.autosave import Autosave


class Keeper:
    """An autosave over a real store, with one draft begun."""

    def __init__(self, place):
        self.desk, self.me = (opened := open_desk(place)).desk, opened.me
        visit = visits.open_visit(self.desk, self.me)
        visits.read_applicant(self.desk, self.me, visit, ELDER, source="card", present=True)
        self.draft = drafts.open_draft(self.desk, self.me, visit, "P14")
        self.tasks = ManualTasks()
        self.parent = QObject()
        self.autosave = Autosave(self.desk, self.me, self.tasks, self.parent)
        self.told: list[tuple[str, Exception | None]] = []
        self.autosave.changed.connect(lambda state, error: self.told.append((state, error)))

    def type(self, text):
        self.draft = self.draft.typing("g.P4.backup_name", text, self.draft.updated_at + 1)
        self.autosave.keep(self.draft)

    def kept(self):
        return drafts.load_draft(self.desk, self.me, self.draft.id).values.get("g.P4.backup_name")


@pytest.fixture
def keeper(qapp, place):
    return Keeper(place)


def test_a_keystroke_reaches_the_store_by_itself_within_a_second(qtbot, keeper):
    keeper.type("例")
    qtbot.waitUntil(lambda: bool(keeper.tasks.pending), timeout=1000)
    assert [task.lane for task in keeper.tasks.pending] == [DB_LANE]
    keeper.tasks.settle_all()
    assert keeper.kept().value == "例"
    assert [state for state, _error in keeper.told] == ["saving", "saved"]


def test_steady_typing_does_not_put_the_write_off(qtbot, keeper):
    keeper.type("例")
    for count in range(2, 200):
        keeper.type("例" * count)
        qtbot.wait(10)
        if keeper.tasks.pending:
            break
    assert keeper.tasks.pending


def test_many_keystrokes_become_one_write_of_the_newest(keeper):
    for text in ("例", "例明", "例明远"):
        keeper.type(text)
    keeper.autosave.flush()
    assert len(keeper.tasks.pending) == 1
    keeper.tasks.settle_all()
    assert keeper.kept().value == "例明远"


def test_saved_is_said_only_when_nothing_waits_any_more(keeper):
    keeper.type("例")
    keeper.autosave.flush()
    keeper.type("例明")
    keeper.tasks.settle_all()
    assert keeper.told[-1][0] == "saving"
    keeper.autosave.flush()
    keeper.tasks.settle_all()
    assert keeper.told[-1][0] == "saved"


def test_a_write_that_fails_is_said_and_tried_again(monkeypatch, keeper):
    broken = [True]
    write = keeper.desk.journal.write

    def failing(clerk):
        if broken[0]:
            raise DiskFull
        return write(clerk)

    monkeypatch.setattr(keeper.desk.journal, "write", failing)
    keeper.type("例")
    keeper.autosave.flush()
    keeper.tasks.settle_all()
    state, error = keeper.told[-1]
    assert (state, type(error)) == ("failed", DiskFull)
    broken[0] = False
    keeper.autosave.flush()
    keeper.tasks.settle_all()
    assert keeper.kept().value == "例"
    assert keeper.told[-1] == ("saved", None)


def test_a_newer_keystroke_is_not_replaced_by_an_older_one_that_failed(monkeypatch, keeper):
    write = keeper.desk.journal.write
    monkeypatch.setattr(keeper.desk.journal, "write", lambda _clerk: (_ for _ in ()).throw(DiskFull()))
    keeper.type("例")
    keeper.autosave.flush()
    keeper.type("例明")
    keeper.tasks.settle_all()
    monkeypatch.setattr(keeper.desk.journal, "write", write)
    keeper.autosave.flush()
    keeper.tasks.settle_all()
    assert keeper.kept().value == "例明"


def test_a_draft_that_was_let_go_is_not_brought_back_by_a_late_failure(monkeypatch, keeper):
    write = keeper.desk.journal.write
    monkeypatch.setattr(keeper.desk.journal, "write", lambda _clerk: (_ for _ in ()).throw(DiskFull()))
    keeper.type("例")
    keeper.autosave.flush()
    keeper.autosave.forget(keeper.draft.id)
    keeper.tasks.settle_all()
    monkeypatch.setattr(keeper.desk.journal, "write", write)
    with keeper.desk.journal.write(keeper.me.clerk) as unit:
        unit.drop_draft(keeper.draft.id)
        unit.commit()
    keeper.autosave.flush()
    keeper.tasks.settle_all()
    assert keeper.desk.journal.reads.draft(keeper.draft.id) is None
