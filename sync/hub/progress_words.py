"""What the citizen's page says about a case: pure, from the folded state to plain sentences. It names no person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_app.domain import case_number, notice_number
from clerk_app.domain.case import Case, Intake
from clerk_app.domain.case_parts import CaseResult, Decision
from clerk_app.domain.case_state import ENDED, STATE_LABELS, CaseState
from clerk_app.domain.child_case import ChildCase
from clerk_app.domain.civil import chinese_date, chinese_time, civil_date
from clerk_app.domain.fold import Folded
from clerk_app.domain.given_notice import GivenNotice

Tone = Literal["ok", "warn", "bad", "busy", "offline"]
_SHOWN = 4
DEMO_HALL = "999999"
"""No place in China has this code: cases of it belong to demonstrations and tests."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One child of a package on the page: its matter and department, where it stands, and what that means."""

    title: str
    department: str
    state: str
    tone: Tone
    sentence: str


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """Everything the page shows."""

    title: str
    state: str
    tone: Tone
    sentences: tuple[str, ...]
    number: str = ""
    to_do: tuple[str, ...] = ()
    dates: tuple[tuple[str, str], ...] = ()
    asked_at: str = ""
    mark: str = ""
    lanes: tuple[Lane, ...] = ()


NOT_FOUND = ProgressPage(
    "查不到这个办件",
    "网址不对",
    "warn",
    ("这个网址不是窗口打印的，或者不完整。",),
    to_do=("请重新扫描纸上的二维码；还是不行，请把纸带到窗口查询。",),
)


def page_for(folded: Folded, now_ms: int) -> ProgressPage:
    """The page of a case that has arrived."""
    case: Case = folded.state
    intake = case.intake
    assert intake is not None
    state, tone, sentences, to_do = _of_package(case) if case.children else _words(case, intake)
    if folded.conflicts or folded.read_only:
        sentences = (*sentences, "其中有一步正在由工作人员核对。")
    return ProgressPage(
        title=intake.matter.name,
        state=state,
        tone=tone,
        sentences=sentences,
        number=case_number.grouped(case.number),
        to_do=to_do,
        dates=_dates(case, intake),
        asked_at=chinese_time(now_ms),
        mark=_mark(case.number),
        lanes=tuple(_lane(child, case.children) for child in case.children),
    )


def page_before_arrival(number: str, now_ms: int) -> ProgressPage:
    """The page of a case whose desk signed for it, but which the hub does not have yet."""
    return ProgressPage(
        title="办件进度",
        state="还没传到平台",
        tone="offline",
        sentences=("窗口已收件，还没传到平台。", "窗口有网络后会自动上传，您手里的纸一直有效。"),
        number=case_number.grouped(number),
        to_do=("您现在不用做什么，请过后再扫一次。",),
        asked_at=chinese_time(now_ms),
        mark=_mark(number),
    )


def page_of_notice(notice: GivenNotice, now_ms: int) -> ProgressPage:
    """The page of a one-time notice, whether it has arrived or not: there is no case yet."""
    subject = notice.subject
    arrived = "这张告知书是窗口给的，编号没错。" if subject else "窗口给的告知书还没传到平台，您手里的纸一直有效。"
    return ProgressPage(
        title=subject.name if subject else "一次性告知书",
        state="还没有办",
        tone="busy" if subject else "offline",
        sentences=(arrived, "这件事还没有交材料，所以还没有进度。"),
        number=notice_number.grouped(notice.number),
        to_do=("请照纸上的清单准备材料，带着这张纸到窗口。",),
        dates=(("告知", chinese_date(civil_date(notice.given_at))),) if subject else (),
        asked_at=chinese_time(now_ms),
        mark=_mark(notice.number),
    )


def page_of_silent_device(number: str, now_ms: int) -> ProgressPage:
    """The page of a case of a device that never had a line yet, so that its signature cannot be checked."""
    return ProgressPage(
        title="办件进度",
        state="还查不到",
        tone="offline",
        sentences=("开出这张纸的设备还没有连上过平台，平台上还查不到这个办件。",),
        number=_grouped(number),
        to_do=("请过后再扫一次；急用请把纸带到窗口查询。",),
        asked_at=chinese_time(now_ms),
        mark=_mark(number),
    )


def _grouped(number: str) -> str:
    return notice_number.grouped(number) if notice_number.check(number) else case_number.grouped(number)


def _mark(number: str) -> str:
    return "演示，不是真实办件" if number.startswith(DEMO_HALL) else ""


_Words = tuple[str, Tone, tuple[str, ...], tuple[str, ...]]
_NOTHING = "您现在不用做什么。"
_REMEDY = "不服这个决定，可以依法申请行政复议或者提起行政诉讼；不清楚怎么办，请拨打 12345。"


def _words(case: Case, intake: Intake) -> _Words:
    match case.state:
        case CaseState.RECEIVED:
            return "已收件", "busy", ("材料已经收下，正在等部门确认。", *_effect(intake)), (_NOTHING,)
        case CaseState.ACCEPTED | CaseState.ACCEPTED_DEFICIT | CaseState.REVIEW | CaseState.EXTENDED:
            return STATE_LABELS[case.state], "busy", ("部门正在办理。", *_effect(intake)), (_NOTHING,)
        case CaseState.SUSPENDED:
            name = case.special[-1].name if case.special else "特别程序"
            return STATE_LABELS[case.state], "busy", (f"部门正在进行{name}，这段时间不算在办理时限里。",), (_NOTHING,)
        case CaseState.DECIDED if case.decision is not None:
            return _decided(case.decision, case.result)
        case CaseState.RETURNED:
            reason = case.returned.reason if case.returned else ""
            return "已退回", "warn", ("部门把办件退回窗口。", *_reason(reason)), ("请带上要补的材料和这张纸到原窗口。",)
        case CaseState.CLOSED | CaseState.DELIVERED | CaseState.ARCHIVED:
            said = ("这件事已经办完。", *_issued(case.result), *_effect(intake))
            return STATE_LABELS[case.state], "ok", said, ()
        case _:
            # Every state of a later version has its own word already; the window knows the rest.
            return STATE_LABELS[case.state], "busy", (), ("具体情况请咨询窗口。",)


def _of_package(case: Case) -> _Words:
    """The whole in one line; each of its matters has a lane of its own."""
    children = case.children
    ended = sum(child.state in ENDED for child in children)
    counted = f"这件事有 {len(children)} 个事项，{ended} 个已经有结果。各部门分别办理，情况如下。"
    back = [child.matter.name for child in children if child.state is CaseState.RETURNED]
    if back:
        to_do = f"请带上要补的材料和这张纸到原窗口：{'、'.join(back)}。"
        return "部分退回", "warn", (counted,), (to_do,)
    if case.state in ENDED:
        refused = any(child.decision is not None and child.decision.result == "refuse" for child in children)
        return "全部有结果", "bad" if refused else "ok", (counted,), (_REMEDY,) if refused else ()
    return STATE_LABELS[case.state], "busy", (counted,), (_NOTHING,)


def _lane(child: ChildCase, children: tuple[ChildCase, ...]) -> Lane:
    title, department = child.matter.name, child.matter.department
    if child.state is CaseState.WAITING:
        names = "、".join(one.matter.name for one in children if one.ordinal in child.after)
        return Lane(title, department, "待前置", "offline", f"等{names}办成后开始。")
    if child.state is CaseState.STOPPED:
        return Lane(title, department, "前序未通过", "bad", "前面的事项没有通过，这一项不再办理。")
    if child.decision is not None:
        granted = child.decision.result == "grant"
        told = "".join((*_reason(child.decision.reason), *_issued(child.result)))
        return Lane(title, department, "准予" if granted else "不予批准", "ok" if granted else "bad", told)
    if child.state is CaseState.RETURNED and child.returned is not None:
        return Lane(
            title, department, "已退回", "warn", f"原因：{child.returned.reason}" if child.returned.reason else ""
        )
    if child.state is CaseState.SUSPENDED and child.special:
        return Lane(title, department, "特别程序中", "busy", f"{child.special[-1].name}，这段时间不算在办理时限里。")
    tone: Tone = "ok" if child.state in ENDED else "busy"
    return Lane(title, department, STATE_LABELS[child.state], tone, _until(child))


def _until(child: ChildCase) -> str:
    if child.result is not None:
        return "".join(_issued(child.result))
    if child.state in ENDED or child.due is None:
        return child.effect.in_force
    return f"最迟 {child.due.text}办结。"


def _decided(decision: Decision, result: CaseResult | None) -> _Words:
    if decision.result == "grant":
        told = ("部门已经同意。", *_reason(decision.reason), *_issued(result))
        return "准予", "ok", told, ("请按约定的方式领取结果。",)
    return "不予批准", "bad", ("部门没有同意。", *_reason(decision.reason)), (_REMEDY,)


def _effect(intake: Intake) -> tuple[str, ...]:
    """What the paper says, with its day: a 今天 on it means that day, not the one on which the page is read."""
    lines = [line.rstrip("。") for line in (intake.effect.in_force, intake.effect.not_yet) if line]
    return (f"{chinese_date(intake.received_on)}窗口写明：{'；'.join(lines)}。",) if lines else ()


def _issued(result: CaseResult | None) -> tuple[str, ...]:
    """The document of the result. Whoever finds the paper may read this page: of its number only the end is shown."""
    if result is None or not (result.name or result.number):
        return ()
    ending = f"，编号末尾 {result.number[-_SHOWN:]}" if len(result.number) > _SHOWN else ""
    return (f"结果：{result.name or '证照'}已办好{ending}。",)


def _reason(reason: str) -> tuple[str, ...]:
    return (f"原因：{reason}",) if reason else ()


def _dates(case: Case, intake: Intake) -> tuple[tuple[str, str], ...]:
    dates = [("收件", chinese_date(intake.received_on))]
    if intake.accepted_on is not None:
        dates.append(("受理", chinese_date(intake.accepted_on)))
    if case.decision is not None:
        dates.append(("决定", chinese_date(case.decision.decided_on)))
    elif case.returned is not None:
        dates.append(("退回", chinese_date(case.returned.returned_on)))
    elif case.due is not None and case.state is not CaseState.SUSPENDED:
        estimated = "（推算）" if case.due.estimated else ""
        dates.append(("最迟办结", chinese_date(case.due.on) + estimated))
    return tuple(dates)
