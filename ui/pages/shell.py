"""The shell: the frame around the pages, the sheets over them, and what keys mean everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QSize, Signal, SignalInstance
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

from ui import tokens
from ui.components.bars import StatusBar, TopBar
from ui.components.messages import Toast
from ui.components.nav_rail import NavRail
from ui.components.sheet import Sheet, Veil
from ui.dialogs.keys_help import KeysSheet
from ui.keys import SECTIONS, Command
from ui.pages.page import Page

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from ui.viewmodels.frame import FrameState, SectionKey

_OF_THE_COUNTER = frozenset({Command.READ_CARD, Command.CHOOSE_MATTER})
"""Keys that bring the counter to the front, unless the page in front has a use of its own for them."""

_LEAST = QSize(880, 480)


class FrameModel(Protocol):
    """What the shell needs of its view-model."""

    changed: SignalInstance
    said: SignalInstance
    state: FrameState

    def show_section(self, key: str) -> None:
        """Go to a section."""

    def sync_now(self) -> None:
        """Sync at once."""


class Shell(Page):
    """Top bar, rail, page, status line.

    Signals:
        lock_asked: lock the desk.
        find_asked: find anything.
        handover_asked: hand over by stick.
        notice_asked: print a one-time notice; whether in large print.
    """

    lock_asked = Signal()
    find_asked = Signal()
    handover_asked = Signal()
    notice_asked = Signal(bool)

    def __init__(self, frame: FrameModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame = frame
        self._top = TopBar()
        self._rail = NavRail()
        self._status = StatusBar()
        self._stack = QStackedWidget()
        self._pages: dict[SectionKey, Page] = {}
        self._build()
        self._veil = Veil(self)
        self._toast = Toast(self)
        frame.changed.connect(self.render)
        frame.said.connect(self._toast.say)
        self._rail.chosen.connect(frame.show_section)
        self._top.search.clicked.connect(self.find_asked)
        self.render(frame.state)

    def add_page(self, key: SectionKey, page: Page) -> None:
        """Put in the page of a section."""
        self._pages[key] = page
        self._stack.addWidget(page)
        if key == self._frame.state.current:
            self.render(self._frame.state)

    def page(self, key: SectionKey) -> Page:
        """The page of a section."""
        return self._pages[key]

    def render(self, state: FrameState) -> None:  # type: ignore[override]
        """Show the frame."""
        self._top.show_frame(state, narrow=self.is_narrow)
        self._rail.show_sections(state.sections, state.current)
        self._status.show_status(state.status)
        page = self._pages.get(state.current)
        if page is not None and self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)
            page.set_narrow(narrow=self.is_narrow)
            page.enter()

    def run(self, command: Command) -> bool:
        sheet = self._veil.sheet
        if sheet is not None:
            sheet.run(command)
            return True
        page = self._pages.get(self._frame.state.current)
        if page is not None and page.run(command):
            return True
        if command in _OF_THE_COUNTER and self._frame.state.current != "intake":
            self._frame.show_section("intake")
            return self._pages["intake"].run(command)
        return self._run_everywhere(command)

    def open_sheet(self, sheet: Sheet) -> None:
        """Lay a sheet over the page."""
        self._veil.open(sheet)

    @property
    def sheet(self) -> Sheet | None:
        """The sheet in front, or None."""
        return self._veil.sheet

    def close_sheet(self) -> None:
        """Take the sheet away."""
        self._veil.close_sheet()

    def say(self, heading: str, text: str = "") -> None:
        """Say something that goes by itself."""
        self._toast.say(heading, text)

    def enter(self) -> None:
        page = self._pages.get(self._frame.state.current)
        if self._veil.sheet is not None:
            self._veil.sheet.first_focus().setFocus()
        elif page is not None:
            page.enter()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < tokens.NARROW_WIDTH
        if narrow != self.is_narrow:
            self.set_narrow(narrow=narrow)
        self._toast.place()

    def set_narrow(self, *, narrow: bool) -> None:
        super().set_narrow(narrow=narrow)
        for page in self._pages.values():
            page.set_narrow(narrow=narrow)
        self.render(self._frame.state)

    def _run_everywhere(self, command: Command) -> bool:
        if command in SECTIONS:
            sections = self._frame.state.sections
            place = SECTIONS.index(command)
            if place < len(sections):
                self._frame.show_section(sections[place].key)
            return True
        return self._run_global(command)

    def _run_global(self, command: Command) -> bool:
        if command is Command.HELP:
            self.open_sheet(KeysSheet())
        elif command is Command.FIND:
            self.find_asked.emit()
        elif command is Command.SYNC:
            self._frame.sync_now()
        elif command is Command.HANDOVER:
            self.handover_asked.emit()
        elif command is Command.LOCK:
            self.lock_asked.emit()
        elif command is Command.CALL_NEXT:
            self._toast.say(self.tr("叫号：本版还没有"), self.tr("请用大厅的叫号机叫下一位，再按 F2 读证。"))
        elif command in (Command.NOTICE, Command.NOTICE_LARGE):
            self.notice_asked.emit(command is Command.NOTICE_LARGE)
        else:
            return False
        return True

    def _build(self) -> None:
        self.setMinimumSize(_LEAST)  # else the wide layout would keep the window from ever becoming narrow
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self._top, 0, 0, 1, 2)
        grid.addWidget(self._rail, 1, 0, 2, 1)
        grid.addWidget(self._stack, 1, 1)
        grid.addWidget(self._status, 2, 1)
        grid.setRowStretch(1, 1)
        grid.setColumnStretch(1, 1)
