"""The two symbols: sizes that scan, quiet zones, and the right content."""

from dataclasses import replace

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from printing.barcodes import BAR_MODULE, QR_MODULE, code128, qr_code
from printing.page import MM

from . import samples


def decoded(symbol, scale=4):
    """Read a symbol from its modules alone, `scale` pixels each."""
    tall = 60 if symbol.rows == 1 else 1
    picture = Image.new("L", (symbol.columns * scale, symbol.rows * scale * tall), 255)
    draw = ImageDraw.Draw(picture)
    for column, row, length in symbol.runs:
        left, top = column * scale, row * scale * tall
        draw.rectangle((left, top, left + length * scale - 1, top + scale * tall - 1), fill=0)
    return [(code.format.name, code.text) for code in zxingcpp.read_barcodes(picture)]


@settings(max_examples=60, deadline=None)
@given(st.text("0123456789", min_size=22, max_size=22))
def test_any_22_digits_come_back(number):
    assert decoded(code128(number, x=0, y=0)) == [("Code128", number)]


@pytest.mark.parametrize("start", ["99", "00", "98", "97", "31"])
def test_no_first_pair_is_taken_for_a_control_code(start):
    number = start + "9999031261117000379"[:18] + "91"
    assert decoded(code128(number, x=0, y=0)) == [("Code128", number)]


def test_a_number_of_22_digits_is_all_set_c():
    symbol = code128(samples.CASE_NUMBER, x=0, y=0)
    assert symbol.columns == 10 + 11 * (1 + 11 + 1) + 13 + 10


def test_bars_are_wide_enough_for_a_coarse_scanner_and_fall_on_whole_dots():
    assert BAR_MODULE >= 0.33 * MM
    assert pytest.approx(4) == BAR_MODULE / 72 * 300


def test_bars_begin_where_they_are_put_with_ten_modules_of_white_on_either_side():
    symbol = code128(samples.CASE_NUMBER, x=100.0, y=0)
    first, last = symbol.runs[0], symbol.runs[-1]
    assert symbol.x + first[0] * BAR_MODULE == pytest.approx(100.0)
    assert first[0] == 10
    assert symbol.columns - (last[0] + last[2]) == 10


@pytest.mark.parametrize("number", ["1", "123", "12a4", "１２", "12 34"])
def test_what_is_no_row_of_digit_pairs_is_refused(number):
    with pytest.raises(ValueError):
        code128(number, x=0, y=0)


@pytest.mark.parametrize(
    "address", ["https://hub.example.invalid/p/A", samples.PROGRESS_URL, samples.PROGRESS_URL + "x" * 200]
)
def test_a_qr_code_keeps_its_module_and_white_edge_whatever_the_length(address):
    symbol = qr_code(address, right=500.0, y=0)
    assert decoded(symbol) == [("QRCode", address)]
    assert symbol.module_width == symbol.module_height >= QR_MODULE
    assert min(column for column, _, _ in symbol.runs) == min(row for _, row, _ in symbol.runs) == 4
    end = max(column + length for column, _, length in symbol.runs)
    assert symbol.x + end * symbol.module_width == pytest.approx(500.0)
    assert symbol.columns - end == 4
    assert symbol.width <= 45 * MM


def test_a_stain_on_the_qr_code_loses_nothing():
    """Error correction M restores up to 15 % of the code words."""
    symbol = qr_code(samples.PROGRESS_URL, right=0, y=0)
    stain = tuple((40, row, 8) for row in range(40, 48))
    assert decoded(replace(symbol, runs=symbol.runs + stain)) == [("QRCode", samples.PROGRESS_URL)]
