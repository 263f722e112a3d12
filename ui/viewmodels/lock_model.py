"""Locking the desk and unlocking it. Nothing is lost by it: what is open stays open behind the lock."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from clerk_app.errors import LockedOut
from clerk_app.services import sign_in
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.workplace import Workplace
from ui.presenters.words import problem_view
from ui.say import say
from ui.tasks import DB_LANE, Tasks
from ui.viewmodels.lock_out import LockOut
from ui.viewmodels.sign_in_state import LockState
from ui.viewmodels.view_model import ViewModel


class LockModel(ViewModel[LockState]):
    """The lock.

    Signals:
        locked: the desk is covered from now on.
        unlocked: the password was right.
    """

    locked = Signal()
    unlocked = Signal()

    def __init__(
        self, desk: Desk, me: SignedIn, workplace: Workplace, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(LockState(clerk=say("{name} · 工号 {number}", name=me.name, number=me.clerk)), parent)
        self._desk = desk
        self._me = me
        self._workplace = workplace
        self._tasks = tasks
        self._is_locked = False
        self._lock_out = LockOut(desk.clock, self)
        self._lock_out.ticked.connect(self._ticked)

    @property
    def is_locked(self) -> bool:
        """Whether the desk is covered."""
        return self._is_locked

    def lock(self, reason: str, drafts: int) -> None:
        """Cover the desk at once and record it; `reason` is `idle` or `asked`."""
        if self._is_locked:
            return
        self._is_locked = True
        self.show(replace(self.state, drafts=drafts, busy="", problem=None))
        self.locked.emit()
        self._tasks.run(
            lambda: sign_in.lock(self._desk, self._me, reason=reason),
            owner=self,
            on_success=_nothing,
            on_failure=self._refused,
            lane=DB_LANE,
        )

    def unlock(self, password: str) -> None:
        """Try to go on."""
        if not self._is_locked or not self.state.can_unlock:
            return
        self.show(replace(self.state, busy=say("正在核对…"), problem=None))
        self._tasks.run(
            lambda: self._unlock_in_lane(password),
            owner=self,
            on_success=self._open_again,
            on_failure=self._refused,
            lane=DB_LANE,
        )

    def _unlock_in_lane(self, password: str) -> None:
        self._workplace.check_password(self._me.clerk, password)
        sign_in.unlock(self._desk, self._me)

    def _open_again(self, _done: None) -> None:
        self._is_locked = False
        self.show(replace(self.state, busy="", problem=None))
        self.unlocked.emit()

    def _refused(self, error: Exception) -> None:
        locked_for = self._lock_out.begin(error)
        self.show(replace(self.state, busy="", locked_for_s=locked_for, problem=problem_view(error)))

    def _ticked(self, left: int) -> None:
        problem = problem_view(LockedOut(seconds=left)) if left else None
        self.show(replace(self.state, locked_for_s=left, problem=problem))


def _nothing(_done: object) -> None:
    pass
