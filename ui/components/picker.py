"""Picks one thing: words above, hits below; arrows walk the hits while the cursor stays in the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui import tokens
from ui.components.line_edit import LineEdit
from ui.components.messages import ProblemBanner
from ui.components.picker_filters import PickerFilters
from ui.components.text import label
from ui.models.hits import HitListModel
from ui.models.roles import HEADING_ROLE, KEY_ROLE, KIND_ROLE, NOTE_ROLE, WORD_ROLE

if TYPE_CHECKING:
    from ui.viewmodels.search_state import SearchState

Index = QModelIndex | QPersistentModelIndex

_ROW_HEIGHT, _HEADING_HEIGHT = 50, 26


class Picker(QWidget):
    """The picker.

    Signals:
        searched: the words changed.
        filter_asked: the digit of a filter.
        begun: no words and no filters any more.
        chosen: kind and key of a hit.
    """

    searched = Signal(str)
    filter_asked = Signal(int)
    begun = Signal()
    chosen = Signal(str, str)

    def __init__(self, name: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = LineEdit(limit=60, scale="large")
        self._line.setObjectName("picker")
        self._line.setAccessibleName(name)
        self._line.setPlaceholderText(hint)
        self._model = HitListModel(self)
        self._list = _hit_list(self._model)
        self._list.setAccessibleName(self.tr("找到的"))
        self._filters = PickerFilters()
        self._status = label("", "note")
        self._problem = ProblemBanner()
        self._is_searching = False
        self._chooses_next = False
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 10, 13, 6)
        column.setSpacing(tokens.SPACE_1)
        column.addWidget(self._line)
        column.addWidget(self._filters)
        column.addWidget(self._status)
        column.addWidget(self._problem)
        column.addWidget(self._list, 1)
        self._status.setContentsMargins(tokens.FOCUS_RING_WIDTH, 0, 0, 0)
        self._line.edited.connect(self._edited)
        self._line.installEventFilter(self)
        self._list.clicked.connect(self._clicked)
        self._filters.chosen.connect(self.ask_filter)
        self.setFocusProxy(self._line)

    def render(self, state: SearchState) -> None:  # type: ignore[override]
        """Show `state`."""
        if not self._line.hasFocus():
            self._line.show_value(state.text)
        self._is_searching = state.searching
        self._filters.show_filters(state.filters)
        self._model.show_hits(state.hits)
        if state.hits and not self._list.currentIndex().isValid():
            self._list.setCurrentIndex(self._model.index(0))
        self._status.setText(self._describe(state))
        self._problem.show_problem(state.problem)
        if self._chooses_next and not state.searching:
            self._chooses_next = False
            self.choose_current()

    def choose_current(self) -> bool:
        """Choose the marked hit; False if there is none.

        While an answer is on its way, the hits shown belong to older words: its first hit is chosen when it comes.
        """
        if self._is_searching:
            self._chooses_next = True
            return True
        index = self._list.currentIndex()
        if not index.isValid():
            return False
        self.chosen.emit(index.data(KIND_ROLE), index.data(KEY_ROLE))
        return True

    def reset(self) -> None:
        """Begin again with neither words nor filters."""
        self._line.clear()
        self.begun.emit()

    def ask_filter(self, digit: int) -> None:
        """Turn the filter of this digit on or off."""
        self._chooses_next = False
        self.filter_asked.emit(digit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._walk(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not _with_control(event):
                return self.choose_current()
        return super().eventFilter(watched, event)

    def _edited(self, text: str) -> None:
        self._chooses_next = False
        self.searched.emit(text)

    def _walk(self, step: int) -> None:
        rows = self._model.rowCount()
        if rows:
            place = min(max(self._list.currentIndex().row() + step, 0), rows - 1)
            self._list.setCurrentIndex(self._model.index(place))

    def _clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(KIND_ROLE), index.data(KEY_ROLE))

    def _describe(self, state: SearchState) -> str:
        if state.searching and not state.hits:
            return self.tr("正在找…")
        if not state.hits and state.is_filtered:
            return self.tr("这样筛选没有找到。再按一次 Alt+数字就不筛选。")
        if not state.hits:
            return self.tr("没有找到。换个说法，或只打拼音首字母。") if state.text else ""
        return self.tr("{count} 项 · ↑↓ 选，回车定").format(count=len(state.hits))


class _HitDelegate(QStyledItemDelegate):
    """Two lines a hit: the matter, and smaller what the clerk wants to know of it."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _ROW_HEIGHT + (_HEADING_HEIGHT if index.data(HEADING_ROLE) else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRect(option.rect)
        heading = str(index.data(HEADING_ROLE) or "")
        if heading:
            font = QFont(option.font)
            font.setPixelSize(tokens.TYPE_NOTE)
            painter.setFont(font)
            painter.setPen(QColor(tokens.SECONDARY))
            above = QRect(room.left() + 14, room.top(), room.width() - 28, _HEADING_HEIGHT)
            painter.drawText(above, int(Qt.AlignmentFlag.AlignVCenter), heading)
            room.setTop(room.top() + _HEADING_HEIGHT)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.BRAND_TINT))
            painter.drawRoundedRect(room.adjusted(3, 1, -3, -1), tokens.RADIUS_FIELD, tokens.RADIUS_FIELD)
        font = option.font
        painter.setFont(font)
        painter.setPen(QColor(tokens.INK))
        words = room.adjusted(14, 5, -14, 0)
        name = str(index.data())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignTop), name)
        beside = words.left() + painter.fontMetrics().horizontalAdvance(name) + tokens.SPACE_2
        font.setPixelSize(tokens.TYPE_NOTE)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        behind = tokens.SURFACE if chosen else tokens.BRAND_TINT
        _paint_word(painter, font, str(index.data(WORD_ROLE) or ""), QPoint(beside, words.top()), behind)
        painter.setFont(font)
        painter.setPen(QColor(tokens.SECONDARY))
        painter.drawText(words.adjusted(0, 21, 0, 0), int(Qt.AlignmentFlag.AlignTop), str(index.data(NOTE_ROLE)))
        painter.restore()


def _paint_word(painter: QPainter, font: QFont, word: str, at: QPoint, behind: str) -> None:
    """A word as a chip, its upper left corner at `at`."""
    if not word:
        return
    painter.setFont(font)
    room = QRect(at.x(), at.y(), painter.fontMetrics().horizontalAdvance(word) + 16, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(behind))
    painter.drawRoundedRect(room, 10, 10)
    painter.setPen(QColor(tokens.BRAND_HOVER))
    painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), word)


def _hit_list(model: HitListModel) -> QListView:
    view = QListView()
    view.setModel(model)
    view.setItemDelegate(_HitDelegate(view))
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    return view


def _with_control(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
