"""Materials as the clerk sees them: what it is, how it stands, which answers are lawful."""

from __future__ import annotations

from clerk_app.domain.form import plain
from clerk_app.domain.materials import FORM_LABELS, MaterialItem, MaterialState, allowed_states, needed_materials
from clerk_app.domain.needs import MaterialNeed
from ui.presenters.counter_facts import Preparing
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.basic import Choice
from ui.viewmodels.parts import ChipView, MaterialView


def material_views(work: Preparing) -> tuple[MaterialView, ...]:
    """Every material the matter needs in this situation."""
    draft = work.draft
    needs = needed_materials(work.matter, plain(draft.values))
    return tuple(_view(need, draft.material(need.code), work) for need in needs)


def _view(need: MaterialNeed, item: MaterialItem | None, work: Preparing) -> MaterialView:
    item = item or MaterialItem(need.code, need.name)
    open_ = item.state in ("missing", "deferred")
    states = [state for state in allowed_states(need, work.draft.read_by) if state != "deferred"]
    if open_:
        # What nobody has answered is no answer; taking an answer back is offered once there is one.
        states.remove("missing")
    return MaterialView(
        code=need.code,
        name=need.name,
        note=_note(need, item),
        chip=_chip(item),
        state="" if open_ else item.state,
        choices=tuple(Choice(state, _word(state)) for state in states),
    )


def _note(need: MaterialNeed, item: MaterialItem) -> str:
    if item.state != "received":
        return need.accepts
    parts = [say("{pages} 页", pages=item.pages) if item.pages else "", FORM_LABELS[item.form]]
    if item.blobs:
        parts.append(say("附件 {count} 个", count=len(item.blobs)))
    return " · ".join(filter(None, parts))


def _chip(item: MaterialItem) -> ChipView:
    if item.check == "pending":
        return ChipView(say("免提交 · 待复核"), Tone.WARN)
    if item.check == "confirmed":
        return ChipView(say("免提交 · 已核验"), Tone.OK)
    if item.is_settled:
        return ChipView(_word(item.state))
    return ChipView(say("还没有"), Tone.WARN)


def _word(state: MaterialState) -> str:
    return {
        "received": say("已收"),
        "exempt": say("免提交"),
        "deferred": say("容缺后补"),
        "promised": say("告知承诺"),
        "missing": say("没有"),
    }[state]
