"""Dresses the application: Fusion, the vendored fonts, the stylesheet, Qt's own words in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QColor, QPalette

from ui import fonts, tokens
from ui.stylesheet import stylesheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

_STYLE = "fusion"


def dress(app: QApplication) -> None:
    """Give `app` our look; once, before the first window."""
    if app.style().objectName() != _STYLE:  # it is on most Linux desktops; setting it again would cost the first paint
        app.setStyle(_STYLE)
    app.setPalette(_palette())
    fonts.load_text_fonts()
    app.setFont(fonts.base_font())
    app.setStyleSheet(stylesheet())
    _translate_qt(app)


def _palette() -> QPalette:
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, tokens.CANVAS),
        (QPalette.ColorRole.Base, tokens.SURFACE),
        (QPalette.ColorRole.Text, tokens.INK),
        (QPalette.ColorRole.WindowText, tokens.INK),
        (QPalette.ColorRole.ButtonText, tokens.INK),
        (QPalette.ColorRole.PlaceholderText, tokens.SECONDARY),
        (QPalette.ColorRole.Highlight, tokens.BRAND),
        (QPalette.ColorRole.HighlightedText, tokens.SURFACE),
    ):
        palette.setColor(role, QColor(colour))
    return palette


def _translate_qt(app: QApplication) -> None:
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(QLocale.Language.Chinese, QLocale.Country.China), "qtbase", "_", folder):
        app.installTranslator(translator)
