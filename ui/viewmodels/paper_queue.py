"""Paper: puts the queue on paper in its own lane, says what did not come out, and tries again when asked.

What did not come out for a reason that passes by itself (a printer switched off) is tried again for a quarter of an
hour. What was queued before this session, and what a crash left half-way, is held: after a night nobody wants it by
surprise. A person looks and says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer

from clerk_app.domain.notices import NoticeKind
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.papers import Printed, confirm_print, print_next, reprint, retry_print
from clerk_app.services.rows import PrintJob
from clerk_app.services.workplace import Workplace
from ui.presenters.words import problem_view
from ui.tasks import PAPER_LANE, Tasks
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.view_model import ViewModel

T = TypeVar("T")

RETRY_MS = 20_000
RETRIES = 45
"""A quarter of an hour; then the clerk is asked (F8)."""

_OPEN = ("queued", "printing", "failed")


@dataclass(frozen=True, slots=True)
class PaperState:
    """`waiting`: copies that are not on paper, in order. `uncertain`: those a crash left half-way.

    `settled` counts the copies that came to an end, so that whoever shows them looks again.
    """

    waiting: tuple[PrintJob, ...] = ()
    uncertain: tuple[PrintJob, ...] = ()
    printing: bool = False
    settled: int = 0
    problem: ProblemView | None = None


class PaperQueue(ViewModel[PaperState]):
    """The print queue of this session."""

    def __init__(
        self, desk: Desk, me: SignedIn, workplace: Workplace, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(PaperState(), parent)
        self._desk = desk
        self._me = me
        self._workplace = workplace
        self._tasks = tasks
        self._held: frozenset[int] = frozenset()
        self._uncertain: frozenset[int] = frozenset()
        self._asked_again = False
        self._settled = 0
        self._retries = 0
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._try_by_itself)

    def begin(self) -> None:
        """Find what an earlier session left, before this one queues anything."""
        self._tasks.run(
            lambda: self._desk.journal.reads.print_jobs(*_OPEN),
            owner=self,
            on_success=self._found_left_over,
            on_failure=self._failed,
            lane=PAPER_LANE,
        )

    def print_waiting(self) -> None:
        """Print everything that is queued; harmless while printing."""
        if self.state.printing:
            self._asked_again = True
            return
        self._tell(printing=True, problem=None)
        self._print_one()

    def print_again(self) -> bool:
        """Print once more what failed in this session, else what an earlier one left; False if there is neither."""
        jobs = self._failed_jobs() or [job for job in self.state.waiting if job.id in self._held]
        if not jobs or self.state.printing:
            return bool(jobs)
        self._retries = 0
        self._print_jobs(jobs)
        return True

    def _failed_jobs(self) -> list[PrintJob]:
        return [job for job in self.state.waiting if job.state == "failed" and job.id not in self._held]

    def _try_by_itself(self) -> None:
        jobs = self._failed_jobs()
        if jobs and not self.state.printing:
            self._retries += 1
            self._print_jobs(jobs)

    def _print_jobs(self, jobs: list[PrintJob]) -> None:
        chosen = {job.id for job in jobs}
        self._held, self._uncertain = self._held - chosen, self._uncertain - chosen
        self._retry.stop()
        self._tell(printing=True, problem=None)
        self._run(lambda: self._requeue(jobs), self._requeued)

    def confirm_uncertain(self) -> None:
        """A person found the sheets that a crash left open in the printer."""
        uncertain, self._uncertain = self.state.uncertain, frozenset()
        self._held = self._held - {job.id for job in uncertain}
        self._run(lambda: self._confirm(uncertain), self._looked)

    def reprint(self, number: str, kinds: tuple[NoticeKind, ...]) -> None:
        """Print another copy of each document of a case, marked 补打."""
        if self.state.printing:
            return
        self._tell(printing=True, problem=None)
        self._run(lambda: [reprint(self._desk, self._me, number, kind) for kind in kinds], self._requeued)

    # ---- in the lane --------------------------------------------------------------------------------------------

    def _print_in_lane(self) -> tuple[Printed | None, list[PrintJob]]:
        printed = print_next(self._desk, self._me, self._workplace.printer(), held=self._held)
        return printed, self._desk.journal.reads.print_jobs(*_OPEN)

    def _requeue(self, jobs: list[PrintJob]) -> None:
        for job in jobs:
            retry_print(self._desk, self._me, job.id)

    def _confirm(self, jobs: tuple[PrintJob, ...]) -> list[PrintJob]:
        for job in jobs:
            confirm_print(self._desk, self._me, job.id)
        return self._desk.journal.reads.print_jobs(*_OPEN)

    # ---- on the GUI thread --------------------------------------------------------------------------------------

    def _print_one(self) -> None:
        self._asked_again = False
        self._tasks.run(
            self._print_in_lane, owner=self, on_success=self._printed, on_failure=self._failed, lane=PAPER_LANE
        )

    def _printed(self, outcome: tuple[Printed | None, list[PrintJob]]) -> None:
        printed, waiting = outcome
        if printed is not None:
            self._settled += 1
        if printed is not None and printed.problem is not None:
            # The next copy would meet the same printer; the clerk looks first, then F8.
            self._tell(printing=False, problem=problem_view(printed.problem), waiting=waiting)
            if printed.problem.retryable and self._retries < RETRIES:
                self._retry.start()
            return
        if printed is not None:
            self._retries = 0
        if printed is not None or self._asked_again:
            self._tell(printing=True, waiting=waiting)
            self._print_one()
            return
        self._tell(printing=False, waiting=waiting)

    def _requeued(self, _done: object) -> None:
        self._print_one()

    def _found_left_over(self, jobs: list[PrintJob]) -> None:
        self._held = frozenset(job.id for job in jobs)
        self._uncertain = frozenset(job.id for job in jobs if job.state == "printing")
        self._tell(printing=self.state.printing, waiting=jobs)

    def _looked(self, waiting: list[PrintJob]) -> None:
        self._settled += 1
        self._tell(printing=self.state.printing, waiting=waiting)

    def _failed(self, error: Exception) -> None:
        self._tell(printing=False, problem=problem_view(error))

    def _run(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._tasks.run(work, owner=self, on_success=done, on_failure=self._failed, lane=PAPER_LANE)

    def _tell(
        self, *, printing: bool, problem: ProblemView | None = None, waiting: list[PrintJob] | None = None
    ) -> None:
        jobs = self.state.waiting if waiting is None else tuple(waiting)
        uncertain = tuple(job for job in jobs if job.id in self._uncertain and job.state == "printing")
        self.show(PaperState(jobs, uncertain, printing, self._settled, problem))
