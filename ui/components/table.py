"""The table: calm rows, chips and time bars painted, never a widget per cell."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui import tokens
from ui.models.roles import CHIP_ROLE, PART_ROLE
from ui.viewmodels.parts import ChipView

ROW_HEIGHT = 38
_SIDE = 10
_BAR_WIDTH, _BAR_HEIGHT = 72, 6

Index = QModelIndex | QPersistentModelIndex


class Table(QTableView):
    """One row is chosen at a time; arrows walk."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(60)
        self.setItemDelegate(CellDelegate(self))


class CellDelegate(QStyledItemDelegate):
    """Paints a cell: a chip, a time bar with its words, or words alone."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, QColor(tokens.BRAND_TINT))
        painter.setPen(QColor(tokens.HAIRLINE))
        painter.drawLine(room.left(), room.bottom(), room.right(), room.bottom())
        self._paint_content(painter, option, index)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        self.initStyleOption(option, index)
        text = str(index.data() or "")
        chip = index.data(CHIP_ROLE)
        if isinstance(chip, ChipView):
            width = QFontMetrics(self._chip_font(option)).horizontalAdvance(text) + 16
        else:
            width = option.fontMetrics.horizontalAdvance(text)
        if index.data(PART_ROLE) is not None:
            width += _BAR_WIDTH + 8
        return QSize(width + 2 * _SIDE, ROW_HEIGHT)

    def _paint_content(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        room = option.rect.adjusted(_SIDE, 0, -_SIDE, 0)
        chip = index.data(CHIP_ROLE)
        if isinstance(chip, ChipView):
            self._paint_chip(painter, option, room, chip)
            return
        part = index.data(PART_ROLE)
        if part is not None:
            room = self._paint_bar(painter, room, float(part))
        painter.setFont(option.font)
        painter.setPen(QColor(tokens.INK))
        self._paint_text(painter, room, str(index.data() or ""))

    def _paint_chip(self, painter: QPainter, option: QStyleOptionViewItem, room: QRect, chip: ChipView) -> None:
        if not chip.text:
            return
        font = self._chip_font(option)
        pair = tokens.CHIP_PAIRS[chip.tone]
        width = min(QFontMetrics(font).horizontalAdvance(chip.text) + 16, room.width())
        box = QRectF(room.left(), room.center().y() - 9.5, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(pair.background))
        painter.drawRoundedRect(box, 10, 10)
        painter.setFont(font)
        painter.setPen(QColor(pair.text))
        self._paint_text(painter, box.toRect().adjusted(8, 0, -8, 0), chip.text)

    def _paint_bar(self, painter: QPainter, room: QRect, part: float) -> QRect:
        track = QRectF(room.left(), room.center().y() - _BAR_HEIGHT / 2 + 1, _BAR_WIDTH, _BAR_HEIGHT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.TRACK))
        painter.drawRoundedRect(track, 3, 3)
        used = QRectF(track)
        used.setWidth(max(4.0, _BAR_WIDTH * max(0.0, min(1.0, part))))
        painter.setBrush(QColor(tokens.SECONDARY if part < 1 else tokens.BAD))
        painter.drawRoundedRect(used, 3, 3)
        return room.adjusted(_BAR_WIDTH + 8, 0, 0, 0)

    def _paint_text(self, painter: QPainter, room: QRect, text: str) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width() + 1)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)

    def _chip_font(self, option: QStyleOptionViewItem) -> QFont:
        font = QFont(option.font)
        font.setPixelSize(tokens.TYPE_NOTE)
        return font
