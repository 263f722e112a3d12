"""Packages (一件事) through the real window by keyboard alone: questions, prefill, exemption, deferral, papers, hub."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from clerk_app.cli.demo_place import DemoPlace
from tests.e2e.test_window import ELDER, WORKER, choose, finish, place, program, read_card, sign_in
from tests.qt.hands import focus, press, type_text
from ui.app import WindowProgram
from ui.viewmodels.counter_state import CounterState
from ui.viewmodels.parts import FieldView

__all__ = ["place", "program"]

Key = Qt.Key

RESTAURANT = {
    "q.subject": "1",  # 个体工商户
    "q.signboard": "1",  # 要挂
    "q.area": "2",  # 不是
    "q.tobacco": "1",  # 卖
    "q.sewer": "2",  # 不排入
    "q.public_place": "2",  # 不提供
    "child:B11": "2",  # 不办
}
ELDERLY = {
    "q.age": "3",  # 80 岁及以上
    "q.agent": "1",  # 本人来办
    "q.photo": "2",  # 用证照库照片
    "q.receives_pension": "1",  # 在领
    "q.remote_care": "2",  # 不要
    "child:P22": "1",
}
TYPED = {
    "g.E1.name": "例州例记小吃店",
    "g.E2.address": "例湖路 18 号",
    "g.E3.document_number": "999999199202160010",
    "g.K1.drawing": "例-01",
}
ANY = {"number": "30", "date": "20260105", "id": "999999199202160010", "phone": "13000000001"}


def test_two_packages_from_the_card_to_the_papers_and_to_the_platform(
    qtbot: QtBot, place: DemoPlace, program: WindowProgram
) -> None:
    sign_in(qtbot, program)
    models = program.models
    assert models is not None

    # A restaurant: one licence exempts, one paper is promised, one comes later.
    read_card(qtbot, program, place, WORKER)
    choose(qtbot, program, "PK01")
    answer_questions(qtbot, program, RESTAURANT)
    settle_materials(qtbot, program, {"N10": "2", "N08": "2", "N09": "2"})
    fill_form(program)
    restaurant = take_in(qtbot, program, place)
    assert {child.name for child in state(program).done.children} == {  # type: ignore[union-attr]
        "个体工商户设立登记",
        "食品经营许可新办",
        "户外招牌设施设置",
    }
    notice = text_of(place, restaurant, "deferral_notice")
    for part in (
        "容缺受理通知书",
        "开办餐饮店一件事",
        "食品经营许可新办",
        "食品安全管理人员信息及考核合格证明",
        "待前置",
    ):
        assert part in notice, part
    assert "烟草" not in notice
    assert re.search(r"给您省了：表单\d+→\d+项，材料\d+→\d+份", notice)
    assert "告知承诺书" in text_of(place, restaurant, "promise_letter")
    assert "考核合格证明" in text_of(place, restaurant, "deferral_promise")
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: state(program).stage == "idle", timeout=20_000)

    # The services for an elder; what the card says is not asked.
    read_card(qtbot, program, place, ELDER)
    choose(qtbot, program, "PK14")
    answer_questions(qtbot, program, ELDERLY)
    settle_materials(qtbot, program, {})
    filled = [fact.label for part in state(program).sections for fact in part.facts]
    assert {"姓名", "证件号码", "户籍地址"} <= set(filled)
    fill_form(program)
    elder = take_in(qtbot, program, place)
    assert "高龄老人上门服务套餐" in "".join(text_of(place, elder, kind) for kind in ("receipt", "acceptance_notice"))

    rows = {row.number: row for row in place.store.reads.cases()}
    assert set(rows) == {restaurant, elder}
    assert not any(row.uploaded for row in rows.values())
    place.start_hub()
    press(Key.Key_F5)
    qtbot.waitUntil(lambda: all(row.uploaded for row in place.store.reads.cases()), timeout=40_000)
    assert place.hub is not None
    assert place.hub.digest()["cases"] == 2


def state(program: WindowProgram) -> CounterState:
    assert program.models is not None
    shown = program.models.counter.state
    assert isinstance(shown, CounterState)
    return shown


def answer_questions(qtbot: QtBot, program: WindowProgram, answers: dict[str, str]) -> None:
    """One digit a question, in the order of asking; an optional child is asked last."""
    assert state(program).stage == "situations"
    answered: set[str] = set()
    while (code := focus().objectName().removeprefix("situation:")) not in answered:
        press(answers.get(code, "1"))
        answered.add(code)
    assert not [item for item in state(program).missing if item.anchor.startswith("q.")]
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: state(program).stage == "materials", timeout=20_000)


def settle_materials(qtbot: QtBot, program: WindowProgram, keys: dict[str, str]) -> None:
    while open_ := [view for view in state(program).materials if not view.state]:
        code = focus().objectName().removeprefix("material:")
        assert code in {view.code for view in open_}
        press(keys.get(code, "1"))
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: state(program).stage == "form", timeout=20_000)


def fill_form(program: WindowProgram) -> None:
    while missing := state(program).missing:
        press("Alt+1")
        code = missing[0].anchor
        field = next(view for part in state(program).sections for view in part.fields if view.code == code)
        if field.editor == "table":
            for column in field.columns:
                fill(column, "例")
                press(Key.Key_Tab)
        else:
            fill(field, TYPED.get(code, "例"))
        assert len(state(program).missing) < len(missing), missing[0]


def fill(field: FieldView, words: str) -> None:
    if field.editor == "choice":
        press(Key.Key_1)
    else:
        type_text(ANY.get(field.editor, words) if field.code not in TYPED else words)


def take_in(qtbot: QtBot, program: WindowProgram, place: DemoPlace) -> str:
    """Check, sign, print; return the number."""
    press("Ctrl+Return")
    qtbot.waitUntil(lambda: state(program).stage == "check", timeout=10_000)
    place.visitors.will_rate("very_satisfied")
    press("Ctrl+Return")
    finish(qtbot, program)
    done = state(program).done
    assert done is not None
    qtbot.waitUntil(
        lambda: all(paper.chip.text == "已打印" for paper in state(program).done.papers),  # type: ignore[union-attr]
        timeout=40_000,
    )
    return done.number.replace(" ", "")


def text_of(place: DemoPlace, number: str, kind: str) -> str:
    """The text of a printed paper without blanks; empty if it was not printed."""
    found = sorted(Path(place.out).glob(f"{number}-{kind}*.pdf"))
    return re.sub(r"\s", "", "".join(_read(path) for path in found[:1]))


def _read(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
