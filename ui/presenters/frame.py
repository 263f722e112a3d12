"""The frame of every page: devices, the line, what waits, the date."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from clerk_app.domain.civil import civil_date
from clerk_app.errors import BadPublished
from clerk_app.services.workplace import DeviceLine, DeviceName, SyncLine
from ui.presenters.words import clock_text, span_text, status_time
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.frame import FrameState, SectionItem, SectionKey, StatusView
from ui.viewmodels.parts import ChipView

_PERCENT = 100
_NOT_TAKEN = BadPublished.code
_HALL_SUFFIX = "政务服务中心"


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """Everything the frame shows. `practice`: this store is never uploaded; `to_do`: cases that need the clerk.

    `late_appeals`: records of the 办不成事 register whose last day is over. `catalogue_problem`: what is wrong with the
    catalogue of this desk, if anything.
    """

    hall: str
    window: str
    clerk: str
    catalogue: str
    mark: str = ""
    practice: bool = False
    drafts: int = 0
    to_do: int = 0
    late_appeals: int = 0
    catalogue_problem: str = ""
    now_ms: int = 0
    line: SyncLine = field(default_factory=SyncLine)
    devices: tuple[DeviceLine, ...] = ()
    current: SectionKey = "intake"


def frame_state(facts: FrameFacts) -> FrameState:
    """The frame."""
    today = civil_date(facts.now_ms)
    return FrameState(
        place=place_text(facts.hall, facts.window),
        clerk=facts.clerk,
        mark=facts.mark,
        devices=tuple(device_chip(device) for device in facts.devices),
        line=line_chip(facts.line, today, practice=facts.practice),
        sections=_sections(facts.to_do, facts.late_appeals),
        current=facts.current,
        status=_status(facts, today),
    )


def place_text(hall: str, window: str) -> str:
    """Where we stand: 窗口通 · 例州区 3 号窗口."""
    return " · ".join(filter(None, (say("窗口通"), f"{hall.removesuffix(_HALL_SUFFIX)} {window}".strip())))


def line_chip(line: SyncLine, today: date, *, practice: bool = False) -> ChipView:
    """How the line stands, in words. Uploaded is only what the platform has signed for."""
    if line.phase == "offline":
        return ChipView(_offline_text(line), Tone.OFFLINE)
    if line.phase == "portal":
        return ChipView(say("网络要先登录"), Tone.WARN)
    if line.phase == "refused":
        return ChipView(say("平台拒绝了本机"), Tone.BAD)
    if line.phase == "syncing":
        return ChipView(_syncing_text(line))
    if line.phase == "idle" and line.last_sync_ms is not None:
        return ChipView(say("已同步 {time}", time=clock_text(line.last_sync_ms, today)))
    return ChipView(say("练习 · 不上传") if practice else say("还没同步"))


def device_chip(device: DeviceLine) -> ChipView:
    """A device and how it is: 读卡器 就绪."""
    return ChipView(f"{device_name(device.name)} {readiness(device)}", readiness_tone(device))


def device_name(name: DeviceName) -> str:
    """What the clerk calls it."""
    return {"card_reader": say("读卡器"), "rating_pad": say("评价器"), "printer": say("打印机")}[name]


def readiness(device: DeviceLine) -> str:
    """How it is, in a word or two."""
    if device.state == "not_connected":
        return say("未连接")
    if device.state == "paper_waiting":
        return _printer_trouble(device.reason)
    return say("就绪") if device.state == "ready" else say("出错")


def readiness_tone(device: DeviceLine) -> Tone:
    """Red only for what stops the work now: without the reader nobody's card is read; the rest can wait a little."""
    if device.state == "ready":
        return Tone.NEUTRAL
    return Tone.BAD if device.name == "card_reader" else Tone.WARN


def _printer_trouble(reason: str | None) -> str:
    troubles = {
        "printer_offline": say("连不上"),
        "printer_not_found": say("没找到"),
        "printer_silent": say("没有回应"),
    }
    return troubles.get(reason or "", say("没打出来"))


def _offline_text(line: SyncLine) -> str:
    if line.pending_cases:
        return say("离线办理 · 已存 {count} 件", count=line.pending_cases)
    return say("离线办理")


def _syncing_text(line: SyncLine) -> str:
    if not line.total:
        return say("正在同步")
    return say("正在上传 {percent}%", percent=min(line.done * _PERCENT // line.total, _PERCENT))


def _sections(to_do: int, late_appeals: int) -> tuple[SectionItem, ...]:
    return (
        SectionItem("intake", say("受理")),
        SectionItem("cases", say("办件"), to_do),
        SectionItem("delivery", say("出件")),
        SectionItem("outreach", say("外出")),
        SectionItem("appeals", say("诉求"), late_appeals),
        SectionItem("statistics", say("统计")),
        SectionItem("devices", say("设备")),
    )


def _status(facts: FrameFacts, today: date) -> StatusView:
    line = facts.line
    offline = line.phase in ("offline", "portal") and line.offline_since_ms is not None
    return StatusView(
        offline_for=span_text(facts.now_ms - (line.offline_since_ms or 0)) if offline else "",
        last_sync=clock_text(line.last_sync_ms, today) if offline and line.last_sync_ms is not None else "",
        drafts=facts.drafts,
        waiting=line.pending_cases,
        oldest=clock_text(line.oldest_ms, today) if line.pending_cases and line.oldest_ms is not None else "",
        exported=clock_text(line.exported_ms, today) if line.exported_ms is not None else "",
        carried=line.carried,
        catalogue=facts.catalogue,
        note=facts.catalogue_problem or _refused_catalogue(line),
        now=status_time(facts.now_ms),
    )


def _refused_catalogue(line: SyncLine) -> str:
    """That the platform's new catalogue was not taken: the work goes on with the one in force."""
    problem = line.problem
    return problem.line() if problem is not None and problem.code == _NOT_TAKEN else ""


def catalogue_text(version: str, label: str) -> str:
    """目录 2026-11-20 版（示例数据）."""
    return say("目录 {version} 版", version=version) + (f"（{label}）" if label else "")
