"""收件凭证 and 受理通知书: from a case to a `Notice`, the same today and when it is printed again in years.

What was promised comes from the case; only the frame (who prints, where, when) comes from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clerk_app.domain.case import Case, Intake
from clerk_app.domain.case_parts import IssuedDocument
from clerk_app.domain.civil import chinese_date, chinese_time, civil_time
from clerk_app.domain.document_words import document_label
from clerk_app.domain.form import REASONED, SOURCE_NAMES
from clerk_app.domain.id_number import mask
from clerk_app.domain.materials import FORM_LABELS, STATE_LABELS, MaterialItem
from clerk_app.domain.matter import Matter
from clerk_app.domain.notice_of_package import child_rows, package_paragraphs
from clerk_app.domain.notice_of_promise import (
    deferral_paragraphs,
    deferral_promise_paragraphs,
    materials_on,
    promise_paragraphs,
)
from clerk_app.domain.notice_words import acceptance_paragraphs, receipt_paragraphs, remark_sentences
from clerk_app.domain.notices import PROMISES, Notice, NoticeKind, NoticeMaterial
from clerk_app.domain.procedure import PROCEDURES
from clerk_app.errors import UnlawfulStep

TITLES: Mapping[NoticeKind, str] = {
    "receipt": "收件凭证",
    "acceptance_notice": "受理通知书",
    "deferral_notice": "容缺受理通知书",
    "deferral_promise": "容缺受理承诺书",
    "promise_letter": "告知承诺书",
}
_OTHER_TITLES = {
    "one_time_notice": "一次性告知书",
    "one_time_notice_large": "一次性告知书（大字版）",
    "appeal_form": "办不成事登记表",
}
HOTLINE = "12345"
_SIGNATURES: Mapping[NoticeKind, tuple[str, ...]] = {
    "receipt": ("提交人签名", "收件人签名"),
    "acceptance_notice": ("申请人签名", "经办人签名"),
    "deferral_notice": ("申请人签名", "经办人签名"),
    "deferral_promise": ("承诺人签名", "经办人签名"),
    "promise_letter": ("承诺人签名", "经办人签名"),
}


@dataclass(frozen=True, slots=True)
class NoticeFrame:
    """What surrounds the words of a notice: the place, the clerk of the act, the copy, the print.

    `digest` is the short digest of the entry; `printed_at` UTC in milliseconds; `copy` counts from 1; `mark` is 演示,
    练习 or empty.
    """

    hall_name: str
    window_name: str
    device: str
    clerk_name: str
    clerk_number: str
    consult_phone: str
    complaint_phone: str
    progress_url: str
    digest: str
    printed_at: int
    copy: int
    reprint: bool
    mark: str


def notice_for(case: Case, matter: Matter, kind: NoticeKind, frame: NoticeFrame) -> Notice:
    """One copy of a document of the case.

    Raises `UnlawfulStep` for a document the case does not have (a 受理通知书 of a case that was only received) and for
    a matter without a legal basis: no basis, no notice.
    """
    intake = case.intake
    issued = next((document for document in intake.documents if document.kind == kind), None) if intake else None
    if intake is None or issued is None:
        raise UnlawfulStep(reason="no_such_document")
    if not matter.by_law.strip():
        raise UnlawfulStep(reason="no_legal_basis")
    return Notice(
        kind=kind,
        title=TITLES[kind],
        document_number=issued.document_number,
        case_number=case.number,
        digest=frame.digest,
        progress_url=frame.progress_url,
        facts=(*_facts(intake, matter, frame), *_dates(kind, intake, matter, frame)),
        materials=(
            *(_material_row(item, matter) for item in materials_on(kind, intake.materials)),
            *(() if kind in PROMISES else _file_rows(intake, matter)),
        ),
        paragraphs=_paragraphs(kind, case, intake, matter),
        in_force="" if kind in PROMISES else intake.effect.in_force,
        not_yet="" if kind in PROMISES else intake.effect.not_yet,
        remarks=()
        if kind in PROMISES
        else (
            *remark_sentences(intake),
            *_consent_sentences(intake, matter),
            *_change_sentences(intake, matter),
        ),
        legal_basis=_legal_basis(kind, intake, matter),
        seal=_seal(kind, intake, matter),
        signatures=_SIGNATURES[kind],
        contacts=contacts(frame),
        footer=_footer(intake, frame),
        mark=frame.mark,
        copy_label=copy_label(issued, frame.copy) + (" · 补打" if frame.reprint else ""),
        heading=frame.hall_name,
        children=() if kind in PROMISES else child_rows(case),
    )


def title_of(document: str) -> str:
    """What a document of the print queue is called; one of a later version is a paper like any other."""
    return next((title for kind, title in TITLES.items() if kind == document), _OTHER_TITLES.get(document, "文书"))


def copy_label(document: IssuedDocument, copy: int) -> str:
    """Whose copy it is: with two copies the first is the applicant's, the second is filed."""
    if document.copies == 1:
        return "申请人留存"
    return "第一联 申请人" if copy == 1 else "第二联 存档"


def _facts(intake: Intake, matter: Matter, frame: NoticeFrame) -> tuple[tuple[str, str], ...]:
    document = intake.applicant
    number = document.number or document.permit_number or ""
    return (
        ("申请人", document.name or document.english_name or ""),
        (document_label(document) or "证件", mask(number)),
        ("事项", intake.matter.name),
        *((("实施编码", matter.implementation_code),) if matter.implementation_code else ()),
        ("牵头部门" if intake.package else "承办部门", intake.matter.department),
        ("办理地点", f"{frame.hall_name} {frame.window_name}".strip()),
    )


def _dates(kind: NoticeKind, intake: Intake, matter: Matter, frame: NoticeFrame) -> tuple[tuple[str, str], ...]:
    clerk = f"{frame.clerk_name}（工号 {frame.clerk_number}）"
    received = ("收件时间", chinese_time(intake.received_at))
    if kind == "receipt":
        return (received, ("收件人", clerk))
    if kind in PROMISES:
        return (("承诺日期", chinese_date(intake.received_on)), ("经办人", clerk))
    rows = [received, ("受理日期", chinese_date(intake.accepted_on or intake.received_on)), ("受理人", clerk)]
    if intake.due is not None:
        rows += [("承诺时限", matter.promised.text), ("最迟办结", intake.due.text)]
    return tuple(rows)


def _pickup(intake: Intake, matter: Matter) -> str:
    value = intake.fields.get(matter.pickup_field or "")
    return value.value if value else ""


def _paragraphs(kind: NoticeKind, case: Case, intake: Intake, matter: Matter) -> tuple[str, ...]:
    if kind == "deferral_promise":
        return deferral_promise_paragraphs(case)
    if kind == "promise_letter":
        return promise_paragraphs(intake, matter)
    words = _words_of_act(kind, case, intake, matter)
    return (*words, *deferral_paragraphs(case)) if kind == "deferral_notice" else words


def _words_of_act(kind: NoticeKind, case: Case, intake: Intake, matter: Matter) -> tuple[str, ...]:
    if intake.package is not None:
        return package_paragraphs(case, intake, intake.package, matter, _pickup(intake, matter))
    if kind == "receipt":
        return receipt_paragraphs(intake)
    return acceptance_paragraphs(intake, matter, _pickup(intake, matter))


def _legal_basis(kind: NoticeKind, intake: Intake, matter: Matter) -> str:
    if kind in PROMISES:
        return f"{matter.by_law}。"
    procedure = PROCEDURES[intake.matter.procedure]
    sentence = procedure.receipt_basis if kind == "receipt" else procedure.acceptance_basis
    return sentence.format(law=matter.by_law)


def _seal(kind: NoticeKind, intake: Intake, matter: Matter) -> str:
    is_sealed = matter.handle.sealed_notice or intake.package is not None
    if kind in PROMISES or not (is_sealed and intake.seal_at_hand):
        return ""
    return "（加盖收件专用章）" if kind == "receipt" else "（加盖受理专用章）"


def _material_row(item: MaterialItem, matter: Matter) -> NoticeMaterial:
    counted = item.state == "received"
    pages = f" {item.pages} 页" if item.pages else ""
    return NoticeMaterial(
        name=item.name,
        form=FORM_LABELS[item.form],
        copies=f"{item.copies} 份{pages}" if counted else "—",
        state=STATE_LABELS[item.state],
        used_by="、".join(matter.used_by.get(item.code, ())),
    )


def _file_rows(intake: Intake, matter: Matter) -> Iterator[NoticeMaterial]:
    """The files that answer elements of the form: they were handed in too."""
    for field in matter.fields:
        given = intake.fields.get(field.code)
        if given is not None and given.blob is not None:
            yield NoticeMaterial(
                name=f"{field.label}（{given.blob.words}）",
                form=FORM_LABELS["electronic"],
                copies=f"1 份 {given.blob.pages} 页",
                state=STATE_LABELS["received"],
                used_by="、".join(matter.used_by.get(field.code, ())),
            )


def _consent_sentences(intake: Intake, matter: Matter) -> Iterator[str]:
    """What of an earlier visit was used because the person agreed."""
    if intake.consent is not None:
        codes = intake.consent.codes
        names = "、".join(field.label for field in matter.fields if field.code in codes)
        yield f"经您本人同意，用了您上次办理时留下的{names}。"


def _change_sentences(intake: Intake, matter: Matter) -> Iterator[str]:
    """What the window wrote over the word of a card, a licence or a result, as the applicant said."""
    for field in matter.fields:
        given = intake.fields.get(field.code)
        if given is None or not given.is_changed or given.overrules not in REASONED:
            continue
        told = f"“{field.label}”与{SOURCE_NAMES[given.overrules]}的不一样"
        if not field.columns:
            shown = mask if field.type == "id" else str
            told += f"：原值“{shown(given.original or '')}”，现填“{shown(given.value)}”"
        yield f"{told}。理由：{given.reason}。" if given.reason else f"{told}。"


def contacts(frame: NoticeFrame) -> tuple[tuple[str, str], ...]:
    """Whom to ask or complain to."""
    phones = (("咨询电话", frame.consult_phone), ("投诉电话", frame.complaint_phone), ("政务服务热线", HOTLINE))
    return tuple((label, phone) for label, phone in phones if phone and (phone != HOTLINE or label == "政务服务热线"))


def _footer(intake: Intake, frame: NoticeFrame) -> tuple[str, ...]:
    return (*printed_footer(frame), "联网办理" if intake.online else "离线办理")


def printed_footer(frame: NoticeFrame) -> tuple[str, ...]:
    """When and where it was printed."""
    return (f"打印时间 {civil_time(frame.printed_at):%Y-%m-%d %H:%M}", f"设备 {frame.device}")
