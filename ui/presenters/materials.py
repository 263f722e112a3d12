"""Materials as the clerk sees them: what it is and for whom, how it stands, which answers are lawful."""

from __future__ import annotations

from datetime import date

from clerk_app.domain.form import plain
from clerk_app.domain.materials import (
    FORM_LABELS,
    MaterialForm,
    MaterialItem,
    MaterialState,
    allowed_states,
    needed_materials,
)
from clerk_app.domain.merged_parts import Product
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.outcomes import ACCEPTED
from clerk_app.domain.taking_in import defer_until
from ui.presenters.counter_facts import Preparing, Surroundings
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import Choice
from ui.viewmodels.parts import ChipView, MaterialView


def material_views(work: Preparing, around: Surroundings) -> tuple[MaterialView, ...]:
    """Every material the matter needs in this situation."""
    draft = work.draft
    needs = needed_materials(work.matter, plain(draft.values))
    return tuple(_view(need, draft.material(need.code), work, around) for need in needs)


def produced_views(work: Preparing) -> tuple[MaterialView, ...]:
    """What an earlier result of the package brings, so that nobody is asked for it: papers, then elements."""
    if work.one is None:
        return ()
    produced = ChipView(say("由前序事项产生"))
    return tuple(MaterialView(item.code, item.name, _brought(item, work), produced) for item in work.one.products)


def form_received(need: MaterialNeed) -> MaterialForm:
    """In which form a paper is taken that is received as the matter asks for it."""
    forms: dict[str, MaterialForm] = {"seen": "original_seen", "kept": "original_kept", "none": "copy_kept"}
    return forms[need.original]


def _view(need: MaterialNeed, item: MaterialItem | None, work: Preparing, around: Surroundings) -> MaterialView:
    item = item or MaterialItem(need.code, need.name)
    states = list(allowed_states(need, work.draft.read_by))
    if around.outcome(work.matter) is not ACCEPTED and "deferred" in states:
        states.remove("deferred")  # who only receives defers nothing
    if item.state == "missing":
        # What nobody has answered is no answer; taking an answer back is offered once there is one.
        states.remove("missing")
    return MaterialView(
        code=need.code,
        name=need.name if need.required else say("{name}（可不交）", name=need.name),
        note=_note(need, item, work, around),
        chip=_chip(need, item, work, around),
        state="" if item.state == "missing" else item.state,
        choices=tuple(Choice(state, _word(state)) for state in states),
    )


def _note(need: MaterialNeed, item: MaterialItem, work: Preparing, around: Surroundings) -> str:
    """What to ask for while it is open, how it came in once it is there; and who needs it, where several do."""
    whom = say("{departments}用", departments="、".join(work.matter.used_by.get(need.code, ())))
    parts = [whom] if work.matter.used_by.get(need.code) else []
    if item.state == "received":
        parts = [say("{pages} 页", pages=item.pages) if item.pages else "", FORM_LABELS[item.form], *parts]
    elif item.state == "deferred":
        parts = [say("{day} 前补交", day=_short(_last_day(need, work, around))), *parts]
    elif item.check is not None:
        checked = item.check == "confirmed"
        parts = [say("证照库已核验") if checked else say("待复核，由平台核对证照库"), *parts]
    elif item.state == "missing":
        parts = [need.accepts, *parts]
        parts += [say("仅部分部门接受电子证照")] if need.e_licence == "partly" else []
    if item.blobs:
        parts.append(say("附件 {count} 个", count=len(item.blobs)))
    return " · ".join(filter(None, parts))


def _chip(need: MaterialNeed, item: MaterialItem, work: Preparing, around: Surroundings) -> ChipView:
    if item.check == "pending":
        return ChipView(say("免提交 · 待复核"), Tone.WARN)
    if item.check == "confirmed":
        return ChipView(say("免提交 · 已核验"), Tone.OK)
    if item.state == "deferred":
        return ChipView(say("容缺 · {day} 前补", day=_short(_last_day(need, work, around))), Tone.WARN)
    if item.is_settled:
        return ChipView(_word(item.state))
    return ChipView(say("还没有"), Tone.WARN if need.required else Tone.NEUTRAL)


def _last_day(need: MaterialNeed, work: Preparing, around: Surroundings) -> date:
    promised = work.matter.promised
    due = around.calendar.add(around.today, promised) if promised.days else None
    return defer_until(need, around.today, around.calendar, due)


def _short(day: date) -> str:
    return f"{day.month:02}-{day.day:02}"


def _brought(item: Product, work: Preparing) -> str:
    names = "、".join(work.names.get(code, "") for code in item.brought_by)
    return say("{names}办成就有，不用交", names=names)


def _word(state: MaterialState) -> str:
    return {
        "received": say("已收"),
        "exempt": say("免提交"),
        "deferred": say("容缺"),
        "promised": say("告知承诺"),
        "missing": say("没有"),
    }[state]
