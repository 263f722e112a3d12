"""An earlier visit in the real window: it fills the form also where the matter came before the card."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from clerk_app.bootstrap import make_desk, open_for_writing
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.services.sign_in import sign_in as sign_in_at
from clerk_app.services.sign_in import sign_out
from clerk_app.services.take_in import take_in
from clerk_app.services.visits import close_visit
from tests.helpers.intake import ANSWERS, ready_draft
from tests.helpers.stores import CLERK, NAME, PASSWORD
from tests.qt.desk import WORKER
from tests.qt.hands import press, said
from tests.qt.test_window import choose, program, sign_in

__all__ = ["program"]

Key = Qt.Key
ADDRESS = ANSWERS["P31"]["g.P3.detail"]


@pytest.fixture
def place(place):
    """A workplace where 周例安 once asked for a residence card."""
    with open_for_writing(place.folder, CLERK, PASSWORD) as store:
        desk = make_desk(store)
        me = sign_in_at(desk, clerk=CLERK, name=NAME, seal_at_hand=False)
        draft = ready_draft(desk, me, "P31", WORKER)
        take_in(desk, me, draft, RECEIVED)
        close_visit(desk, me, draft.visit)
        sign_out(desk, me)
    return place


def read(qtbot, program, place, key):
    place.cards.put(WORKER)
    press(Key.Key_F2)
    qtbot.waitUntil(lambda: program.models.counter.state.stage == "person")
    press(key)
    qtbot.waitUntil(lambda: program.models.counter.state.stage != "person")


def address(counter):
    fields = (field for section in counter.state.sections for field in section.fields)
    return next((field.value, field.mark) for field in fields if field.code == "g.P3.detail")


def test_who_comes_after_the_matter_was_begun_finds_the_earlier_address_on_the_form(qtbot, program, place):
    sign_in(qtbot, program)
    counter = program.models.counter
    read(qtbot, program, place, Key.Key_N)
    choose(qtbot, program, "P31")
    assert counter.visit.present is False
    assert "g.P3.detail" not in counter.visit.work.draft.values
    read(qtbot, program, place, Key.Key_Y)
    while counter.state.stage == "materials":
        press(Key.Key_1)
        press("Ctrl+Return")
    assert counter.state.stage == "form"
    assert address(counter) == (ADDRESS, "前")
    assert "前" in said(program.window).split("\n")
    qtbot.waitUntil(lambda: counter.state.saved == "saved")
