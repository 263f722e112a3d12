"""A material that was not on the one-time notice: a supervisor says why, or it is not asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.components.button import Button
from ui.components.field import Field
from ui.components.sheet import Sheet
from ui.components.text import wrapped
from ui.keys import Command
from ui.viewmodels.parts import FieldView


class SupervisorSheet(Sheet):
    """The materials, the supervisor's number and the reason. Closed without both, nothing is recorded.

    Signals:
        allowed: the supervisor's number and the reason.
    """

    allowed = Signal(str, str)

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("告知书上没有的材料"), width=520, parent=parent)
        self._labels = {"supervisor": self.tr("负责人工号"), "reason": self.tr("理由")}
        self._values = dict.fromkeys(self._labels, "")
        self._fields = {key: Field(FieldView(key, label)) for key, label in self._labels.items()}
        self._button = Button(self.tr("登记办不成事，加要这些"), Command.PRIMARY, kind="primary")
        self._button.clicked.connect(self._finish)
        self._build(names)

    def first_focus(self) -> QWidget:
        return self._fields["supervisor"].editor

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self._finish()
            return True
        return super().run(command)

    def _build(self, names: tuple[str, ...]) -> None:
        told = self.tr("给群众的告知书上没有：{names}。不加要的，按 Esc；要加要的，须由负责人说明理由。")
        lead = wrapped(told.format(names="、".join(names)), "secondary")
        inner = QVBoxLayout()
        inner.setContentsMargins(17, 10, 17, 4)
        inner.setSpacing(6)
        lead.setContentsMargins(3, 0, 3, 4)
        inner.addWidget(lead)
        for field in self._fields.values():
            field.edited.connect(self._edited)
            inner.addWidget(field)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._button)
        inner.addLayout(foot)
        self.column.addLayout(inner)

    def _edited(self, code: str, value: str) -> None:
        self._values[code] = value

    def _finish(self) -> None:
        missing = [key for key, value in self._values.items() if not value.strip()]
        if not missing:
            self.allowed.emit(self._values["supervisor"], self._values["reason"])
            return
        for key in missing:
            self._fields[key].show_error(self.tr("请填写"), "")
        self._fields[missing[0]].focus_editor()
