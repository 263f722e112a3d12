"""What every view-model is: one frozen state, and one signal that tells the whole new one."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

State = TypeVar("State")


class ViewModel(QObject, Generic[State]):
    """Holds a frozen state.

    Signals:
        changed: the whole new state; widgets render it and keep none of their own.
    """

    changed = Signal(object)

    def __init__(self, state: State, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = state

    def show(self, state: State) -> None:
        """Take on `state` and tell it, unless nothing is new."""
        if state != self.state:
            self.state = state
            self.changed.emit(state)


class Acts(QObject):
    """Tells every view-model that something was written, so that each can decide whether to look again.

    Signals:
        done: an act is durable.
    """

    done = Signal()
