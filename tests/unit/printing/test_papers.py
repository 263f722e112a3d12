"""Each paper, as a reader, a copier and a scanner see it."""

import hashlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from PIL.Image import Resampling

from clerk_app.domain import case_number
from clerk_app.errors import MissingGlyph
from clerk_app.services.ports import NoticeRenderer
from printing.page import BOTTOM, HAIRLINE, LEFT, RIGHT, SHEET_HEIGHT, TOP, Box, Line
from printing.renderer import PdfRenderer

from . import samples
from .paper import Paper, records

KINDS = {"receipt": samples.receipt, "acceptance": samples.acceptance_notice}

EXPIRED = ("所持证件有效期至 2026-10-31，已过期，收件时注明；请尽快换领。",)

VARIANTS = {
    "ordinary": {},
    "rare character": {"facts": samples.facts("林例𠮷")},
    "newest character": {"facts": samples.facts("欧阳𬱖")},
    "both, among others": {"facts": samples.facts("例𠮷𬱖㐂龘·买买提江")},
    "long address": {"facts": samples.facts("周例安", address=samples.ADDRESS_35)},
    "expired card": {"remarks": EXPIRED},
    "no material": {"materials": ()},
    "12 materials": {"materials": samples.materials(12)},
    "60 materials": {"materials": samples.materials(60)},
    "demonstration": {"mark": "演示"},
    "practice, 12 materials": {"mark": "练习", "materials": samples.materials(12)},
    "printed again": {"copy_label": "第一联 申请人 · 补打"},
    "child of a package": {"case_number": samples.CASE_NUMBER + "07"},
    "other digits": {"case_number": case_number.make("340399", "031", date(2031, 1, 9), 99_999)},
}


@pytest.fixture(scope="module", params=[(kind, name) for kind in KINDS for name in VARIANTS], ids="-".join)
def paper(request):
    kind, name = request.param
    return Paper(KINDS[kind](**VARIANTS[name]))


# ---- what a reader finds ----------------------------------------------------------------------------------------


def test_the_case_number_is_in_the_text_layer_in_groups_and_plain(paper):
    number = paper.notice.case_number
    assert case_number.grouped(number) in paper.text
    assert all(number in text for text in paper.texts)


def test_every_text_of_the_notice_is_in_the_text_layer_whole(paper):
    notice = paper.notice
    texts = [notice.title, notice.document_number, notice.heading, notice.copy_label, notice.in_force, notice.not_yet]
    texts += [*notice.paragraphs, *notice.remarks, *notice.footer, notice.legal_basis, notice.digest, notice.seal]
    texts += [part for fact in (*notice.facts, *notice.contacts) for part in fact]
    texts += [text for row in notice.materials for text in (row.name, row.form, row.copies, row.state)]
    missing = [text for text in texts if re.sub(r"\s", "", text) not in paper.plain]
    assert missing == []


def test_the_name_stands_exactly_on_the_line_of_its_label(paper):
    name = paper.notice.facts[0][1]
    assert re.search(rf"^申请人 {re.escape(name)}(?: 证件类型 居民身份证)?\s*$", paper.texts[0], re.MULTILINE)


def test_the_number_of_the_person_is_masked(paper):
    assert samples.MASKED_ID_NUMBER in paper.text
    assert samples.FULL_ID_NUMBER not in paper.plain
    assert samples.FULL_ID_NUMBER.encode() not in paper.pdf


def test_the_pages_are_counted(paper):
    count = len(paper.texts)
    expected = [f"第 {number} 页 共 {count} 页" for number in range(1, count + 1)]
    assert [re.findall(r"第 \d+ 页 共 \d+ 页", text) for text in paper.texts] == [[words] for words in expected]


def test_the_properties_of_the_file_name_nobody(paper):
    dates = {"CreationDate", "ModDate"}
    assert {key: value for key, value in paper.properties.items() if key not in dates} == {
        "Title": paper.notice.title,
        "Creator": "Window Clerk",
        "Producer": "Window Clerk",
    }


def test_only_vendored_fonts_are_used_and_all_are_embedded(paper):
    names = set(re.findall(rb"/BaseFont /(\S+)", paper.pdf))
    assert all(re.fullmatch(rb"[A-Z]{6}\+(NotoSansSC-(Regular|Bold)|HanaMinB)", name) for name in names)
    assert paper.pdf.count(b"/FontFile2") == len(names)
    assert len(paper.pdf) < 120_000


# ---- what a scanner reads ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dpi", [150, 203, 300])
def test_both_codes_are_read_from_a_scan(paper, dpi):
    assert sorted(paper.codes(dpi)) == sorted([("Code128", paper.notice.number), ("QRCode", paper.notice.progress_url)])


@pytest.mark.parametrize("threshold", [128, 200], ids=["light copy", "dark copy"])
def test_both_codes_are_read_from_a_black_and_white_print_with_a_mark(threshold):
    paper = Paper(samples.acceptance_notice(mark="演示"))
    found = dict(paper.codes(203, lambda picture: picture.point([0] * threshold + [255] * (256 - threshold))))
    assert found == {"Code128": paper.notice.number, "QRCode": paper.notice.progress_url}


@pytest.mark.parametrize("angle", [-3, 2])
def test_both_codes_are_read_from_a_sheet_laid_down_askew(angle):
    paper = Paper(samples.receipt(mark="演示"))
    found = dict(paper.codes(150, lambda picture: picture.rotate(angle, fillcolor=255, resample=Resampling.BILINEAR)))
    assert found == {"Code128": paper.notice.number, "QRCode": paper.notice.progress_url}


# ---- where things lie -------------------------------------------------------------------------------------------


def test_no_text_meets_another_text_or_a_symbol(paper):
    for page in records(paper.notice):
        areas = [*page.texts, *page.symbols]
        meeting = [(a.what, b.what) for index, a in enumerate(areas) for b in areas[index + 1 :] if a.meets(b)]
        assert meeting == []


def test_no_line_runs_through_a_text_or_a_symbol(paper):
    for page in records(paper.notice):
        areas = [*page.texts, *page.symbols]
        assert [(ink, area.what) for ink in page.strokes for area in areas if area.meets(ink, slack=-0.01)] == []


def test_everything_stays_within_the_margins(paper):
    for page in records(paper.notice):
        for area in [*page.texts, *page.strokes]:
            assert area.left >= LEFT - 0.1, area
            assert area.right <= RIGHT + 0.1, area
            assert area.top >= TOP - 1.0, area
            assert area.bottom <= BOTTOM + 0.1, area


def test_the_letters_of_the_finished_pdf_stay_within_the_margins(paper):
    for letters in paper.letters():
        assert letters
        assert min(letter.left for letter in letters) >= LEFT - 0.5
        assert max(letter.right for letter in letters) <= RIGHT + 0.5
        assert min(letter.bottom for letter in letters) >= SHEET_HEIGHT - BOTTOM - 0.5
        assert max(letter.top for letter in letters) <= SHEET_HEIGHT - TOP + 0.5


def test_no_two_letters_of_the_finished_pdf_share_ink():
    paper = Paper(samples.acceptance_notice(facts=samples.facts("例𠮷𬱖㐂"), mark="演示"))
    for letters in paper.letters():
        letters.sort(key=lambda letter: letter.left)
        for index, one in enumerate(letters):
            for other in letters[index + 1 :]:
                if other.left > one.right - 0.3:
                    break
                assert other.bottom > one.top - 0.3 or other.top < one.bottom + 0.3, (one, other)


def test_no_line_is_thinner_than_a_dot_matrix_printer_draws(paper):
    from printing.documents import lay_out
    from printing.fonts import vendored

    items = [
        item for page in lay_out(paper.notice, vendored()) for placed in page.placed for item in placed.block.items
    ]
    assert all(item.width >= HAIRLINE for item in items if isinstance(item, Line))
    assert all(item.line >= HAIRLINE for item in items if isinstance(item, Box))


# ---- pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_an_ordinary_paper_is_one_page(make):
    assert len(Paper(make(mark="演示")).texts) == 1


def test_each_further_page_says_what_it_belongs_to():
    paper = Paper(samples.receipt(materials=samples.materials(60), mark="练习"))
    for text in paper.texts[1:]:
        assert text.splitlines()[1] == f"收件凭证（续）　练习 办件编号 {case_number.grouped(samples.CASE_NUMBER)}"


def test_the_head_of_the_material_table_is_repeated_and_every_row_is_there_once():
    paper = Paper(samples.receipt(materials=samples.materials(60)))
    with_rows = [text for text in paper.texts if re.search(r"份 \d 页", text)]
    assert len(with_rows) > 1
    assert all(text.count("序号 材料名称 形式 份数 状态") == 1 for text in with_rows)
    assert len(re.findall(r"\d 份 \d 页", paper.text)) == 60


@pytest.mark.parametrize("count", range(1, 25))
def test_no_heading_is_left_at_the_foot_of_a_page(count):
    pages = records(samples.acceptance_notice(materials=samples.materials(count), remarks=EXPIRED * 3))
    for page in pages[:-1]:
        last = max((area for area in page.texts if area.bottom < BOTTOM - 34), key=lambda area: area.bottom)
        assert last.what not in {"备注", "状态", f"材料清单（共 {count} 项）"}


@pytest.mark.parametrize("count", range(1, 25))
def test_signatures_seal_and_qr_code_share_a_page_with_the_legal_basis(count):
    pages = records(samples.acceptance_notice(materials=samples.materials(count)))
    closing = [[area.what for area in page.texts] for page in pages if len(page.symbols) == (page is pages[0]) + 1]
    assert len(closing) == 1
    for words in ("（加盖受理专用章）", "扫码看进度", "申请人（签名）：", "依据："):
        assert words in closing[0]


def test_a_paper_without_seal_has_no_place_for_one():
    assert "章" not in Paper(samples.receipt()).text


def test_a_paper_without_a_progress_page_has_no_qr_code():
    paper = Paper(samples.receipt(progress_url=""))
    assert paper.codes(203) == [("Code128", samples.CASE_NUMBER)]
    assert "扫码" not in paper.text


def test_the_mark_lies_large_across_each_page_and_plain_in_the_head():
    for text in Paper(samples.receipt(mark="演示", materials=samples.materials(12))).texts:
        assert text.count("演示") == 2


def test_nothing_overflows_however_long_the_texts_are():
    words = "例" * 40 + "，" + "W" * 90 + "（示例）"
    long = samples.acceptance_notice(
        heading=words * 2,
        title=words,
        document_number=words,
        copy_label=words,
        facts=(("申请人", words), (words, words * 30), ("例", words)),
        materials=tuple(replace(row, name=words * 25, form=words, state=words) for row in samples.materials(2)),
        paragraphs=(words * 40,),
        in_force=words * 3,
        not_yet=words * 3,
        remarks=(words * 20, words),
        legal_basis=words * 40,
        seal="（加盖例例例例例例例例例例受理专用章）",
        signatures=(words, words),
        contacts=((words, words), (words, words)),
        footer=(words, words),
    )
    for page in records(long):
        assert all(area.left >= LEFT - 0.1 and area.right <= RIGHT + 0.1 for area in page.texts)
        assert all(area.bottom <= BOTTOM + 0.1 for area in page.texts)
        areas = [*page.texts, *page.symbols]
        assert [(a, b) for index, a in enumerate(areas) for b in areas[index + 1 :] if a.meets(b)] == []


# ---- the same paper every time ----------------------------------------------------------------------------------


def test_the_same_notice_gives_the_same_bytes_from_any_thread():
    notices = [samples.receipt(materials=samples.materials(count), mark="演示") for count in (1, 12, 1, 12)]
    alone = [PdfRenderer().render(notice) for notice in notices]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(PdfRenderer().render, notices * 3))
    assert together == alone * 3


def test_another_process_gives_the_same_bytes():
    program = (
        "import hashlib; from printing.renderer import PdfRenderer; from tests.unit.printing import samples;"
        "print(hashlib.sha256(PdfRenderer().render(samples.acceptance_notice())).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(PdfRenderer().render(samples.acceptance_notice())).hexdigest()


# ---- what cannot be drawn ---------------------------------------------------------------------------------------

UNDRAWABLE = "\U000323af"


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": samples.facts(f"例{UNDRAWABLE}安")},
        {"paragraphs": (f"您好，{UNDRAWABLE}。",)},
        {"materials": tuple(replace(row, name=UNDRAWABLE * 2) for row in samples.materials(2))},
    ],
    ids=["name", "sentence", "material"],
)
def test_a_character_no_font_has_is_named_instead_of_printed_as_a_box(changes):
    with pytest.raises(MissingGlyph) as failure:
        PdfRenderer().render(samples.receipt(**changes))
    assert failure.value.data["characters"] == UNDRAWABLE
    assert failure.value.detail == "U+323AF"


def test_missing_glyphs_are_named_once_and_in_order():
    renderer: NoticeRenderer = PdfRenderer()
    assert renderer.missing_glyphs("周例安𠮷𬱖㐂龘·（签名）“A—9”…　\n") == ""
    assert renderer.missing_glyphs(f"例{UNDRAWABLE}\ue81e{UNDRAWABLE}\U0001f600") == f"{UNDRAWABLE}\ue81e\U0001f600"
