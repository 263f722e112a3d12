"""The sentences of notices: plain Chinese, the law's term for each act."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.domain.case import Intake
from clerk_app.domain.civil import chinese_date
from clerk_app.domain.matter import Matter
from clerk_app.domain.procedure import PROCEDURES
from clerk_app.domain.workdays import Due

ESTIMATE = "标“推算”的日期按周一至周五暂算，节假日安排公布后以公布的为准。"
EXCLUDED = "依法不计入时限的时间（检验、检测、鉴定、专家评审等）不算在内，需要多久会书面告诉您。"

_REMARKS: Mapping[str, str] = {
    "copied_by_hand": "证件内容由窗口照证件录入，没有经过读卡器。",
    "owner_absent": "本人没有到场，由他人代交。",
    "licence_to_recheck": "用电子证照代替的材料还没有联网核验，复核不符的，窗口会联系您补交。",
    "without_seal": "办理时印章不在场，本次只收件，不加盖印章；受理后另发受理通知书。",
}


def receipt_paragraphs(intake: Intake) -> tuple[str, ...]:
    """The body of 收件凭证: what it is, what it is not, and when the citizen hears more."""
    lines = [f"收到您办理“{intake.matter.name}”的材料，以上所列为准。本凭证不是受理通知书。"]
    if intake.notice_due is not None:
        lines.append(_notice_promise(intake.notice_due, intake) + (ESTIMATE if intake.notice_due.estimated else ""))
    return tuple(lines)


def acceptance_paragraphs(intake: Intake, matter: Matter, pickup: str) -> tuple[str, ...]:
    """The body of 受理通知书: the act, the limits, what does not count, how the result arrives, what can be done."""
    accepted_on = intake.accepted_on or intake.received_on
    lacking = any(item.state == "deferred" for item in intake.materials)
    complete = "除下列容缺的以外，材料齐全" if lacking else "材料齐全"
    lines = [f"您申请办理的“{intake.matter.name}”，{complete}、符合规定，已于 {chinese_date(accepted_on)}受理。"]
    if intake.due is not None:
        estimated = any(due and due.estimated for due in (intake.due, intake.legal_due))
        limits = _limit_sentence(intake.due, intake.legal_due, matter)
        lines.append(limits + (ESTIMATE if estimated else "") + EXCLUDED)
    lines.append(pickup_sentence(pickup, matter.result) + PROCEDURES[intake.matter.procedure].remedy)
    return tuple(lines)


def remark_sentences(intake: Intake) -> tuple[str, ...]:
    """The remarks recorded with the case, one sentence each."""
    return tuple(_remark(code, intake) for code in intake.remarks if code == "expired_document" or code in _REMARKS)


def _remark(code: str, intake: Intake) -> str:
    if code != "expired_document":
        return _REMARKS[code]
    return f"所持证件有效期至 {intake.applicant.valid_until}，已过期，收件时注明；请尽快换领。"


def _notice_promise(due: Due, intake: Intake) -> str:
    promise = f"是否受理，最迟 {due.text}告诉您。"
    if PROCEDURES[intake.matter.procedure].deemed_acceptance:
        return promise + "到期没有告诉您的，自收到材料之日起即为受理（《中华人民共和国行政许可法》第三十二条）。"
    return promise


def _limit_sentence(due: Due, legal_due: Due | None, matter: Matter) -> str:
    legal = f"；法定时限 {matter.legal.text}，最迟 {legal_due.text}" if legal_due else ""
    promised = f"{matter.promised.text}内办结" if matter.promised.days else "当场办结"
    return f"自受理之日起 {promised}，最迟 {due.text}{legal}。"


def pickup_sentence(pickup: str, result: str, paper: str = "本通知书") -> str:
    """How the result reaches the citizen; empty where that cannot be chosen."""
    if pickup == "邮寄":
        return f"{result}办好后邮寄到您填写的收件地址。"
    if pickup == "窗口":
        return f"{result}办好后，请凭{paper}和身份证到窗口领取。"
    return ""
