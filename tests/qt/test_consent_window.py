"""The question about sensitive answers of an earlier visit in the real window: one key, no answer pre-set."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from clerk_app.bootstrap import make_desk, open_for_writing
from clerk_app.domain.outcomes import RECEIVED
from clerk_app.services import drafts, visits
from clerk_app.services.sign_in import sign_in as sign_in_at
from clerk_app.services.sign_in import sign_out
from clerk_app.services.take_in import take_in
from tests.helpers.intake import answered_anyhow
from tests.helpers.stores import CLERK, NAME, PASSWORD
from tests.qt.desk import WORKER
from tests.qt.hands import focus, press, said
from tests.qt.test_window import choose, program, read_card, sign_in
from ui.dialogs.consent import ConsentSheet

__all__ = ["program"]

Key = Qt.Key
ACCOUNT = {"g.P6.bank": "例州银行例江支行", "g.P6.account": "6200999900000012", "g.P6.holder": "周例安"}


@pytest.fixture
def place(place):
    """A workplace where 周例安 once had money paid to an account."""
    with open_for_writing(place.folder, CLERK, PASSWORD) as store:
        desk = make_desk(store)
        me = sign_in_at(desk, clerk=CLERK, name=NAME, seal_at_hand=False)
        visit = visits.open_visit(desk, me)
        visits.read_applicant(desk, me, visit, WORKER, source="card", present=True)
        draft = drafts.fill_fields(desk, me, drafts.open_draft(desk, me, visit, "P18"), ACCOUNT)
        take_in(desk, me, answered_anyhow(desk, me, draft), RECEIVED)
        visits.close_visit(desk, me, visit)
        sign_out(desk, me)
    return place


@pytest.fixture
def asked(qtbot, program, place):
    sign_in(qtbot, program)
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "P19")
    while program.models.counter.state.stage != "form":
        if program.models.counter.state.stage == "materials":
            press(Key.Key_1)
        press("Ctrl+Return")
    qtbot.waitUntil(lambda: isinstance(program.view.shell.sheet, ConsentSheet))
    return program.models.counter


def account(counter):
    values = counter.visit.work.draft.values
    return {code: values[code].value for code in ACCOUNT if code in values}


def test_the_question_shows_no_value_and_a_yes_fills_them(qtbot, asked, program):
    assert "您上次办理时留下的开户行、账号、户名，这次还用吗？" in said(program.view.shell.sheet)
    assert ACCOUNT["g.P6.account"] not in said(program.window)
    assert focus().objectName() == "consent"
    press(Key.Key_Y)
    qtbot.waitUntil(lambda: account(asked) == ACCOUNT)
    assert program.view.shell.sheet is None
    assert asked.visit.work.draft.consent.given is True


@pytest.mark.parametrize("key", [Key.Key_N, Key.Key_Escape])
def test_without_a_yes_nothing_of_it_is_used_and_the_form_goes_on(qtbot, asked, program, key):
    press(key)
    qtbot.waitUntil(lambda: asked.visit.work.draft.consent.given is False)
    assert account(asked) == {}
    assert program.view.shell.sheet is None
