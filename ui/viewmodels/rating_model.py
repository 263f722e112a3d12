"""The rating invitation as the clerk's side runs it.

Opened by the last outcome, asked of the pad and of the second screen at once, settled by whichever answers first, and
recorded once.

The grade never comes here: the pad's driver seals it, and what is touched on the second screen is sealed before
anything else is done with it. What comes after the settlement is late and is dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from clerk_app.domain.ratings import Grade, PadState, SealedAnswer
from clerk_app.errors import UnlawfulStep
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.papers import progress_url
from clerk_app.services.visits import close_visit
from clerk_app.services.workplace import Workplace
from ui.presenters.citizen import Shown
from ui.presenters.counter_facts import RatingWord
from ui.presenters.words import problem_view
from ui.tasks import DB_LANE, PAD_LANE, Tasks
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.view_model import Acts, ViewModel

if TYPE_CHECKING:
    from clerk_app.services.rate import OpenInvitation

logger = logging.getLogger(__name__)

THANKS_MS = 5000
LEFT_OPEN_S = 30.0
"""How long an invitation stays open once the next person is called."""

GRACE_S = 2.0
"""The pad ends by itself; this much later nobody waits for it any more."""

RETRY_MS = 3000

Seal = Callable[[Grade], bytes]


@dataclass(frozen=True, slots=True)
class RatingViewState:
    """`word` for `visit`; `shown` while the invitation is open; `thanks` for a moment after; `waiting` comes next."""

    visit: str = ""
    word: RatingWord = "none"
    shown: Shown | None = None
    thanks: PadState | None = None
    waiting: str = ""
    problem: ProblemView | None = None

    def word_for(self, visit: str) -> RatingWord:
        """How the invitation of a visit stands."""
        if visit and visit == self.waiting:
            return "waiting"
        return self.word if visit and visit == self.visit else "none"


@dataclass(frozen=True, slots=True)
class _Invited:
    """An open invitation with what seals the two kinds of answer, and what the screen shows."""

    open: OpenInvitation
    shown: Shown
    pad_seal: Seal
    screen_seal: Seal
    until_s: float


@dataclass(frozen=True, slots=True)
class _Wanted:
    visit: str
    shown: Shown


class RatingModel(ViewModel[RatingViewState]):
    """One invitation at a time; another waits until it is settled.

    Signals:
        shown_again: the clerk asked to bring the open invitation to the front.
    """

    shown_again = Signal()

    def __init__(
        self,
        desk: Desk,
        me: SignedIn,
        workplace: Workplace,
        tasks: Tasks,
        acts: Acts,
        *,
        has_screen: Callable[[], bool],
        timeout_s: float,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(RatingViewState(), parent)
        self._desk = desk
        self._me = me
        self._workplace = workplace
        self._tasks = tasks
        self._acts = acts
        self._has_screen = has_screen
        self._timeout_s = timeout_s
        self._invited: _Invited | None = None
        self._opening = False
        self._settling = False
        self._sealing = False
        self._wanted: list[_Wanted] = []
        self._to_close: set[str] = set()
        self._end = _single_shot(self, self._time_is_up)
        self._thanks = _single_shot(self, self._thanks_are_over)

    # ---- what the counter and the second screen ask ---------------------------------------------------------------

    def invite(self, visit: str, shown: Shown) -> None:
        """Open the invitation of a visit, now or as soon as the one before is settled."""
        self._wanted.append(_Wanted(visit, shown))
        self._open_next()

    def invite_again(self) -> bool:
        """Bring the open invitation to the front again, or try once more to open one; False if there is none."""
        if self._invited is not None and not self._settling:
            self.shown_again.emit()
            return True
        if self._wanted and not self._opening:
            self._open_next()
            return True
        return False

    def leave(self, visit: str) -> None:
        """The clerk goes on to the next person: what is open stays open for 30 seconds at most, the visit is closed.

        A visit whose invitation still waits for its turn is closed once that is open: nothing is opened afterwards.
        """
        if self._invited is not None and self._end.isActive():
            self._end.start(min(self._end.remainingTime(), round(LEFT_OPEN_S * 1000)))
        if any(wanted.visit == visit for wanted in self._wanted):
            self._to_close.add(visit)
        else:
            self._close(visit)

    def rate_on_screen(self, grade: Grade) -> None:
        """Seal what was touched on the second screen; nothing else is ever done with it."""
        invited = self._invited
        if invited is None or self._settling or self._sealing:
            return
        self._sealing = True
        self._tasks.run(
            lambda: SealedAnswer("answered", invited.screen_seal(grade)),
            owner=self,
            on_success=lambda answer: self._answered(invited, answer),
            on_failure=lambda error: self._not_sealed(invited, error),
        )

    # ---- opening ------------------------------------------------------------------------------------------------

    def _open_next(self) -> None:
        if self._opening or self._invited is not None or not self._wanted:
            self._show_waiting()
            return
        self._opening = True
        wanted = self._wanted[0]
        self._tasks.run(
            lambda: self._open_in_lane(wanted),
            owner=self,
            on_success=self._opened,
            on_failure=self._not_opened,
            lane=DB_LANE,
        )

    def _open_in_lane(self, wanted: _Wanted) -> _Invited:
        # Imported here, off the GUI thread: sealing brings the cryptography with it, which the first paint must not.
        from clerk_app.services.rate import invite_rating, sealer

        device = "rating_pad+second_screen" if self._has_screen() else "rating_pad"
        invitation = invite_rating(self._desk, self._me, wanted.visit, device=device, timeout_s=self._timeout_s)
        number = wanted.shown.number
        return _Invited(
            invitation,
            Shown(wanted.shown.matters, number, progress_url(self._desk, number) if number else ""),
            pad_seal=sealer(self._desk, invitation, device_limited=self._workplace.is_pad_limited),
            screen_seal=sealer(self._desk, invitation, device_limited=False),
            until_s=self._desk.clock.monotonic() + self._timeout_s,
        )

    def _opened(self, invited: _Invited) -> None:
        self._opening, self._settling, self._sealing = False, False, False
        self._wanted.pop(0)
        self._invited = invited
        self._thanks.stop()
        self._end.start(round((self._timeout_s + GRACE_S) * 1000))
        self.show(RatingViewState(invited.open.visit, "invited", invited.shown, waiting=self._waiting_visit()))
        self._acts.done.emit()
        if invited.open.visit in self._to_close:
            self._to_close.discard(invited.open.visit)
            self._close(invited.open.visit)
        self._tasks.run(
            lambda: self._ask_pad(invited),
            owner=self,
            on_success=lambda answer: self._pad_ended(invited, answer),
            on_failure=lambda error: self._pad_failed(invited, error),
            lane=PAD_LANE,
        )

    def _not_opened(self, error: Exception) -> None:
        self._opening = False
        wanted = self._wanted[0]
        if isinstance(error, UnlawfulStep):
            self._wanted.pop(0)
        self.show(RatingViewState(wanted.visit, "none", problem=problem_view(error)))

    def _show_waiting(self) -> None:
        self.show(
            RatingViewState(
                self.state.visit, self.state.word, self.state.shown, self.state.thanks, self._waiting_visit()
            )
        )

    def _waiting_visit(self) -> str:
        return self._wanted[-1].visit if self._wanted else ""

    # ---- answers ------------------------------------------------------------------------------------------------

    def _ask_pad(self, invited: _Invited) -> SealedAnswer:
        # An earlier question may have held the lane; the citizen's time runs from the invitation, not from the lane.
        left_s = invited.until_s - self._desk.clock.monotonic()
        if left_s <= 0:
            return SealedAnswer("timed_out")
        return self._workplace.ask_rating(left_s, invited.pad_seal)

    def _pad_ended(self, invited: _Invited, answer: SealedAnswer) -> None:
        if answer.state == "answered":
            self._answered(invited, answer)
        elif not self._has_screen() or self._desk.clock.monotonic() >= invited.until_s:
            self._settle(invited, answer)

    def _pad_failed(self, invited: _Invited, error: Exception) -> None:
        logger.warning("the pad could not be asked", exc_info=error)
        if not self._has_screen():
            self._settle(invited, SealedAnswer("device_failed"))

    def _answered(self, invited: _Invited, answer: SealedAnswer) -> None:
        self._settle(invited, answer)

    def _not_sealed(self, invited: _Invited, error: Exception) -> None:
        logger.error("an answer could not be sealed", exc_info=error)
        self._sealing = False
        self._settle(invited, SealedAnswer("device_failed"))

    def _time_is_up(self) -> None:
        if self._invited is not None:
            self._settle(self._invited, SealedAnswer("timed_out"))

    # ---- settling -----------------------------------------------------------------------------------------------

    def _settle(self, invited: _Invited, answer: SealedAnswer) -> None:
        if self._settling or invited is not self._invited:
            return
        if self._sealing and answer.state != "answered":
            return  # the citizen has touched an answer in time; it is on its way
        self._settling = True
        self._end.stop()
        self._record(invited, answer)

    def _record(self, invited: _Invited, answer: SealedAnswer) -> None:
        def record() -> None:
            from clerk_app.services.rate import settle_rating

            settle_rating(self._desk, self._me, invited.open, answer)

        self._tasks.run(
            record,
            owner=self,
            on_success=lambda _done: self._settled(answer),
            on_failure=lambda error: self._not_settled(invited, answer, error),
            lane=DB_LANE,
        )

    def _settled(self, answer: SealedAnswer) -> None:
        visit = self.state.visit
        self._invited = None
        self.show(RatingViewState(visit, answer.state, thanks=answer.state, waiting=self._waiting_visit()))
        self._acts.done.emit()
        self._thanks.start(THANKS_MS)
        self._open_next()

    def _not_settled(self, invited: _Invited, answer: SealedAnswer, error: Exception) -> None:
        if isinstance(error, UnlawfulStep):
            self._settled(answer)
            return
        # The answer is the citizen's: it is kept, sealed, and written as soon as the store takes it.
        logger.error("a settled rating could not be written yet", exc_info=error)
        QTimer.singleShot(RETRY_MS, self, lambda: self._record(invited, answer))

    def _close(self, visit: str) -> None:
        self._tasks.run(
            lambda: close_visit(self._desk, self._me, visit),
            owner=self,
            on_success=_nothing,
            on_failure=_not_closed,
            lane=DB_LANE,
        )

    def _thanks_are_over(self) -> None:
        self.show(RatingViewState(self.state.visit, self.state.word, waiting=self.state.waiting))


def _nothing(_done: None) -> None:
    pass


def _not_closed(error: Exception) -> None:
    # Nothing is lost by it: the next sign-in closes what was left open.
    logger.warning("a visit could not be closed", exc_info=error)


def _single_shot(parent: QObject, fires: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(fires)
    return timer
