from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from clerk_app.catalogue.calendar import load_calendar
from clerk_app.catalogue.loader import load_catalogue
from clerk_app.domain.applicant import Applicant
from clerk_app.domain.draft import new_draft, with_applicant
from tests.qt.desk import ELDER, PENSION, RESIDENCE, WORKER
from ui.presenters.check import answer_groups, citizen_rows
from ui.presenters.counter import counter_state
from ui.presenters.counter_facts import (
    CounterFacts,
    Preparing,
    Surroundings,
    VisitFacts,
    first_stage,
    has_materials_step,
)
from ui.presenters.form import count_text, questions, sections, short_sections
from ui.presenters.materials import material_views
from ui.presenters.outcome_words import citizen_words, expected_effect, expected_papers
from ui.presenters.person import age_text, grouped_id, person_view, presence_chip
from ui.tokens import Tone

TODAY = date(2026, 11, 23)
CATALOGUE = load_catalogue()
AROUND = Surroundings(TODAY, load_calendar(), seal_at_hand=True)


def preparing(code, person, answers=None, *, read_by="card"):
    matter = CATALOGUE.matter(code)
    draft = with_applicant(
        new_draft("d1", "v1", matter, owner="0312", at_ms=1), matter, Applicant(person, read_by, True, 1), 1
    )
    for field, value in (answers or {}).items():
        draft = draft.typing(field, value, 2)
    return Preparing(draft, matter)


def seen(document) -> Any:
    return person_view(VisitFacts("person", document=document), TODAY)


def facts(work, *, around=AROUND, present=True):
    visit = VisitFacts("form", "v1", work.draft.document, present=present, preparing=(work,), current="d1")
    return CounterFacts(around, visit)


# ---- the person -------------------------------------------------------------------------------------------------


def test_the_person_is_told_in_one_line():
    view = seen(WORKER)
    assert view.line == "男 · 34 岁 · 汉"
    assert [(row.label, row.value) for row in view.rows] == [
        ("证件号", "999999 19920216 0010"),
        ("有效期", "2034-05-08 止"),
        ("户籍", "例省例州市甲县乙镇丙村3号"),
    ]
    assert view.warning == ""


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"valid_until": "2026-11-22"}, "到期"),
        ({"number_valid": False}, "校验位"),
        ({"truncated": ("name",)}, "没有存全"),
    ],
)
def test_what_is_odd_about_a_document_is_said(changes, warning):
    assert warning in seen(replace(WORKER, **changes)).warning


@pytest.mark.parametrize(
    ("born", "text"), [("1992-11-23", "34 岁"), ("1992-11-24", "33 岁"), (None, ""), ("19920216", "34 岁"), ("?", "")]
)
def test_age_counts_completed_years(born, text):
    assert age_text(replace(WORKER, birth_date=born), TODAY) == text


@pytest.mark.parametrize(("present", "tone"), [(True, Tone.OK), (False, Tone.WARN), (None, Tone.WARN)])
def test_presence_that_nobody_answered_is_no_yes(present, tone):
    chip = presence_chip(present)
    assert chip.tone is tone
    assert (chip.text == "本人在场") is (present is True)


def test_only_a_citizen_number_is_grouped():
    assert grouped_id("999999199202160010") == "999999 19920216 0010"
    assert grouped_id("H12345678") == "H12345678"


# ---- the form ---------------------------------------------------------------------------------------------------


def test_what_the_card_fills_is_not_for_typing_and_says_where_from():
    work = preparing("P31", WORKER)
    first = sections(facts(work), work)[0]
    assert first.fields == ()
    assert {fact.label: (fact.value, fact.mark) for fact in first.facts}["姓名"] == ("周例安", "身")
    assert first.note == "读身份证得来，不用录"


def test_a_document_copied_by_hand_stays_for_typing():
    work = preparing("P31", WORKER, read_by="manual")
    first = sections(facts(work), work)[0]
    assert first.facts == ()
    assert {field.label: field.mark for field in first.fields}["姓名"] == "填"


def test_a_conditional_field_comes_with_its_condition():
    work = preparing("P31", WORKER, {"g.P9.pickup": "邮寄"})
    codes = [field.code for section in sections(facts(work), work) for field in section.fields]
    assert "g.P9.address" in codes
    without = preparing("P31", WORKER, {"g.P9.pickup": "窗口"})
    assert "g.P9.address" not in [f.code for s in sections(facts(without), without) for f in s.fields]


def test_the_count_says_how_much_the_card_has_done():
    work = preparing("P31", WORKER)
    assert count_text(facts(work), work) == "19 项 · 自动 8 · 还要填 6"
    pension = preparing("P14", ELDER)
    assert count_text(facts(pension), pension) == "13 项 · 自动 7 · 还要填 2"


def test_the_short_page_asks_only_what_no_source_has_answered():
    work = preparing("P14", ELDER, PENSION)
    asked = {question.code: question.value for question in questions(facts(work), work)}
    assert list(asked) == [
        "presence",
        "g.P4.phone",
        "g.P4.backup_name",
        "g.P4.backup_phone",
        "g.I6.benefit",
        "g.I6.payment",
        "g.I6.method",
    ]
    assert asked["presence"] == "yes"
    assert [field.label for field in short_sections(facts(work), work)[0].fields] == [
        "姓名",
        "证件号码",
        "年龄",
        "证件有效期",
    ]


def test_absence_is_an_error_where_the_person_must_come():
    work = preparing("P14", ELDER)
    presence = questions(facts(work, present=False), work)[0]
    assert presence.error
    assert presence.value == "no"


@pytest.mark.parametrize(("present", "word"), [(True, "已经登记好了"), (False, "可以预约上门"), (None, "已经登记好了")])
def test_nobody_absent_is_told_that_all_is_registered(present, word):
    state = counter_state(facts(preparing("P14", ELDER), present=present), has_second_screen=False)
    assert word in state.say


# ---- materials --------------------------------------------------------------------------------------------------


def test_a_material_nobody_spoke_of_has_no_answer_yet():
    views = {view.code: view for view in material_views(preparing("P31", WORKER), AROUND)}
    assert views["M01"].state == "exempt"
    assert views["M10"].state == ""
    assert [choice.code for choice in views["M10"].choices] == ["received"]
    assert views["M10"].chip.text == "还没有"


def test_materials_settled_by_the_card_need_no_step():
    assert not has_materials_step(preparing("P14", ELDER))
    assert has_materials_step(preparing("P14", ELDER, read_by="manual"))
    assert first_stage(preparing("P14", ELDER)) == "form"
    assert first_stage(preparing("P31", WORKER)) == "materials"


def test_a_situation_that_is_excluded_asks_for_no_paper():
    codes = [view.code for view in material_views(preparing("P31", WORKER, {"g.R2.reason": "投靠"}), AROUND)]
    assert codes == ["M01", "M10", "M06"]


# ---- what the paper will say ------------------------------------------------------------------------------------


def test_the_promise_names_its_last_day():
    work = preparing("P31", WORKER)
    effect = expected_effect(work, AROUND)
    assert effect.in_force == "居住登记今天起生效"
    assert "最迟 2026 年 12 月 7 日" in effect.not_yet
    assert [(row.label, row.value) for row in expected_papers(work, AROUND)] == [("受理通知书", "2 份")]


def test_without_the_seal_only_a_receipt_is_promised():
    work = preparing("P31", WORKER)
    bare = replace(AROUND, seal_at_hand=False)
    assert [row.label for row in expected_papers(work, bare)] == ["收件凭证"]
    assert expected_effect(work, bare).when == "platform"


@pytest.mark.parametrize(("online", "words"), [(True, "已经登记好了，"), (False, "现在没有网络，有网就传上去，")])
def test_the_citizen_is_told_only_what_is_true(online, words):
    effect = expected_effect(preparing("P14", ELDER), AROUND)
    told = citizen_words(effect, is_online=online)
    assert words in told
    assert "平台确认后认证生效" in told


def test_the_check_shows_what_was_typed_and_the_citizen_also_who_they_are():
    work = preparing("P31", WORKER, RESIDENCE)
    groups = dict(answer_groups(work))
    assert [row.label for row in groups["现居住地"]] == ["街道/社区", "详细地址"]
    assert "本人" not in groups
    assert [row.label for row in citizen_rows(work)][:2] == ["姓名", "证件号码"]
