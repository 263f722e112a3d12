"""The bars above and below every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from ui import tokens
from ui.components.chip import Chip, KeyCap
from ui.components.rows import ClickRow
from ui.components.styling import set_flag
from ui.components.surfaces import clear
from ui.components.text import ElidedLabel, label
from ui.keys import Command, cap
from ui.tokens import Tone
from ui.viewmodels.parts import ChipView

if TYPE_CHECKING:
    from ui.viewmodels.frame import FrameState, StatusView


class SearchField(ClickRow):
    """Where anything is found: a click, or its key, opens the picker over the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(34)
        self.setObjectName("find")
        self.setAccessibleName(self.tr("搜事项、办件、人"))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.addWidget(ElidedLabel(self.tr("搜事项、办件、人"), "secondary"), 1)
        row.addWidget(KeyCap(cap(Command.FIND)))


class TopBar(QFrame):
    """Where we stand, the search box, devices, the line, and who is signed in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(tokens.TOP_BAR_HEIGHT)
        self._place = ElidedLabel()
        self._place.setObjectName("place")
        self._place.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._mark = Chip()
        self.search = SearchField()
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(400)
        self._devices = QHBoxLayout()
        self._devices.setSpacing(10)
        self._line = Chip()
        self._clerk = label()
        self._clerk.setObjectName("clerk")
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, 0, tokens.SPACE_4, 0)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self._place)
        row.addWidget(self._mark)
        row.addWidget(self.search, 10)
        row.addStretch(1)
        row.addLayout(self._devices)
        row.addWidget(self._line)
        row.addWidget(self._clerk)
        self._shown: tuple[ChipView, ...] | None = None

    def show_frame(self, state: FrameState, *, narrow: bool) -> None:
        """Show the frame; `narrow` folds devices that are well into one chip."""
        self._place.show_text(state.place)
        self._place.setMinimumWidth(min(self._place.fontMetrics().horizontalAdvance(state.place) + 4, 240))
        self._mark.show_word(state.mark, Tone.INFO)
        self._line.show_word(state.line.text, state.line.tone)
        self._clerk.setText(state.clerk)
        set_flag(self, "offline", on=state.is_offline)
        self._show_devices(self._folded(state.devices) if narrow else state.devices)

    def _folded(self, devices: tuple[ChipView, ...]) -> tuple[ChipView, ...]:
        troubled = tuple(device for device in devices if device.tone is not Tone.NEUTRAL)
        well = len(devices) - len(troubled)
        return (ChipView(self.tr("设备就绪 {count}").format(count=well)), *troubled) if well else troubled

    def _show_devices(self, devices: tuple[ChipView, ...]) -> None:
        if devices == self._shown:
            return
        self._shown = devices
        clear(self._devices)
        for device in devices:
            self._devices.addWidget(Chip(device.text, device.tone))


class StatusBar(QFrame):
    """Drafts, what waits for the platform, the catalogue's version, the date."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(tokens.STATUS_BAR_HEIGHT)
        self._offline = Chip()
        self._left = [label() for _ in range(4)]
        self._right = [label() for _ in range(2)]
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, 0, tokens.SPACE_4, 0)
        row.setSpacing(18)
        row.addWidget(self._offline)
        for part in self._left:
            row.addWidget(part)
        row.addStretch(1)
        for part in self._right:
            row.addWidget(part)

    def show_status(self, status: StatusView) -> None:
        """Show the status."""
        offline = self.tr("离线 {time}").format(time=status.offline_for) if status.offline_for else ""
        self._offline.show_word(offline, Tone.OFFLINE)
        synced = self.tr("上次同步 {time}").format(time=status.last_sync) if status.last_sync else ""
        drafts = self.tr("草稿 {count}").format(count=status.drafts) if status.drafts else ""
        for part, text in zip(self._left, (status.note, drafts, synced, self._waiting(status)), strict=True):
            part.setText(text)
            part.setVisible(bool(text))
        for part, text in zip(self._right, (status.catalogue, status.now), strict=True):
            part.setText(text)
            part.setVisible(bool(text))

    def _waiting(self, status: StatusView) -> str:
        parts = []
        if status.waiting:
            parts.append(self.tr("待上传 {count} 件").format(count=status.waiting))
            parts += [self.tr("最早 {time}").format(time=status.oldest)] if status.oldest else []
        if status.exported:
            parts.append(self.tr("{time} 已导出到 U 盘").format(time=status.exported))
        if status.carried:
            parts.append(self.tr("代送 {count} 份").format(count=status.carried))
        return " · ".join(parts)
