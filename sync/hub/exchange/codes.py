"""Code tables of the exchange standards, and the words of ours that they stand for.

This is the only place that knows them: inside, a grade is `very_satisfied` and a decision is `grant`. Where no
published table gives a code for something of ours, it is sent as 其他 and never as a neighbour's code.
"""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.domain.case_parts import DecisionResult, SpecialKind
from clerk_app.domain.identity import DocumentKind
from clerk_app.domain.materials import MaterialItem, MaterialState
from clerk_app.domain.matter import MatterKind
from clerk_app.domain.ratings import Grade

STANDARD_SATISFACTION: Mapping[Grade, str] = {
    "very_satisfied": "1",
    "satisfied": "2",
    "basically_satisfied": "3",
    "dissatisfied": "4",
    "very_dissatisfied": "5",
}
"""满意度 of GB/T 39046-2020 table A.8: 1 is the best. Used in `up_pro_result`."""

RATING_SATISFACTION: Mapping[Grade, str] = {
    "very_satisfied": "5",
    "satisfied": "4",
    "basically_satisfied": "3",
    "dissatisfied": "2",
    "very_dissatisfied": "1",
}
"""整体满意度 of the rating systems (好差评): 5 is the best, the opposite of the standard's. Used in rating records."""

PROJECT_TYPE: Mapping[MatterKind, str] = {"at_once": "1", "promised": "2"}
"""办件类型, GB/T 39046-2020 annex A: 1 即办件, 2 承诺件."""

PROJECT_TYPE_OTHER = "9"

NATURAL_PERSON = "1"
"""服务对象, GB/T 39046-2020 annex A: 1 自然人. An identity card was read, so the applicant is one."""

AT_THE_WINDOW = "1"
"""办理形式, GB/T 39046-2020 annex A: 1 窗口."""

_RESIDENT_ID, _OTHER_DOCUMENT = "10", "99"


def document_code(document: DocumentKind) -> str:
    """证件类型: 10 居民身份证, 99 其他. For the other cards no code is published that we could rely on."""
    return _RESIDENT_ID if document == "resident_id" else _OTHER_DOCUMENT


RESULT_TYPE: Mapping[DecisionResult, str] = {"grant": "0", "refuse": "1"}
"""办结结果: 0 出证办结 or 准予, 1 不予许可."""

_INSTEAD_OF_PAPER: Mapping[MaterialState, str] = {"exempt": "3", "deferred": "4", "promised": "7"}
_PAPER, _FILE = "1", "2"


def get_type(item: MaterialItem) -> str | None:
    """收取方式: 1 纸质, 2 电子版, 3 证照, 4 容缺补正, 7 告知承诺; None for what did not come."""
    if item.state == "received":
        return _FILE if item.form == "electronic" else _PAPER
    return _INSTEAD_OF_PAPER.get(item.state)


SPECIAL_TYPE: Mapping[SpecialKind, str] = {"extension": "1", "other": "2"}
"""特别程序种类, GB/T 39046-2020 annex A: 1 延长审批, 2 除延长审批之外."""

RATING_CHANNEL = "5"
"""评价渠道: 5 政务大厅其他终端, a pad or second screen (1 PC端, 2 移动服务端, 3 二维码, 4 平板电脑, 6 电话, 7 短信)."""


def rated_state(*, accepted: bool, ended: bool) -> str:
    """办件状态 when the citizen rated: 1 收件, 2 受理, 3 办结."""
    return "3" if ended else "2" if accepted else "1"
