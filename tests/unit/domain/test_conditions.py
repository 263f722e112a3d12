"""Conditions: true, false, or open while nobody has answered."""

from decimal import Decimal

import pytest

from clerk_app.domain.conditions import (
    NOT_ASKED,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Filled,
    Not,
    OneOf,
    any_of,
    applies,
    both,
    may_apply,
)
from clerk_app.domain.situations import Situation, asked_now, standing

YES, OPEN = OneOf("q.a", ("是",)), OneOf("q.z", ("是",))
NO = Not(YES)
ANSWERS = {"q.a": "是", "g.F1.area": "300", "g.F1.note": "很大", "g.F1.empty": ""}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (OneOf("q.a", ("是", "也是")), True),
        (OneOf("q.a", ("不是",)), False),
        (OneOf("q.z", ("是",)), None),
        (OneOf("g.F1.empty", ("是",)), None),
        (AtLeast("g.F1.area", Decimal(300)), True),
        (AtLeast("g.F1.area", Decimal("300.1")), False),
        (AtMost("g.F1.area", Decimal(300)), True),
        (AtMost("g.F1.area", Decimal("299.9")), False),
        (AtLeast("q.z", Decimal(1)), None),
        (AtMost("q.z", Decimal(1)), None),
        (AtLeast("g.F1.note", Decimal(1)), None),
        (Filled("q.a"), True),
        (Filled("q.z"), None),
        (Not(YES), False),
        (Not(OPEN), None),
        (AllOf((YES, YES)), True),
        (AllOf((YES, OPEN)), None),
        (AllOf((NO, OPEN)), False),
        (AnyOf((NO, NO)), False),
        (AnyOf((NO, OPEN)), None),
        (AnyOf((YES, OPEN)), True),
    ],
)
def test_a_condition_holds_fails_or_is_open(condition, holds):
    assert condition.holds(ANSWERS) is holds


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "三百", ""])
def test_what_is_no_number_leaves_a_comparison_open(text):
    assert AtLeast("g.F1.area", Decimal(0)).holds({"g.F1.area": text}) is None


def test_what_is_open_counts_as_needed_but_is_not_there_yet():
    assert (may_apply(OPEN, ANSWERS), applies(OPEN, ANSWERS)) == (True, False)
    assert (may_apply(NO, ANSWERS), applies(NO, ANSWERS)) == (False, False)
    assert (may_apply(None, ANSWERS), applies(None, ANSWERS)) == (True, True)


def test_a_condition_tells_what_it_looks_at():
    assert AllOf((YES, Not(AnyOf((OPEN, Filled("g.F1.note")))), AtMost("g.F1.area", Decimal(1)))).asked == {
        "q.a",
        "q.z",
        "g.F1.note",
        "g.F1.area",
    }


def test_conditions_are_joined_without_needless_layers():
    assert both(None, YES) is YES
    assert both(YES, None) is YES
    assert both(None, None) is None
    assert both(YES, YES) == YES
    assert both(YES, OPEN) == AllOf((YES, OPEN))
    assert any_of([YES, YES]) == YES
    assert any_of([YES, None]) is None
    assert any_of([YES, OPEN, YES]) == AnyOf((YES, OPEN))


SIGN = Situation("q.sign", "有没有招牌？", ("有", "没有"))
LIT = Situation("q.lit", "发光吗？", ("发光", "不发光"), when=OneOf("q.sign", ("有",)))
COLOUR = Situation("q.colour", "什么颜色？", ("红", "白"), when=OneOf("q.lit", ("发光",)))
ALL = (COLOUR, LIT, SIGN)


def test_a_question_is_asked_once_the_one_before_it_is_answered_so():
    assert [one.code for one in asked_now(ALL, {})] == ["q.sign"]
    assert [one.code for one in asked_now(ALL, {"q.sign": "有"})] == ["q.lit", "q.sign"]


def test_answers_stand_while_their_questions_do():
    said = {"q.sign": "有", "q.lit": "发光", "q.colour": "红", "g.P4.phone": "无手机", "g.P3.area": ""}
    assert standing(ALL, said) == {"q.sign": "有", "q.lit": "发光", "q.colour": "红", "g.P4.phone": "无手机"}


def test_an_answer_to_a_question_not_asked_yet_falls_away_and_so_does_what_hung_on_it():
    assert standing(ALL, {"q.lit": "发光", "q.colour": "红"}) == {}


def test_a_question_that_is_ruled_out_fails_whatever_hangs_on_it():
    kept = standing(ALL, {"q.sign": "没有", "q.lit": "发光", "q.colour": "红"})
    assert kept == {"q.sign": "没有", "q.lit": NOT_ASKED, "q.colour": NOT_ASKED}
    assert OneOf("q.lit", ("发光",)).holds(kept) is False
    assert Filled("q.lit").holds(kept) is False
