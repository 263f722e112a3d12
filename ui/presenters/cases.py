"""The work list and one case in detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from clerk_app.domain import case_number
from clerk_app.domain.case_number import HALL
from clerk_app.domain.case_parts import NUMBER_KEYS
from clerk_app.domain.case_state import STATE_LABELS, CaseState
from clerk_app.domain.civil import civil_date, short_time
from clerk_app.domain.workdays import Calendar
from clerk_app.errors import CaseElsewhere
from clerk_app.services.cases import CaseView, DeferralView, ResultView
from clerk_app.services.results import ResultToRegister
from clerk_app.services.rows import CaseRow, PrintJob
from ui.presenters.done import document_name, job_chip, upload_chip
from ui.presenters.form import field_view
from ui.presenters.lanes import lane_views, scale_view
from ui.presenters.words import note_view, problem_view
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import Choice, ProblemView
from ui.viewmodels.cases import (
    DOCUMENT_NUMBER,
    CaseDetail,
    CaseLine,
    EventView,
    FilterKey,
    FilterView,
    ResultAsk,
)
from ui.viewmodels.parts import ChipView, FieldView, TextRow

_STOPPED = frozenset({CaseState.DECIDED, CaseState.CLOSED, CaseState.DELIVERED, CaseState.ARCHIVED})


def case_line(row: CaseRow, calendar: Calendar, today: date, *, is_online: bool) -> CaseLine:
    """One case in the list."""
    state = CaseState(row.state)
    due, part = _due(row, state, calendar, today)
    return CaseLine(
        number=row.number,
        shown=case_number.grouped(row.number),
        applicant=row.applicant,
        matter=row.matter_name,
        status=_status(row, state, today),
        due=due,
        due_part=part,
        uploaded=upload_chip(uploaded=row.uploaded, is_online=is_online),
    )


def asking_view(number: str) -> ProblemView:
    """A case of another desk is being asked for."""
    sentence = say("正在向平台调取 {number}…", number=case_number.grouped(number))
    return note_view(sentence, say("等的时候可以照常办别的；谁查的已经记下。"))


def not_taken_up_view(number: str, error: Exception) -> ProblemView:
    """It did not come. Without a line that is no failure, and nothing is for the clerk to do in a hurry."""
    view = problem_view(error)
    sentence = f"{case_number.grouped(number)}：{view.sentence}"
    if not isinstance(error, CaseElsewhere):
        return replace(view, sentence=sentence)
    tone = Tone.OFFLINE if error.data["reason"] == "no_line" else Tone.WARN
    return ProblemView(sentence, view.next_step, tone)


def filter_views(counts: dict[FilterKey, int]) -> tuple[FilterView, ...]:
    """The filters in the order of the day: what needs me first."""
    labels: tuple[tuple[FilterKey, str], ...] = (
        ("todo", say("要处理")),
        ("open", say("在办")),
        ("owed", say("容缺承诺")),
        ("closed", say("已办结")),
        ("all", say("全部")),
    )
    return tuple(FilterView(key, label, counts.get(key)) for key, label in labels)


def case_detail(
    view: CaseView,
    prints: Sequence[PrintJob],
    today: date,
    *,
    uploaded: bool,
    is_online: bool,
    device: str = "",
    results: Sequence[ResultToRegister] = (),
) -> CaseDetail:
    """One case with its papers and its history, the newest line first. `device`: nine digits, if another's.

    `results` are those that can be said of it, whether they were or not.
    """
    asked = () if view.read_only else tuple(known for known in results if known.can_register)
    return CaseDetail(
        number=view.number,
        shown=case_number.grouped(view.number),
        matter=view.matter_name,
        subtitle=" · ".join(filter(None, (view.applicant, view.department, view.state_label))),
        uploaded=upload_chip(uploaded=uploaded, is_online=is_online),
        task=_task(view),
        to_settle=not view.read_only and (bool(view.conflicts) or any(known.sentence for known in view.rechecks)),
        facts=tuple(row for row in _facts(view, device) if row.value),
        papers=_papers(prints),
        lanes=lane_views(view, today),
        scale=scale_view(view, today),
        to_come=() if view.read_only else tuple(Choice(known.code, _deferral_word(known)) for known in _to_come(view)),
        to_register=tuple(_ask(known) for known in asked if known.result is None),
        to_correct=tuple(_ask(known) for known in asked if known.result is not None),
        events=tuple(EventView(item.text, _when(item.when, item.by)) for item in reversed(view.history)),
    )


def _papers(prints: Sequence[PrintJob]) -> tuple[TextRow, ...]:
    """One row for each document and each state its copies are in."""
    counted: dict[tuple[str, str], int] = {}
    for job in prints:
        key = (document_name(job), job_chip(job).text)
        counted[key] = counted.get(key, 0) + 1
    return tuple(
        TextRow(name, say("{count} 份 · {state}", count=count, state=state)) for (name, state), count in counted.items()
    )


def _status(row: CaseRow, state: CaseState, today: date) -> ChipView:
    if state is CaseState.RETURNED:
        return ChipView(say("部门退回"), Tone.BAD)
    if row.needs_clerk:
        return ChipView(say("请看一眼"), Tone.BAD)
    if row.owed_papers and row.owed_until:
        return _owed(row.owed_papers, date.fromisoformat(row.owed_until), today)
    if row.owed_promises:
        return ChipView(say("{state} · 承诺 {count} 项", state=STATE_LABELS[state], count=row.owed_promises))
    return ChipView(STATE_LABELS[state], Tone.OK if state in _STOPPED else Tone.NEUTRAL)


def _owed(papers: int, until: date, today: date) -> ChipView:
    """What is to come and by when: amber while there is time, red once the day has passed."""
    if until < today:
        late = say("容缺 {count} 份，过期 {days} 天", count=papers, days=(today - until).days)
        return ChipView(late, Tone.BAD)
    when = {0: say("今天到期"), 1: say("明天到期")}.get((until - today).days)
    when = when or say("{day} 前补", day=f"{until.month:02}-{until.day:02}")
    return ChipView(say("容缺 {count} 份，{when}", count=papers, when=when), Tone.WARN)


def _due(row: CaseRow, state: CaseState, calendar: Calendar, today: date) -> tuple[str, float | None]:
    if state in _STOPPED:
        return "", None
    if state is CaseState.SUSPENDED:
        return say("停止计时"), None
    if row.due_on is None:
        return (say("平台确认后生效") if state is CaseState.RECEIVED else ""), None
    due = date.fromisoformat(row.due_on)
    limit = calendar.workdays_between(civil_date(row.taken_in_at), due)
    left = calendar.remaining(today, due)
    part = 1.0 if limit <= 0 else min(max((limit - left) / limit, 0.0), 1.0)
    return _left_text(left) + (say("（推算）") if row.due_estimated else ""), part


def _left_text(left: int) -> str:
    if left > 0:
        return say("还有 {days} 工作日", days=left)
    return say("今天到期") if left == 0 else say("超 {days} 工作日", days=-left)


def _task(view: CaseView) -> ProblemView | None:
    if view.read_only:
        return ProblemView(say("这一件由新版本写入，本版只能查看。"), say("请升级后处理。"), Tone.WARN)
    returned = [child for child in view.children if child.state == CaseState.RETURNED.value]
    if returned:
        told = "；".join(f"{child.matter_name}：{child.sentence}" for child in returned)
        return ProblemView(
            told,
            say("请告诉申请人要补什么，别的事项照常办理；补正和重新报送本版还没有，先按现行办法办。"),
        )
    if view.state == CaseState.RETURNED.value:
        reason = view.returned_reason or say("没有写原因")
        return ProblemView(
            say("部门退回：{reason}", reason=reason),
            say("请告诉申请人要补什么；补正和重新报送本版还没有，先按现行办法办。"),
        )
    for recheck in view.rechecks:
        if recheck.sentence:
            what = say("联网复核不符。{what}", what=recheck.sentence)
            return ProblemView(what, say("{what}按 Ctrl ⏎ 记下怎么处理的。", what=recheck.next_step), Tone.BAD)
    if view.conflicts:
        return ProblemView(
            say("有一步没有生效，两边的记录都留着。"), say("按 Ctrl ⏎ 看两边各办了什么，再定怎么办。"), Tone.BAD
        )
    if to_come := _to_come(view):
        tone = Tone.BAD if any(known.is_late for known in to_come) else Tone.WARN
        what = say("容缺待补：{papers}", papers="；".join(_deferral_word(known) for known in to_come))
        return ProblemView(what, say("补来了，按 Ctrl ⏎ 收下。"), tone)
    waiting = [known.matter_name for known in view.to_register if known.waiting]
    if waiting:
        what = say("{matters}办好了，别的事项等着用证照上的内容。", matters="、".join(waiting))
        return note_view(what, say("按 Ctrl ⏎，照发出的证照登记一次，以后不用再填。"))
    return None


def _ask(known: ResultToRegister) -> ResultAsk:
    """The lines of a result: the number on its document, and what its data fill."""
    document = known.document or say("证照")
    result, brings = known.result, known.result.brings if known.result else {}
    number = FieldView(
        DOCUMENT_NUMBER,
        say("{document}编号", document=document),
        value=result.number if result else "",
        optional=bool(known.fields),
    )
    data = tuple(
        replace(_line(key, field_view(field, None)), value=brings.get(key, "")) for key, field in known.fields.items()
    )
    lines = data if known.number_is_data else (number, *data)
    if result is not None:
        label = say("{matter}：更正{document}", matter=known.matter_name, document=document)
        return ResultAsk(known.number, label, document, lines, corrects=True)
    label = say("{matter}：登记{document}", matter=known.matter_name, document=document)
    return ResultAsk(known.number, label, document, lines)


def _line(key: str, element: FieldView) -> FieldView:
    """An item of the data as a line of the sheet; the hint of the element was for who is asked on the form."""
    required = key in NUMBER_KEYS
    hint = "" if required else say("可不填")
    return replace(element, code=key, mark="", mark_meaning="", optional=not required, placeholder=hint)


def result_word(result: ResultView | None) -> str:
    """A registered result in one line: 营业执照 9199…，成立日期 2026-11-02."""
    if result is None:
        return ""
    data = tuple(f"{label} {value}" for label, value in result.data if value != result.number)
    return "，".join((" ".join(filter(None, (result.document, result.number))), *data))


def _facts(view: CaseView, device: str) -> tuple[TextRow, ...]:
    estimated = say("（推算）") if view.due_estimated else ""
    return (
        TextRow(say("原窗口"), say("设备 {number}，已调取", number=device[HALL:]) if device else ""),
        TextRow(say("收件"), short_time(view.received_at)),
        TextRow(say("受理"), view.accepted_on or ""),
        TextRow(say("最迟办结"), f"{view.due_on}{estimated}" if view.due_on else ""),
        TextRow(say("现在生效"), view.in_force),
        TextRow(say("还没生效"), view.not_yet),
        TextRow(say("待复核"), "、".join(known.name for known in view.rechecks if known.state == "pending")),
        TextRow(say("容缺"), "；".join(_deferral_word(known) for known in view.deferrals)),
        TextRow(say("结果"), result_word(view.result) or _not_registered(view)),
        TextRow(say("结果带来"), _produced_word(view)),
        TextRow(say("告知承诺"), "、".join(view.promises)),
        TextRow(say("事项目录"), _catalogue_word(view)),
        TextRow(say("平台编号"), view.official_number or ""),
    )


def _catalogue_word(view: CaseView) -> str:
    """That the catalogue the case began with is not here, and what to do; empty while it is."""
    if not view.catalogue_missing:
        return ""
    return say(
        "本机没有 {version} 版，不能补打和登记结果；请联网同步，仍没有就到原来的窗口办",
        version=view.catalogue_missing,
    )


def _not_registered(view: CaseView) -> str:
    """That the result of a granted matter was not said; of a package its lanes say it."""
    return say("还没有登记（Ctrl ⏎ 登记）") if view.to_register and not view.children else ""


def _produced_word(view: CaseView) -> str:
    """What results bring to the form of a package: what is there with its value, then what is to come."""
    there = [f"{one.label} {one.value}" for one in view.produced if one.mark]
    to_come = [one.label for one in view.produced if not one.mark]
    waits = say("{labels}（由前序事项产生）", labels="、".join(to_come)) if to_come else ""
    return "；".join(filter(None, (*there, waits)))


def _to_come(view: CaseView) -> list[DeferralView]:
    return [known for known in view.deferrals if known.supplied_on is None]


def _deferral_word(known: DeferralView) -> str:
    """One paper that comes later: by when, or when it came."""
    if known.supplied_on is None:
        late = say("，已过期") if known.is_late else ""
        return say("{name}，{day} 前补交{late}", name=known.name, day=known.until[5:], late=late)
    return say("{name}，{day} 已补", name=known.name, day=known.supplied_on[5:])


def _when(when: str, by: str) -> str:
    return " · ".join(filter(None, (when, by)))
