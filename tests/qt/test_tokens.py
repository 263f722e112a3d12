from __future__ import annotations

import re

import pytest

from ui import stylesheet, tokens
from ui.tokens import TEXT_PAIRS, TextPair, Tone, contrast

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COLOUR = re.compile(r"(?<![-\w])color:\s*(#[0-9a-f]{6})")
_BACKGROUND = re.compile(r"(?<!selection-)background(?:-color)?:\s*(#[0-9a-f]{6})")


def _rules():
    for selector, body in _RULE.findall(stylesheet.stylesheet()):
        yield selector.strip(), body


@pytest.mark.parametrize("pair", TEXT_PAIRS, ids=lambda pair: f"{pair.text} on {pair.background}")
def test_every_text_can_be_read_on_its_background(pair):
    assert contrast(pair.text, pair.background) >= 4.5


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_stylesheet_uses_no_pair_that_is_not_listed():
    for selector, body in _rules():
        text, background = _COLOUR.search(body), _BACKGROUND.search(body)
        if text and background:
            assert TextPair(text[1], background[1]) in TEXT_PAIRS, selector


def test_the_stylesheet_uses_no_text_colour_of_its_own():
    known = {pair.text for pair in TEXT_PAIRS}
    for selector, body in _rules():
        for colour in _COLOUR.findall(body):
            assert colour in known, selector


def test_every_selected_text_can_be_read():
    for selector, body in _rules():
        text = re.search(r"selection-color:\s*(#[0-9a-f]{6})", body)
        background = re.search(r"selection-background-color:\s*(#[0-9a-f]{6})", body)
        if text and background:
            assert TextPair(text[1], background[1]) in TEXT_PAIRS, selector


def test_violet_means_offline_and_nothing_else():
    violet = {tokens.OFFLINE, tokens.OFFLINE_TINT, tokens.OFFLINE_BAR}
    for selector, body in _rules():
        if violet & set(re.findall(r"#[0-9a-f]{6}", body)):
            assert "offline" in selector, selector


def test_every_tone_has_its_chip():
    assert set(tokens.CHIP_PAIRS) == set(Tone)


def test_the_type_scale_is_that_of_the_interface():
    sizes = {int(size) for size in re.findall(r"font-size: (\d+)px", stylesheet.stylesheet())}
    clerk = {tokens.TYPE_NOTE, tokens.TYPE_BASE, tokens.TYPE_TITLE, tokens.TYPE_FIGURE}
    citizen = {tokens.CITIZEN_NOTE, tokens.CITIZEN_BASE, tokens.CITIZEN_TITLE, tokens.CITIZEN_FIGURE}
    assert clerk == {12, 14, 16, 20}
    assert sizes == clerk | citizen
