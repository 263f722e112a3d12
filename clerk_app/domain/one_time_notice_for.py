"""一次性告知书: everything a citizen has to know before an application, said once, from a merge for any answers.

It is printed before there is a case, for one matter or a package. What depends on a question that nobody has answered
yet is on the paper too, and said to depend on it, so that nothing that is asked later can be new.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from types import MappingProxyType

from clerk_app.domain import notice_number
from clerk_app.domain.civil import chinese_date, civil_date, civil_time
from clerk_app.domain.condition_words import Wording, denied_words, open_part, wording, words
from clerk_app.domain.conditions import AnyOf
from clerk_app.domain.fees import Fee
from clerk_app.domain.given_notice import GivenNotice
from clerk_app.domain.material_words import is_exempt, is_printed, material_item, open_reasons, product_item
from clerk_app.domain.merged_parts import MergedMaterial
from clerk_app.domain.notice_for import HOTLINE, NoticeFrame
from clerk_app.domain.notice_materials import brought_if, named_materials, perhaps_asked
from clerk_app.domain.one_thing import Count, DropReason, OneThing, Step
from clerk_app.domain.one_time_notice import NoticeItem, NoticePart, OneTimeKind, OneTimeNotice
from clerk_app.domain.workdays import Limit
from clerk_app.errors import UnlawfulStep

NO_NAMES: Mapping[str, str] = MappingProxyType({})
_NUMERALS = "一二三四五六七八九十"


def one_time_notice(
    one: OneThing,
    given: GivenNotice,
    kind: OneTimeKind,
    frame: NoticeFrame,
    matters: Mapping[str, str] = NO_NAMES,
) -> OneTimeNotice:
    """One copy of a notice that was given about `one`. `matters` are the names of children that take no part, by code.

    Raises `UnlawfulStep` for a matter without a legal basis: no basis, no notice.
    """
    if any(not step.matter.by_law.strip() for step in one.steps):
        raise UnlawfulStep(reason="no_legal_basis")
    assert given.subject is not None
    names = _names(one)
    whose = "第一联 申请人" if frame.copy == 1 else "第二联 存档"
    return OneTimeNotice(
        kind=kind,
        number=given.number,
        number_text=notice_number.grouped(given.number),
        digest=frame.digest,
        progress_url=frame.progress_url,
        opening=_opening(one),
        facts=_facts(one, given, names, frame),
        parts=_numbered(
            (
                *_material_parts(one, names),
                _questions(one),
                _conditions(one),
                _steps(one, names, matters),
                _around(one),
                _saved(one),
            )
        ),
        closing=_rights(frame),
        legal_basis=_legal_basis(one),
        signatures=("收到人签名", "告知人签名"),
        contacts=_contacts(one, frame),
        footer=_footer(given, frame),
        mark=frame.mark,
        copy_label=whose + (" · 补打" if frame.reprint else ""),
        heading=frame.hall_name,
    )


# ---- head -----------------------------------------------------------------------------------------------------------


def _opening(one: OneThing) -> tuple[str, ...]:
    depends = "“看情况”的那几项先问清楚，" if one_is_open(one) else ""
    return (
        f"您要办“{one.package.name}”。要带的都写在下面，每样只交一次；{depends}带齐了来，一次就能收下。",
        "来的时候带上这张纸。到本大厅哪个窗口都行，扫一下上面的条码就接着办，不用从头说。",
    )


def one_is_open(one: OneThing) -> bool:
    """Whether any material still depends on an unanswered question."""
    names = _names(one)
    return bool(perhaps_asked(one)) or any(open_reasons(one, item, names) for item in one.materials)


def _facts(one: OneThing, given: GivenNotice, names: Wording, frame: NoticeFrame) -> tuple[tuple[str, str], ...]:
    subject = given.subject
    assert subject is not None
    departments = "、".join(one.departments)
    whole = subject.kind == "package"
    order = {situation.code: place for place, situation in enumerate(one.situations)}
    answered = sorted(given.answers.items(), key=lambda told: order.get(told[0], len(order)))
    told = "；".join(f"{names.name(code)}：{answer}" for code, answer in answered)
    place = f"{frame.hall_name} {frame.window_name}".strip()
    version = f"{subject.version}{'（示例数据）' if one.package.sample else ''}"
    rows = [
        ("要办的事", f"{one.package.name}（{one.package.code}）"),
        ("牵头部门" if whole else "承办部门", one.package.lead),
        *((("一起办的", f"{len(one.steps)} 件事，{len(one.departments)} 个部门：{departments}"),) if whole else ()),
        ("您的情况", told or "还没有问，按各种情况都写上了"),
        (
            "告知",
            f"{chinese_date(civil_date(given.given_at))}，{place}，{frame.clerk_name}（工号 {frame.clerk_number}）",
        ),
        ("目录", f"{version}版，实施编码 {one.steps[0].matter.implementation_code}" if not whole else f"{version}版"),
    ]
    return tuple(rows)


# ---- materials ------------------------------------------------------------------------------------------------------


def _material_parts(one: OneThing, names: Wording) -> tuple[NoticePart, ...]:
    """What to bring in any case, what depends, what can stay at home, what comes by itself; numbered in one go."""
    reasons = {item.need.code: open_reasons(one, item, names) for item in one.materials}
    for product, item in perhaps_asked(one):
        reasons[item.need.code] = (denied_words(AnyOf(brought_if(one, product)), names),)
    materials = named_materials(one)
    asked = [item for item in materials if not is_printed(item.need)]
    certain = [item for item in asked if not reasons[item.need.code]]
    bring = [item for item in certain if not is_exempt(item.need)]
    spared = [item for item in certain if is_exempt(item.need)]
    depending = [item for item in asked if reasons[item.need.code]]
    printed = [item for item in materials if is_printed(item.need)]
    numbers = count(1)

    def listed(items: Iterable[MergedMaterial]) -> tuple[NoticeItem, ...]:
        return tuple(
            material_item(one, item, names, number=next(numbers), reasons=reasons[item.need.code]) for item in items
        )

    products = tuple(product_item(one, product) for product in one.products if not product.is_field)
    parts = (
        NoticePart("要带来的", _nothing_to_bring(bring), listed(bring)),
        NoticePart("有电子证照或者以前存过的，可以不带", (), listed(spared)),
        NoticePart("看情况才要的", _ask_first(depending), listed(depending)),
        NoticePart("不用您准备，窗口打印", (), listed(printed)),
        NoticePart("不用您准备，由前面的事项产生", _brought(products), products),
    )
    return (parts[0], *(part for part in parts[1:] if part.items))


def _nothing_to_bring(bring: list[MergedMaterial]) -> tuple[str, ...]:
    return () if bring else ("没有非带不可的材料。",)


def _ask_first(depending: list[MergedMaterial]) -> tuple[str, ...]:
    return ("下面的要不要，取决于还没有回答的问题；现在不确定的，先备着，或者打电话问。",) if depending else ()


def _brought(products: tuple[NoticeItem, ...]) -> tuple[str, ...]:
    return ("下面的是这次办出来的结果，窗口直接转给后面的部门，不用您交。",) if products else ()


# ---- questions, conditions ------------------------------------------------------------------------------------------


def _questions(one: OneThing) -> NoticePart:
    unanswered = [situation for situation in one.situations if not one.answers.get(situation.code)]
    items = tuple(
        NoticeItem(
            situation.question,
            (f"选一个：{'、'.join(situation.choices)}。", *((f"{situation.why}。",) if situation.why else ())),
        )
        for situation in unanswered
    )
    return NoticePart("还要问您的事", ("想好了告诉窗口，不需要的材料和事项就去掉。",) if items else (), items)


def _conditions(one: OneThing) -> NoticePart:
    lines = list(one.package.conditions)
    for step in one.steps:
        if len(one.steps) == 1:
            lines += step.matter.conditions
        elif step.matter.conditions:
            lines.append(f"{step.matter.name}：{'；'.join(step.matter.conditions)}")
    presence = [step.matter.name for step in one.steps if step.matter.presence == "in_person"]
    if presence:
        which = f"办{'、'.join(presence)}，" if len(one.steps) > 1 else ""
        lines.append(f"{which}要本人来")
    else:
        lines.append("可以请人代办")
    return NoticePart("什么条件能办", tuple(f"{line}。" for line in dict.fromkeys(lines)))


# ---- steps and days -------------------------------------------------------------------------------------------------


def _steps(one: OneThing, names: Wording, matters: Mapping[str, str]) -> NoticePart:
    if one.package.code == one.steps[0].matter.code:
        return NoticePart("多久办好", _single_limits(one.steps[0]))
    items = tuple(
        NoticeItem(
            step.matter.name,
            _step_lines(one, step, names),
            f"{number}",
            how=f"{step.matter.department_short} · {_promised(step.matter.promised)}",
        )
        for number, step in enumerate(one.steps, start=1)
    )
    return NoticePart("怎么办、多久办好", (*_package_limits(one), *_left_out(one, matters)), items)


def _single_limits(step: Step) -> tuple[str, ...]:
    matter = step.matter
    legal = f"，法定时限 {matter.legal.text}" if matter.legal.days else ""
    if not matter.promised.days:
        return (f"材料齐了当场办结{legal}。",)
    lines = [f"受理以后 {matter.promised.text}内办好（承诺时限）{legal}。"]
    if matter.notify is not None:
        lines.append(f"材料收下以后，最迟 {matter.notify.text}告诉您是否受理。")
    return tuple(lines)


def _package_limits(one: OneThing) -> tuple[str, ...]:
    days, unit = one.days, one.package.promised.unit
    parallel = f"各部门同时办，要等前面结果的接着办，最长 {Limit(days.parallel, unit).text}" if days.parallel else ""
    lines = [
        f"整套事承诺 {Limit(days.promised, unit).text}内办好。"
        f"一件一件分开办要 {Limit(days.serial, unit).text}（当场办结的按 1 天算）。"
    ]
    if parallel:
        reason = f"；承诺的更短：{one.package.promised_reason}" if one.package.promised_reason else ""
        lines.append(f"{parallel}{reason}。")
    if any(not step.certain for step in one.steps):
        lines.append("这是把看情况才办的也算进去的。")
    return tuple(lines)


def _step_lines(one: OneThing, step: Step, names: Wording) -> tuple[str, ...]:
    matter, child = step.matter, one.package.child(step.matter.code)
    lines: list[str] = []
    unsure = open_part(child.when if child else None, one.answers)
    if unsure is not None:
        lines.append(f"{words(unsure, names)}的，才办。")
    if step.optional:
        lines.append("办不办由您选。")
    if step.waits:
        lines.append(f"{_predecessors(one, step)}办好才开始，时限从那天起算（待前置）。")
    if matter.legal.days:
        lines.append(f"法定时限 {matter.legal.text}。")
    return tuple(lines)


def _predecessors(one: OneThing, step: Step) -> str:
    before = [(number, known) for number, known in enumerate(one.steps, start=1) if known.matter.code in step.after]
    numbers = "、".join(str(number) for number, _ in before)
    alternatives = len(before) > 1 and not any(known.certain for _, known in before)
    return f"第 {numbers} 件" + ("中要办的那一件" if alternatives else "")


def _left_out(one: OneThing, matters: Mapping[str, str]) -> tuple[str, ...]:
    reasons: tuple[tuple[DropReason, str], ...] = (
        ("situation", "按您的回答，不用办的：{}。"),
        ("choice", "您选择不办的：{}。"),
    )
    found = []
    for reason, sentence in reasons:
        left = [matters.get(dropped.matter, dropped.matter) for dropped in one.dropped if dropped.reason == reason]
        if left:
            found.append(sentence.format("、".join(left)))
    return tuple(found)


def _promised(limit: Limit) -> str:
    return f"承诺 {limit.text}" if limit.days else "当场办结"


# ---- fees, visits, places -------------------------------------------------------------------------------------------


def _around(one: OneThing) -> NoticePart:
    rows = [
        ("收费", "；".join(_fee(one, code, fee) for code, fee in one.fees) if one.fees else "不收费"),
        ("要来几次", f"{one.visit_count.after} 次"),
        ("上门查看", _site_checks(one)),
        ("办好以后", _results(one)),
        ("到哪里办", _places(one)),
    ]
    return NoticePart("收费、跑几次、到哪里", rows=tuple(row for row in rows if row[1]))


def _fee(one: OneThing, code: str, fee: Fee) -> str:
    whose = f"{_name(one, code)} " if len(one.steps) > 1 else ""
    amount = f"{fee.amount.normalize():f} 元" if fee.amount else "免费"
    return f"{whose}{fee.name} {amount}{'，符合条件的可以减免' if fee.reducible else ''}（{fee.basis}）"


def _site_checks(one: OneThing) -> str:
    if not one.site_checks:
        return ""
    visits = [f"{'、'.join(_name(one, code) for code in visit)}" for visit in one.site_checks]
    if len(one.steps) == 1:
        return "会有工作人员到现场查看，事先联系您"
    together = [f"第 {number} 次：{visit}" for number, visit in enumerate(visits, start=1)]
    return f"{len(visits)} 次，一起来（联合踏勘），事先联系您。{'；'.join(together)}"


def _results(one: OneThing) -> str:
    return "、".join(dict.fromkeys(step.matter.result for step in one.steps if step.matter.result))


def _places(one: OneThing) -> str:
    return "；".join(dict.fromkeys(step.matter.where for step in one.steps if step.matter.where))


def _name(one: OneThing, code: str) -> str:
    step = one.step(code)
    return step.matter.name if step else code


# ---- what was saved -------------------------------------------------------------------------------------------------


def _saved(one: OneThing) -> NoticePart:
    if len(one.steps) < 2:
        return NoticePart("")
    unit = "个工作日" if one.package.promised.unit == "workday" else "日"
    counts: tuple[tuple[str, Count, str], ...] = (
        ("要填的内容", one.field_count, "项"),
        ("要交的材料", one.material_count, "项"),
        ("办理时间", one.day_count, unit),
        ("跑几次", one.visit_count, "次"),
        ("上门查看", one.site_check_count, "次"),
    )
    rows = tuple(
        (label, f"{each.before} {word}", f"{each.after} {word}", f"{each.saved} {word}")
        for label, each, word in counts
        if each.before and each.saved > 0
    )
    return NoticePart("合在一起办，给您省了什么", head=("", "一件一件办", "一次办", "省下"), rows=rows)


# ---- closing --------------------------------------------------------------------------------------------------------


def _rights(frame: NoticeFrame) -> tuple[str, ...]:
    phone = frame.complaint_phone or HOTLINE
    return (
        "这张纸上没有写的材料，窗口不能随便再要。确实要加的，须由负责人说明理由，并登记“办不成事”；"
        f"您有意见，可以到“办不成事”反映窗口，或者拨打 {phone}。",
        "材料和时限以告知日期的目录为准；您的情况有变化的，要的材料会跟着变。",
    )


def _legal_basis(one: OneThing) -> str:
    if len(one.steps) == 1:
        return f"{one.steps[0].matter.by_law}。"
    resting: dict[str, list[str]] = {}
    for step in one.steps:
        resting.setdefault(step.matter.by_law, []).append(step.matter.name)
    return "；".join(f"{law}（{'、'.join(matters)}）" for law, matters in resting.items()) + "。"


def _contacts(one: OneThing, frame: NoticeFrame) -> tuple[tuple[str, str], ...]:
    phone = one.package.phone or frame.consult_phone
    rows = (("咨询电话", phone), ("投诉电话", frame.complaint_phone), ("政务服务热线", HOTLINE))
    return tuple((label, number) for label, number in rows if number and (number != HOTLINE or label == "政务服务热线"))


def _footer(given: GivenNotice, frame: NoticeFrame) -> tuple[str, ...]:
    return (f"打印时间 {civil_time(frame.printed_at):%Y-%m-%d %H:%M}", f"设备 {frame.device}")


# ---- joining --------------------------------------------------------------------------------------------------------


def _numbered(parts: Iterable[NoticePart]) -> tuple[NoticePart, ...]:
    """The parts that hold something, their headings counted 一、二、三."""
    kept = [part for part in parts if part.sentences or part.items or part.rows]
    return tuple(
        NoticePart(f"{_NUMERALS[place]}、{part.heading}", part.sentences, part.items, part.head, part.rows)
        for place, part in enumerate(kept)
    )


def _names(one: OneThing) -> Wording:
    questions = [*one.package.situations, *(asked for step in one.steps for asked in step.matter.situations)]
    return wording(questions, (field for step in one.steps for field in step.matter.fields))
