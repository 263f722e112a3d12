"""One element of a form: label, where the value comes from, the editor, and one line of help or error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.checking import MAX_TEXT
from ui import tokens
from ui.components.chip import SourceBadge
from ui.components.choice_box import ChoiceBox
from ui.components.date_edit import DateEdit
from ui.components.file_edit import FileEdit
from ui.components.line_edit import LineEdit, UpperEdit
from ui.components.phone_edit import PhoneEdit
from ui.components.styling import set_look
from ui.components.table_edit import TableEdit
from ui.components.text import ElidedLabel, wrapped

if TYPE_CHECKING:
    from ui.viewmodels.parts import FieldView


class Editor(Protocol):
    """What a field needs of its editor."""

    edited: SignalInstance
    touched_ended: SignalInstance

    def value(self) -> str:
        """The present value."""

    def show_value(self, value: str) -> None:
        """Show a value without telling `edited`."""

    def set_fixed(self, *, fixed: bool) -> None:
        """Whether the clerk may change it."""

    def set_invalid(self, *, invalid: bool) -> None:
        """Mark the box."""


class Field(QWidget):
    """A form element.

    An error waits until the clerk has left the box: nobody is told 'wrong' while still typing.

    Signals:
        edited: code and new value.
        file_asked: a file is wanted here; the code.
    """

    edited = Signal(str, str)
    file_asked = Signal(str)

    def __init__(self, view: FieldView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code = view.code
        self._view = view
        self._typing = False
        self._label = ElidedLabel(view.label, "note")
        self._badge = SourceBadge()
        self.editor = make_editor(view)
        self._line = wrapped("", "error")
        self._overflow = False
        self._build()
        self._connect()
        self.show_view(view)

    def show_view(self, view: FieldView) -> None:
        """Show `view`; the cursor stays where it is."""
        self._view = view
        self._label.show_text(view.label)
        self._badge.show_source(view.mark, view.mark_meaning, changed=view.changed)
        if isinstance(self.editor, ChoiceBox):
            self.editor.offer(view.choices)
            self.editor.set_hint(view.placeholder)
        elif isinstance(self.editor, PhoneEdit):
            self.editor.set_hint(view.placeholder)
        elif isinstance(self.editor, LineEdit) and view.placeholder:
            self.editor.setPlaceholderText(view.placeholder)
        self._as_editor().show_value(view.value)
        self._as_editor().set_fixed(fixed=view.fixed)
        self._describe()
        self._show_line()

    def show_error(self, error: str, value: str) -> None:
        """Show `error` at once, with `value` as it was typed."""
        self._typing = False
        self.show_view(replace(self._view, error=error, value=value))

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole width of the form."""
        return isinstance(self.editor, (TableEdit, FileEdit))

    def focus_editor(self) -> None:
        """Put the cursor into the box."""
        self.editor.setFocus()

    @property
    def is_changed(self) -> bool:
        """Whether what stands here was typed over the word of a source."""
        return self._view.changed

    @property
    def is_typing(self) -> bool:
        """Whether the clerk is in the middle of an answer."""
        return self._typing

    def go_on_typing(self) -> None:
        """Take the clerk to be in the middle of an answer: an error waits."""
        self._typing = True
        self._show_line()

    def is_open(self) -> bool:
        """Whether a person still has to fill it."""
        return not self._view.fixed and not self._view.optional and (not self._view.value or bool(self._view.error))

    def shown_error(self) -> str:
        """The line under the box, empty for none."""
        return self._line.text() if not self._line.isHidden() else ""

    def _build(self) -> None:
        head = QHBoxLayout()
        ring = tokens.FOCUS_RING_WIDTH
        head.setContentsMargins(ring, 0, ring, 0)
        head.setSpacing(tokens.SPACE_1)
        head.addWidget(self._label, 1)
        head.addWidget(self._badge)
        self._line.setContentsMargins(ring, 0, ring, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.editor)
        column.addWidget(self._line)
        column.addStretch(1)
        self._badge.setMinimumHeight(17)
        self._label.setMinimumHeight(19)

    def _connect(self) -> None:
        editor = self._as_editor()
        editor.edited.connect(self._edited)
        editor.touched_ended.connect(self._left)
        if isinstance(self.editor, FileEdit):
            self.editor.file_asked.connect(self._ask_file)
        line = self.editor.line() if isinstance(self.editor, PhoneEdit) else self.editor
        if isinstance(line, LineEdit):
            line.overflowed.connect(self._overflowed)
            line.returnPressed.connect(self._next)

    def _as_editor(self) -> Editor:
        return cast("Editor", self.editor)

    def _describe(self) -> None:
        name = self._view.label
        described = "，".join(filter(None, (self._view.mark_meaning, self._view.error or self._view.note)))
        target = self.editor.line() if isinstance(self.editor, PhoneEdit) else self.editor
        target.setObjectName(f"field:{self.code}")
        target.setAccessibleName(name if not self._view.optional else self.tr("{label}，可不填").format(label=name))
        target.setAccessibleDescription(described)

    def _edited(self, value: str) -> None:
        self._typing = True
        self._overflow = False
        self.edited.emit(self.code, value)

    def _left(self) -> None:
        self._typing = False
        self._overflow = False
        self._show_line()

    def _ask_file(self) -> None:
        self.file_asked.emit(self.code)

    def _next(self) -> None:
        # Enter goes on like Tab: hands that type numbers have it nearer.
        focus = QApplication.focusWidget()
        if focus is not None:
            QApplication.sendEvent(focus, _tab())

    def _overflowed(self) -> None:
        self._overflow = True
        self._show_line()

    def _show_line(self) -> None:
        wrong = bool(self._view.error) and not self._typing
        self._as_editor().set_invalid(invalid=wrong)
        text = self.tr("最多 {count} 个字").format(count=MAX_TEXT) if self._overflow else ""
        text = text or (self._view.error if wrong else self._view.note)
        self._line.setText(text)
        set_look(self._line, "type", "error" if wrong or self._overflow else "note")
        self._line.setVisible(bool(text))


def _tab() -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)


def make_editor(view: FieldView) -> QWidget:
    """The editor for a kind of field."""
    if view.editor == "choice":
        return ChoiceBox()
    if view.editor == "date":
        return DateEdit()
    if view.editor == "phone":
        return PhoneEdit(no_phone=view.choices[0].code if view.choices else "")
    if view.editor == "table":
        return TableEdit(view.label, view.columns, make_editor)
    if view.editor == "file":
        return FileEdit()
    if view.editor in ("id", "credit_code"):
        return UpperEdit(limit=MAX_TEXT)
    return LineEdit(limit=MAX_TEXT)
