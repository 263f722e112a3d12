from __future__ import annotations

from pathlib import Path

from fontTools.ttLib import TTFont
from PySide6.QtGui import QFont, QRawFont
from PySide6.QtWidgets import QLabel

from ui import fonts

ROOT = Path(__file__).resolve().parents[2]


def test_the_vendored_families_are_what_the_application_uses(qapp):
    assert fonts.load_text_fonts() == (fonts.TEXT_FAMILY,)
    assert fonts.load_rare_fonts() == (fonts.RARE_FAMILY,)
    assert qapp.font().families()[:2] == list(fonts.FAMILIES)
    assert qapp.font().pixelSize() == 14


def test_common_and_rare_characters_have_a_glyph_in_the_chain():
    chain = [QRawFont.fromFont(QFont(family)) for family in fonts.FAMILIES]
    for character in "周例安林秀𬱖𠮷𡈽㐂䶮·①⏎←":
        assert any(face.supportsCharacter(ord(character)) for face in chain), character


def test_every_character_the_window_can_say_has_a_glyph_in_the_vendored_fonts():
    # Qt would borrow it from a font of this machine, and on another one it would be a box.
    known: set[int] = set()
    for name in (*fonts.TEXT_FILES, *fonts.RARE_FILES):
        with TTFont(fonts.FOLDER / name, lazy=True) as font:
            known |= set(font.getBestCmap())
    sources = [*(ROOT / "ui").rglob("*.py"), ROOT / "clerk_app" / "messages.py"]
    said = {character for path in sources for character in path.read_text("utf-8")}
    assert {character for character in said if ord(character) > 126 and ord(character) not in known} == set()


def test_a_rare_name_is_drawn_and_not_a_box(qtbot):
    def picture(text):
        label = QLabel(text)
        qtbot.addWidget(label)
        label.setFixedSize(40, 30)
        return label.grab().toImage()

    assert picture("𠮷") != picture("\U0003ffff")


def test_bold_is_a_drawn_weight_and_not_smeared():
    bold = QFont(fonts.TEXT_FAMILY)
    bold.setBold(True)
    assert QRawFont.fromFont(bold).weight() >= QFont.Weight.Bold
