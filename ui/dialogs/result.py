"""The result of what was granted (结果登记): the number on its document and what others wait for, typed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.components.date_text import iso_date
from ui.dialogs.entry_sheet import EntrySheet

if TYPE_CHECKING:
    from ui.viewmodels.cases import ResultAsk

Check = Callable[[str, Mapping[str, str]], dict[str, str]]
"""What is wrong with the lines of a result, by key: its number, what was typed."""


class ResultSheet(EntrySheet):
    """The lines of one result.

    Signals:
        said: the number of the case or child, and what was typed by key, without faults.
    """

    said = Signal(str, object)

    def __init__(self, ask: ResultAsk, check: Check, parent: QWidget | None = None) -> None:
        told = self.tr("照着发出的{document}填。后面的事项和这位群众以后再来，都不用再填。")
        if ask.corrects:
            told = self.tr("已经登记过。照着发出的{document}改；原来登的留在经过里。")
        super().__init__(
            ask.label,
            told.format(document=ask.document),
            ask.fields,
            self.tr("更正") if ask.corrects else self.tr("登记"),
            width=480,
            parent=parent,
        )
        self._ask = ask
        self._check = check

    def finish(self) -> None:
        dates = {view.code for view in self._ask.fields if view.editor == "date"}
        said = {key: value.strip() for key, value in self.values.items()}
        said = {key: (iso_date(value) or value) if key in dates else value for key, value in said.items()}
        faults = self._check(self._ask.number, said)
        if faults:
            self.show_faults(faults)
        else:
            self.said.emit(self._ask.number, {key: value for key, value in said.items() if value})
