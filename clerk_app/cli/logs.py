"""The log: one rotating file in the user's state folder, never the terminal, and nothing about citizens in it."""

from __future__ import annotations

import logging
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024
KEPT = 5


def start_log(state: Path) -> None:
    """Send warnings and worse to the log file; where it cannot be written, nowhere."""
    root = logging.getLogger()
    if not any(isinstance(handler, LogFile) for handler in root.handlers):
        root.addHandler(LogFile(state / "logs"))
        root.setLevel(logging.WARNING)
        logging.raiseExceptions = False  # a disk that is full must not put a traceback before the clerk


class LogFile(logging.Handler):
    """A rotating file that is opened with the first warning: most days have none, and the window waits for nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        if self._file is None:
            self._file = _open_file(self._folder)
        self._file.handle(record)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()


def _open_file(folder: Path) -> logging.Handler:
    from logging.handlers import RotatingFileHandler

    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(folder / "clerk.log", maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8")
    except OSError:
        # No place for a log is no reason to keep a citizen waiting.
        return logging.NullHandler()
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return file
