"""Copying an identity card by hand, where the reader cannot read it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.components.button import Button
from ui.components.date_text import iso_date
from ui.components.field import Field
from ui.components.sheet import Sheet
from ui.components.text import wrapped
from ui.keys import Command
from ui.viewmodels.manual_entry import ManualEntry, manual_faults
from ui.viewmodels.parts import FieldView


class ManualEntrySheet(Sheet):
    """Four lines.

    Signals:
        entered: a `ManualEntry` without faults.
    """

    entered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("手工录入身份证"), width=480, parent=parent)
        self._views = {
            "name": FieldView("name", self.tr("姓名")),
            "number": FieldView("number", self.tr("公民身份号码"), editor="id"),
            "address": FieldView("address", self.tr("住址"), editor="address", optional=True),
            "valid_until": FieldView("valid_until", self.tr("有效期到"), placeholder=self.tr("年-月-日，或“长期”")),
        }
        self._values = dict.fromkeys(self._views, "")
        self._fields = {key: Field(view) for key, view in self._views.items()}
        self._button = Button(self.tr("就用这些"), Command.PRIMARY, kind="primary")
        self._build()
        self._button.clicked.connect(self._finish)

    def first_focus(self) -> QWidget:
        return self._fields["name"].editor

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self._finish()
            return True
        return super().run(command)

    def _build(self) -> None:
        lead = wrapped(self.tr("照着证件填。办件里会写明是手工录入；性别和出生日期由号码算出。"), "secondary")
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
        until = self._values["valid_until"].strip()
        entry = ManualEntry(
            self._values["name"], self._values["number"], self._values["address"], iso_date(until) or until
        )
        faults = {fault.key: fault.text for fault in manual_faults(entry)}
        if not faults:
            self.entered.emit(entry)
            return
        for key, field in self._fields.items():
            field.show_error(faults.get(key, ""), self._values[key])
        self._fields[next(iter(faults))].focus_editor()
