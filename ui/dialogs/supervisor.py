"""A material that was not on the one-time notice: a supervisor says why, or it is not asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.dialogs.entry_sheet import EntrySheet
from ui.viewmodels.parts import FieldView


class SupervisorSheet(EntrySheet):
    """The materials, the supervisor's number and the reason. Closed without both, nothing is recorded.

    Signals:
        allowed: the supervisor's number and the reason.
    """

    allowed = Signal(str, str)

    def __init__(self, names: tuple[str, ...], parent: QWidget | None = None) -> None:
        told = self.tr("给群众的告知书上没有：{names}。不加要的，按 Esc；要加要的，须由负责人说明理由。")
        super().__init__(
            self.tr("告知书上没有的材料"),
            told.format(names="、".join(names)),
            (FieldView("supervisor", self.tr("负责人工号")), FieldView("reason", self.tr("理由"))),
            self.tr("登记办不成事，加要这些"),
            width=520,
            parent=parent,
        )

    def finish(self) -> None:
        faults = {key: self.tr("请填写") for key, value in self.values.items() if not value.strip()}
        if faults:
            self.show_faults(faults)
        else:
            self.allowed.emit(self.values["supervisor"], self.values["reason"])
