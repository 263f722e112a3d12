"""The paper of a one-time notice, as an old reader, a copier and a scanner see it.

After a change of its look that was meant and looked at: python -m tests.unit.printing.test_one_time_notice
"""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from clerk_app.domain.one_time_notice import NoticeItem, NoticePart, OneTimeKind
from printing.documents import lay_out
from printing.fonts import vendored
from printing.page import BOTTOM, HAIRLINE, LEFT, RIGHT, TOP, Box, Line, Text
from tests.unit.domain.notice_samples import RESTAURANT, notice
from tests.unit.printing.paper import Paper, records

from .test_golden import FOLDER, described

LARGE: OneTimeKind = "one_time_notice_large"
LEAST_LARGE = 16.0

SAMPLES = {
    "one matter": ("P31", {}),
    "package, nothing answered": ("PK01", {}),
    "package, all answered": ("PK01", RESTAURANT),
    "transport": ("PK12", {}),
}
KINDS: dict[str, OneTimeKind] = {"ordinary": "one_time_notice", "large": LARGE}
GOLDEN: dict[str, tuple[str, dict[str, str], OneTimeKind]] = {
    "one_time_notice": ("P31", {}, "one_time_notice"),
    "one_time_notice_large": ("PK12", {}, LARGE),
}


@pytest.fixture(
    scope="module", params=[(sample, kind) for sample in SAMPLES for kind in KINDS], ids=lambda param: "-".join(param)
)
def paper(request):
    sample, kind = request.param
    code, answers = SAMPLES[sample]
    return Paper(notice(code, answers, kind=KINDS[kind], mark="演示"))


@pytest.mark.parametrize("name", GOLDEN)
def test_the_layout_is_the_one_that_was_looked_at(name):
    code, answers, kind = GOLDEN[name]
    assert described(notice(code, answers, kind=kind)) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_every_text_of_the_notice_is_on_the_paper_whole(paper):
    texts = [text for text in _texts(paper.notice) if text not in (LARGE, "one_time_notice")]
    texts.remove(paper.notice.progress_url)
    missing = [text for text in texts if re.sub(r"\s", "", text) not in paper.plain]
    # What runs over a page has the foot of the one and the head of the next between its lines.
    pages = [re.sub(r"\s", "", text) for text in paper.texts]
    torn = [text for text in missing if not any(re.sub(r"\s", "", text)[:8] in page for page in pages)]
    assert torn == []
    assert len(missing) <= len(pages)


@pytest.mark.parametrize("dpi", [150, 203])
def test_both_codes_are_read_from_a_scan(paper, dpi):
    assert sorted(paper.codes(dpi)) == sorted([("Code128", paper.notice.number), ("QRCode", paper.notice.progress_url)])


def test_no_character_of_the_large_print_is_below_16_points(paper):
    if paper.notice.kind == LARGE:
        sizes = {item.style.size for item in _items(paper.notice) if isinstance(item, Text)}
        assert min(sizes) >= LEAST_LARGE


def test_in_large_print_every_sentence_begins_a_line():
    paper = notice("P31", kind=LARGE)
    lines = {item.text for item in _items(paper) if isinstance(item, Text)}
    for part in paper.parts:
        for entry in part.items:
            for sentence in entry.lines:
                assert any(sentence.startswith(line) for line in lines), sentence


def test_texts_symbols_and_lines_meet_nowhere(paper):
    for page in records(paper.notice):
        areas = [*page.texts, *page.symbols]
        assert [(a.what, b.what) for place, a in enumerate(areas) for b in areas[place + 1 :] if a.meets(b)] == []
        assert [(ink, area.what) for ink in page.strokes for area in areas if area.meets(ink, slack=-0.01)] == []


def test_everything_stays_within_the_margins(paper):
    for page in records(paper.notice):
        for area in [*page.texts, *page.strokes]:
            assert area.left >= LEFT - 0.1, area
            assert area.right <= RIGHT + 0.1, area
            assert area.top >= TOP - 1.0, area
            assert area.bottom <= BOTTOM + 0.1, area


def test_no_line_is_thinner_than_a_dot_matrix_printer_draws(paper):
    items = _items(paper.notice)
    assert all(item.width >= HAIRLINE for item in items if isinstance(item, Line))
    assert all(item.line >= HAIRLINE for item in items if isinstance(item, Box))


def test_no_heading_is_the_last_thing_on_a_page(paper):
    headings = {part.heading for part in paper.notice.parts}
    for page in records(paper.notice)[:-1]:
        foot = next(area.top for area in page.texts if area.what.startswith("打印时间"))
        last = max((area for area in page.texts if area.bottom < foot), key=lambda area: (area.bottom, area.left))
        assert last.what not in headings


def test_every_further_page_says_what_it_belongs_to(paper):
    for number, text in enumerate(paper.texts):
        assert f"第 {number + 1} 页 共 {len(paper.texts)} 页" in text
        assert number == 0 or "一次性告知书（续）" in text
        assert paper.notice.number in text


def test_signatures_never_stand_on_a_page_alone(paper):
    last = paper.texts[-1]
    assert "收到人签名" in last
    assert len(re.sub(r"\s", "", paper.notice.legal_basis)) < 40 or "。" in last


def test_what_has_to_be_brought_has_a_box_to_tick():
    page = lay_out(notice("P31"), vendored())
    boxes = [item for sheet in page for placed in sheet.placed for item in placed.block.items if isinstance(item, Box)]
    assert sum(box.width == box.height for box in boxes) == 4


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_nothing_overflows_however_long_the_texts_are(kind):
    words = "例" * 40 + "，" + "W" * 90 + "（示例）"
    entry = NoticeItem(words * 3, (words * 30, words), "88", words, tick=True)
    long = replace(
        notice("P31", kind=kind),
        opening=(words * 9,),
        facts=((words, words * 9), ("例", words)),
        parts=(
            NoticePart(words, (words * 9,), (entry, entry)),
            NoticePart(words, (), (entry,)),
            NoticePart(words, rows=((words, words * 20),)),
            NoticePart(words, head=("", words, words, words), rows=((words, words, words, words),)),
        ),
        closing=(words * 9,),
        legal_basis=words * 20,
        signatures=(words,),
        contacts=(("例", words),),
        footer=(words,),
        heading=words,
        copy_label=words,
    )
    for page in records(long):
        assert all(area.left >= LEFT - 0.1 and area.right <= RIGHT + 0.1 for area in page.texts)
        assert all(area.bottom <= BOTTOM + 0.1 for area in page.texts)
        areas = [*page.texts, *page.symbols]
        assert [(a, b) for place, a in enumerate(areas) for b in areas[place + 1 :] if a.meets(b)] == []


def _items(paper):
    return [item for page in lay_out(paper, vendored()) for placed in page.placed for item in placed.block.items]


def _texts(value):
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, bool):
        return []
    if isinstance(value, tuple):
        return [text for part in value for text in _texts(part)]
    return [text for field in fields(value) for text in _texts(getattr(value, field.name))]


if __name__ == "__main__":
    for each, (code, answers, kind) in GOLDEN.items():
        Path(FOLDER / f"{each}.txt").write_text(described(notice(code, answers, kind=kind)), encoding="utf-8")
