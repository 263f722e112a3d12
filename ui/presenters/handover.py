"""U 盘交接 in the words of a clerk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from clerk_app.domain.case_number import HALL
from clerk_app.domain.civil import civil_date
from clerk_app.errors import BadParcel
from clerk_app.messages import describe
from clerk_app.services.handover import Answer, Carried, Export, ParcelFile, Standing, Stick, TakenIn
from clerk_app.services.rows import Backlog
from ui.keys import Command, cap
from ui.presenters.words import clock_text, size_text
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import ProblemView
from ui.viewmodels.handover_state import ActView, FileRow, HandoverState, SaidView
from ui.viewmodels.parts import ChipView

EXPORT, IMPORT, RETURN, FOLDER, DROP = range(1, 6)
_TAKEN = ChipView("收下过了", Tone.OK)
_KEY = cap(Command.HANDOVER)


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """Everything the sheet shows.

    `place`: the stick in front, from 0. `files` lie on it; of these, `taken` were taken in since the sheet was opened,
    and the returns of the hand-overs `returned` were written.
    `whole`: the platform lacks earlier records, so everything is written. `written` scans of `to_write` while a
    hand-over is being written. `is_barred`: this device has nothing to hand over with.
    """

    now_ms: int
    sticks: tuple[Stick, ...] = ()
    place: int = 0
    files: tuple[ParcelFile, ...] = ()
    taken: frozenset[ParcelFile] = frozenset()
    returned: frozenset[str] = frozenset()
    standing: Standing = field(default_factory=Standing)
    backlog: Backlog = field(default_factory=lambda: Backlog(0, None, 0, 0, 0))
    whole: bool = False
    loading: bool = True
    busy: str = ""
    written: int = 0
    to_write: int = 0
    said: SaidView | None = None
    problem: ProblemView | None = None
    is_barred: bool = False

    @property
    def stick(self) -> Stick | None:
        """The stick in front."""
        return self.sticks[self.place] if self.place < len(self.sticks) else None

    @property
    def importable(self) -> tuple[ParcelFile, ...]:
        """Files for this device, or to be carried by it; what is carried or was delivered already is passed over."""
        known = {(one.device, one.made_at) for one in self.standing.carried if one.state != "refused"}
        new = [file for file in self.files if file.kind is not None and file not in self.taken]
        return tuple(
            file
            for file in new
            if file.is_ours == (file.kind == "return") and (file.is_ours or (file.device, file.made_at) not in known)
        )

    @property
    def has_new_work(self) -> bool:
        """Whether something waits that the last hand-over does not hold."""
        return self.whole or self.backlog.entries > self.standing.exported_pending or not self.standing.exported_at

    @property
    def deliverable(self) -> tuple[Carried, ...]:
        """Delivered hand-overs whose return waits here, one for each device: the last one answers the earlier too."""
        delivered = [one for one in self.standing.carried if one.state == "delivered"]
        last = {one.device: one for one in sorted(delivered, key=lambda one: one.made_at)}
        return tuple(last.values())

    @property
    def refused(self) -> tuple[Carried, ...]:
        """Hand-overs the platform did not take."""
        return tuple(one for one in self.standing.carried if one.state == "refused")

    @property
    def brought_back(self) -> tuple[Carried, ...]:
        """Delivered hand-overs whose return was written since the sheet was opened."""
        devices = {one.device for one in self.deliverable if one.id in self.returned}
        return tuple(one for one in self.standing.carried if one.state == "delivered" and one.device in devices)


def handover_state(facts: HandoverFacts) -> HandoverState:
    """The sheet."""
    today = civil_date(facts.now_ms)
    stick = facts.stick
    return HandoverState(
        stick=stick.name if stick else "",
        stick_note=_stick_note(facts, stick) if stick else "",
        acts=() if facts.is_barred else _acts(facts, today),
        on_stick=tuple(_file_row(file, facts, today) for file in facts.files),
        carried=tuple(_carried_row(one, today) for one in facts.standing.carried),
        loading=facts.loading,
        busy=facts.busy,
        part=facts.written / facts.to_write if facts.busy and facts.to_write else None,
        said=facts.said,
        problem=facts.problem,
    )


def device_text(device: str) -> str:
    """What people call a device: the three digits within its hall."""
    return say("设备 {number}", number=device[HALL:])


def _stick_note(facts: HandoverFacts, stick: Stick) -> str:
    room = say("剩 {size}", size=size_text(stick.free)) if stick.free is not None else say("选的文件夹")
    if stick.read_only:
        room = say("写保护，只能读")
    more = say("{place} / {count}，← → 换一个", place=facts.place + 1, count=len(facts.sticks))
    return f"{room} · {more}" if len(facts.sticks) > 1 else room


# ---- what can be done ---------------------------------------------------------------------------------------------


def _acts(facts: HandoverFacts, today: date) -> tuple[ActView, ...]:
    free = not facts.busy and not facts.loading and facts.stick is not None
    wanted = {
        EXPORT: bool(facts.backlog.entries or facts.backlog.blobs or facts.whole),
        IMPORT: bool(facts.importable),
        RETURN: bool(facts.deliverable),
    }
    to_return = any(one.id not in facts.returned for one in facts.deliverable)
    likely = {**wanted, EXPORT: wanted[EXPORT] and facts.has_new_work, RETURN: to_return}
    primary = next((digit for digit in (IMPORT, RETURN, EXPORT) if free and likely[digit]), 0)
    texts = {
        EXPORT: (say("写到 U 盘"), _export_effect(facts, today)),
        IMPORT: (say("收下 U 盘上的"), _import_effect(facts)),
        RETURN: (say("把回执写到 U 盘"), _return_effect(facts)),
    }
    acts = [
        ActView(digit, label, effect, enabled=free and wanted[digit], primary=digit == primary)
        for digit, (label, effect) in texts.items()
    ]
    acts.append(ActView(FOLDER, say("选别的文件夹"), say("U 盘插好了还没列出来，就在这里选。"), enabled=not facts.busy))
    if facts.refused or facts.brought_back:
        acts.append(ActView(DROP, say("清掉代送的"), _drop_effect(facts), enabled=not facts.busy))
    return tuple(acts)


def _export_effect(facts: HandoverFacts, today: date) -> str:
    if facts.whole:
        return say("平台缺更早的记录，这次连已签收的一起写。")
    backlog = facts.backlog
    if not backlog.entries and not backlog.blobs:
        return say("没有要带走的，每一条都有平台的签收。")
    parts = [say("{count} 件、{entries} 条", count=backlog.cases, entries=backlog.entries)]
    if backlog.blobs:
        parts.append(say("扫描件 {count} 份 {size}", count=backlog.blobs, size=size_text(backlog.blob_bytes)))
    text = say("没有签收的：{what}。", what="，".join(parts))
    standing = facts.standing
    if standing.exported_at is not None and standing.exported_pending:
        text += say("{time} 写过一次。", time=clock_text(standing.exported_at, today))
    return text


def _import_effect(facts: HandoverFacts) -> str:
    parts = [
        say("给本机的回执") if file.kind == "return" else say("{device} 的交接", device=device_text(file.device or ""))
        for file in facts.importable
    ]
    return "、".join(parts) + "。" if parts else say("U 盘上没有要收下的。")


def _return_effect(facts: HandoverFacts) -> str:
    if not facts.deliverable:
        return say("还没有送达的，没有回执要带回。")
    devices = "、".join(device_text(one.device) for one in facts.deliverable)
    return say("{devices} 的已送达，带回那台电脑收下。", devices=devices)


def _drop_effect(facts: HandoverFacts) -> str:
    parts = (
        (say("平台没有收下的 {count} 份"), len(facts.refused)),
        (say("回执已写好的 {count} 份"), len(facts.brought_back)),
    )
    what = "、".join(words.format(count=count) for words, count in parts if count)
    return say("{what}，从本机删掉；原来的电脑里内容都在。", what=what)


# ---- what there is ------------------------------------------------------------------------------------------------


def _file_row(file: ParcelFile, facts: HandoverFacts, today: date) -> FileRow:
    if file.kind is None:
        words = describe(BadParcel(reason=file.reason))
        return FileRow(file.path.name, words.sentence, ChipView(say("不能用"), Tone.WARN))
    note = say("{time} 写的 · {size}", time=clock_text(file.made_at, today), size=size_text(file.size))
    is_new = file in facts.importable
    if file.kind == "return":
        if file.is_ours:
            chip = ChipView(say("可收下"), Tone.INFO) if is_new else _TAKEN
            return FileRow(say("给本机的回执"), note, chip)
        return FileRow(
            say("{device} 的回执", device=device_text(file.device or "")), note, ChipView(say("带回那台电脑"))
        )
    if file.is_ours:
        return FileRow(say("本机的交接文件"), note, ChipView(say("带到联网的电脑")))
    chip = ChipView(say("可代送"), Tone.INFO) if is_new else _TAKEN
    return FileRow(say("{device} 的交接文件", device=device_text(file.device or "")), note, chip)


def _carried_row(one: Carried, today: date) -> FileRow:
    text = device_text(one.device)
    note = say("{time} 收下 · {size}", time=clock_text(one.taken_at, today), size=size_text(one.size))
    if one.state == "refused":
        words = describe(BadParcel(reason=one.reason))
        return FileRow(text, words.line(), ChipView(say("平台没有收下"), Tone.BAD))
    if one.state == "delivered":
        return FileRow(text, note, ChipView(say("已送达"), Tone.OK))
    return FileRow(text, note, ChipView(say("等联网送达")))


# ---- what came of an act ------------------------------------------------------------------------------------------


def exported_words(export: Export, stick: str) -> SaidView:
    """A hand-over was written and read back."""
    what = say("{entries} 条，扫描件 {blobs} 份", entries=export.entries, blobs=export.blobs)
    heading = say("写好了，读回来核对无误：{what}", what=what)
    text = say(
        "请拔下 U 盘“{stick}”，带到联网的电脑，按 {key} 收下。平台签收之前，这里仍算待上传。", stick=stick, key=_KEY
    )
    if export.damaged:
        heading = say("写好了：{what}，有 {count} 份扫描件坏了没写上", what=what, count=export.damaged)
        text += say("请重新扫描坏的那几份。")
    return SaidView(heading, text, Tone.WARN if export.damaged else Tone.OK)


def taken_words(taken: tuple[TakenIn, ...]) -> SaidView | None:
    """What was taken in; None for nothing."""
    if not taken:
        return None
    lines = [_answer_line(one.answer) for one in taken if one.answer is not None]
    lines += [_cargo_line(one) for one in taken if one.carried is not None]
    answers = [one.answer for one in taken if one.answer is not None]
    troubled = any(answer.missing or answer.stopped for answer in answers)
    heading = say("收下了 {count} 份", count=len(taken))
    return SaidView(heading, "".join(lines), Tone.WARN if troubled else Tone.OK)


def _answer_line(answer: Answer) -> str:
    line = say("回执：新签收 {acked} 条，平台来文 {facts} 件。", acked=answer.acked, facts=answer.facts)
    if answer.pending:
        line += say("还有 {count} 条没有签收。", count=answer.pending)
    if answer.missing:
        line += say("平台缺更早的记录，请按 1 再写一份完整的带去。")
    if answer.stopped:
        line += say("平台停收了一段记录，新办的会另起一段，请联系维护人员核对。")
    return line


def _cargo_line(taken: TakenIn) -> str:
    one = taken.carried
    assert one is not None
    device = device_text(one.device)
    if one.state == "delivered":
        return say("{device} 的早已送达，请按 3 写回执。", device=device)
    if not taken.is_new:
        return say("{device} 的早已收下，不会送两次。", device=device)
    return say("{device} 的已收下，联网后自动送到平台；本机打不开它。", device=device)


def returned_words(devices: tuple[str, ...], stick: str) -> SaidView:
    """Returns were written."""
    names = "、".join(device_text(device) for device in devices)
    text = say("请拔下 U 盘“{stick}”，带回那台电脑，按 {key} 收下。", stick=stick, key=_KEY)
    return SaidView(say("{devices} 的回执写好了", devices=names), text)


def dropped_words(count: int) -> SaidView:
    """Hand-overs that came to their end are carried no more."""
    return SaidView(say("清掉了 {count} 份", count=count), say("原来的电脑里内容都在；没有送达的，在那里再写一份。"))
