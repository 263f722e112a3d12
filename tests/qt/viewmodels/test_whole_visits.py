"""Whole visits through the view-models, with real lanes over a real store, and a guard on the GUI thread."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from clerk_app.seams import SystemClock
from tests.helpers.stores import CLERK, PASSWORD
from tests.qt.desk import ELDER, PENSION, RESIDENCE, WORKER
from ui.desk_models import make_desk_models
from ui.viewmodels.sign_in_model import SignInModel


@pytest.fixture
def parent():
    return QObject()


@pytest.fixture
def models(qtbot, place, runner, guarded, parent):
    """A desk that signed in by its page, seal at hand."""
    model = SignInModel(place, runner, SystemClock(), parent=parent)
    with qtbot.waitSignal(model.signed_in, timeout=10_000) as signed_in:
        model.sign_in(CLERK, PASSWORD, seal_at_hand=True)
    made = make_desk_models(signed_in.args[0], place, runner, parent)
    made.begin()
    qtbot.waitUntil(lambda: made.frame.state.devices != ())
    return made


def read_and_choose(qtbot, models, place, person, matter):
    counter = models.counter
    place.cards.put(person)
    counter.read_card()
    qtbot.waitUntil(lambda: counter.state.stage == "person")
    counter.answer_presence(True)
    qtbot.waitUntil(lambda: counter.state.stage == "matter")
    counter.choose_matter(matter)
    qtbot.waitUntil(lambda: counter.state.matter is not None)


def test_a_pension_check_goes_from_card_to_rating_on_one_page(qtbot, models, place):
    counter = models.counter
    read_and_choose(qtbot, models, place, ELDER, "P14")
    assert counter.state.is_short
    for code, value in PENSION.items():
        counter.edit(code, value)
    assert counter.state.missing == ()
    qtbot.waitUntil(lambda: counter.state.saved == "saved")
    place.answers.put("satisfied")
    counter.primary()
    counter.primary()
    qtbot.waitUntil(lambda: counter.state.stage == "done" and counter.state.done.rating.text == "已完成")
    qtbot.waitUntil(lambda: [paper.chip.text for paper in counter.state.done.papers] == ["已打印"])
    done = counter.state.done
    assert done.heading == "已收件"
    assert len(place.paper.sheets) == 1
    assert done.number.replace(" ", "") in place.paper.sheets[0]
    qtbot.waitUntil(lambda: models.frame.state.status.drafts == 0)


def test_a_residence_card_goes_through_every_step_to_two_copies_of_the_notice(qtbot, models, place):
    counter = models.counter
    read_and_choose(qtbot, models, place, WORKER, "P31")
    assert counter.state.stage == "materials"
    counter.set_material("M10", "received")
    counter.set_material("M06", "received")
    counter.primary()
    assert counter.state.stage == "form"
    for code, value in RESIDENCE.items():
        counter.edit(code, value)
    assert counter.state.missing == ()
    counter.primary()
    assert counter.state.stage == "check"
    assert models.citizen.state.page == "check"
    place.answers.put("very_satisfied")
    counter.primary()
    qtbot.waitUntil(lambda: counter.state.stage == "done" and len(place.paper.sheets) == 2)
    assert counter.state.done.heading == "已受理"
    assert counter.state.done.in_force == "居住登记今天起生效"
    assert all(sheet.startswith("受理通知书") for sheet in place.paper.sheets)
    qtbot.waitUntil(lambda: counter.state.done.rating.text == "已完成")


def test_a_second_matter_of_the_same_person_shares_the_one_invitation(qtbot, models, place):
    counter = models.counter
    read_and_choose(qtbot, models, place, ELDER, "P14")
    for code, value in PENSION.items():
        counter.edit(code, value)
    counter.another_matter()
    counter.choose_matter("P31")
    qtbot.waitUntil(lambda: counter.state.matter is not None and counter.state.matter.code == "P31")
    counter.end_matter(8, "改天再来")
    qtbot.waitUntil(lambda: counter.state.stage == "done")
    assert models.rating.state.word == "none"
    assert counter.state.primary.label == "接着办：养老保险待遇领取资格认证"
    counter.primary()
    assert counter.state.matter.code == "P14"
    counter.primary()
    qtbot.waitUntil(lambda: place.asks_begun == 1)
    place.answers.put("satisfied")
    qtbot.waitUntil(lambda: models.rating.state.word == "answered")
    assert place.seals_made == 1
