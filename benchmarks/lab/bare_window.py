"""The least a PySide6 program can do: a window with a word in it. Run by its path, so that nothing else is imported.

    python bare_window.py STARTED_NS

Prints as JSON the milliseconds from STARTED_NS (the kernel's monotonic clock, read just before this process was
started) to the imports done and to the first paint.
"""

import json
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow


class Window(QMainWindow):
    """Notes when it is painted first."""

    painted_ns = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.painted_ns:
            self.painted_ns = -1
            QTimer.singleShot(0, self, self._painted)

    def _painted(self) -> None:
        self.painted_ns = time.monotonic_ns()
        QApplication.quit()


def main() -> None:
    """Show the window once."""
    imported_ns, started_ns = time.monotonic_ns(), int(sys.argv[1])
    app = QApplication(sys.argv[:1])
    window = Window()
    window.resize(1200, 800)
    window.setCentralWidget(QLabel("办件"))
    window.show()
    app.exec()
    moments = {"imported_ms": imported_ns, "first_paint_ms": window.painted_ns}
    print(json.dumps({name: (at - started_ns) / 1e6 for name, at in moments.items()}))


if __name__ == "__main__":
    main()
