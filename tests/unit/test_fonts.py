"""The vendored fonts: one chain for screens and papers (assets/fonts/README.md)."""

import hashlib

import pytest
from fontTools.ttLib import TTFont
from PySide6.QtGui import QFontDatabase, QRawFont

import assets

ORIGINAL_CJK_BLOCK = range(0x4E00, 0x9FA6)  # the 20,902 characters of Unicode 1.1
RARE_IN_NAMES = "𠮷𬱖𡈽䶮㐂𪚥𫖔"
UNDRAWABLE = "\U000323af"


def characters_of(path):
    with TTFont(path, lazy=True) as font:
        return set(font.getBestCmap())


@pytest.fixture(scope="module")
def coverage():
    return {path: characters_of(path) for path in assets.FONT_FILES}


@pytest.mark.parametrize("path", assets.FONT_FILES, ids=lambda path: path.name)
def test_qt_loads_each_font_under_the_family_named_in_the_chain(qapp, path):
    font = QFontDatabase.addApplicationFont(str(path))
    assert font >= 0
    assert set(QFontDatabase.applicationFontFamilies(font)) <= set(assets.FONT_FAMILIES)


@pytest.mark.parametrize("path", assets.FONT_FILES, ids=lambda path: path.name)
def test_each_font_has_outlines_that_reportlab_can_embed(path):
    with TTFont(path, lazy=True) as font:
        assert "glyf" in font
        assert "fvar" not in font
        assert font["OS/2"].fsType == 0  # embedding is not restricted


@pytest.mark.parametrize("path", [assets.NOTO_REGULAR, assets.NOTO_BOLD], ids=lambda path: path.name)
def test_both_weights_cover_the_original_cjk_block(coverage, path):
    assert [f"U+{c:04X}" for c in ORIGINAL_CJK_BLOCK if c not in coverage[path]] == []


@pytest.mark.parametrize("character", RARE_IN_NAMES)
def test_a_rare_character_in_a_name_is_drawn_by_the_chain(coverage, character):
    assert any(ord(character) in characters for characters in coverage.values())


def test_a_character_of_the_newest_extension_is_in_no_font(coverage):
    assert all(ord(UNDRAWABLE) not in characters for characters in coverage.values())


@pytest.mark.parametrize(
    ("path", "character", "drawn"),
    [
        (assets.NOTO_REGULAR, "𬱖", True),
        (assets.HANAMIN_B, "𠮷", True),
        (assets.HANAMIN_B, UNDRAWABLE, False),
    ],
)
def test_qt_finds_the_same_glyphs_as_the_tables_say(qapp, path, character, drawn):
    assert QRawFont(str(path), 12).supportsCharacter(ord(character)) is drawn


@pytest.mark.parametrize("path", assets.FONT_FILES, ids=lambda path: path.name)
def test_the_readme_names_the_very_file_that_lies_there(path):
    rows = [line for line in (assets.FONTS / "README.md").read_text(encoding="utf-8").splitlines() if path.name in line]
    assert any(hashlib.sha256(path.read_bytes()).hexdigest() in row for row in rows)
