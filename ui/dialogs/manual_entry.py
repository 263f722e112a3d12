"""Copying an identity card by hand, where the reader cannot read it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.components.date_text import iso_date
from ui.dialogs.entry_sheet import EntrySheet
from ui.viewmodels.manual_entry import ManualEntry, manual_faults
from ui.viewmodels.parts import FieldView


class ManualEntrySheet(EntrySheet):
    """Four lines.

    Signals:
        entered: a `ManualEntry` without faults.
    """

    entered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("手工录入身份证"),
            self.tr("照着证件填。办件里会写明是手工录入；性别和出生日期由号码算出。"),
            (
                FieldView("name", self.tr("姓名")),
                FieldView("number", self.tr("公民身份号码"), editor="id"),
                FieldView("address", self.tr("住址"), editor="address", optional=True),
                FieldView("valid_until", self.tr("有效期到"), placeholder=self.tr("年-月-日，或“长期”")),
            ),
            self.tr("就用这些"),
            width=480,
            parent=parent,
        )

    def finish(self) -> None:
        until = self.values["valid_until"].strip()
        entry = ManualEntry(
            self.values["name"], self.values["number"], self.values["address"], iso_date(until) or until
        )
        faults = {fault.key: fault.text for fault in manual_faults(entry)}
        if faults:
            self.show_faults(faults)
        else:
            self.entered.emit(entry)
