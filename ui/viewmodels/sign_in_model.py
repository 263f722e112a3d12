"""Signing in: the store is opened in its lane while the page stays alive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from clerk_app.errors import (
    CatalogueDamaged,
    ClerkError,
    DeviceRevoked,
    LockedOut,
    NoStore,
    StoreRolledBack,
    WitnessDamaged,
)
from ui.say import say
from ui.tasks import DB_LANE, Tasks
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.lock_out import LockOut
from ui.viewmodels.sign_in_state import SignInState
from ui.viewmodels.view_model import ViewModel

if TYPE_CHECKING:
    # The first paint waits for none of these.
    from collections.abc import Mapping

    from clerk_app.seams import Clock
    from clerk_app.services.desk import Desk, SignedIn
    from clerk_app.services.rows import Recovered
    from clerk_app.services.workplace import Workplace
    from clerk_app.settings import Settings


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """What signing in yields. `recovered`: what the store lacks, if it was put back and has gone on since."""

    desk: Desk
    me: SignedIn
    settings: Settings
    recovered: Recovered | None = None


@dataclass(frozen=True, slots=True)
class _Here:
    place: str
    clerks: Mapping[str, str]


class SignInModel(ViewModel[SignInState]):
    """The first page of the day. Nothing heavy is imported before the first try, only in its lane.

    Signals:
        signed_in: an `OpenDesk`.
    """

    signed_in = Signal(object)

    def __init__(
        self, workplace: Workplace, tasks: Tasks, clock: Clock, *, mark: str = "", parent: QObject | None = None
    ) -> None:
        super().__init__(SignInState(mark=mark), parent)
        self._workplace = workplace
        self._tasks = tasks
        self._recovered: Recovered | None = None
        self._lock_out = LockOut(clock, self)
        self._lock_out.ticked.connect(self._ticked)

    def begin(self) -> None:
        """Find where we stand and who can sign in here; where it is one clerk only, the number is filled in."""
        self._tasks.run(self._look, owner=self, on_success=self._looked, on_failure=self.report)

    def sign_in(self, number: str, password: str, *, seal_at_hand: bool) -> None:
        """Open the store and begin a session; `seal_at_hand` is recorded with it (用印登记)."""
        if not self.state.can_sign_in:
            return
        self._busy_with(say("正在打开本机记录…"), number, seal_at_hand=seal_at_hand)
        self._open(number, password, seal_at_hand=seal_at_hand)

    def recover(self, number: str, password: str, *, seal_at_hand: bool) -> None:
        """Let a store that was put back go on, then sign in; only while it is offered."""
        if not self.state.can_recover:
            return
        self._busy_with(say("正在恢复本机记录…"), number, seal_at_hand=seal_at_hand)

        def go_on(recovered: Recovered) -> None:
            # Kept until somebody is signed in: the store tells its numbers only once.
            self._recovered = recovered
            self._open(number, password, seal_at_hand=seal_at_hand)

        self._tasks.run(
            lambda: self._workplace.recover(number, password),
            owner=self,
            on_success=go_on,
            on_failure=self._refused,
            lane=DB_LANE,
        )

    def _busy_with(self, busy: str, number: str, *, seal_at_hand: bool) -> None:
        state = replace(self.state, number=number, seal_at_hand=seal_at_hand)
        self.show(replace(state, busy=busy, problem=None, offers_recovery=False))

    def _open(self, number: str, password: str, *, seal_at_hand: bool) -> None:
        self._tasks.run(
            lambda: _open(self._workplace, number, password, seal_at_hand=seal_at_hand),
            owner=self,
            on_success=self._opened,
            on_failure=self._refused,
            lane=DB_LANE,
        )

    def report(self, error: Exception) -> None:
        """Say that something went wrong before anybody is signed in."""
        self.show(
            replace(
                self.state, busy="", problem=_problem(error), offers_recovery=False, is_revoked=_has_ended_it(error)
            )
        )

    def _opened(self, opened: OpenDesk) -> None:
        self.show(replace(self.state, busy=""))
        self.signed_in.emit(replace(opened, recovered=self._recovered))

    def _refused(self, error: Exception) -> None:
        locked_for = self._lock_out.begin(error)
        if isinstance(error, StoreRolledBack | WitnessDamaged):
            problem, offers = _put_back(error), True
        else:
            problem, offers = _problem(error), False
        state = replace(self.state, busy="", locked_for_s=locked_for, problem=problem, offers_recovery=offers)
        self.show(replace(state, is_revoked=_has_ended_it(error)))

    def _ticked(self, left: int) -> None:
        problem = _problem(LockedOut(seconds=left)) if left else None
        self.show(replace(self.state, locked_for_s=left, problem=problem))

    def _look(self) -> _Here:
        desk = self._workplace.settings().desk
        return _Here(f"{desk.hall_name} {desk.window_name}".strip(), self._workplace.clerks())

    def _looked(self, here: _Here) -> None:
        number = next(iter(here.clerks)) if len(here.clerks) == 1 else ""
        problem = self.state.problem if here.clerks else _problem(NoStore())
        self.show(replace(self.state, place=here.place, number=self.state.number or number, problem=problem))


def _open(workplace: Workplace, number: str, password: str, *, seal_at_hand: bool) -> OpenDesk:
    from clerk_app.services.sign_in import sign_in

    desk = workplace.open(number, password)
    try:
        name = workplace.clerks().get(number, number)
        me = sign_in(desk, clerk=number, name=name, seal_at_hand=seal_at_hand)
        settings = workplace.settings()
        workplace.start()
        _open_catalogue(desk)
    except BaseException:
        workplace.close()
        raise
    return OpenDesk(desk, me, settings)


def _open_catalogue(desk: Desk) -> None:
    """Open it here, in the lane: the page is made on the GUI thread. What is damaged the platform has once more."""
    try:
        _ = desk.catalogue
    except CatalogueDamaged:
        if desk.directory is None:
            raise
        with suppress(ClerkError):
            desk.directory.fetch()
        _ = desk.catalogue


def _has_ended_it(error: Exception) -> bool:
    """Whether the platform's order to leave is carried out: until then the store opens, to go on with it."""
    return isinstance(error, DeviceRevoked) and error.data.get("reason") != "sealing"


def _problem(error: Exception) -> ProblemView:
    """The words of errors are loaded with the first error, not before the first paint."""
    from ui.presenters.words import problem_view

    return problem_view(error)


def _put_back(error: StoreRolledBack | WitnessDamaged) -> ProblemView:
    from ui.presenters.recovery import put_back_view

    return put_back_view(error)
