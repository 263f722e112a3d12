"""F1: every key of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.components.chip import KeyCap
from ui.components.sheet import Sheet
from ui.components.text import label
from ui.keys import Command, cap


class KeysSheet(Sheet):
    """The table of keys, in two columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("按键"), width=720, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        rows = self._rows()
        half = -(-len(rows) // 2)
        grid = QGridLayout()
        grid.setContentsMargins(24, 12, 24, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(9)
        for place, (key, meaning) in enumerate(rows):
            line, column = place % half, 2 * (place // half)
            grid.addWidget(KeyCap(key), line, column, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label(meaning), line, column + 1)
        for column in (1, 3):
            grid.setColumnStretch(column, 1)
        self.column.addLayout(grid)

    def _rows(self) -> tuple[tuple[str, str], ...]:
        return (
            (cap(Command.PRIMARY), self.tr("这一页的主要动作")),
            (cap(Command.HELP), self.tr("这张按键表")),
            (cap(Command.READ_CARD), self.tr("读身份证")),
            (cap(Command.CHOOSE_MATTER), self.tr("选事项")),
            (cap(Command.SCAN), self.tr("给材料或表单附上文件")),
            (cap(Command.SYNC), self.tr("立即同步")),
            (cap(Command.CALL_NEXT), self.tr("叫下一号（本版还没有）")),
            (cap(Command.NOTICE), self.tr("打印一次性告知书")),
            (cap(Command.NOTICE_LARGE), self.tr("打印大字版的告知书")),
            (cap(Command.PRINT), self.tr("补打上一份文书")),
            (cap(Command.INVITE_RATING), self.tr("再次显示评价邀请")),
            (cap(Command.OUTCOME), self.tr("办理结果")),
            ("Alt 1–9", self.tr("跳到第几个缺项；选事项时筛选")),
            (cap(Command.MISSING_ALL), self.tr("看全部缺项和材料")),
            (cap(Command.CHANGE), self.tr("改自动填的一项，或改回")),
            (cap(Command.BACK), self.tr("回到上一步")),
            (cap(Command.FIND), self.tr("搜事项、办件、人")),
            (cap(Command.ANOTHER_MATTER), self.tr("同一人再办一件")),
            (cap(Command.PARK), self.tr("挂起，先接待别人")),
            (cap(Command.HINTS), self.tr("可能还能办什么")),
            ("Ctrl 1–7", self.tr("左边的栏目")),
            (cap(Command.HANDOVER), self.tr("U 盘交接")),
            (cap(Command.LOCK), self.tr("锁定")),
            (cap(Command.CLOSE), self.tr("关闭弹出的页")),
            ("1–9", self.tr("在选项上直接选")),
            ("Y / N", self.tr("回答是或否")),
        )
