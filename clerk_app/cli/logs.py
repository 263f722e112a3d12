"""The log: one rotating file in the user's state folder, never the terminal, and nothing about citizens in it."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024
KEPT = 5


def start_log(state: Path) -> None:
    """Send warnings and worse to the log file; where it cannot be written, nowhere."""
    root = logging.getLogger()
    if any(isinstance(handler, RotatingFileHandler) for handler in root.handlers):
        return
    handler: logging.Handler = logging.NullHandler()
    try:
        folder = state / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / "clerk.log", maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", delay=True
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    except OSError:
        # No place for a log is no reason to keep a citizen waiting.
        pass
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
