"""The application's stylesheet, made from the tokens. Widgets are named by class, variants by dynamic properties."""

from __future__ import annotations

from ui import tokens as t


def stylesheet() -> str:
    """The whole QSS text, for `QApplication.setStyleSheet`."""
    return "\n".join(
        (_text(), _chips(), _surfaces(), _buttons(), _inputs(), _frame(), _tables(), _scrolling(), _citizen())
    )


def _text() -> str:
    return f"""
* {{ font-size: {t.TYPE_BASE}px; color: {t.INK}; }}
QLabel {{ background: transparent; }}
QLabel[type="note"] {{ font-size: {t.TYPE_NOTE}px; color: {t.SECONDARY}; }}
QLabel[type="secondary"] {{ color: {t.SECONDARY}; }}
QLabel[type="strong"] {{ font-weight: bold; }}
QLabel[type="title"] {{ font-size: {t.TYPE_TITLE}px; font-weight: bold; }}
QLabel[type="figure"] {{ font-size: {t.TYPE_FIGURE}px; font-weight: bold; }}
QLabel[type="question"] {{ font-size: {t.TYPE_TITLE}px; }}
QLabel[type="error"] {{ font-size: {t.TYPE_NOTE}px; color: {t.BAD}; }}
QLabel[type="step-current"] {{ font-weight: bold; color: {t.BRAND_HOVER}; }}
QLabel[type="alarm"] {{ font-weight: bold; color: {t.BAD}; }}
QToolTip {{ font-size: {t.TYPE_NOTE}px; color: {t.INK}; background: {t.SURFACE};
    border: 1px solid {t.LINE}; padding: 4px 6px; }}
"""


def _chips() -> str:
    tones = "".join(
        f'Chip[tone="{tone.value}"] {{ color: {pair.text}; background: {pair.background}; }}\n'
        for tone, pair in t.CHIP_PAIRS.items()
    )
    return f"""
Chip {{ font-size: {t.TYPE_NOTE}px; border-radius: 10px; padding: 1px 8px; min-height: 18px; max-height: 18px; }}
{tones}
KeyCap {{ font-size: {t.TYPE_NOTE}px; color: {t.SECONDARY}; background: {t.SURFACE}; border: 1px solid #cdd5df;
    border-bottom-width: 2px; border-radius: 4px; padding: 0px 5px; min-height: 16px; max-height: 16px; }}
KeyCap[on="brand"] {{ color: {t.SURFACE}; background: {t.BRAND_HOVER}; border-color: #5f8be3; }}
KeyCap[on="brand"]:disabled {{ background: {t.SECONDARY}; border-color: {t.MARK}; }}
SourceBadge {{ font-size: {t.TYPE_NOTE}px; color: {t.SECONDARY}; border: 1px solid #d5dce6; border-radius: 4px;
    padding: 0px 3px; min-height: 15px; max-height: 15px; }}
SourceBadge[changed="true"] {{ color: {t.WARN}; background: {t.WARN_TINT}; border-color: {t.WARN}; }}
Banner {{ border-radius: {t.RADIUS_CARD}px; }}
Banner[square="true"] {{ border-radius: 0px; }}
{_banner_tones()}
CountBadge {{ font-size: {t.TYPE_NOTE}px; color: {t.SURFACE}; background: {t.BAD}; border-radius: 8px;
    padding: 0px 4px; min-width: 8px; min-height: 16px; max-height: 16px; }}
"""


def _banner_tones() -> str:
    return "".join(
        f'Banner[tone="{tone.value}"] {{ background: {pair.background}; }}\n'
        f'Banner[tone="{tone.value}"] QLabel {{ color: {t.INK if tone in _INK_BANNERS else pair.text}; }}\n'
        f'Banner[tone="{tone.value}"] QLabel[type="strong"] {{ color: {pair.text}; }}\n'
        for tone, pair in t.CHIP_PAIRS.items()
    )


_INK_BANNERS = (t.Tone.BAD, t.Tone.WARN, t.Tone.OK)
"""Tones whose message is dark on the tint, only its heading coloured."""


def _surfaces() -> str:
    return f"""
QMainWindow, Canvas {{ background: {t.CANVAS}; }}
Card {{ background: {t.SURFACE}; border: 1px solid {t.LINE}; border-radius: {t.RADIUS_CARD}px; }}
Sheet {{ background: {t.SURFACE}; border: 1px solid {t.LINE}; border-radius: {t.RADIUS_CARD}px; }}
Rule {{ background: {t.LINE}; border: none; min-height: 1px; max-height: 1px; }}
Rule[faint="true"] {{ background: {t.HAIRLINE}; }}
Photo {{ background: {t.PHOTO}; border-radius: 6px; font-size: {t.TYPE_NOTE}px; color: {t.SECONDARY}; }}
Progress {{ background: {t.TRACK}; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }}
Progress::chunk {{ background: {t.BRAND}; border-radius: 4px; }}
"""


def _buttons() -> str:
    ring = t.FOCUS_RING_WIDTH
    # Qt looks at :disabled and :focus of the last widget of a selector only; children are disabled with their button.
    return f"""
Button {{ background: {t.SURFACE}; border: 1px solid {t.BUTTON_LINE}; border-radius: {t.RADIUS_BUTTON}px;
    margin: {ring}px; }}
Button:hover {{ background: {t.CANVAS}; }}
Button:focus {{ border-color: {t.BRAND}; }}
Button:pressed {{ background: {t.BRAND_TINT}; }}
Button:disabled {{ background: {t.CANVAS}; border-color: {t.LINE}; }}
Button > QLabel:disabled {{ color: {t.SECONDARY}; }}
Button[kind="primary"] {{ background: {t.BRAND}; border-color: {t.BRAND}; }}
Button[kind="primary"]:hover, Button[kind="primary"]:focus, Button[kind="primary"]:pressed {{
    background: {t.BRAND_HOVER}; border-color: {t.BRAND_HOVER}; }}
Button[kind="primary"]:disabled {{ background: {t.SECONDARY}; border-color: {t.SECONDARY}; }}
Button[kind="primary"] > QLabel {{ color: {t.SURFACE}; font-weight: bold; }}
Button[kind="primary"] > KeyCap {{ font-weight: normal; }}
Button[scale="large"] > QLabel {{ font-size: {t.TYPE_TITLE}px; }}
Button[scale="large"] > KeyCap {{ font-size: {t.TYPE_NOTE}px; }}
Button[kind="link"] {{ background: transparent; border-color: transparent; }}
Button[kind="link"]:focus {{ border-color: {t.BRAND}; }}
Button[kind="link"] > QLabel {{ color: {t.BRAND_HOVER}; }}
Option {{ background: {t.SURFACE}; border: 1px solid {t.BUTTON_LINE}; border-radius: {t.RADIUS_BUTTON}px; }}
Option > QLabel {{ font-size: {t.TYPE_TITLE}px; }}
Option[scale="small"] > QLabel {{ font-size: {t.TYPE_BASE}px; }}
Option > KeyCap, Option[scale="small"] > KeyCap {{ font-size: {t.TYPE_NOTE}px; }}
Option[chosen="true"] {{ background: {t.BRAND_TINT}; border: 2px solid {t.BRAND}; }}
Option[chosen="true"] > QLabel {{ color: {t.BRAND_HOVER}; font-weight: bold; }}
Option[chosen="true"] > KeyCap {{ color: {t.SECONDARY}; font-weight: normal; }}
"""


def _inputs() -> str:
    ring = t.FOCUS_RING_WIDTH
    return f"""
LineEdit, ChoiceBox {{ background: {t.SURFACE}; border: 1px solid {t.FIELD_LINE}; border-radius: {t.RADIUS_FIELD}px;
    margin: {ring}px; padding: 0px 8px; selection-background-color: {t.BRAND}; selection-color: {t.SURFACE}; }}
LineEdit[invalid="true"], ChoiceBox[invalid="true"] {{ border-color: {t.BAD}; }}
LineEdit:read-only {{ background: {t.FILLED}; border-color: {t.LINE}; }}
LineEdit:disabled, ChoiceBox:disabled {{ background: {t.FILLED}; color: {t.SECONDARY}; border-color: {t.LINE}; }}
LineEdit:focus, ChoiceBox:focus {{ border: 2px solid {t.BRAND}; padding: 0px 7px; }}
LineEdit[scale="large"] {{ font-size: {t.TYPE_TITLE}px; }}
ChoiceBox::drop-down {{ border: none; width: 22px; }}
ChoiceBox::down-arrow {{ image: none; }}
ChoiceBox QAbstractItemView {{ background: {t.SURFACE}; border: 1px solid {t.LINE}; outline: none; padding: 4px;
    selection-background-color: {t.BRAND_TINT}; selection-color: {t.BRAND_HOVER}; }}
"""


def _frame() -> str:
    return f"""
TopBar {{ background: {t.SURFACE}; border: none; border-bottom: 1px solid {t.LINE}; }}
TopBar[offline="true"] {{ background: {t.OFFLINE_BAR}; }}
TopBar > QLabel#place {{ font-size: {t.TYPE_TITLE}px; font-weight: bold; color: {t.BRAND_HOVER}; }}
TopBar QLabel#clerk {{ font-weight: bold; }}
SearchField {{ background: {t.CANVAS}; border: 1px solid {t.LINE}; border-radius: {t.RADIUS_BUTTON}px; }}
SearchField:hover {{ border-color: {t.MARK}; }}
NavRail {{ background: {t.SURFACE}; border: none; border-right: 1px solid {t.LINE}; }}
NavButton {{ background: transparent; border: none; border-radius: {t.RADIUS_BUTTON}px; }}
NavButton:hover {{ background: {t.CANVAS}; }}
NavButton QLabel {{ font-size: {t.TYPE_NOTE}px; color: {t.SECONDARY}; }}
NavButton[current="true"] {{ background: {t.BRAND_TINT}; }}
NavButton[current="true"] QLabel {{ color: {t.BRAND_HOVER}; font-weight: bold; }}
NavButton CountBadge, NavButton[current="true"] CountBadge {{ color: {t.SURFACE}; font-weight: normal; }}
StatusBar {{ background: {t.SURFACE}; border: none; border-top: 1px solid {t.LINE}; }}
StatusBar QLabel {{ font-size: {t.TYPE_NOTE}px; color: {t.SECONDARY}; }}
StatusBar Chip[tone="offline"] {{ color: {t.OFFLINE}; }}
Toast {{ background: {t.INK}; border-radius: {t.RADIUS_CARD}px; }}
Toast QLabel[type="secondary"] {{ color: {t.LINE}; }}
Toast QLabel[type="strong"] {{ color: {t.SURFACE}; }}
TodoButton {{ background: transparent; border: none; border-radius: {t.RADIUS_FIELD}px; }}
TodoButton:hover {{ background: {t.CANVAS}; }}
TodoButton:focus {{ background: {t.BRAND_TINT}; }}
"""


def _tables() -> str:
    return f"""
Table {{ background: {t.SURFACE}; border: none; outline: none; gridline-color: {t.HAIRLINE};
    selection-background-color: {t.BRAND_TINT}; selection-color: {t.INK}; }}
Table QHeaderView {{ background: {t.SURFACE}; border: none; }}
Table QHeaderView::section {{ font-size: {t.TYPE_NOTE}px; color: {t.SECONDARY}; background: {t.SURFACE}; border: none;
    border-bottom: 1px solid {t.LINE}; padding: 8px 10px; }}
QListView {{ background: {t.SURFACE}; border: none; outline: none; selection-background-color: {t.BRAND_TINT};
    selection-color: {t.INK}; }}
"""


def _scrolling() -> str:
    return f"""
QScrollArea, QScrollArea > QWidget > QWidget#scrolled {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0px; }}
QScrollBar::handle:vertical {{ background: {t.FIELD_LINE}; border-radius: 4px; min-height: 32px; margin: 1px; }}
QScrollBar::handle:vertical:hover {{ background: {t.MARK}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none;
    border: none; height: 0px; width: 0px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0px; }}
QScrollBar::handle:horizontal {{ background: {t.FIELD_LINE}; border-radius: 4px; min-width: 32px; margin: 1px; }}
"""


def _citizen() -> str:
    return f"""
CitizenWindow {{ background: {t.CITIZEN_CANVAS}; }}
CitizenHeader {{ background: {t.BRAND}; }}
CitizenHeader QLabel {{ color: {t.SURFACE}; font-size: {t.CITIZEN_NOTE}px; }}
CitizenHeader QLabel#heading {{ font-size: {t.CITIZEN_TITLE}px; font-weight: bold; }}
CitizenHeader Chip {{ font-size: {t.TYPE_TITLE}px; color: {t.BRAND_HOVER}; border-radius: 13px; padding: 2px 12px;
    min-height: 22px; max-height: 22px; }}
CitizenPanel {{ background: {t.SURFACE}; border-radius: 18px; }}
QLabel[type="citizen-note"] {{ font-size: {t.CITIZEN_NOTE}px; color: {t.SECONDARY}; }}
QLabel[type="citizen"] {{ font-size: {t.CITIZEN_BASE}px; }}
QLabel[type="citizen-strong"] {{ font-size: {t.CITIZEN_BASE}px; font-weight: bold; }}
QLabel[type="citizen-title"] {{ font-size: {t.CITIZEN_TITLE}px; font-weight: bold; }}
QLabel[type="citizen-figure"] {{ font-size: {t.CITIZEN_FIGURE}px; font-weight: bold; }}
RatingButton {{ background: {t.SURFACE}; border: 2px solid {t.CITIZEN_LINE}; border-radius: 18px; }}
RatingButton[pressed="true"] {{ background: {t.BRAND_TINT}; border-color: {t.BRAND}; }}
"""
