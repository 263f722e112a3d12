"""Reading a card: one question to the reader at a time, which can be given up and taken up again."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from clerk_app.domain.identity import IdentityDocument
from clerk_app.errors import CardNotFound
from clerk_app.services.workplace import Workplace
from ui.tasks import READER_LANE, Tasks


class CardReading(QObject):
    """Waits for a card in the lane of the reader.

    A read that was given up goes on there, for a reader cannot be interrupted; what it brings is dropped, unless the
    clerk has asked again meanwhile: then it serves the new question.

    Signals:
        card_read: an `IdentityDocument`.
        failed: the error.
    """

    card_read = Signal(object)
    failed = Signal(object)

    def __init__(self, workplace: Workplace, tasks: Tasks, *, timeout_s: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workplace = workplace
        self._tasks = tasks
        self._timeout_s = timeout_s
        self._running = False
        self._wanted = False
        self._adopted = False

    def begin(self) -> None:
        """Wait for a card."""
        if self._wanted:
            return
        self._wanted = True
        self._adopted = self._running
        if not self._running:
            self._ask()

    def give_up(self) -> None:
        """Wait no more."""
        self._wanted = False

    def _ask(self) -> None:
        self._running, self._adopted = True, False
        self._tasks.run(
            lambda: self._workplace.read_card(self._timeout_s),
            owner=self,
            on_success=self._read,
            on_failure=self._not_read,
            lane=READER_LANE,
        )

    def _read(self, document: IdentityDocument) -> None:
        self._running = False
        if self._wanted:
            self._wanted = False
            self.card_read.emit(document)

    def _not_read(self, error: Exception) -> None:
        self._running = False
        if not self._wanted:
            return
        if self._adopted and isinstance(error, CardNotFound):
            # The time that ran out was the earlier question's; the new one has its own.
            self._ask()
            return
        self._wanted = False
        self.failed.emit(error)
