"""Pouring blocks onto pages: what stays together, what is repeated, what is never left alone."""

import pytest

from printing.layout import Flow
from printing.page import Block, Placed, Text, TextStyle

STYLE = TextStyle(10, 10)


def block(name, height=10.0):
    return Block(height, (Text(0.0, 8.0, name, STYLE),))


def lines(count):
    return [block(f"line {number}") for number in range(1, count + 1)]


def flow(height=100.0):
    """Pages of `height`; each but the first begins with a head of 10."""
    return Flow(top=0.0, bottom=height, next_head=block("head"))


def names(pouring):
    return [[item.text for placed in page.placed for item in placed.block.items] for page in pouring.pages]


def test_blocks_follow_one_another_until_the_page_is_full():
    pouring = flow(30)
    for part in lines(5):
        pouring.place(part)
    assert names(pouring) == [["line 1", "line 2", "line 3"], ["head", "line 4", "line 5"]]


def test_white_is_left_between_blocks_but_not_at_the_top_of_a_page():
    pouring = flow(30)
    pouring.space(7)
    pouring.place(block("first"))
    pouring.space(7)
    pouring.place(block("second"))
    pouring.space(7)
    pouring.place(block("third"))
    assert [[placed.y for placed in page.placed] for page in pouring.pages] == [[0.0, 17.0], [0.0, 10.0]]


def test_what_belongs_together_moves_together():
    pouring = flow(50)
    for part in lines(3):
        pouring.place(part)
    pouring.place_together([block("a"), block("b"), block("c")])
    assert names(pouring)[1] == ["head", "a", "b", "c"]


@pytest.mark.parametrize(
    ("before", "count", "split"),
    [
        (7, 3, [3]),
        (8, 4, [2, 2]),
        (8, 3, [0, 3]),
        (9, 3, [0, 3]),
        (9, 2, [0, 2]),
        (8, 2, [2]),
        (6, 5, [3, 2]),
        (0, 20, [10, 8, 2]),
        (0, 11, [9, 2]),
        (10, 1, [0, 1]),
    ],
)
def test_a_paragraph_leaves_no_single_line_on_either_page(before, count, split):
    pouring = flow(100)
    for number in range(before):
        pouring.place(block(f"before {number}"))
    pouring.place_lines(lines(count))
    assert [sum(name.startswith("line") for name in page) for page in names(pouring)] == split
    assert [name for page in names(pouring) for name in page if name.startswith("line")] == [
        f"line {number}" for number in range(1, count + 1)
    ]


def test_a_table_repeats_its_head_on_each_page():
    pouring = flow(50)
    pouring.place_table([block("heading")], block("columns"), lines(8))
    assert names(pouring) == [
        ["heading", "columns", "line 1", "line 2", "line 3"],
        ["head", "columns", "line 4", "line 5", "line 6"],
        ["head", "columns", "line 7", "line 8"],
    ]


def test_a_table_heading_goes_with_the_first_row():
    pouring = flow(50)
    for part in lines(3):
        pouring.place(part)
    pouring.place_table([block("heading")], block("columns"), [block("row")])
    assert names(pouring)[1] == ["head", "heading", "columns", "row"]


def test_every_page_is_told_its_number_and_the_count():
    pouring = flow(30)
    for part in lines(5):
        pouring.place(part)
    pouring.place_on_every_page(lambda number, count: Placed(90.0, block(f"{number} of {count}")))
    assert [page[-1] for page in names(pouring)] == ["1 of 2", "2 of 2"]
