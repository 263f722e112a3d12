"""Every page and state, looked at by rule: what a person still has to look at are the pictures themselves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from tests.qt.hands import said
from tests.qt.looking import cut_words, faint_words, nameless_inputs, overlapping_siblings
from ui.screenshots import FULL, PICTURES, SCALED, SCALED_PICTURES, shown

ROOT = Path(__file__).resolve().parents[2]

PAGES = [pytest.param(make, FULL, id=name) for name, make in PICTURES.items()] + [
    pytest.param(make, SCALED, id=name) for name, make in SCALED_PICTURES.items()
]


@pytest.mark.parametrize(("make", "size"), PAGES)
def test_a_page_is_whole_readable_named_and_invented(qtbot, gui_never_waits, make, size):
    page = shown(make, size)
    qtbot.addWidget(page)
    assert page.size() == size
    assert cut_words(page) == []
    assert overlapping_siblings(page) == []
    assert nameless_inputs(page) == []
    assert faint_words(page) == []
    assert real_numbers(said(page)) == []


@pytest.mark.parametrize("name", sorted(set(PICTURES) - {"lock", "sign_in_no_store"}))
def test_every_page_of_the_demo_is_marked(qtbot, name):
    page = PICTURES[name]()
    qtbot.addWidget(page)
    assert "演示" in said(page).splitlines()


def real_numbers(words: str) -> list[str]:
    """Numbers of people that are not of the impossible area, and mobile numbers that could ring."""
    citizens = re.findall(r"\d{6} ?\d{8} ?\d{3}[\dX]\b", words)
    mobiles = re.findall(r"\b1\d{2} ?\d{4} ?\d{4}\b", words)
    return [number for number in citizens if not number.startswith("999999")] + [
        mobile for mobile in mobiles if not mobile.replace(" ", "").startswith("1300000")
    ]


def test_a_real_number_would_be_noticed():
    assert real_numbers("110101 19920216 0011") == ["110101 19920216 0011"]
    assert real_numbers("138 0013 8000") == ["138 0013 8000"]
    assert real_numbers("999999 19920216 0010\n130 0000 0001") == []


def test_the_pictures_are_written_by_one_command(tmp_path):
    environment = dict(os.environ, QT_QPA_PLATFORM="offscreen")
    run = subprocess.run(
        [sys.executable, "-m", "ui.screenshots", str(tmp_path), "--scaled"],
        env=dict(environment, QT_SCALE_FACTOR="1.5"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert run.returncode == 0, run.stderr
    assert {path.stem for path in tmp_path.glob("*.png")} == set(SCALED_PICTURES)
    widths = {_png_size(path) for path in tmp_path.glob("*.png")}
    assert all(1365 <= width <= 1368 and 766 <= height <= 770 for width, height in widths), widths


def _png_size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[16:24]
    return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")


def test_the_eye_finds_a_faint_word(qtbot):
    from PySide6.QtWidgets import QLabel

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    label = QLabel("一句淡得看不清的话", window)
    label.setGeometry(0, 0, 190, 20)
    label.setStyleSheet("color: #c0c6cf; background: #ffffff")
    window.show()
    assert faint_words(window)
    label.setStyleSheet("color: #566273; background: #ffffff")
    assert faint_words(window) == []


def test_a_long_path_breaks_where_it_may_and_the_eye_finds_one_that_does_not(qtbot):
    from PySide6.QtWidgets import QLabel

    from ui.components.text import wrapped

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(260, 300)
    path = "C:\\Users\\Example\\AppData\\Local\\window-clerk\\handover-999999031.parcel"
    broken, plain = wrapped(path), QLabel(path)
    plain.setWordWrap(True)
    for place, label in enumerate((broken, plain)):
        label.setParent(window)
        label.setGeometry(0, 150 * place, 250, 140)
    window.show()
    assert broken.text() == path
    assert len(cut_words(window)) == 1
    plain.hide()
    assert cut_words(window) == []


def test_the_eye_finds_a_cut_word(qtbot):
    from PySide6.QtWidgets import QLabel

    window = QWidget()
    qtbot.addWidget(window)
    window.resize(200, 100)
    label = QLabel("一句比它的位置长得多的话", window)
    label.setGeometry(0, 0, 60, 20)
    window.show()
    assert cut_words(window)
    label.setGeometry(0, 0, 190, 20)
    assert cut_words(window) == []
