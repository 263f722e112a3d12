"""The journal told to people: one plain line for each fact of a case or a visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clerk_app.domain.civil import short_time
from clerk_app.domain.fold import SETTLED, Fact
from clerk_app.domain.notice_for import TITLES
from clerk_app.domain.outcomes import OUTCOMES
from clerk_app.domain.rechecks import REASON_LABELS

PLATFORM = "平台"

_POWER_WORDS = {"receive": "收件", "accept": "受理", "complete": "当场办结"}
_OUTCOME_WORDS = {str(outcome.name): outcome.label for outcome in OUTCOMES}
CHOICE_WORDS: Mapping[str, str] = {
    "keep": "以先办的为准",
    "record_again": "在现在的基础上再办一次",
    "ask_supervisor": "请主管处理",
}
"""What a person can do about a step without effect."""
_RATING_WORDS = {"answered": "评价已完成", "timed_out": "未评价", "device_failed": "评价器出错，没有评价成"}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What happened, when (UTC in milliseconds) and by whom: a clerk's name, 平台, or empty."""

    text: str
    at: int
    by: str

    @property
    def plain(self) -> str:
        """In one line: 收件，打印收件凭证 1 份 · 11-17 10:09 · 王例."""
        return " · ".join(part for part in (self.text, short_time(self.at), self.by) if part)


def history_line(fact: Fact, clerk_name: str = "") -> HistoryLine:
    """The line for a fact. A kind of a later version is named as such; a body that lacks what it needs likewise."""
    tell = _TELL.get(fact.kind)
    try:
        text = tell(fact) if tell else "新版本写入的一步，请升级后查看"
    except (KeyError, TypeError, ValueError, AttributeError):
        text = "一步记录不完整，请联系维护人员"
    return HistoryLine(text, fact.recorded_at, PLATFORM if fact.by_hub else clerk_name or fact.clerk)


def _taken_in(fact: Fact) -> str:
    papers = [f"{TITLES[paper['kind']]} {paper['copies']} 份" for paper in fact.body["documents"]]
    printed = f"，打印{'、'.join(papers)}" if papers else ""
    return f"{_POWER_WORDS[fact.body['power']]}{printed}"


def _package_taken_in(fact: Fact) -> str:
    children = fact.body["children"]
    waiting = sum(bool(child["waits"]) for child in children)
    counted = f"，{len(children)} 个子事项" + (f"，其中 {waiting} 个待前置" if waiting else "")
    return _taken_in(fact) + counted


def _decided(fact: Fact) -> str:
    result = {"grant": "部门决定：准予", "refuse": "部门决定：不予"}[fact.body["result"]]
    begun = "、".join(str(item["name"]) for item in fact.body.get("started") or ())
    return _of_child(fact) + result + _because(fact) + (f"；开始办理{begun}" if begun else "")


def _result_registered(fact: Fact) -> str:
    said = "更正结果" if fact.body.get("corrects") is True else "登记结果"
    document = fact.body.get("document") or {}
    return _of_child(fact) + said + _told(" ".join(str(document.get(key) or "") for key in ("name", "number")))


def _material_supplied(fact: Fact) -> str:
    return "补交容缺材料：" + "、".join(str(item["name"]) for item in fact.body["materials"])


def _of_child(fact: Fact) -> str:
    """Which child of a package it is about."""
    child = fact.body.get("child")
    return f"{fact.body.get('child_name') or f'子事项 {str(child)[-2:]}'}：" if child else ""


def _returned(fact: Fact) -> str:
    return _of_child(fact) + "部门退回" + _because(fact)


def _suspended(fact: Fact) -> str:
    return f"{_of_child(fact)}特别程序开始：{fact.body['name']}{_because(fact)}"


def _resumed(fact: Fact) -> str:
    return f"{_of_child(fact)}特别程序结束{_told(fact.body['result'])}{_new_day(fact)}"


def _extended(fact: Fact) -> str:
    return f"{_of_child(fact)}部门延长审批期限{_because(fact)}{_new_day(fact)}"


def _new_day(fact: Fact) -> str:
    return _told(f"最迟 {fact.body['due_on']}") if fact.body["due_on"] else ""


def _told(text: str) -> str:
    return f"，{text.strip()}" if text.strip() else ""


def _rechecked(fact: Fact) -> str:
    name, reason = fact.body["name"], REASON_LABELS[fact.body["reason"]]
    return {"confirmed": f"证照库复核：{name}一致", "differs": f"证照库复核：{name}不符，{reason}"}[fact.body["result"]]


def _recheck_settled(fact: Fact) -> str:
    return f"复核不符已处理：{fact.body['name']}，{fact.body['note']}"


def _because(fact: Fact) -> str:
    reason = str(fact.body.get("reason") or "").strip()
    return f"，{reason}" if reason else ""


def _opened(fact: Fact) -> str:
    ticket = fact.body["ticket"]
    return f"开始接待 {ticket}" if ticket else "开始接待"


def _applicant_read(fact: Fact) -> str:
    how = "读取证件" if fact.body["source"] == "card" else "手工录入证件"
    return how if fact.body["present"] else f"{how}，本人不在场"


def _matter_ended(fact: Fact) -> str:
    return f"{fact.body['matter_name']}：{_OUTCOME_WORDS[fact.body['outcome']]}{_because(fact)}"


def _rating_settled(fact: Fact) -> str:
    return _RATING_WORDS[fact.body["state"]]


def _conflict_settled(fact: Fact) -> str:
    chosen = CHOICE_WORDS[fact.body["choice"]]
    note = str(fact.body["note"])
    return f"冲突处理：{chosen}" + (f"，{note}" if note else "")


_TELL: Mapping[str, Callable[[Fact], str]] = {
    SETTLED: _conflict_settled,
    "case.taken_in": _taken_in,
    "case.package_taken_in": _package_taken_in,
    "case.material_supplied": _material_supplied,
    "case.decided": _decided,
    "case.result_registered": _result_registered,
    "case.returned": _returned,
    "case.suspended": _suspended,
    "case.resumed": _resumed,
    "case.extended": _extended,
    "case.rechecked": _rechecked,
    "case.recheck_settled": _recheck_settled,
    "visit.opened": _opened,
    "visit.applicant_read": _applicant_read,
    "visit.parked": lambda _: "挂起",
    "visit.resumed": lambda _: "恢复办理",
    "visit.matter_ended": _matter_ended,
    "visit.hints_opened": lambda fact: f"打开 {len(fact.body['hints'])} 项涉及隐私的政策提示",
    "visit.rating_invited": lambda _: "已邀请评价",
    "visit.rating_settled": _rating_settled,
    "visit.closed": lambda _: "结束接待",
}
