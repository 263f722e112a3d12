"""What every page is: a canvas that renders a state and answers commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.components.surfaces import Canvas

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.keys import Command


class Page(Canvas):
    """A page of the window. Subclasses render a frozen state and tell what the clerk did by signals."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_narrow = False

    def run(self, command: Command) -> bool:
        """Do what a key asks; False leaves it to the window."""
        del command
        return False

    def set_narrow(self, *, narrow: bool) -> None:
        """Fold what does not fit at 150 %."""
        self.is_narrow = narrow

    def enter(self) -> None:
        """The page came to the front: put the focus where the hands expect it, else on the page itself."""
        self.setFocus()
