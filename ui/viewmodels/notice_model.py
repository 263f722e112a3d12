"""One-time notices at the counter: given on F7 with or without a card, opened again by the number on the paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QObject, Signal

from clerk_app.domain import notice_number
from clerk_app.domain.civil import civil_date
from clerk_app.domain.identity import IdentityDocument
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.notices import (
    NotifiedOnce,
    ReopenedNotice,
    add_to_notice,
    fetch_notice,
    notify_for,
    notify_once,
    want_notice,
)
from ui.presenters.words import problem_view
from ui.say import say
from ui.tasks import DB_LANE, SYNC_LANE, Tasks
from ui.viewmodels.counter_model import CounterModel
from ui.viewmodels.paper_queue import PaperQueue

ELDER_AGE = 60
"""From this age on the notice comes in large print by itself (老年人权益保障法 art. 2)."""


class NoticeModel(QObject):
    """Gives and opens notices; what comes of it is told in `said`.

    Signals:
        said: heading and text for a moment.
        supervisor_asked: a `ReopenedNotice` asks for something that was not on it.
    """

    said = Signal(str, str)
    supervisor_asked = Signal(object)

    def __init__(
        self,
        desk: Desk,
        me: SignedIn,
        tasks: Tasks,
        papers: PaperQueue,
        counter: CounterModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._me, self._tasks = desk, me, tasks
        self._papers, self._counter = papers, counter
        self._busy = False
        self._waiting: ReopenedNotice | None = None
        counter.changed.connect(self._go_on)

    def give(self, *, large: bool = False) -> bool:
        """Give the notice for the matter at hand, by what has been answered; False where nothing is at hand."""
        visit = self._counter.visit
        work = visit.work
        if work is None:
            return False
        draft = work.draft
        large = large or _is_old(visit.document, civil_date(self._desk.clock.now_ms()))
        self._give(lambda: notify_for(self._desk, self._me, draft, large=large), draft.id)
        return True

    def give_about(self, code: str, *, large: bool = False) -> None:
        """Give the notice about a matter or package before anybody's card was read, for all answers."""
        visit = self._counter.visit.id
        self._give(lambda: notify_once(self._desk, self._me, code, {}, visit=visit, large=large), "")

    def reopen(self, number: str) -> None:
        """Open a notice again; at once with whoever stands here, else with the next card that is read."""
        if self._begin():
            self._tasks.run(
                lambda: want_notice(self._desk, self._me, number),
                owner=self,
                on_success=lambda again: self._opened(again) if again is not None else self._fetch(number),
                on_failure=self._failed,
                lane=DB_LANE,
            )

    def allow(self, again: ReopenedNotice, supervisor: str, reason: str) -> None:
        """Ask for what was not on a notice, on a supervisor's word; it is recorded as 办不成事."""
        if self._begin():
            self._tasks.run(
                lambda: add_to_notice(
                    self._desk, self._me, again.given.number, again.not_on_it, reason=reason, supervisor=supervisor
                ),
                owner=self,
                on_success=lambda _done: self._tell(say("已登记办不成事"), say("加要的材料和理由已记录。")),
                on_failure=self._failed,
                lane=DB_LANE,
            )

    # ---- answers ------------------------------------------------------------------------------------------------

    def _give(self, act: Callable[[], NotifiedOnce], draft: str) -> None:
        if self._begin():
            self._tasks.run(
                act,
                owner=self,
                on_success=lambda told: self._given(told, draft),
                on_failure=self._failed,
                lane=DB_LANE,
            )

    def _given(self, told: NotifiedOnce, draft: str) -> None:
        if draft:
            self._counter.note_notice(draft, told.number)
        self._papers.print_waiting()
        number = notice_number.grouped(told.number)
        self._tell(
            say("一次性告知书正在打印：{name}", name=told.subject.name),
            say("编号 {number}。下次来，按 Ctrl+K 扫它就接着办。", number=number),
        )

    def _fetch(self, number: str) -> None:
        self._tasks.run(
            lambda: fetch_notice(self._desk, number),
            owner=self,
            on_success=self._opened,
            on_failure=self._failed,
            lane=SYNC_LANE,
        )

    def _opened(self, again: ReopenedNotice) -> None:
        self._busy = False
        subject = again.subject
        if again.one is None:
            self._tell(
                say("目录里已经没有这件事：{name}", name=subject.name), say("请照纸上的清单收材料，并咨询主管部门。")
            )
            return
        self._waiting = again
        self._go_on()
        if self._waiting is not None:
            self._tell(say("已打开告知书：{name}", name=subject.name), say("请按 F2 读证；读完就按纸上的回答接着办。"))

    def _go_on(self, _state: object = None) -> None:
        """Begin what was opened, as soon as somebody is here to begin it for."""
        again, visit = self._waiting, self._counter.visit
        if again is None or not visit.id or visit.is_over or visit.present is None or visit.stage == "person":
            return
        if self._counter.begin_told(again):
            self._waiting = None
            if again.not_on_it:
                self.supervisor_asked.emit(again)

    def _failed(self, error: Exception) -> None:
        problem = problem_view(error)
        self._tell(problem.sentence, problem.next_step)

    def _tell(self, heading: str, text: str) -> None:
        self._busy = False
        self.said.emit(heading, text)

    def _begin(self) -> bool:
        begins = not self._busy
        self._busy = True
        return begins


def _is_old(document: IdentityDocument | None, today: date) -> bool:
    try:
        born = date.fromisoformat((document.birth_date or "") if document else "")
    except ValueError:
        return False
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= ELDER_AGE
