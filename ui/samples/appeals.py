"""Sample states of the 办不成事 register."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.domain import notice_number
from clerk_app.domain.appeals import Appeal, AppealWords, Handling
from clerk_app.services.rows import AppealRow
from ui.presenters.appeals import appeal_detail, appeal_filters, appeal_line, appeal_lines
from ui.samples import desk
from ui.viewmodels.appeals import AppealsState

if TYPE_CHECKING:
    from ui.viewmodels.parts import FieldView

_FRIDAY = date(2026, 11, 20)
_ADDED = "告知书上没有、又加要的材料：租赁合同备案证明"
_WHY = "城管和市监互相推，招牌没人受理"
_NAMES = {desk.CLERK: desk.CLERK_NAME}


def _row(count: int, on: date, why: str, matter: str, unit: str, due_on: str, state: str = "open") -> AppealRow:
    number = notice_number.make(desk.HALL, desk.DEVICE, on, count)
    return AppealRow(number, state, "citizen", "吴例宁", matter, why, unit, due_on, desk.at(10, 9, on))


@cache
def register() -> AppealsState:
    """Three records: one late, one to be answered, one to be asked about."""
    rows = (
        _row(11, date(2026, 11, 13), _WHY, "开办餐饮店一件事", "例州区城市管理局", "2026-11-20"),
        _row(16, _FRIDAY, _ADDED, "居住登记及居住证申领", "窗口负责人 0001", "2026-11-27"),
        _row(14, _FRIDAY, "系统里查不到参保记录", "", "例州区社会保险中心", "2026-11-27", "handled"),
    )
    words = AppealWords(
        why=_WHY,
        unit="例州区城市管理局",
        due_on=date(2026, 11, 20),
        person="吴例宁",
        phone="13000000001",
        matter="开办餐饮店一件事",
        trips=3,
        demand="想知道招牌先找哪个窗口",
    )
    late = Appeal(
        number=rows[0].number,
        words=words,
        due_on=words.due_on,
        clerk=desk.CLERK,
        recorded_at=rows[0].recorded_at,
    )
    detail = appeal_detail(late, _NAMES, desk.TODAY)
    lines = tuple(appeal_line(row, desk.TODAY) for row in rows)
    filters = appeal_filters({"open": 2, "handled": 1})
    return AppealsState(lines, filters, current="all", selected=rows[0].number, detail=detail)


@cache
def answered() -> AppealsState:
    """The same three, the one in detail whose person is to be asked about the answer."""
    state = register()
    words = AppealWords("系统里查不到参保记录", "例州区社会保险中心", date(2026, 11, 27), person="吴例宁")
    handling = Handling("记录在上一个参保地，已经转来", desk.CLERK, desk.at(15, 30, _FRIDAY))
    appeal = Appeal(
        state.rows[2].number, words, words.due_on, desk.CLERK, desk.at(10, 9, _FRIDAY), "handled", (handling,)
    )
    return replace(state, selected=appeal.number, detail=appeal_detail(appeal, _NAMES, desk.TODAY))


@cache
def nothing() -> AppealsState:
    """Nobody waits for an answer."""
    return AppealsState(filters=appeal_filters({"open": 0, "handled": 0}))


@cache
def lines() -> tuple[FieldView, ...]:
    """A new record while somebody stands at the counter."""
    return appeal_lines("周例安", "13000000001", "居住登记及居住证申领", date(2026, 11, 30))
