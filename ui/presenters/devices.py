"""Devices and sync in plain words; a problem always comes with a next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from clerk_app.domain.civil import civil_date
from clerk_app.messages import message
from clerk_app.services.rows import Backlog, PrintJob, Recovered, RepairRow
from clerk_app.services.workplace import DeviceLine, SyncLine
from ui.presenters.frame import readiness, readiness_tone
from ui.presenters.recovery import recovered_words
from ui.presenters.words import clock_text, size_text, span_text
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.devices_state import DevicesState, DeviceView, SyncRow, TransferView
from ui.viewmodels.parts import ChipView

SECOND_SCREEN = "second_screen"
UNCERTAIN_PAPERS = "uncertain_papers"
CLOCK_TOLERANCE_MS = 5 * 60 * 1000
"""A clock further off than this from the platform's is worth a clerk's attention."""
REPAIRS_SHOWN_MS = 7 * 24 * 3600 * 1000
"""A week: long enough to be asked about."""
NO_BACKLOG = Backlog(0, None, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Everything the page shows.

    `waiting`: copies not on paper; `uncertain`: copies of which a crash left open whether they came out. `said`: what
    trying a device brought, by its key; `trying`: the one being tried. `practice`: this store is never uploaded.
    `bound_to_machine`: a secret of this machine guards the records beside the password. `recovered`: what the store
    lacks, if it was put back to an older copy and has gone on in this session. `repairs`: what syncs put right.
    `unreadable`: items of the platform that only a newer version can read.
    """

    now_ms: int
    devices: tuple[DeviceLine, ...] = ()
    line: SyncLine = field(default_factory=SyncLine)
    backlog: Backlog = NO_BACKLOG
    waiting: tuple[PrintJob, ...] = ()
    uncertain: tuple[PrintJob, ...] = ()
    trying: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    print_problem: ProblemView | None = None
    second_screen_shown: bool = False
    practice: bool = False
    bound_to_machine: bool = True
    recovered: Recovered | None = None
    repairs: tuple[RepairRow, ...] = ()
    unreadable: int = 0
    details: tuple[tuple[str, str], ...] = ()
    problem: ProblemView | None = None


def devices_state(facts: DeviceFacts) -> DevicesState:
    """The page."""
    today = civil_date(facts.now_ms)
    views = tuple(_device(device, facts, today) for device in facts.devices)
    syncing = facts.line.phase == "syncing"
    return DevicesState(
        devices=(*views, *_uncertain(facts), _second_screen(facts)),
        transfer=_transfer(facts.line) if syncing and facts.line.total else None,
        rows=_rows(facts, today),
        syncing=syncing,
        can_sync=not facts.practice,
        details=facts.details,
        problem=facts.problem,
    )


def _device(device: DeviceLine, facts: DeviceFacts, today: date) -> DeviceView:
    names = {"card_reader": say("身份证阅读器"), "rating_pad": say("评价器"), "printer": say("打印机")}
    busy = facts.trying == device.name
    chip = ChipView(say("正在试…"), Tone.INFO) if busy else ChipView(readiness(device), readiness_tone(device))
    note = facts.said.get(device.name) or _device_note(device, facts, today)
    return DeviceView(device.name, names[device.name], note, chip, _device_action(device, facts), busy)


def _device_note(device: DeviceLine, facts: DeviceFacts, today: date) -> str:
    if device.name == "printer" and facts.print_problem is not None:
        return f"{facts.print_problem.sentence}{facts.print_problem.next_step}"
    if device.reason is not None:
        words = message(device.reason)
        return f"{words.sentence}{words.next_step}"
    if device.name == "printer" and facts.waiting:
        return say("{count} 份在等打印，按 F8 打印", count=len(facts.waiting))
    if device.name == "rating_pad":
        return say("只在请群众评价时用；要测试请运行 clerk pad test")
    used = say("上次使用 {time}", time=clock_text(device.last_used_ms, today)) if device.last_used_ms else ""
    return " · ".join(filter(None, (device.port or "", used)))


def _device_action(device: DeviceLine, facts: DeviceFacts) -> str:
    if device.name == "card_reader":
        return say("试读")
    if device.name == "printer" and facts.waiting:
        return say("再打印")
    return ""


def _uncertain(facts: DeviceFacts) -> tuple[DeviceView, ...]:
    """After a crash nobody knows whether a sheet came out; a person looks and says so."""
    if not facts.uncertain:
        return ()
    return (
        DeviceView(
            UNCERTAIN_PAPERS,
            say("有 {count} 份不知道打出来没有", count=len(facts.uncertain)),
            say("请看打印机：没有纸出来，按 F8 再打（会多一份时请作废）；已经出来了，按右边。"),
            ChipView(say("请看一眼"), Tone.WARN),
            say("都打出来了"),
        ),
    )


def _second_screen(facts: DeviceFacts) -> DeviceView:
    shown = facts.second_screen_shown
    return DeviceView(
        SECOND_SCREEN,
        say("第二屏"),
        say("面向群众：核对、评价"),
        ChipView(say("已显示") if shown else say("没有显示")),
        say("收起") if shown else say("打开"),
    )


def _transfer(line: SyncLine) -> TransferView:
    amount = say("{done} / {total} 条", done=line.done, total=line.total)
    return TransferView(say("正在上传，断了会接着传"), amount, min(line.done / line.total, 1.0))


def _rows(facts: DeviceFacts, today: date) -> tuple[SyncRow, ...]:
    if facts.practice:
        practice = SyncRow(say("练习记录"), say("这是练习用的，不登记，也不上传。"))
        return tuple(row for row in (practice, _recovered_row(facts)) if row is not None)
    rows = (
        _recovered_row(facts),
        _waiting_row(facts, today),
        _last_row(facts, today),
        _look_row(facts),
        _parked_row(facts),
        _unreadable_row(facts),
        _line_row(facts),
        _clock_row(facts),
        _repaired_row(facts, today),
        _handover_row(facts, today),
        _own_row(facts),
    )
    return tuple(row for row in rows if row is not None)


def _recovered_row(facts: DeviceFacts) -> SyncRow | None:
    return SyncRow(*recovered_words(facts.recovered)) if facts.recovered is not None else None


def _clock_row(facts: DeviceFacts) -> SyncRow | None:
    offset = facts.line.clock_offset_ms
    if offset is None or abs(offset) <= CLOCK_TOLERANCE_MS:
        return None
    heading = say("电脑时间与平台相差 {span}", span=span_text(abs(offset)))
    return SyncRow(heading, say("请校准；已办的不受影响。"), ChipView(say("请校准"), Tone.WARN))


def _handover_row(facts: DeviceFacts, today: date) -> SyncRow:
    line = facts.line
    notes = []
    if line.exported_ms is not None:
        notes.append(say("{time} 写过，还没有全部签收", time=clock_text(line.exported_ms, today)))
    if line.carried:
        notes.append(say("代送 {count} 份，联网后自动送达", count=line.carried))
    note = "；".join(notes) or say("没有网络时，把没签收的用 U 盘带到联网的电脑")
    return SyncRow(say("U 盘交接"), note, action=say("打开"), leads_to="handover")


def _own_row(facts: DeviceFacts) -> SyncRow:
    guarded = say("已加密，密码和这台电脑的钥匙两道把守")
    alone = say("已加密。这台电脑没有系统钥匙库：磁盘被拷走，就只隔一道密码，请用长密码。")
    return SyncRow(say("本机记录"), guarded if facts.bound_to_machine else alone, ChipView(say("已加密")))


def _waiting_row(facts: DeviceFacts, today: date) -> SyncRow:
    line, backlog = facts.line, facts.backlog
    if not line.pending and not backlog.blobs:
        return SyncRow(say("都上传了"), say("每一条都有平台的签收"), ChipView(say("已确认"), Tone.OK))
    parts = [say("办件 {count} 件", count=line.pending_cases)]
    if line.oldest_ms is not None:
        parts.append(say("最早 {time}", time=clock_text(line.oldest_ms, today)))
    if backlog.blobs:
        parts.append(say("附件 {count} 个 {size}", count=backlog.blobs, size=size_text(backlog.blob_bytes)))
    offline = line.phase == "offline"
    chip = ChipView(say("本机已存"), Tone.OFFLINE) if offline else ChipView(say("待上传"))
    return SyncRow(say("待平台签收 {count} 条", count=line.pending), " · ".join(parts), chip)


def _last_row(facts: DeviceFacts, today: date) -> SyncRow:
    last = facts.line.last_sync_ms
    if last is None:
        return SyncRow(say("还没同步过"), say("有网后会自动开始，也可以按 F5。"))
    return SyncRow(say("上次同步 {time}", time=clock_text(last, today)), say("上传和回传都完成了"))


def _look_row(facts: DeviceFacts) -> SyncRow | None:
    line = facts.line
    notes = (
        say("有一步和别处对不上，两边都留着") if line.conflicts else "",
        say("有先收下的和证照库对不上，要处理") if line.rechecks else "",
    )
    if not any(notes):
        return None
    heading = say("请您看一眼 · {count}", count=line.conflicts + line.rechecks)
    return SyncRow(heading, "；".join(filter(None, notes)), alarming=True, action=say("去看"))


def _parked_row(facts: DeviceFacts) -> SyncRow | None:
    if not facts.line.parked:
        return None
    note = say("平台已经收下，还不能生效，等平台的人处理；其他的照常上传。")
    heading = say("平台待人工 {count} 条", count=facts.line.parked)
    action = "" if facts.line.conflicts or facts.line.rechecks else say("去看")
    return SyncRow(heading, note, ChipView(say("等平台"), Tone.WARN), action=action)


def _unreadable_row(facts: DeviceFacts) -> SyncRow | None:
    if not facts.unreadable:
        return None
    line = facts.line
    action = "" if line.conflicts or line.rechecks or line.parked else say("去看")
    heading = say("新版本的内容 {count} 条", count=facts.unreadable)
    return SyncRow(
        heading, say("本版看不懂，原样存着，升级后自动读出来。"), ChipView(say("等升级"), Tone.WARN), action=action
    )


def _line_row(facts: DeviceFacts) -> SyncRow:
    line = facts.line
    chip = {
        "never": ChipView(say("还没连过")),
        "idle": ChipView(say("正常"), Tone.OK),
        "syncing": ChipView(say("正在同步"), Tone.INFO),
        "offline": ChipView(say("没有网络"), Tone.OFFLINE),
        "portal": ChipView(say("要先登录网络"), Tone.WARN),
        "refused": ChipView(say("被拒绝"), Tone.BAD),
    }[line.phase]
    if line.problem is None:
        return SyncRow(say("网络"), say("和平台的线路"), chip)
    return SyncRow(say("网络"), line.problem.line(), chip, alarming=line.phase == "refused")


def _repaired_row(facts: DeviceFacts, today: date) -> SyncRow | None:
    """What was put right of late: to be told when somebody asks, for of the clerk nothing is needed."""
    done = [row for row in facts.repairs if facts.now_ms - row.at <= REPAIRS_SHOWN_MS]
    if not done:
        return None
    counts = (
        (say("重新写入 {count} 条"), sum(row.reappended for row in done)),
        (say("从平台取回 {count} 条"), sum(row.taken_back for row in done)),
        (say("平台丢失的已交还 {count} 条"), sum(row.given_back for row in done)),
        (say("损坏 {count} 条，原样留着"), sum(row.damaged for row in done)),
    )
    what = "，".join(words.format(count=count) for words, count in counts if count)
    when = say("最近 {time}", time=clock_text(max(row.at for row in done), today))
    if any(row.damaged for row in done):
        note = say("{when} · {what}，请联系维护人员核对。", when=when, what=what)
        return SyncRow(say("本机记录和平台对过"), note, ChipView(say("有损坏"), Tone.WARN))
    note = say("{when} · {what}；补好的不用再办。", when=when, what=what)
    return SyncRow(say("本机记录和平台对过，已自动补好"), note, ChipView(say("已补好"), Tone.OK))
