"""Conflicts, and what the platform or this version cannot deal with yet, in the words of a clerk."""

from __future__ import annotations

from clerk_app.domain import case_number
from clerk_app.domain.civil import short_time
from clerk_app.domain.history import PLATFORM
from clerk_app.domain.rechecks import DOCUMENT, REASON_LABELS, Remedy
from clerk_app.services.attention import Attention, ParkedStep, RecheckStep
from clerk_app.services.conflicts import ConflictView, VersionView
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.attention_state import AttentionItem, ChoiceView, VersionBox
from ui.viewmodels.parts import ChipView


def attention_items(found: Attention) -> tuple[AttentionItem, ...]:
    """Everything in the order in which it is to be looked at: what a person decides, then what only waits."""
    conflicts = tuple(_conflict(view, found) for view in found.conflicts)
    parked = tuple(_parked(step, found) for step in found.parked)
    rechecks = tuple(_recheck(step, found) for step in found.rechecks)
    return (*conflicts, *rechecks, *parked, *_unreadable(found.unreadable))


def settled_words(choice: ChoiceView) -> tuple[str, str]:
    """Heading and text once a choice is recorded."""
    return say("已记录：{label}", label=choice.label), "" if choice.ask_note else choice.effect


def _conflict(view: ConflictView, found: Attention) -> AttentionItem:
    boxes = []
    if view.standing is not None:
        boxes.append(_box(view.standing, ChipView(say("现在算数"), Tone.OK)))
    boxes.append(_box(view.without_effect, ChipView(say("没有生效"), Tone.WARN)))
    number, case = _case(view.stream, found)
    return AttentionItem(
        kind="conflict",
        stream=view.stream,
        key=view.act,
        number=number,
        case=case,
        what=view.what,
        lost=view.lost,
        versions=tuple(boxes),
        choices=tuple(ChoiceView(words.digit, words.label, words.effect) for words in view.choices),
        note=_referred(view),
    )


def _referred(view: ConflictView) -> str:
    if view.referred is None:
        return ""
    return say("已请主管处理：{note}", note=view.referred) if view.referred else say("已请主管处理。")


def _box(view: VersionView, chip: ChipView) -> VersionBox:
    return VersionBox(view.text, " · ".join(filter(None, (view.where, view.when, view.clerk))), chip)


def _recheck(step: RecheckStep, found: Attention) -> AttentionItem:
    known = step.recheck
    number, case = _case(step.stream, found)
    accepted = say("{name}：没有网络，先按免提交收下", name=known.name)
    if known.subject == DOCUMENT:
        accepted = say("{name}：没有网络，先按证件办理", name=known.name)
    call = say("电话 {phone}。", phone=step.phone) if step.phone else ""
    return AttentionItem(
        kind="recheck",
        stream=step.stream,
        key=known.subject,
        number=number,
        case=case,
        what=say("联网复核不符。{what}", what=known.sentence),
        lost=say("办件和收件时间不变，两次记录都在办件经过里。"),
        versions=(
            VersionBox(accepted, _source(step.accepted_at, step.clerk), ChipView(say("待复核"))),
            VersionBox(
                REASON_LABELS[known.reason], _source(step.rechecked_at, PLATFORM), ChipView(say("不符"), Tone.WARN)
            ),
        ),
        choices=tuple(_remedy(remedy) for remedy in known.remedies),
        next_step=f"{known.next_step}{call}",
    )


def _remedy(remedy: Remedy) -> ChoiceView:
    if remedy.note:
        return ChoiceView(remedy.digit, remedy.label, say("记入办件经过，不再提示。"), note=remedy.note)
    return ChoiceView(remedy.digit, remedy.label, say("写一句怎么处理的。"), ask_note=say("怎么处理的"))


def _source(at_ms: int, who: str) -> str:
    return " · ".join(filter(None, (short_time(at_ms), who)))


def _parked(step: ParkedStep, found: Attention) -> AttentionItem:
    what, next_step = _parked_words(step.reason)
    number, case = _case(step.stream, found)
    return AttentionItem(
        kind="parked",
        stream=step.stream,
        key="",
        number=number,
        case=case,
        what=what,
        lost=say("本机和平台各有一份，别的办件照常上传。"),
        versions=(VersionBox(step.text, _source(step.recorded_at, step.clerk), ChipView(say("等平台"), Tone.WARN)),),
        next_step=next_step,
    )


def _parked_words(reason: str) -> tuple[str, str]:
    """What happened and what to do, for the reason of a verdict (docs/sync.md)."""
    if reason == "unknown_kind":
        return say("平台收下了这一步，但平台的版本旧，还认不出来。"), say("平台升级后会自动生效，不用再办。")
    if reason == "malformed":
        return say("平台收下了这一步，但内容不合格式，没有生效。"), say("请把办件编号告诉维护人员；不要再办一次。")
    return say("平台收下了这一步，还没有让它生效。"), say("等平台的人处理，不用再办；有结果会自动传回来。")


def _unreadable(count: int) -> tuple[AttentionItem, ...]:
    if not count:
        return ()
    return (
        AttentionItem(
            kind="unreadable",
            stream="",
            key="",
            number="",
            case="",
            what=say("平台发来 {count} 条新版本的内容，本版看不懂。", count=count),
            lost=say("原样存着，升级后自动读出来。"),
            next_step=say("请告诉维护人员升级；现在可以照常办理。"),
        ),
    )


def _case(stream: str, found: Attention) -> tuple[str, str]:
    row = found.cases.get(stream)
    if row is None:
        return "", say("来访登记") if stream.startswith("visit/") else ""
    return row.number, " · ".join((case_number.grouped(row.number), row.matter_name, row.applicant))
