"""What came of the matters of a visit: number, papers, rating, upload, and what to say."""

from __future__ import annotations

from clerk_app.domain import case_number
from clerk_app.domain.case import Case
from clerk_app.domain.notice_for import TITLES, copy_label, title_of
from clerk_app.domain.notices import kind_of
from clerk_app.services.rows import PrintJob
from ui.presenters.children import taken_children
from ui.presenters.counter_facts import CounterFacts, Finished, RatingWord, VisitFacts
from ui.presenters.outcome_words import citizen_words
from ui.say import say
from ui.tokens import Tone
from ui.viewmodels.counter_state import DoneView, PaperView, ServiceLine
from ui.viewmodels.parts import NO_CHIP, ChipView


def done_view(facts: CounterFacts) -> DoneView | None:
    """The matter that ended last."""
    if not facts.visit.finished:
        return None
    last = facts.visit.finished[-1]
    intake = last.case.intake if last.case else None
    return DoneView(
        heading=_heading(last),
        matter=last.name,
        number=case_number.grouped(last.case.number) if last.case else "",
        in_force=intake.effect.in_force if intake else "",
        not_yet=intake.effect.not_yet if intake else "",
        papers=_papers(last.case, facts.prints) if last.case else (),
        children=taken_children(last.case),
        later=_later(last.case) if last.case else "",
        rating=rating_chip(facts.rating),
        uploaded=upload_chip(uploaded=facts.uploaded, is_online=facts.around.is_online) if last.case else NO_CHIP,
    )


def done_words(facts: CounterFacts) -> str:
    """What to tell the citizen now that it is done."""
    last = facts.visit.finished[-1] if facts.visit.finished else None
    intake = last.case.intake if last and last.case else None
    return citizen_words(intake.effect, is_online=facts.around.is_online) if intake else ""


def service_lines(visit: VisitFacts) -> tuple[ServiceLine, ...]:
    """Every matter of the visit with how it stands."""
    ended = (ServiceLine(item.name, ChipView(_ended_word(item), Tone.OK)) for item in visit.finished)
    at_work, later = ChipView(say("正在办"), Tone.INFO), ChipView(say("待办"))
    waiting = (ServiceLine(item.matter.name, at_work if item is visit.work else later) for item in visit.preparing)
    return (*ended, *waiting)


def rating_chip(rating: RatingWord) -> ChipView:
    """How the invitation stands. The grade is nobody's business here."""
    return {
        "none": NO_CHIP,
        "waiting": ChipView(say("等上一位评完")),
        "invited": ChipView(say("已邀请"), Tone.INFO),
        "answered": ChipView(say("已完成"), Tone.OK),
        "timed_out": ChipView(say("未评价")),
        "device_failed": ChipView(say("未评价：评价器没有回应"), Tone.WARN),
    }[rating]


def upload_chip(*, uploaded: bool, is_online: bool) -> ChipView:
    """Uploaded only with the platform's signature."""
    if uploaded:
        return ChipView(say("已上传"))
    return ChipView(say("待上传"), Tone.NEUTRAL if is_online else Tone.OFFLINE)


def job_chip(job: PrintJob) -> ChipView:
    """How one copy stands."""
    return {
        "queued": ChipView(say("等打印")),
        "printing": ChipView(say("正在打印"), Tone.INFO),
        "printed": ChipView(say("已打印"), Tone.OK),
        "failed": ChipView(say("没打出来，按 F8"), Tone.BAD),
    }.get(job.state, ChipView(job.state))


def document_name(job: PrintJob) -> str:
    """The document of a copy; a reprint is named as one."""
    title = title_of(job.document)
    return say("补打：{title}", title=title) if job.reprint else title


def paper_name(case: Case | None, job: PrintJob) -> str:
    """A copy by its document and whose it is: 受理通知书 · 第一联 申请人."""
    kind = kind_of(job.document)
    documents = case.intake.documents if case and case.intake else ()
    issued = next((paper for paper in documents if paper.kind == kind), None)
    whose = copy_label(issued, job.copy) if issued else ""
    return " · ".join(filter(None, (TITLES[kind], whose, say("补打") if job.reprint else "")))


def _papers(case: Case, prints: tuple[PrintJob, ...]) -> tuple[PaperView, ...]:
    return tuple(PaperView(paper_name(case, job), job_chip(job)) for job in prints if job.case_number == case.number)


def _later(case: Case) -> str:
    """What comes later, each by its last day."""
    words = (say("{name} {day} 前补交", name=one.name, day=one.until.isoformat()[5:]) for one in case.deferrals)
    return "；".join(words)


def _heading(finished: Finished) -> str:
    if finished.case is None:
        return say("已记录：{outcome}", outcome=finished.outcome.label)
    if finished.outcome.name == "deferred":
        return say("容缺受理")
    return say("已受理") if finished.outcome.name == "accepted" else say("已收件")


def _ended_word(finished: Finished) -> str:
    return _heading(finished) if finished.case else finished.outcome.label
