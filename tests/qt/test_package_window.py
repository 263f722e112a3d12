"""A package (一件事) through the real window by keys alone: situations, choice, papers, one form, printed papers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.qt.desk import WORKER
from tests.qt.hands import focus, press, said, type_text
from tests.qt.test_window import choose, program, read_card, sign_in

__all__ = ["program"]

Key = Qt.Key

RESTAURANT = {
    "q.subject": 1,  # 个体工商户
    "q.signboard": 1,  # 要挂
    "q.area": 2,  # 不是
    "q.tobacco": 1,  # 卖
    "q.sewer": 2,  # 不排入
    "q.public_place": 2,  # 不提供
}
TYPED = {
    "g.E1.name": "例州例记小吃店",
    "g.E1.scope": "餐饮服务",
    "g.E2.address": "例湖路 18 号",
    "g.E2.owner": "吴例宁",
    "g.E3.name": "周例安",
    "g.E3.document_number": "999999199202160010",
    "g.F2.manager": "周例安",
    "g.K1.size": "3 米 × 1 米",
    "g.K1.drawing": "例 1",
}


@pytest.fixture
def counter(qtbot, program, place):
    sign_in(qtbot, program)
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "PK01")
    return program.models.counter


def answer_situations(counter, answers=RESTAURANT):
    while missing := [item for item in counter.state.missing if item.anchor.startswith("q.")]:
        assert focus().objectName() == f"situation:{missing[0].anchor}"
        press(str(answers[missing[0].anchor]))


def parts(counter):
    return [child.name for child in counter.state.children if child.part]


def fill_form(counter):
    """Answer whatever is missing: digits for choices, words for the rest, the cells of a table one by one."""
    while missing := counter.state.missing:
        press("Alt+1")
        code = missing[0].anchor
        field = next(view for part in counter.state.sections for view in part.fields if view.code == code)
        if field.editor == "choice":
            press(Key.Key_1)
        elif field.editor == "table":
            fill_row(field.columns)
        else:
            type_text(TYPED.get(code, {"number": "3", "date": "20260105"}.get(field.editor, "例")))
        assert len(counter.state.missing) < len(missing), missing[0]


def fill_row(columns):
    for column in columns:
        if column.editor == "choice":
            press(Key.Key_1)
        else:
            type_text({"number": "3", "date": "20260105", "id": "999999199202160010"}.get(column.editor, "例"))
        press(Key.Key_Tab)


def test_the_questions_come_before_the_papers_and_say_what_the_answers_come_to(counter, program):
    assert counter.state.stage == "situations"
    assert "8 个事项 · 6 个部门" in said(program.window)
    answer_situations(counter)
    assert parts(counter) == [
        "个体工商户设立登记",
        "食品经营许可新办",
        "户外招牌设施设置",
        "烟草专卖零售许可证核发（新办）",
    ]
    assert "4 个事项 · 3 个部门" in said(program.window)
    press("Ctrl+Return")
    assert counter.state.stage == "materials"


def test_nothing_goes_on_while_a_question_is_open(counter):
    press("1")
    press("Ctrl+Return")
    assert counter.state.stage == "situations"
    assert counter.state.problem is not None


def test_an_answer_taken_back_brings_the_whole_list_again(counter):
    answer_situations(counter)
    chosen = (parts(counter), counter.state.sizes)
    while focus().objectName() != "situation:q.signboard":
        press("Shift+Tab")
    press(Key.Key_2)
    assert "户外招牌设施设置" not in parts(counter)
    press("Shift+Tab")
    press(Key.Key_Backspace)
    assert "户外招牌设施设置" in parts(counter)
    press(Key.Key_1)
    assert (parts(counter), counter.state.sizes) == chosen


def test_an_optional_child_is_left_out_and_taken_in_again_by_a_digit(counter):
    answer_situations(counter)
    assert focus().objectName() == "situation:child:B11"
    press(Key.Key_2)
    assert "烟草专卖零售许可证核发（新办）" not in parts(counter)
    assert all(child.note == "群众选了不办" for child in counter.state.children if "烟草" in child.name)
    press(Key.Key_1)
    assert "烟草专卖零售许可证核发（新办）" in parts(counter)


def test_a_package_from_the_card_to_the_printed_papers(qtbot, counter, program, place):
    answer_situations(counter)
    press("Ctrl+Return")
    materials = {view.code: view for view in counter.state.materials}
    assert materials["M01"].state == "exempt"
    assert "市监、城管、烟草用" in materials["N05"].note
    assert [view.name for view in counter.state.produced] == ["营业执照", "统一社会信用代码", "成立日期"]
    keys = {"N10": "2", "N08": "2", "N09": "2"}  # 免提交 by electronic licence, 告知承诺, 容缺
    while (code := focus().objectName().removeprefix("material:")) and any(
        view.code == code and view.state == "" for view in counter.state.materials
    ):
        press(keys.get(code, "1"))
    states = {view.code: view.state for view in counter.state.materials}
    others = {"M01": "exempt", "N10": "exempt", "N08": "promised", "N09": "deferred"}
    assert states == {code: others.get(code, "received") for code in states}
    chips = {view.code: view.chip.text for view in counter.state.materials}
    assert chips["N10"] == "免提交 · 待复核"
    assert chips["N09"].startswith("容缺 · ")
    press("Ctrl+Return")
    assert counter.state.stage == "form"
    fill_form(counter)
    press("Ctrl+Return")
    assert counter.state.stage == "check", counter.state.missing
    assert counter.state.primary.label == "容缺受理并打印容缺受理通知书"
    place.answers.put("satisfied")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: counter.state.stage == "done" and len(place.paper.sheets) == 6, timeout=20_000)
    assert counter.state.done.heading == "容缺受理"
    assert counter.state.done.later.startswith("食品安全管理人员信息及考核合格证明 ")
    case = counter.visit.finished[-1].case
    assert [known.code for known in case.deferrals] == ["N09"]
    assert [document.kind for document in case.intake.documents] == [
        "deferral_notice",
        "deferral_promise",
        "promise_letter",
    ]
    assert [child.matter.code for child in case.children] == ["B04", "B05", "B06", "B11"]
    # Without a line the business is only registered later, and who needs the licence waits for it without a clock.
    assert [child.waits for child in case.children] == [False, True, True, True]
    assert [child.chip.text for child in counter.state.done.children][1:] == ["待前置"] * 3
    assert counter.state.done.children[1].note == "市监 · 等个体工商户设立登记办成后受理、计时"


def finish(qtbot, counter, place, *, deferred=()):
    """From the situations to the end, with every paper there but the `deferred` ones; return the number."""
    answer_situations(counter)
    press("Ctrl+Return")
    while (code := focus().objectName().removeprefix("material:")) and any(
        view.code == code and view.state == "" for view in counter.state.materials
    ):
        press("2" if code in deferred else "1")
    press("Ctrl+Return")
    fill_form(counter)
    press("Ctrl+Return")
    place.answers.put("satisfied")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: counter.state.stage == "done", timeout=20_000)
    return counter.visit.finished[-1].case.number


def in_detail(qtbot, program, number):
    """The case list with this case in detail."""
    press("Ctrl+2")
    cases = program.models.cases
    qtbot.waitUntil(lambda: bool(cases.state.rows))
    cases.select(number)
    qtbot.waitUntil(lambda: cases.state.detail is not None)
    return cases


def test_a_deferred_paper_is_taken_in_when_it_comes_by_two_keys(qtbot, counter, program, place):
    number = finish(qtbot, counter, place, deferred=["N09"])
    cases = in_detail(qtbot, program, number)
    qtbot.waitUntil(lambda: cases.state.detail is not None and bool(cases.state.detail.to_come))
    assert "容缺待补" in cases.state.detail.task.sentence
    press("Ctrl+Return")
    press(Key.Key_1)
    qtbot.waitUntil(lambda: cases.state.detail is not None and not cases.state.detail.to_come, timeout=20_000)
    assert "已补" in next(row.value for row in cases.state.detail.facts if row.label == "容缺")
