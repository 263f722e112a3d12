"""The second screen: the citizen's side. The clerk's keyboard never reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clerk_app.domain.ratings import GRADES, Grade
from ui.components.chip import Chip
from ui.components.face import Face
from ui.components.qr import QrCode
from ui.components.styling import set_flag
from ui.components.surfaces import clear
from ui.components.text import label, wrapped
from ui.tokens import Tone
from ui.viewmodels.citizen_state import CitizenState

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

_MARGIN = 44


class CitizenHeader(QFrame):
    """The blue bar: what this page is, and which window it belongs to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(84)
        self._heading = label("")
        self._heading.setObjectName("heading")
        self._mark = Chip()
        self._window = label("")
        row = QHBoxLayout(self)
        row.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        row.setSpacing(16)
        row.addWidget(self._heading)
        row.addWidget(self._mark)
        row.addStretch(1)
        row.addWidget(self._window)

    def say(self, heading: str, window: str, mark: str) -> None:
        """Say both."""
        self._heading.setText(heading)
        self._window.setText(window)
        self._mark.show_word(mark, Tone.INFO)


class RatingButton(QFrame):
    """One of five equal answers. Takes touch and mouse, never the keyboard.

    Signals:
        chosen: it was pressed and released.
    """

    chosen = Signal()

    def __init__(self, grade: Grade, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grade: Grade = grade
        self.setObjectName(f"rating:{grade}")
        self.setAccessibleName(word)
        self.setMinimumHeight(170)
        words = label(word, "citizen-strong")
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 18, 4, 18)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(Face(grade), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(words)
        column.addStretch(1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            set_flag(self, "pressed", on=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        set_flag(self, "pressed", on=False)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()


class CitizenPanel(QFrame):
    """A white panel on the citizen's page."""


class RatingBody(QWidget):
    """The five answers.

    Signals:
        rated: the grade; told once, kept nowhere.
    """

    rated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matters = wrapped("", "citizen-title")
        self._number = label("", "citizen-note")
        self._qr = QrCode()
        self._scan = wrapped("", "citizen-note")
        self._foot = wrapped("", "citizen-note")
        self._foot.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 34, _MARGIN, 22)
        column.setSpacing(26)
        head = QHBoxLayout()
        head.addWidget(self._matters, 1)
        head.addWidget(self._number)
        column.addLayout(head)
        column.addLayout(self._answers())
        column.addWidget(self._panel())
        column.addStretch(1)
        column.addWidget(self._foot)

    def show_state(self, state: CitizenState) -> None:
        """Show what is rated."""
        self._matters.setText(self.tr("本次服务：{matters}").format(matters=state.matters))
        self._number.setText(state.number)
        self._qr.show_text(state.progress_url)
        self._scan.setText(
            self.tr("可以不评，不影响您办事。扫这个码看办理进度，纸质凭证上也有。")
            if state.progress_url
            else self.tr("可以不评，不影响您办事。")
        )
        self._foot.setText(self.tr("{seconds} 秒没有选择记为“未评价”，不会当作好评").format(seconds=state.timeout_s))

    def _answers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(18)
        for grade, word in self._words().items():
            button = RatingButton(grade, word)
            button.chosen.connect(self._chosen)
            row.addWidget(button, 1)
        return row

    def _panel(self) -> QWidget:
        panel = CitizenPanel()
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addStretch(1)
        words.addWidget(label(self.tr("不方便现在评？"), "citizen-strong"))
        words.addWidget(self._scan)
        words.addStretch(1)
        own = wrapped(self.tr("评价由您本人完成\n工作人员不能代评、不能修改"), "citizen-note")
        own.setMinimumWidth(270)
        row = QHBoxLayout(panel)
        row.setContentsMargins(28, 20, 28, 20)
        row.setSpacing(30)
        row.addWidget(self._qr)
        row.addLayout(words, 1)
        row.addWidget(own)
        return panel

    def _chosen(self) -> None:
        sender = self.sender()
        assert isinstance(sender, RatingButton)
        self.rated.emit(sender.grade)

    def _words(self) -> dict[Grade, str]:
        words = (
            self.tr("非常满意"),
            self.tr("满意"),
            self.tr("基本满意"),
            self.tr("不满意"),
            self.tr("非常不满意"),
        )
        return dict(zip(GRADES, words, strict=True))


class TurnButton(CitizenPanel):
    """Turns to the next page. Takes touch and mouse, never the keyboard.

    Signals:
        turned: it was pressed and released.
    """

    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = label("", "citizen-strong")
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 10, 24, 10)
        row.addWidget(self._words)
        self.hide()

    def show_leaf(self, leaf: int, leaves: int) -> None:
        """Say which page is shown; hidden where there is one."""
        self._words.setText(self.tr("第 {leaf} 页，共 {leaves} 页 · 点这里看下一页").format(leaf=leaf, leaves=leaves))
        self.setVisible(leaves > 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.turned.emit()


class CheckRows(QWidget):
    """What was typed, for the applicant to check; the number is masked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: CitizenState | None = None
        self._matters = wrapped("", "citizen-title")
        self._saved = wrapped("", "citizen-note")
        self.turn = TurnButton()
        self._panel = CitizenPanel()
        self._grid = QGridLayout(self._panel)
        self._grid.setContentsMargins(32, 24, 32, 24)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(16)
        foot = wrapped(self.tr("有不对的，请现在告诉工作人员"), "citizen-strong")
        foot.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 26, _MARGIN, 22)
        column.setSpacing(16)
        column.addWidget(self._matters)
        column.addWidget(self._saved)
        column.addWidget(self._panel)
        column.addStretch(1)
        last = QHBoxLayout()
        last.addWidget(foot, 1)
        last.addWidget(self.turn)
        column.addLayout(last)

    def show_state(self, state: CitizenState) -> None:
        """Show the rows, in two columns where there are many."""
        if state == self._shown:
            return
        self._shown = state
        self._matters.setText(state.matters)
        self._saved.setText(self.tr("合起来办，给您省了：{saved}").format(saved=state.saved))
        self._saved.setVisible(bool(state.saved))
        self.turn.show_leaf(state.leaf, state.leaves)
        clear(self._grid)
        half = -(-len(state.rows) // 2) if len(state.rows) > 6 else len(state.rows)
        for place, row in enumerate(state.rows):
            line, side = place % half, 2 * (place // half)
            caption = label(row.label, "citizen-note")
            caption.setContentsMargins(0, 4, 0, 0)  # its smaller type on the line of the larger
            self._grid.addWidget(caption, line, side, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(wrapped(row.value, "citizen"), line, side + 1)
        for column in (1, 3):
            self._grid.setColumnStretch(column, 1 if column == 1 or half < len(state.rows) else 0)


class QuietBody(QWidget):
    """A large sentence with a smaller one under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._large = wrapped("", "citizen-figure")
        self._small = wrapped("", "citizen")
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        column.setSpacing(14)
        column.addStretch(2)
        for line in (self._large, self._small):
            line.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(line)
        column.addStretch(3)

    def say(self, large: str, small: str) -> None:
        """Say both."""
        self._large.setText(large)
        self._small.setText(small)


class CitizenWindow(QWidget):
    """The window on the second screen.

    Signals:
        rated: the grade a citizen touched; it goes to the pad's border at once and is kept nowhere here.
        leaf_turned: the citizen wants to see the next page of what is to be checked.
    """

    rated = Signal(str)
    leaf_turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        flags = Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowDoesNotAcceptFocus
        super().__init__(parent, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("窗口通 · 群众屏"))
        self._header = CitizenHeader()
        self._quiet = QuietBody()
        self._check = CheckRows()
        self._rating = RatingBody()
        self._stack = QStackedWidget()
        for body in (self._quiet, self._check, self._rating):
            self._stack.addWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._stack, 1)
        self._rating.rated.connect(self.rated)
        self._check.turn.turned.connect(self.leaf_turned)
        self.render(CitizenState())

    def render(self, state: CitizenState) -> None:  # type: ignore[override]
        """Show `state`."""
        show = {
            "idle": self._show_idle,
            "check": self._show_check,
            "rating": self._show_rating,
            "thanks": self._show_thanks,
        }[state.page]
        show(state)
        _keep_from_keyboard(self)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride):
            return True
        return super().event(event)

    def _show_idle(self, state: CitizenState) -> None:
        self._header.say(state.place, state.window, state.mark)
        self._quiet.say(self.tr("您好"), self.tr("请出示身份证，工作人员马上为您办理"))
        self._stack.setCurrentWidget(self._quiet)

    def _show_check(self, state: CitizenState) -> None:
        self._header.say(self.tr("请您核对"), state.window, state.mark)
        self._check.show_state(state)
        self._stack.setCurrentWidget(self._check)

    def _show_rating(self, state: CitizenState) -> None:
        self._header.say(self.tr("请您为本次服务评价"), state.window, state.mark)
        self._rating.show_state(state)
        self._stack.setCurrentWidget(self._rating)

    def _show_thanks(self, state: CitizenState) -> None:
        small = {
            "answered": self.tr("您的评价已经密封，工作人员看不到内容"),
            "timed_out": self.tr("没有选择，记为“未评价”，不影响您办事"),
            "device_failed": self.tr("评价器出了问题，记为“未评价”，不影响您办事"),
        }[state.thanks]
        self._header.say(state.place, state.window, state.mark)
        self._quiet.say(self.tr("谢谢您，请慢走"), small)
        self._stack.setCurrentWidget(self._quiet)


def _keep_from_keyboard(top: QWidget) -> None:
    top.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    for child in top.findChildren(QWidget):
        child.setFocusPolicy(Qt.FocusPolicy.NoFocus)
