"""Every key of the window in one table: which command it gives and what stands on its cap.

Pages receive a `Command`, never a key: `CommandKeys` turns the one into the other for a whole window.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


class Command(Enum):
    """What a key asks of the page in front."""

    PRIMARY = "primary"
    HELP = "help"
    READ_CARD = "read_card"
    CHOOSE_MATTER = "choose_matter"
    SCAN = "scan"
    SYNC = "sync"
    CALL_NEXT = "call_next"
    NOTICE = "notice"
    NOTICE_LARGE = "notice_large"
    PRINT = "print"
    INVITE_RATING = "invite_rating"
    OUTCOME = "outcome"
    FIND = "find"
    ANOTHER_MATTER = "another_matter"
    PARK = "park"
    BACK = "back"
    CLOSE = "close"
    LOCK = "lock"
    HANDOVER = "handover"
    HINTS = "hints"
    CHANGE = "change"
    MISSING_ALL = "missing_0"
    MISSING_1 = "missing_1"
    MISSING_2 = "missing_2"
    MISSING_3 = "missing_3"
    MISSING_4 = "missing_4"
    MISSING_5 = "missing_5"
    MISSING_6 = "missing_6"
    MISSING_7 = "missing_7"
    MISSING_8 = "missing_8"
    MISSING_9 = "missing_9"
    SECTION_1 = "section_1"
    SECTION_2 = "section_2"
    SECTION_3 = "section_3"
    SECTION_4 = "section_4"
    SECTION_5 = "section_5"
    SECTION_6 = "section_6"
    SECTION_7 = "section_7"


MISSING: tuple[Command, ...] = tuple(Command(f"missing_{digit}") for digit in range(1, 10))
"""Alt+1 to Alt+9: jump to the n-th missing item."""

SECTIONS: tuple[Command, ...] = tuple(Command(f"section_{digit}") for digit in range(1, 8))
"""Ctrl+1 to Ctrl+7: the rail on the left."""


@dataclass(frozen=True, slots=True)
class Key:
    """The keys of one command: `sequences` in Qt's portable text, `cap` as printed on the key."""

    sequences: tuple[str, ...]
    cap: str


_KEYS: dict[Command, Key] = {
    Command.PRIMARY: Key(("Ctrl+Return", "Ctrl+Enter"), "Ctrl ⏎"),
    Command.HELP: Key(("F1",), "F1"),
    Command.READ_CARD: Key(("F2",), "F2"),
    Command.CHOOSE_MATTER: Key(("F3",), "F3"),
    Command.SCAN: Key(("F4",), "F4"),
    Command.SYNC: Key(("F5",), "F5"),
    Command.CALL_NEXT: Key(("F6",), "F6"),
    Command.NOTICE: Key(("F7",), "F7"),
    Command.NOTICE_LARGE: Key(("Shift+F7",), "⇧ F7"),
    Command.PRINT: Key(("F8",), "F8"),
    Command.INVITE_RATING: Key(("F9",), "F9"),
    Command.OUTCOME: Key(("F10",), "F10"),
    Command.FIND: Key(("Ctrl+K",), "Ctrl K"),
    Command.ANOTHER_MATTER: Key(("Ctrl+N",), "Ctrl N"),
    Command.PARK: Key(("Ctrl+P",), "Ctrl P"),
    Command.BACK: Key(("Alt+Left",), "Alt ←"),
    Command.CLOSE: Key(("Esc",), "Esc"),
    Command.LOCK: Key(("Ctrl+L",), "Ctrl L"),
    Command.HANDOVER: Key(("Ctrl+U",), "Ctrl U"),
    Command.HINTS: Key(("Ctrl+H",), "Ctrl H"),
    Command.CHANGE: Key(("Ctrl+E",), "Ctrl E"),
    Command.MISSING_ALL: Key(("Alt+0",), "Alt 0"),
    **{command: Key((f"Alt+{digit}",), f"Alt {digit}") for digit, command in enumerate(MISSING, 1)},
    **{command: Key((f"Ctrl+{digit}",), f"Ctrl {digit}") for digit, command in enumerate(SECTIONS, 1)},
}


def cap(command: Command) -> str:
    """What stands on the key cap."""
    return _KEYS[command].cap


class CommandKeys(QObject):
    """Turns the keys of one window into commands, whatever widget of it has the focus."""

    def __init__(self, window: QWidget, handle: Callable[[Command], object]) -> None:
        super().__init__(window)
        self._handle = handle
        for command, key in _KEYS.items():
            for sequence in key.sequences:
                shortcut = QShortcut(QKeySequence(sequence), window)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.setAutoRepeat(False)
                shortcut.setProperty("command", command.value)
                shortcut.activated.connect(self._activated)

    def _activated(self) -> None:
        self._handle(Command(self.sender().property("command")))
