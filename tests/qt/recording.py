"""View-models that remember what pages asked of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal


class RecordingModel(QObject):
    """Holds a state that the test sets; every act is remembered as its name and arguments."""

    changed = Signal(object)
    said = Signal(str, str)

    def __init__(self, state: Any) -> None:
        super().__init__()
        self.state = state
        self.acts: list[tuple[Any, ...]] = []

    def show(self, state: Any) -> None:
        self.state = state
        self.changed.emit(state)

    def names(self) -> list[str]:
        return [act[0] for act in self.acts]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        def act(*args: Any, **kwargs: Any) -> None:
            self.acts.append((name, *args, *kwargs.values()))

        return act
