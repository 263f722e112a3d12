"""Words of the window outside widgets: Chinese in the source, translated where a translation is installed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

CONTEXT = "window"


def say(text: str, /, **values: object) -> str:
    """`text` in the language of the window, its `{placeholders}` filled."""
    words = QCoreApplication.translate(CONTEXT, text)
    return words.format(**values) if values else words
