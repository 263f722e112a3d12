"""The 办不成事 register: its list, one record, and the lines of a new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from clerk_app.domain import case_number, notice_number
from clerk_app.domain.appeals import KIND_LABELS, STATE_LABELS, Appeal
from clerk_app.domain.civil import short_time
from clerk_app.services.rows import AppealRow
from ui.components.date_text import iso_date
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.appeals import AppealDetail, AppealLine
from ui.viewmodels.cases import EventView, FilterView
from ui.viewmodels.parts import ChipView, FieldView, TextRow


def appeal_line(row: AppealRow, today: date) -> AppealLine:
    """One record in the list."""
    return AppealLine(
        number=row.number,
        when=short_time(row.recorded_at),
        why=row.why,
        matter=row.matter or say("没有说是哪一件"),
        unit=row.unit,
        status=_status(row.state, date.fromisoformat(row.due_on), today),
    )


def appeal_filters(counts: Mapping[str, int]) -> tuple[FilterView, ...]:
    """The filters in the order of the work."""
    labels = (("open", say("待处理")), ("handled", say("待回访")), ("closed", say("已办结")), ("all", say("全部")))
    return tuple(FilterView(key, label, counts.get(key)) for key, label in labels)


def appeal_detail(appeal: Appeal, names: Mapping[str, str], today: date) -> AppealDetail:
    """One record with what was done about it, the newest line first; `names` are those of clerks by number."""
    words = appeal.words
    assert words is not None
    due_on = appeal.due_on or words.due_on
    step, label = {
        "open": ("handle", say("登记办理结果")),
        "handled": ("visit", say("登记回访")),
    }.get(appeal.state, (None, ""))
    facts = (
        TextRow(say("反映人"), " ".join(filter(None, (words.person or say("没有留名"), words.phone)))),
        TextRow(say("来源"), KIND_LABELS[words.kind]),
        TextRow(say("事项"), words.matter),
        TextRow(say("办件"), case_number.grouped(words.case) if words.case else ""),
        TextRow(say("告知书"), notice_number.grouped(words.notice) if words.notice else ""),
        TextRow(say("跑了几次"), say("{count} 次", count=words.trips) if words.trips is not None else ""),
        TextRow(say("诉求"), words.demand),
        TextRow(say("承办"), words.unit),
        TextRow(say("期限"), due_on.isoformat()),
        TextRow(say("结果"), appeal.handlings[-1].result if appeal.handlings else ""),
    )
    events = [
        (appeal.recorded_at, say("登记"), appeal.clerk),
        *((one.at, say("办理结果：{result}", result=one.result), one.clerk) for one in appeal.handlings),
        *((one.at, _visit_word(solved=one.solved, said=one.said), one.clerk) for one in appeal.visits),
    ]
    return AppealDetail(
        number=appeal.number,
        shown=notice_number.grouped(appeal.number),
        title=words.why,
        status=_status(appeal.state, due_on, today),
        facts=tuple(row for row in facts if row.value),
        events=tuple(
            EventView(text, " · ".join(filter(None, (short_time(at), names.get(clerk, clerk)))))
            for at, text, clerk in sorted(events, key=lambda event: event[0], reverse=True)
        ),
        step=step,  # type: ignore[arg-type]
        step_label=label,
    )


def appeal_lines(person: str, phone: str, matter: str, due_on: date) -> tuple[FieldView, ...]:
    """The lines of a new record, with what is known of who stands here."""
    maybe = say("可不填")
    return (
        FieldView("person", say("反映人"), value=person, optional=True, placeholder=say("不留名可不填")),
        FieldView("phone", say("联系电话"), value=phone, optional=True, placeholder=maybe),
        FieldView("matter", say("事项"), value=matter, optional=True, placeholder=say("说不清可不填")),
        FieldView("case", say("办件编号"), optional=True, placeholder=say("没有可不填")),
        FieldView("why", say("为什么没办成")),
        FieldView("demand", say("诉求"), optional=True, placeholder=maybe),
        FieldView("trips", say("跑了几次"), editor="number", optional=True, placeholder=maybe),
        FieldView("unit", say("承办单位")),
        FieldView("due_on", say("办理期限"), editor="date", value=due_on.isoformat()),
    )


def appeal_faults(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the lines of a new record."""
    faults = {code: say("请填写") for code in ("why", "unit") if not values[code].strip()}
    case = "".join(values["case"].split())
    if case and not case_number.check(case_number.package_of(case)):
        faults["case"] = say("办件编号不对，是纸上的 22 位数字")
    trips = values["trips"].strip()
    if trips and not (trips.isascii() and trips.isdigit() and len(trips) <= 2):
        faults["trips"] = say("请填 0 到 99 的数字")
    if iso_date(values["due_on"]) is None:
        faults["due_on"] = say("日期不对，例：2026-11-17")
    return {code: faults[code] for code in values if code in faults}


def _visit_word(*, solved: bool, said: str) -> str:
    return "，".join(filter(None, (say("回访：已经解决") if solved else say("回访：没有解决，接着办"), said)))


def _status(state: str, due_on: date, today: date) -> ChipView:
    if state == "open" and due_on < today:
        return ChipView(say("过期 {days} 天", days=(today - due_on).days), Tone.BAD)
    if state == "open":
        return ChipView(say("{day} 前答复", day=f"{due_on.month:02}-{due_on.day:02}"), Tone.WARN)
    return ChipView(STATE_LABELS[state], Tone.OK if state == "closed" else Tone.NEUTRAL)  # type: ignore[index]
