"""A sheet of a few lines to type and one button that takes them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.components.button import Button
from ui.components.field import Field
from ui.components.sheet import Sheet
from ui.components.text import wrapped
from ui.keys import Command
from ui.viewmodels.parts import FieldView


class EntrySheet(Sheet):
    """The lines below a lead; the primary command finishes, as the button does.

    `values` holds what was typed, at first what the views hold, by the keys of `views`. They are in the order of the
    sheet, line by line where there are several `columns`.
    """

    def __init__(
        self,
        title: str,
        lead: str,
        views: Iterable[FieldView],
        done: str,
        *,
        width: int,
        columns: int = 1,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, width=width, parent=parent)
        known = {view.code: view for view in views}
        self.fields = {code: Field(view) for code, view in known.items()}
        self.values = {code: view.value for code, view in known.items()}
        self.foot = QHBoxLayout()
        button = Button(done, Command.PRIMARY, kind="primary")
        button.clicked.connect(self.finish)
        self._build(wrapped(lead, "secondary"), button, columns)

    def first_focus(self) -> QWidget:
        return next(iter(self.fields.values())).editor

    def run(self, command: Command) -> bool:
        if command is Command.PRIMARY:
            self.finish()
            return True
        return super().run(command)

    def finish(self) -> None:
        """Take what was typed, or show what is wrong with it."""
        raise NotImplementedError

    def show_faults(self, faults: dict[str, str]) -> None:
        """Say beside each line what is wrong with it, and go to the first such line."""
        for key, field in self.fields.items():
            field.show_error(faults.get(key, ""), self.values[key])
        self.fields[next(iter(faults))].focus_editor()

    def _build(self, lead: QWidget, button: Button, columns: int) -> None:
        inner = QVBoxLayout()
        inner.setContentsMargins(17, 10, 17, 4)
        inner.setSpacing(6)
        lead.setContentsMargins(3, 0, 3, 4)
        inner.addWidget(lead)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        for place, field in enumerate(self.fields.values()):
            field.edited.connect(self._edited)
            grid.addWidget(field, place // columns, place % columns)
        inner.addLayout(grid)
        self.foot.addStretch(1)
        self.foot.addWidget(button)
        inner.addLayout(self.foot)
        self.column.addLayout(inner)

    def _edited(self, code: str, value: str) -> None:
        self.values[code] = value
