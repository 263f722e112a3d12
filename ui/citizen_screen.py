"""Where the citizen's window stands: on the other monitor where there is one, else a small window on demand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from ui.pages.citizen import CitizenWindow
from ui.viewmodels.citizen_model import CitizenModel
from ui.viewmodels.rating_model import RatingModel
from ui.viewmodels.view_model import ViewModel

FLOATING = QSize(911, 512)


class CitizenScreen(QObject):
    """Shows and hides the citizen's window and tells whether it can be seen."""

    def __init__(
        self, model: CitizenModel, rating: RatingModel, shown: ViewModel[bool], beside: QWidget, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._shown = shown
        self._beside = beside
        self.window = CitizenWindow()
        self.window.render(model.state)
        self.window.installEventFilter(self)
        self.window.rated.connect(model.rate)
        self.window.leaf_turned.connect(model.turn_leaf)
        model.changed.connect(self.window.render)
        rating.shown_again.connect(self.bring_to_front)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self.settle)
        application.screenRemoved.connect(self.settle)

    def settle(self, _screen: QScreen | None = None) -> None:
        """Take the other monitor if there is one; without one stay as the clerk left it."""
        other = self._other_monitor()
        if other is not None:
            self._fill(other)
        elif self.window.isFullScreen():
            self.window.hide()

    def toggle(self) -> None:
        """Show the window, or put it away."""
        if self.window.isVisible():
            self.window.hide()
        else:
            self.bring_to_front()

    def bring_to_front(self) -> None:
        """Make sure that it can be seen; the clerk's keys stay where they are."""
        other = self._other_monitor()
        if other is not None:
            self._fill(other)
        elif not self.window.isVisible():
            self._float()
        self.window.raise_()

    def close(self) -> None:
        """Take it away for good."""
        self.window.removeEventFilter(self)
        self.window.close()
        self.window.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.window and event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._shown.show(event.type() == QEvent.Type.Show)
        return super().eventFilter(watched, event)

    def _other_monitor(self) -> QScreen | None:
        own = self._beside.screen()
        return next((screen for screen in QGuiApplication.screens() if screen is not own), None)

    def _fill(self, screen: QScreen) -> None:
        self.window.setWindowFlag(Qt.WindowType.FramelessWindowHint, on=True)
        self.window.setGeometry(screen.geometry())
        self.window.showFullScreen()

    def _float(self) -> None:
        self.window.setWindowFlag(Qt.WindowType.FramelessWindowHint, on=False)
        self.window.resize(FLOATING)
        self.window.show()
