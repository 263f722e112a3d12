"""Devices and sync: how each stands, and what to do where one does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.button import Button
from ui.components.chip import Chip
from ui.components.messages import ProblemBanner
from ui.components.rows import PairList
from ui.components.surfaces import Card, Progress, Rule, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.keys import Command
from ui.pages.page import Page

if TYPE_CHECKING:
    from ui.viewmodels.devices_state import DevicesState, DeviceView, SyncRow, TransferView


class DevicesModel(Protocol):
    """What the page needs of its view-model."""

    changed: SignalInstance
    state: DevicesState

    def refresh(self) -> None:
        """Look again."""

    def try_device(self, key: str) -> None:
        """Try one device."""

    def sync_now(self) -> None:
        """Sync at once."""


class DevicesPage(Page):
    """The page.

    Signals:
        tried: a device's key.
        sync_asked: sync at once.
        attention_asked: show what a person must look at.
        handover_asked: hand over by stick.
    """

    tried = Signal(str)
    sync_asked = Signal()
    attention_asked = Signal()
    handover_asked = Signal()

    def __init__(self, view_model: DevicesModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = view_model
        self._shown_devices: tuple[DeviceView, ...] | None = None
        self._shown_rows: tuple[SyncRow, ...] | None = None
        self._devices = ScrollColumn()
        self._rows = ScrollColumn()
        self._transfer = TransferBox()
        self._problem = ProblemBanner()
        self._sync = Button(self.tr("立即同步"), Command.SYNC, kind="primary")
        self._details = Button(self.tr("详情（给维护人员）"), kind="link")
        self._pairs = PairList(label_width=110)
        self._build()
        self._connect(view_model)
        self.render(view_model.state)

    def render(self, state: DevicesState) -> None:  # type: ignore[override]
        """Show `state`."""
        self._show_devices(state.devices)
        self._show_rows(state.rows)
        self._transfer.show_transfer(state.transfer)
        self._problem.show_problem(state.problem)
        self._sync.show_text(self.tr("正在同步") if state.syncing else self.tr("立即同步"))
        self._sync.setEnabled(state.can_sync and not state.syncing)
        self._pairs.show_pairs(state.details)
        self._details.setVisible(bool(state.details))

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY and any(_leads_to_attention(row) for row in self._model.state.rows):
            self.attention_asked.emit()
            return True
        if command in (Command.SYNC, Command.PRIMARY):
            if self._sync.isEnabled():
                self.sync_asked.emit()
            return True
        if command is Command.READ_CARD:
            self.tried.emit("card_reader")
            return True
        return False

    def enter(self) -> None:
        # Buttons come, go and rest here by themselves; with the page, the keys stay where they are.
        self.setFocus()
        self._model.refresh()

    def _show_devices(self, devices: tuple[DeviceView, ...]) -> None:
        if devices == self._shown_devices:
            return
        self._shown_devices = devices
        self._take_keys_from(self._devices)
        clear(self._devices.column)
        for device in devices:
            self._devices.column.addWidget(Rule(faint=True))
            self._devices.column.addWidget(self._device_row(device))
        self._devices.column.addStretch(1)

    def _device_row(self, device: DeviceView) -> QWidget:
        made, row = _row(device.name, device.note, alarming=False)
        row.addWidget(Chip(device.chip.text, device.chip.tone))
        if device.action:
            button = Button(device.action)
            button.setObjectName(f"device:{device.key}")
            button.setAccessibleName(f"{device.name}：{device.action}")
            button.setProperty("device", device.key)
            button.setEnabled(not device.busy)
            button.clicked.connect(self._try_clicked)
            row.addWidget(button)
        return made

    def _try_clicked(self) -> None:
        self.tried.emit(str(self.sender().property("device")))

    def _show_rows(self, rows: tuple[SyncRow, ...]) -> None:
        if rows == self._shown_rows:
            return
        self._shown_rows = rows
        self._take_keys_from(self._rows)
        clear(self._rows.column)
        for view in rows:
            made, row = _row(view.heading, view.note, alarming=view.alarming)
            if view.chip.text:
                row.addWidget(Chip(view.chip.text, view.chip.tone))
            if view.action:
                row.addWidget(self._way(view))
            self._rows.column.addWidget(Rule(faint=True))
            self._rows.column.addWidget(made)
        self._rows.column.addWidget(Rule(faint=True))
        self._rows.column.addStretch(1)

    def _way(self, view: SyncRow) -> Button:
        """The button of a row."""
        is_attention = _leads_to_attention(view)
        button = Button(view.action, Command.PRIMARY if is_attention else Command.HANDOVER)
        button.setObjectName(view.leads_to)
        button.clicked.connect(self.attention_asked if is_attention else self.handover_asked)
        return button

    def _take_keys_from(self, going: QWidget) -> None:
        """What is about to go must not take the focus with it."""
        now = QApplication.focusWidget()
        if now is not None and going.isAncestorOf(now):
            self.setFocus()

    def _toggle_details(self) -> None:
        self._pairs.setVisible(not self._pairs.isVisible())

    def _connect(self, view_model: DevicesModel) -> None:
        view_model.changed.connect(self.render)
        self._sync.clicked.connect(self.sync_asked)
        self.tried.connect(view_model.try_device)
        self.sync_asked.connect(view_model.sync_now)
        self._details.clicked.connect(self._toggle_details)

    def _build(self) -> None:
        left, right = Card(), Card()
        left.column.addLayout(_head(label(self.tr("设备"), "title")))
        left.column.addWidget(self._devices, 1)
        head = _head(label(self.tr("同步"), "title"))
        head.addWidget(self._sync)
        right.column.addLayout(head)
        for widget in (self._transfer, self._problem):
            right.column.addWidget(widget)
        right.column.addWidget(self._rows, 1)
        right.column.addLayout(self._foot())
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(left, 1)
        row.addWidget(right, 1)

    def _foot(self) -> QVBoxLayout:
        self._pairs.hide()
        foot = QVBoxLayout()
        foot.setContentsMargins(5, 4, 16, 8)
        foot.addWidget(self._details, 0, Qt.AlignmentFlag.AlignLeft)
        inner = QHBoxLayout()
        inner.setContentsMargins(11, 0, 0, 0)
        inner.addWidget(self._pairs)
        foot.addLayout(inner)
        return foot


def _leads_to_attention(row: SyncRow) -> bool:
    return bool(row.action) and row.leads_to == "attention"


class TransferBox(QWidget):
    """An upload that is running."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = wrapped()
        self._amount = label()
        self._bar = Progress()
        words = QHBoxLayout()
        words.addWidget(self._text, 1)
        words.addWidget(self._amount)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 16, 12)
        column.setSpacing(6)
        column.addLayout(words)
        column.addWidget(self._bar)

    def show_transfer(self, transfer: TransferView | None) -> None:
        """Show a transfer, or hide."""
        self.setVisible(transfer is not None)
        if transfer is not None:
            self._text.setText(transfer.text)
            self._amount.setText(transfer.amount)
            self._bar.show_part(transfer.part)
            self._bar.setAccessibleName(f"{transfer.text}，{transfer.amount}")


def _head(heading: QWidget) -> QHBoxLayout:
    head = QHBoxLayout()
    head.setContentsMargins(16, 9, 13, 9)
    head.addWidget(heading)
    head.addStretch(1)
    return head


def _row(heading: str, note: str, *, alarming: bool) -> tuple[QWidget, QHBoxLayout]:
    made = QWidget()
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(label(heading, "alarm" if alarming else "strong"))
    if note:
        words.addWidget(wrapped(note, "note"))
    row = QHBoxLayout(made)
    row.setContentsMargins(16, 8, 13, 8)
    row.setSpacing(tokens.SPACE_3)
    row.addLayout(words, 1)
    made.setMinimumHeight(60)
    return made, row
