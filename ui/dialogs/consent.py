"""May sensitive answers of an earlier visit be used again? One question to the citizen, one key for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ui.components.choice_row import YesNoRow
from ui.components.sheet import Sheet
from ui.components.text import wrapped

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class ConsentSheet(Sheet):
    """The sentence to read aloud and the two answers; none is pre-set. What was said before is not shown.

    Signals:
        answered: whether the person agrees.
    """

    answered = Signal(bool)

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("上次留下的敏感信息"), parent=parent)
        listed = "、".join(names)
        lead = wrapped(
            self.tr("问申请人：“您上次办理时留下的{names}，这次还用吗？”").format(names=listed),
            "secondary",
        )
        lead.setContentsMargins(20, 10, 20, 8)
        self._row = YesNoRow(
            self.tr("申请人同意吗？"),
            self.tr("同意"),
            self.tr("不同意"),
            self.tr("同意才会填上，同意了什么、什么时候、为哪件事都有记录；不同意就照常填写，不影响办理。"),
        )
        self._row.setObjectName("consent")
        self.column.addWidget(lead)
        self.column.addWidget(self._row)
        self._row.edited.connect(self._edited)

    def first_focus(self) -> QWidget:
        return self._row

    def _edited(self, value: str) -> None:
        self.answered.emit(value == "yes")
