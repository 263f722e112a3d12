"""A value that a source filled is changed: what it was, what it is to be, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from ui.components.button import Button
from ui.dialogs.entry_sheet import EntrySheet
from ui.keys import Command
from ui.viewmodels.parts import FieldView

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.viewmodels.counter_state import ChangeView

VALUE, REASON = "value", "reason"


class ChangeSheet(EntrySheet):
    """What the source said stays in view. Closed with Esc, nothing is changed.

    Signals:
        changed: the code, the new value and the reason.
        taken_back: the code of what is to be as the source said again.
    """

    changed = Signal(str, str, str)
    taken_back = Signal(str)

    def __init__(self, view: ChangeView, parent: QWidget | None = None) -> None:
        self._view = view
        reason = FieldView(REASON, self.tr("理由"), value=view.reason, placeholder=self.tr("申请人怎么说，写一句"))
        fields = [*((view.editor,) if view.editor else ()), *((reason,) if view.needs_reason else ())]
        super().__init__(
            self.tr("改“{label}”").format(label=view.label),
            self._lead(),
            fields,
            self.tr("改成这样"),
            width=560,
            parent=parent,
        )
        if view.is_changed:
            back = Button(self.tr("改回原值"), Command.BACK)
            back.clicked.connect(self._take_back)
            self.foot.insertWidget(0, back)

    def run(self, command: Command) -> bool:
        if command is Command.BACK and self._view.is_changed:
            self._take_back()
            return True
        return super().run(command)

    def finish(self) -> None:
        value = self.values.get(VALUE, self._view.value)
        self.changed.emit(self._view.code, value, self.values.get(REASON, ""))

    def _take_back(self) -> None:
        self.taken_back.emit(self._view.code)

    def _lead(self) -> str:
        was = self.tr("原值（{source}）：{was}").format(source=self._view.source, was=self._view.was)
        return was + "\n" + self.tr("改了会标“改”，原值和理由写进记录、印在文书上；随时可以改回。")
