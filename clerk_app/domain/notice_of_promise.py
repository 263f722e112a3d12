"""What the papers of 容缺 and 告知承诺 say: what is promised, until when, and what follows if it is not kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clerk_app.domain.case import Case, Intake
from clerk_app.domain.civil import chinese_date
from clerk_app.domain.materials import MaterialItem, MaterialState
from clerk_app.domain.matter import Matter
from clerk_app.domain.notices import NoticeKind

_CONCERNS: Mapping[NoticeKind, MaterialState] = {"deferral_promise": "deferred", "promise_letter": "promised"}


def materials_on(kind: NoticeKind, materials: Sequence[MaterialItem]) -> tuple[MaterialItem, ...]:
    """The materials a paper lists: a promise those it is about, any other paper all of them."""
    state = _CONCERNS.get(kind)
    return tuple(item for item in materials if state is None or item.state == state)


def deferral_paragraphs(case: Case) -> tuple[str, ...]:
    """What a 容缺受理通知书 says beside the words of the acceptance."""
    return (
        f"还缺的材料：{_listed(case)}。可以到窗口补交，也可以邮寄到本窗口，以收到的日期为准。",
        "补齐以前不发办理结果。到期没有补交的，终止办理，已经交的材料可以领回，以后可以重新申请。",
    )


def deferral_promise_paragraphs(case: Case) -> tuple[str, ...]:
    """The words of a 容缺受理承诺书."""
    intake = case.intake
    assert intake is not None
    return (
        f"本人申请办理“{intake.matter.name}”，自愿选择容缺受理，知道也可以等材料齐全后再办。",
        f"本人承诺按期补交：{_listed(case)}。",
        "本人承诺已经提交的材料和填写的内容真实、有效；补交的材料与申请内容一致。",
        "本人知道补齐以前不发办理结果；到期没有补交的，终止办理，由此造成的后果由本人承担。",
    )


def promise_paragraphs(intake: Intake, matter: Matter) -> tuple[str, ...]:
    """The words of a 告知承诺书: the matter, its conditions, the promise, what follows, how it is checked."""
    names = "、".join(item.name for item in intake.materials if item.state == "promised")
    conditions = "；".join(matter.conditions) or "符合法律、法规规定的条件"
    return (
        f"事项：{intake.matter.name}（{intake.matter.department}）。以承诺代替的材料：{names}。",
        f"条件：{conditions}。",
        "告知：您可以自愿选择告知承诺，也可以不选，不选的照常提交材料办理。",
        "承诺：本人已经知道上述条件，本人符合这些条件，填写的内容真实、准确，能够按要求提供相应的材料。",
        "核查：作出决定后，部门通过数据共享、电话、实地查看等方式核查承诺是否属实。",
        "后果：承诺不实的，部门依法撤销决定，按未取得处理；给他人造成损失的，由承诺人承担责任，并记入信用记录。",
    )


def _listed(case: Case) -> str:
    return "；".join(f"{known.name}，{chinese_date(known.until)}前" for known in case.deferrals)
