"""What the papers of a package say beside those of a matter: every child with its department and its own clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from clerk_app.domain.case import Case, Intake, PackageIntake
from clerk_app.domain.case_number import CHILD
from clerk_app.domain.child_case import ChildCase
from clerk_app.domain.matter import Matter, Power
from clerk_app.domain.notice_words import ESTIMATE, EXCLUDED, pickup_sentence
from clerk_app.domain.notices import NoticeChild
from clerk_app.domain.procedure import PROCEDURES

_STANDING: Mapping[Power, str] = {"receive": "已收件", "accept": "已受理", "complete": "当场办结"}
_FIGURES = (("fields", "表单", "项"), ("materials", "材料", "份"), ("days", "时限", "天"), ("visits", "跑动", "次"))


def child_rows(case: Case) -> tuple[NoticeChild, ...]:
    """The children as they were taken in, so that a paper says the same when it is printed again."""
    names = {child.ordinal: child.matter.name for child in case.children}
    lacking = {known.code for known in case.deferrals}
    return tuple(
        NoticeChild(
            number=child.number[-CHILD:],
            name=child.matter.name,
            department=child.matter.department,
            standing=_standing(child, lacking),
            until=_until(child, names),
        )
        for child in case.children
    )


def package_paragraphs(
    case: Case, intake: Intake, package: PackageIntake, matter: Matter, pickup: str
) -> tuple[str, ...]:
    """The body of the paper of a package: the act, the clocks, what comes later, the visit, what was saved."""
    children = case.children
    lines = [_act(intake, children)]
    if intake.due is not None:
        promise = f"整件事自受理之日起 {matter.promised.text}内全部办结，最迟 {intake.due.text}。"
        estimated = any(due and due.estimated for due in (intake.due, *(child.first_due for child in children)))
        lines.append(f"{promise}各事项另按表中的时限办理。{ESTIMATE if estimated else ''}{EXCLUDED}")
    lines += [line for line in (_receipt_line(children), _waiting_line(children)) if line]
    lines += [_visit_line(visit, children) for visit in package.site_checks]
    remedies = dict.fromkeys(PROCEDURES[child.matter.procedure].remedy for child in children)
    lines.append(pickup_sentence(pickup, matter.result, "这张纸") + "".join(remedies))
    return (*lines, *_saved_line(package))


def _standing(child: ChildCase, lacking: Collection[str]) -> str:
    if child.waited:
        return "待前置"
    is_deferred = child.power == "accept" and not set(lacking).isdisjoint(child.materials)
    return "容缺受理" if is_deferred else _STANDING[child.power]


def _act(intake: Intake, children: tuple[ChildCase, ...]) -> str:
    accepted = [child for child in children if child.power == "accept" and not child.waited]
    begins = f"您申请办理的“{intake.matter.name}”共 {len(children)} 个事项，一次收件，各部门分别办理，各事项见表。"
    return begins if accepted else f"{begins}本凭证不是受理通知书。"


def _until(child: ChildCase, names: Mapping[int, str]) -> str:
    if child.waited:
        return f"等{'、'.join(names[ordinal] for ordinal in child.after)}办成后受理、计时"
    if child.first_due is not None:
        legal = f"；法定 {child.first_legal_due.text}" if child.first_legal_due else ""
        return f"最迟 {child.first_due.text}{legal}"
    if child.notice_due is not None:
        return f"最迟 {child.notice_due.text}告诉您是否受理"
    return child.effect.in_force or child.effect.not_yet


def _receipt_line(children: tuple[ChildCase, ...]) -> str:
    silent = [
        child.matter.name
        for child in children
        if child.notice_due is not None and PROCEDURES[child.matter.procedure].deemed_acceptance
    ]
    if not silent:
        return ""
    told = "到期没有告诉您是否受理的，自收到材料之日起即为受理（《中华人民共和国行政许可法》第三十二条）。"
    return f"{'、'.join(silent)}：{told}"


def _waiting_line(children: tuple[ChildCase, ...]) -> str:
    if not any(child.waited for child in children):
        return ""
    return "待前置的事项现在不受理、不计时，前面的事项办成那天受理、开始计时，不用您再来。"


def _visit_line(visit: tuple[int, ...], children: tuple[ChildCase, ...]) -> str:
    names = "、".join(child.matter.name for child in children if child.ordinal in visit)
    return f"联合踏勘：{names}，各部门一次上门看现场。"


def _saved_line(package: PackageIntake) -> tuple[str, ...]:
    told = [
        f"{name} {saved.before} → {saved.after} {unit}"
        for key, name, unit in _FIGURES
        if (saved := package.saved.get(key)) is not None and saved.saved > 0
    ]
    return (f"合并办理，给您省了：{'，'.join(told)}。",) if told else ()
