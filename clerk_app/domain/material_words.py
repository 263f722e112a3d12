"""What a one-time notice says about one material: how to hand it in, what spares it, where to get it, who needs it."""

from __future__ import annotations

from clerk_app.domain.condition_words import Wording, holds_whatever, open_part, words
from clerk_app.domain.conditions import Condition, both
from clerk_app.domain.merged_parts import MergedMaterial, Product
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.notice_materials import brought_if
from clerk_app.domain.one_thing import OneThing, Step
from clerk_app.domain.one_time_notice import NoticeItem

_NAMED = 2
"""How many matters a material names before it counts them."""


def is_printed(need: MaterialNeed) -> bool:
    """Whether the window prints it from the form, so that nobody brings it."""
    return need.material is not None and need.material.printed


def is_exempt(need: MaterialNeed) -> bool:
    """Whether no paper is asked of who has the electronic licence, or a stored copy (免证办)."""
    return not need.by_card and (need.e_licence is True or need.reusable)


def open_reasons(one: OneThing, item: MergedMaterial, names: Wording) -> tuple[str, ...]:
    """On which open answers the material depends, one phrase for each; empty if it is needed in any case.

    It is needed in any case, too, where the answers differ in who needs it only (个体工商户 or 公司).
    """
    found: list[Condition] = []
    for step in _steps(one, item.needed_by):
        child, need = one.package.child(step.matter.code), step.matter.material(item.need.code)
        condition = both(
            open_part(child.when if child else None, one.answers), open_part(need.when if need else None, one.answers)
        )
        if condition is None:
            return ()
        found.append(condition)
    if holds_whatever(found, one.situations):
        return ()
    return tuple(dict.fromkeys(words(condition, names) for condition in found))


def material_item(
    one: OneThing, item: MergedMaterial, names: Wording, *, number: int, reasons: tuple[str, ...]
) -> NoticeItem:
    """One material of the list."""
    need = item.need
    lines = [
        *((f"{'，或者'.join(reasons)}的，才要。",) if reasons else ()),
        *_spared(one, item),
        *((_closed(need.accepts),) if need.accepts and not need.by_card else ()),
        *_source(need),
        *_for_whom(one, item),
    ]
    return NoticeItem(need.name, tuple(lines), f"{number}", _how(need), tick=not is_printed(need))


def product_item(one: OneThing, product: Product) -> NoticeItem:
    """What an earlier result brings."""
    condition = "的，" if brought_if(one, product) else ""
    brought = _matters(one, product.brought_by, "或者")
    return NoticeItem(product.name, (f"办{brought}{condition}办好就有。" if condition else f"{brought}办好就有。",))


def _how(need: MaterialNeed) -> str:
    if is_printed(need):
        return "窗口打印，您签字"
    if need.by_card:
        return "原件刷一下就还您 · 不用复印"
    copies = f"{need.copies} 份"
    if need.original == "kept":
        return f"交原件 {copies}"
    if need.original == "none":
        return f"交复印件 {copies}"
    return f"原件看过就还您 · 复印件 {copies}" if need.copies else "原件看过就还您"


def _spared(one: OneThing, item: MergedMaterial) -> list[str]:
    """What takes the place of the paper, or lets it come later."""
    need, lines = item.need, []
    if not need.required:
        lines.append("自愿交，不交也能办。")
    if need.e_licence is True and not need.by_card:
        lines.append("有电子证照的不用带（免证办），窗口联网核验；没有或者核验不到的，请带来。")
    if need.e_licence == "partly":
        lines.append(_partly(one, item))
    if need.reusable and not need.accepts:
        lines.append("证照库里已经有的不用再交。")
    if need.paper_required:
        lines.append("这一项部门要留纸质的。")
    if need.deferrable:
        lines.append(f"一时拿不出来，可以先办，{need.defer_days} 个工作日内补交（容缺）。")
    if need.promise:
        lines.append("也可以不交，签一份承诺书代替（告知承诺）；承诺不实的要承担后果。")
    return lines


def _partly(one: OneThing, item: MergedMaterial) -> str:
    insisting = [
        step.matter.department_short
        for step in _steps(one, item.needed_by)
        if (need := step.matter.material(item.need.code)) is not None and need.e_licence is not True
    ]
    among = "、".join(dict.fromkeys(insisting))
    if len(one.steps) == 1 or not among:
        return "电子证照只能代替其中一部分，请把纸质的带来。"
    return f"电子证照只有一部分部门认（{among}还不认），请把纸质的带来。"


def _source(need: MaterialNeed) -> list[str]:
    if need.material is None or is_printed(need):
        return []
    lines = [f"样子：{_closed(need.material.sample)}"] if need.material.sample else []
    return [*lines, f"哪里办：{_closed(need.material.where)}"] if need.material.where else lines


def _for_whom(one: OneThing, item: MergedMaterial) -> list[str]:
    lines: list[str] = []
    if len(one.steps) > 1:
        lines.append(f"用于：{_for_which(one, item.needed_by)}。")
    if item.awaited_by:
        lines.append(f"{_matters(one, item.awaited_by, '、')}用这次新办出来的，不用再交。")
    return lines


def _for_which(one: OneThing, codes: tuple[str, ...]) -> str:
    """Few matters by name; more by their number in the list of the paper, for names are long."""
    if len(codes) == len(one.steps):
        return "每一件事，只交一次"
    if len(codes) <= _NAMED:
        return _matters(one, codes, "、") + ("，只交一次" if len(codes) > 1 else "")
    numbers = [str(number) for number, step in enumerate(one.steps, start=1) if step.matter.code in codes]
    departments = "、".join(dict.fromkeys(step.matter.department_short for step in _steps(one, codes)))
    return f"{departments}的 {len(codes)} 件事（第 {'、'.join(numbers)} 件），只交一次"


def _matters(one: OneThing, codes: tuple[str, ...], joined: str) -> str:
    return joined.join(f"{step.matter.name}（{step.matter.department_short}）" for step in _steps(one, codes))


def _steps(one: OneThing, codes: tuple[str, ...]) -> tuple[Step, ...]:
    return tuple(step for step in one.steps if step.matter.code in codes)


def _closed(text: str) -> str:
    return text if text.endswith(("。", "；", "！")) else f"{text}。"
