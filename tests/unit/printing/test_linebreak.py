"""Lines of Chinese text: what may stand where, and nothing lost."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.linebreak import break_lines

CLOSING = "，。；：、）”》】？！…"
OPENING = "（“《【"


def width_of(text):
    """Chinese characters are one wide, Latin ones a half."""
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def lines(text, width, first=None):
    return break_lines(text, width_of, width=width, first=first)


def test_a_short_text_is_one_line():
    assert lines("周例安", 10) == ["周例安"]


def test_an_empty_text_is_no_line():
    assert lines("", 10) == []
    assert lines("  \n ", 10) == []


def test_a_line_is_filled_to_its_width():
    assert lines("一二三四五六七", 3) == ["一二三", "四五六", "七"]


@pytest.mark.parametrize("mark", CLOSING)
def test_a_closing_mark_takes_its_character_to_the_next_line(mark):
    assert lines(f"一二三四{mark}五", 4) == ["一二三", f"四{mark}五"]


@pytest.mark.parametrize("mark", OPENING)
def test_an_opening_mark_goes_with_what_it_opens(mark):
    assert lines(f"一二三{mark}四五", 4) == ["一二三", f"{mark}四五"]


def test_marks_in_a_row_stay_together():
    assert lines("一二三《四》（五）。六", 6) == ["一二三《四》", "（五）。六"]


@pytest.mark.parametrize("word", ["Window", "2026-11-17", "0999-1234567", "999999********0010", "92MA0EXAMPL3"])
def test_words_and_numbers_stay_whole(word):
    width = width_of(word) + 1.5
    assert lines(f"一二三{word}四", width) == ["一二三", f"{word}四"]


def test_a_number_stays_with_its_unit():
    assert lines("一二三四在10个工作日内", 6) == ["一二三四在", "10个工作日内"]
    assert lines("自2026年11月17日起", 5) == ["自2026年", "11月17日起"]
    assert lines("自 2026 年 11 月 17 日起", 6.5) == ["自 2026 年", "11 月 17 日起"]


def test_the_dot_within_a_name_does_not_begin_a_line():
    assert lines("买买提·吐尔逊", 3) == ["买买", "提·吐", "尔逊"]


def test_a_word_wider_than_the_line_is_cut_rather_than_lost():
    assert lines("W" * 9, 2) == ["WWWW", "WWWW", "W"]


def test_spaces_at_line_ends_vanish_and_others_stay():
    assert lines("一二 三四 ab cd", 2.5) == ["一二", "三四", "ab cd"]


def test_line_breaks_of_the_text_are_kept():
    assert lines("一\n二三", 9) == ["一", "二三"]


def test_the_first_line_may_be_shorter():
    assert lines("一二三四五六", 4, first=2) == ["一二", "三四五六"]


PIECES = st.lists(
    st.one_of(
        st.text("例安市政务服务中心𠮷𬱖", min_size=1, max_size=6),
        st.sampled_from(
            ["，", "。", "；", "：", "”", "》", "（一）", "“例”", "《条例》", " ", "2026年", "Window", "10个"]
        ),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(PIECES.map("".join), st.integers(8, 30))
def test_no_line_is_too_wide_and_no_character_is_lost(text, width):
    broken = lines(text, width)
    assert "".join("".join(broken).split()) == "".join(text.split())
    assert all(width_of(line) <= width for line in broken)
    assert all(line == line.strip() and line for line in broken)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.text("例安市𠮷", min_size=1, max_size=4).flatmap(
            lambda word: st.sampled_from(
                [word, f"{word}，", f"（{word}）。", f"“{word}”", f"《{word}》；", f"{word}：", "Ex 1 "]
            )
        ),
        max_size=40,
    ).map("".join),
    st.integers(8, 30),
)
def test_no_line_begins_with_a_closing_or_ends_with_an_opening_mark(text, width):
    for line in lines(text, width):
        assert line[0] not in CLOSING
        assert line[-1] not in OPENING
