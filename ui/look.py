"""Dresses the application: Fusion, the vendored fonts, the stylesheet, Qt's own words in Chinese."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from ui import fonts, tokens
from ui.stylesheet import stylesheet

_STYLE = "fusion"


def new_application(program: str) -> QApplication:
    """An application with our look, named `program`.

    The style is named at its birth: to ask for it or to set it afterwards makes PySide describe all of QStyle, which
    takes longer than the sign-in page.
    """
    app = QApplication([program, "-style", _STYLE])
    _dress(app)
    return app


def dress(app: QApplication) -> None:
    """Give our look to an `app` that somebody else made; once, before the first window."""
    app.setStyle(_STYLE)
    _dress(app)


def _dress(app: QApplication) -> None:
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
