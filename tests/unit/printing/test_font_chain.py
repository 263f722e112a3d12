"""The fonts of the papers: one chain, right text layers, and plain failures."""

import io
import re
import subprocess
import sys

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

import assets
from clerk_app.errors import FontDamaged, MissingGlyph
from printing.fonts import FontLibrary, to_unicode_cmap, vendored
from printing.page import Weight

NOTO, RARE = "NotoSansSC-Regular", "HanaMinB"


def runs(text, weight=Weight.REGULAR):
    return [(font.fontName, run) for font, run in vendored().face(weight).runs(text)]


def test_a_text_is_split_only_where_the_font_changes():
    assert runs("周例安 2026（𬱖）") == [(NOTO, "周例安 2026（𬱖）")]
    assert runs("林𠮷例𠮷𠮷") == [(NOTO, "林"), (RARE, "𠮷"), (NOTO, "例"), (RARE, "𠮷𠮷")]


def test_bold_falls_back_to_the_same_rare_font():
    assert runs("例𠮷", Weight.BOLD) == [("NotoSansSC-Bold", "例"), (RARE, "𠮷")]


@pytest.mark.parametrize("text", ["周例安", "林𠮷例", "Window 12，（例）"])
def test_widths_agree_with_what_reportlab_draws(text):
    expected = sum(font.stringWidth(run, 10.5) for font, run in vendored().face(Weight.REGULAR).runs(text))
    assert vendored().face(Weight.REGULAR).width(text, 10.5) == pytest.approx(expected)


def test_the_rare_font_is_not_even_read_while_nobody_needs_it():
    program = (
        "import assets; from pathlib import Path; from printing.fonts import FontLibrary\n"
        "absent = FontLibrary(assets.NOTO_REGULAR, assets.NOTO_BOLD, Path('absent.ttf'))\n"
        "print(ascii(absent.missing_glyphs('周例安𬱖')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "''\n"


# ---- the text layer ---------------------------------------------------------------------------------------------


def test_a_character_above_the_basic_plane_is_written_in_utf_16():
    cmap = to_unicode_cmap("F1+0", [0, ord("例"), ord("𬱖")])
    assert "<01> <4F8B>" in cmap
    assert "<02> <D873DC56>" in cmap
    assert "<00> <" not in cmap.split("endcodespacerange")[1]


def test_a_full_subset_is_written_in_sections_a_reader_accepts():
    cmap = to_unicode_cmap("F1+0", range(256))
    counts = [int(count) for count in re.findall(r"(\d+) beginbfchar", cmap)]
    assert counts == [100, 100, 55]
    assert cmap.count("endbfchar") == 3


def drawn(texts):
    """A PDF with each text on a line, drawn by plain reportlab calls in our fonts."""
    canvas = Canvas(io.BytesIO(), invariant=1)
    for number, text in enumerate(texts):
        x = 50
        for font, run in vendored().face(Weight.REGULAR).runs(text):
            canvas.setFont(font.fontName, 12)
            canvas.drawString(x, 800 - 16 * number, run)
            x += font.stringWidth(run, 12)
    canvas.showPage()
    return canvas.getpdfdata()


def extracted(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].get_textpage().get_text_range().splitlines()
    finally:
        document.close()


def test_every_character_comes_back_even_from_several_subsets_of_both_fonts():
    common = [chr(0x4E00 + 37 * number) for number in range(400)]
    rare = [
        chr(0x20000 + 41 * number) for number in range(300) if not vendored().missing_glyphs(chr(0x20000 + 41 * number))
    ]
    lines = ["".join((common + rare)[start : start + 30]) for start in range(0, len(common) + len(rare), 30)]
    assert len(rare) > 250
    assert extracted(drawn(lines)) == lines


def test_two_documents_in_a_row_have_the_same_text_layer():
    first, second = drawn(["欧阳𬱖𠮷"]), drawn(["欧阳𬱖𠮷"])
    assert first == second
    assert extracted(second) == ["欧阳𬱖𠮷"]


def test_reportlab_itself_is_left_as_it_is():
    program = (
        "import reportlab.pdfbase.ttfonts as fonts; before = fonts.makeToUnicodeCMap, fonts.TTFont.addObjects\n"
        "from printing.renderer import PdfRenderer; from tests.unit.printing import samples\n"
        "PdfRenderer().render(samples.receipt())\n"
        "assert before == (fonts.makeToUnicodeCMap, fonts.TTFont.addObjects)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


# ---- damage -----------------------------------------------------------------------------------------------------

DAMAGE = {
    "missing": None,
    "empty": lambda whole: b"",
    "not a font": lambda whole: b"<html>404</html>" * 1000,
    "cut in the table directory": lambda whole: whole[:100],
    "cut in the middle": lambda whole: whole[: len(whole) // 2],
    "one byte short": lambda whole: whole.rstrip(b"\0")[:-1],
    "other outlines": lambda whole: b"OTTO" + whole[4:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_broken_font_file_is_named_before_anything_is_printed(tmp_path, damage):
    path = tmp_path / "NotoSansSC-Regular.ttf"
    if damage:
        path.write_bytes(damage(assets.NOTO_REGULAR.read_bytes()))
    library = FontLibrary(path, assets.NOTO_BOLD, assets.HANAMIN_B)
    with pytest.raises(FontDamaged) as failure:
        library.missing_glyphs("周例安")
    assert failure.value.data["file"] == "NotoSansSC-Regular.ttf"
    assert not isinstance(failure.value, MissingGlyph)


def test_a_broken_file_does_not_spoil_the_whole_one_of_the_same_name(tmp_path):
    path = tmp_path / "NotoSansSC-Regular.ttf"
    path.write_bytes(b"broken")
    with pytest.raises(FontDamaged):
        FontLibrary(path, path, path).missing_glyphs("例")
    assert vendored().missing_glyphs("例") == ""
    assert extracted(drawn(["例"])) == ["例"]


# ---- start-up ---------------------------------------------------------------------------------------------------


def test_importing_the_adapters_loads_no_library():
    program = (
        "import sys, printing.renderer, printing.printers, printing.preview\n"
        "heavy = {'reportlab', 'segno', 'barcode', 'pypdfium2', 'PIL'} & {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
