"""The two side columns of the full counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import tokens
from ui.components.chip import Chip, KeyCap
from ui.components.hints import HintCard
from ui.components.messages import Banner
from ui.components.rows import ChildList, MaterialList, PairList, TodoList
from ui.components.surfaces import Card, CardHeader, Photo, Rule, ScrollColumn, clear
from ui.components.text import label, wrapped
from ui.keys import Command, cap
from ui.tokens import Tone
from ui.viewmodels.parts import NO_CHIP

if TYPE_CHECKING:
    from ui.viewmodels.counter_state import ChildView, CounterState, PersonView, ServiceLine


class PersonCard(Card):
    """Who is at the counter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ticket = Chip()
        self._name = wrapped("", "title")
        self._line = label("", "note")
        self._presence = Chip()
        self._rows = PairList()
        self._warning = Banner(Tone.WARN)
        column = QVBoxLayout()
        column.setContentsMargins(14, 12, 14, 14)
        column.setSpacing(tokens.SPACE_2)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("当前办理"), "note"))
        head.addStretch(1)
        head.addWidget(self._ticket)
        column.addLayout(head)
        column.addLayout(self._face())
        column.addSpacing(2)
        column.addWidget(self._rows)
        column.addWidget(self._warning)
        self.column.addLayout(column)

    def show_person(self, person: PersonView | None) -> None:
        """Show a person, or hide the card."""
        self.setVisible(person is not None)
        if person is None:
            return
        self._ticket.show_word(person.ticket, Tone.INFO)
        self._name.setText(person.name)
        self._line.setText(person.line)
        self._presence.show_word(person.presence.text, person.presence.tone)
        self._rows.show_pairs(tuple((row.label, row.value) for row in person.rows))
        self._warning.say(person.warning)

    def _face(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self._name)
        words.addWidget(self._line)
        words.addWidget(self._presence, 0, Qt.AlignmentFlag.AlignLeft)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(Photo(), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row


class ServiceCard(Card):
    """The matters of this visit and the two keys that concern it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(tokens.SPACE_1)
        self._shown: tuple[ServiceLine, ...] | None = None
        column = QVBoxLayout()
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        column.addWidget(label(self.tr("本次服务"), "strong"))
        column.addLayout(self._lines)
        column.addLayout(_key_line(self.tr("同一人再办一件"), Command.ANOTHER_MATTER))
        column.addLayout(_key_line(self.tr("挂起，先接待别人"), Command.PARK))
        self.column.addLayout(column)

    def show_services(self, lines: tuple[ServiceLine, ...]) -> None:
        """Show these matters."""
        if lines == self._shown:
            return
        self._shown = lines
        clear(self._lines)
        for number, line in enumerate(lines, 1):
            self._lines.addWidget(_service_line(number, line))


class TodoCard(Card):
    """What is still missing.

    Signals:
        chosen: the anchor to jump to.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = CardHeader("")
        self._list = TodoList()
        self.column.addWidget(self._head)
        self.column.addWidget(self._list)
        self._list.chosen.connect(self.chosen)

    def show_missing(self, state: CounterState) -> None:
        """Show what is missing."""
        count = len(state.missing)
        nothing = self.tr("情形都答了") if state.stage == "situations" else self.tr("都齐了")
        heading = self.tr("还差 {count} 项").format(count=count) if count else nothing
        self._head.show_heading(heading, self.tr("按 Alt+数字跳过去") if count else "")
        self._list.show_items(state.missing)

    def anchor(self, number: int) -> str | None:
        """Where Alt and digit `number` jump."""
        return self._list.anchor(number)


class MaterialsCard(Card):
    """The materials as they stand, and what to tell the citizen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = CardHeader("")
        self._head.row.addWidget(label(self.tr("附件"), "note"))
        self._head.row.addWidget(KeyCap(cap(Command.SCAN)))
        self._list = MaterialList()
        self._say_rule = Rule(faint=True)
        self._say = QWidget()
        self._words = wrapped("", "secondary")
        inner = QVBoxLayout(self._say)
        inner.setContentsMargins(12, 10, 12, 12)
        inner.setSpacing(2)
        inner.addWidget(label(self.tr("这次要告诉群众的："), "note"))
        inner.addWidget(self._words)
        for part in (self._head, self._list, self._say_rule, self._say):
            self.column.addWidget(part)
        self.column.addStretch(1)

    def show_materials(self, state: CounterState) -> None:
        """Show the materials of the matter."""
        self._head.show_heading(self.tr("材料 {count} 份").format(count=len(state.materials)))
        self._list.show_materials(state.materials)
        self._words.setText(f"“{state.say}”" if state.say else "")
        for part in (self._say, self._say_rule):
            part.setVisible(bool(state.say))


class ChildrenCard(Card):
    """The children of a package: which take part, who does each and when it begins; and which do not, and why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._head = CardHeader("")
        self._list = ChildList()
        self.column.addWidget(self._head)
        self.column.addWidget(self._list)

    def show_children(self, children: tuple[ChildView, ...]) -> None:
        """Show them, or hide the card of a matter that has none."""
        self.setVisible(bool(children))
        taking_part = sum(1 for child in children if child.part)
        self._head.show_heading(self.tr("一件事 {count} 项").format(count=taking_part))
        self._list.show_children(children)


class LeftColumn(QWidget):
    """Person and visit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._person = PersonCard()
        self._service = ServiceCard()
        self._hints = HintCard()
        self.hints_asked = self._hints.clicked
        scroll = ScrollColumn()
        scroll.column.setSpacing(tokens.SPACE_3)
        scroll.column.addWidget(self._person)
        scroll.column.addWidget(self._service)
        scroll.column.addWidget(self._hints)
        scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    def show_visit(self, state: CounterState) -> None:
        """Show the visit; nothing while nobody is at the counter."""
        self.setVisible(state.person is not None)
        self._person.show_person(state.person)
        self._service.show_services(state.services)
        self._hints.show_hints(state.hints)


class RightColumn(QWidget):
    """What is missing, the materials, and what to say.

    Signals:
        chosen: the anchor to jump to.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._todo = TodoCard()
        self._children = ChildrenCard()
        self._materials = MaterialsCard()
        scroll = ScrollColumn()
        scroll.column.setSpacing(tokens.SPACE_3)
        scroll.column.addWidget(self._todo)
        scroll.column.addWidget(self._children)
        scroll.column.addWidget(self._materials, 10_000)  # down to the foot, where it is shown
        scroll.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)
        self._todo.chosen.connect(self.chosen)

    def show_matter(self, state: CounterState) -> None:
        """Show how the matter stands."""
        self._todo.show_missing(state)
        self._materials.setVisible(state.stage != "situations" or not state.children)
        # The children stand where they are decided on; later the room belongs to the materials.
        self._children.show_children(state.children if state.stage == "situations" else ())
        self._materials.show_materials(state)

    def anchor(self, number: int) -> str | None:
        """Where Alt and digit `number` jump."""
        return self._todo.anchor(number)


def _service_line(number: int, line: ServiceLine) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(tokens.SPACE_2)
    row.addWidget(wrapped(f"{_circled(number)} {line.text}"), 1)
    if line.chip != NO_CHIP:
        row.addWidget(Chip(line.chip.text, line.chip.tone), 0, Qt.AlignmentFlag.AlignTop)
    return made


def _circled(number: int) -> str:
    return "①②③④⑤⑥⑦⑧⑨"[number - 1] if 1 <= number <= 9 else f"{number}."


def _key_line(text: str, command: Command) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(tokens.SPACE_2)
    row.addWidget(label(text, "secondary"))
    row.addWidget(KeyCap(cap(command)))
    row.addStretch(1)
    return row
