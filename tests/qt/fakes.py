"""Fakes that the window's tests own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject


@dataclass
class PendingTask:
    work: Callable[[], Any]
    owner: QObject
    on_success: Callable[[Any], None]
    on_failure: Callable[[Exception], None]
    lane: str | None

    def settle(self) -> None:
        """Do the work now and deliver its outcome."""
        try:
            result = self.work()
        except Exception as error:
            self.on_failure(error)
        else:
            self.on_success(result)


class ManualTasks:
    """A runner that does nothing until the test says so, in the order the test chooses."""

    def __init__(self) -> None:
        self.pending: list[PendingTask] = []

    def run(
        self,
        work: Callable[[], Any],
        *,
        owner: QObject,
        on_success: Callable[[Any], None],
        on_failure: Callable[[Exception], None],
        lane: str | None = None,
    ) -> None:
        self.pending.append(PendingTask(work, owner, on_success, on_failure, lane))

    def settle(self, index: int = 0) -> None:
        self.pending.pop(index).settle()

    def settle_all(self) -> None:
        """Settle in order until nothing is left, also what the callbacks ask for."""
        while self.pending:
            self.settle()
