"""View-models that show one state and do nothing: what the pages of screenshots are made with."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal


class StillModel(QObject):
    """Holds `state`; every act is accepted and forgotten.

    Signals:
        changed: never emitted.
        said: never emitted.
    """

    changed = Signal(object)
    said = Signal(str, str)

    def __init__(self, state: Any) -> None:
        super().__init__()
        self.state = state

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _forget


def _forget(*_args: object, **_kwargs: object) -> None:
    return None
