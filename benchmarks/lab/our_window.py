"""The program's own window, started as `clerk desk` starts it. Run by its path, so that nothing else is imported.

    python -P our_window.py STARTED_NS DATA

Prints as JSON the milliseconds from STARTED_NS (the kernel's monotonic clock, read just before this process was
started) to the first paint, and until the password field has taken a key that was posted to it then.
"""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from clerk_app.cli.main import main

if TYPE_CHECKING:
    from clerk_app.services.workplace import Workplace

KEY = "x"
PASSWORD_FIELD = "password"


def open_window(workplace: Workplace, mark: str, signed_in: tuple[str, str, bool] | None) -> int:
    """What `clerk_app.__main__` does, with somebody looking on: the window takes the application it finds."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication, QLineEdit

    class Onlooker(QObject):
        """Sees the first paint of a window and posts a key to the password field."""

        painted_ns = 0
        typed_ns = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.painted_ns:
                # The filter runs before the widget paints: ask again when this event has been dealt with.
                self.painted_ns = -1
                QTimer.singleShot(0, self, self._painted)
            return False

        def _painted(self) -> None:
            self.painted_ns = time.monotonic_ns()
            app.removeEventFilter(self)
            self._type()

        def _type(self) -> None:
            """Post a key as soon as there is a field to take it."""
            fields = [
                field
                for window in QApplication.topLevelWidgets()
                for field in window.findChildren(QLineEdit, PASSWORD_FIELD)
                if field.isVisible()
            ]
            if not fields:
                QTimer.singleShot(0, self, self._type)
                return
            (self.field,) = fields
            self.field.textChanged.connect(self._typed)
            press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_X, Qt.KeyboardModifier.NoModifier, KEY)
            QCoreApplication.postEvent(self.field, press)

        def _typed(self, text: str) -> None:
            if text == KEY:
                self.typed_ns = time.monotonic_ns()
                QTimer.singleShot(0, QCoreApplication.quit)

    from ui.app import run_window
    from ui.look import new_application

    app = new_application(sys.argv[0])
    onlooker = Onlooker()
    app.installEventFilter(onlooker)
    code = run_window(workplace, mark=mark, signed_in=signed_in)
    moments = {"first_paint_ms": onlooker.painted_ns, "takes_keys_ms": onlooker.typed_ns}
    print(json.dumps({name: (at - int(sys.argv[1])) / 1e6 for name, at in moments.items()}))
    return code


if __name__ == "__main__":
    sys.exit(main(open_window, ["desk", "--data", sys.argv[2]]))
