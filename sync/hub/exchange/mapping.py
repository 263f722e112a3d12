"""From the folded history of a case to its records: pure, the same for the same history.

Everything comes from facts that had their lawful effect; nothing is guessed. What cannot be made into a valid record is
`Withheld` with a reason, so that somebody can see to it, and never left out in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time

from pydantic import ValidationError

from clerk_app.domain.case import TAKEN_IN, Case, Intake
from clerk_app.domain.checking import NO_PHONE
from clerk_app.domain.child_case import ChildCase
from clerk_app.domain.civil import civil_time
from clerk_app.domain.fold import Fact
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.notices import ACCEPTANCES
from clerk_app.domain.ratings import Grade
from clerk_app.journal.body import storable
from sync.hub.exchange import codes
from sync.hub.exchange.records import (
    AcceptRecord,
    MaterialRecord,
    ProcessRecord,
    RatingRecord,
    Record,
    ResultRecord,
    SpecialRecord,
)

_ORG, _CATALOGUE = 18, 12
_IMPLEMENTATION_CODE = 31
_EXPLAIN = 2000
_END_OF_DAY = time(23, 59, 59)
_BY_POST = "邮寄"
_ALWAYS = ("g.P1.name", "g.P1.document_number", "g.P3.area", "g.P3.detail", "g.P4.phone", "g.P9.pickup")
"""Answers that the records of every child need, whichever of them asked."""


class Withheld(Exception):
    """A case whose records would not be valid; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rating:
    """An opened answer to the invitation of a visit. The grade must not reach a log."""

    invitation: str
    grade: Grade
    settled_at: int

    def __repr__(self) -> str:
        return f"Rating({self.invitation}, masked)"


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A case as the hub knows it: its facts with lawful effect in order, who took it in, and its rating if it has one.

    `region` is the hall's six digits. `accepted` is the fact by which it was accepted after the intake: of a child of a
    package the decision that let it begin.
    """

    region: str
    case: Case
    facts: tuple[Fact, ...]
    clerk_name: str
    rating: Rating | None = None
    accepted: Fact | None = None


@dataclass(frozen=True, slots=True)
class Keyed:
    """A record with its key: the same key in the same table is the same record, perhaps corrected."""

    key: str
    record: Record


def records_of(history: CaseHistory) -> tuple[Keyed, ...]:
    """Every record of a case as it stands; none before it was taken in. Raises `Withheld`.

    Of a package those of its children, each a case of its own department with its own number and clock.
    """
    if history.case.children:
        return tuple(keyed for one in children_of(history) for keyed in records_of(one))
    intake = history.case.intake
    if intake is None:
        return ()
    if len(intake.matter.implementation_code) != _IMPLEMENTATION_CODE:
        # Taken in by a version that did not keep the code yet.
        raise Withheld("no_implementation_code")
    try:
        return tuple(_records(history, intake))
    except ValidationError as error:
        raise Withheld("invalid:" + ",".join(sorted({str(fault["loc"][0]) for fault in error.errors()}))) from None
    except ValueError:
        raise Withheld("invalid:time") from None


def children_of(history: CaseHistory) -> tuple[CaseHistory, ...]:
    """The children of a package as cases of their own; the visit's rating stands under the first."""
    return tuple(_of_child(history, child) for child in history.case.children)


def _of_child(history: CaseHistory, child: ChildCase) -> CaseHistory:
    whole = history.case.intake
    assert whole is not None
    begun = next((fact for fact in history.facts if child.number in _started_by(fact)), None)
    own = tuple(
        fact
        for fact in history.facts
        if fact is begun or fact.kind in TAKEN_IN or fact.body.get("child") == child.number
    )
    intake = replace(
        whole,
        matter=child.matter,
        power=child.power,
        accepted_on=child.accepted_on,
        effect=child.effect,
        due=child.promised_due,
        legal_due=child.legal_due,
        notice_due=child.notice_due,
        fields={code: value for code, value in whole.fields.items() if code in _ALWAYS or code in child.fields},
        materials=tuple(item for item in whole.materials if item.code in child.materials),
        documents=whole.documents if child.power == "accept" else (),
        package=None,
    )
    case = Case(
        number=child.number,
        state=child.state,
        intake=intake,
        running=child.running,
        decision=child.decision,
        result=child.result,
        returned=child.returned,
        official_number=child.official_number,
        special=child.special,
        renewed_due=child.renewed_due,
    )
    rating = history.rating if child.ordinal == 1 else None
    return CaseHistory(history.region, case, own, history.clerk_name, rating, begun)


def _started_by(fact: Fact) -> tuple[str, ...]:
    if fact.kind != "case.decided":
        return ()
    return tuple(str(item["child"]) for item in fact.body.get("started") or ())


def _records(history: CaseHistory, intake: Intake) -> Iterator[Keyed]:
    number = history.case.number
    accept = _accept(history, intake)
    if accept is not None:
        yield Keyed(number, accept)
    for fact in history.facts:
        yield from _steps(history, intake, fact)
    yield from _special(history, intake)
    yield from _materials(number, intake)
    result = _result(history, intake)
    if result is not None:
        yield Keyed(number, result)
    if history.rating is not None:
        yield Keyed(history.rating.invitation, _rating(history, intake, history.rating))


# ---- one record after the other -----------------------------------------------------------------------------------


def _accept(history: CaseHistory, intake: Intake) -> AcceptRecord | None:
    decided = _decision(history)
    if intake.power == "receive" and decided is None and history.accepted is None:
        return None
    at_counter = intake.power != "receive"
    accepted_by = history.accepted or decided
    applicant, phone = intake.applicant, _answer(intake, "g.P4.phone")
    reachable = phone is not None and phone != NO_PHONE
    name, document, number = _name(intake), codes.document_code(applicant.document), _number(intake)
    notices = [paper.document_number for paper in intake.documents if paper.kind in ACCEPTANCES]
    return AcceptRecord(
        project_no=history.case.number,
        task_code=intake.matter.implementation_code,
        catalog_code=intake.matter.implementation_code[-_CATALOGUE:],
        task_name=_clean(intake.matter.name),
        task_version=_clean(intake.matter.version),
        project_name=_clean(f"{name} {intake.matter.name}"),
        project_type=_project_type(intake),
        applyer_name=name,
        applyer_type=codes.NATURAL_PERSON,
        applyer_page_type=document,
        applyer_page_code=number,
        contact_name=name if reachable else None,
        contact_type=document if reachable else None,
        contact_code=number if reachable else None,
        contact_mobile=phone if reachable else None,
        address=_address(intake),
        apply_type=codes.AT_THE_WINDOW,
        apply_date=_moment(intake.received_at),
        org_code=intake.matter.implementation_code[:_ORG],
        org_name=_clean(intake.matter.department),
        handle_user_name=_clean(history.clerk_name)
        if at_counter or accepted_by is None
        else _decider(intake, accepted_by),
        accept_date=_moment(intake.received_at if at_counter or accepted_by is None else accepted_by.recorded_at),
        accept_doc_no=_clean(notices[0]) if notices else None,
        promise_date=datetime.combine(intake.due.on, _END_OF_DAY) if intake.due else None,
    )


def _steps(history: CaseHistory, intake: Intake, fact: Fact) -> Iterator[Keyed]:
    """The steps of one fact. One act at the counter is receipt and acceptance in one."""
    for place, (process, event) in enumerate(_names_of(history, intake, fact)):
        at = _moment(fact.recorded_at)
        record = ProcessRecord(
            project_no=history.case.number,
            process_name=process,
            event_name=event,
            handle_user_name=_decider(intake, fact) if fact.by_hub else _clean(history.clerk_name),
            handle_explain=_explained(fact.body.get("reason")),
            event_start_time=at,
            event_end_time=at,
        )
        # The place in the region's order is no part of it: a hub that was put back numbers afresh.
        yield Keyed(f"{history.case.number}/{fact.kind}/{fact.recorded_at}/{place}", record)


def _names_of(history: CaseHistory, intake: Intake, fact: Fact) -> tuple[tuple[str, str], ...]:
    received, accepted = ("申办", "收件"), ("受理", "受理")
    if fact is history.accepted:
        return (accepted,)
    if fact.kind in TAKEN_IN:
        return {
            "receive": (received,),
            "accept": (received, accepted),
            "complete": (received, accepted, ("办结", "当场办结")),
        }[intake.power]
    if fact.kind == "case.decided":
        ruling = ("审批", "准予" if fact.body["result"] == "grant" else "不予")
        # What was only received is accepted by the very decision.
        late = intake.power == "receive" and history.accepted is None
        return (*((accepted,) if late else ()), ruling, ("办结", "办结"))
    return _OTHER_STEPS.get(fact.kind, ())


_OTHER_STEPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "case.returned": (("补正告知", "退回补正"),),
    "case.suspended": (("特别程序申请", "特别程序开始"),),
    "case.resumed": (("特别程序结果", "特别程序结束"),),
    "case.extended": (("特别程序申请", "延长审批"),),
}


def _special(history: CaseHistory, intake: Intake) -> Iterator[Keyed]:
    number, department = history.case.number, _clean(intake.matter.department)
    for known in history.case.special:
        record = SpecialRecord(
            project_no=number,
            special_type=codes.SPECIAL_TYPE[known.kind],
            special_name=_clean(known.name),
            special_time=_moment(known.began_at),
            special_reason=_explained(known.reason),
            applyer_user_name=department,
            end_time=None if known.ended_at is None else _moment(known.ended_at),
            result=_explained(known.result),
            handle_user=department,
        )
        yield Keyed(f"{number}/{known.began_at}", record)


def _materials(number: str, intake: Intake) -> Iterator[Keyed]:
    for place, item in enumerate(intake.materials):
        get_type = codes.get_type(item)
        if get_type is None:
            continue
        record = MaterialRecord(
            project_no=number,
            material_name=_clean(item.name),
            get_type=get_type,
            get_num=item.copies,
            material_attach_name=_cut(";".join(_clean(blob.name) for blob in item.blobs)),
        )
        yield Keyed(f"{number}/{place}/{item.code}", record)


def _result(history: CaseHistory, intake: Intake) -> ResultRecord | None:
    decision, decided = history.case.decision, _decision(history)
    if decided is None and intake.power != "complete":
        return None
    grade, result = history.rating.grade if history.rating else None, history.case.result
    return ResultRecord(
        project_no=history.case.number,
        result_date=_moment(decided.recorded_at if decided else intake.received_at),
        result_type=codes.RESULT_TYPE[decision.result if decision else "grant"],
        result_explain=_explained(decision.reason if decision else None),
        result_cetr_name=_named(result.name) if result else None,
        result_cetr_no=_named(result.number) if result else None,
        is_delivery_results="1" if _answer(intake, "g.P9.pickup") == _BY_POST else "0",
        satisfaction=codes.STANDARD_SATISFACTION[grade] if grade else None,
    )


def _rating(history: CaseHistory, intake: Intake, rating: Rating) -> RatingRecord:
    decided, agent = _decision(history), intake.agent
    ended = intake.power == "complete" or (decided is not None and decided.recorded_at <= rating.settled_at)
    return RatingRecord(
        projectNo=history.case.number,
        pf=codes.RATING_CHANNEL,
        deptCode=intake.matter.implementation_code[:_ORG],
        taskCode=intake.matter.implementation_code,
        taskName=_clean(intake.matter.name),
        proStatus=codes.rated_state(accepted=intake.power == "accept", ended=ended),
        proDepart=_clean(intake.matter.department),
        certKey=hashlib.sha256(_number(intake).upper().encode()).hexdigest(),
        userName=_name(intake),
        userProp=codes.NATURAL_PERSON,
        userPageType=codes.document_code(intake.applicant.document),
        handleUserName=_named(agent.name or agent.english_name) if agent else None,
        handleUserPageType=codes.document_code(agent.document) if agent else None,
        handleUserPageCode=_named(agent.number) if agent else None,
        satisfaction=codes.RATING_SATISFACTION[rating.grade],
        assessTime=_moment(rating.settled_at),
        assessNumber=1,
        serviceNumber=1,
        dataSource=history.region,
        promisetime=_project_type(intake),
        acceptDate=_moment(intake.received_at),
    )


# ---- what the fields are made of ----------------------------------------------------------------------------------


def _decision(history: CaseHistory) -> Fact | None:
    said = (fact for fact in history.facts if fact.kind == "case.decided" and fact is not history.accepted)
    return next(said, None)


def _decider(intake: Intake, fact: Fact) -> str:
    """Who decided, or the department where the platform names nobody."""
    return _clean(fact.clerk) or _clean(intake.matter.department)


def _project_type(intake: Intake) -> str:
    kind = intake.matter.kind
    return codes.PROJECT_TYPE[kind] if kind else codes.PROJECT_TYPE_OTHER


def _name(intake: Intake) -> str:
    return _from_document(intake.applicant, "name") or _answer(intake, "g.P1.name") or ""


def _number(intake: Intake) -> str:
    return _from_document(intake.applicant, "number") or _answer(intake, "g.P1.document_number") or ""


def _from_document(document: IdentityDocument, key: str) -> str | None:
    said = document.name or document.english_name if key == "name" else document.number
    return _named(said)


def _address(intake: Intake) -> str | None:
    now = " ".join(part for part in (_answer(intake, "g.P3.area"), _answer(intake, "g.P3.detail")) if part)
    return now or _named(intake.applicant.newest_address or intake.applicant.address)


def _answer(intake: Intake, code: str) -> str | None:
    """An answer by its code, which is the same in every matter; None where it was not given."""
    given = intake.fields.get(code)
    return _named(given.value) if given else None


def _named(text: str | None) -> str | None:
    return _clean(text) or None if text is not None else None


def _explained(text: object) -> str | None:
    return _cut(_clean(text)) if isinstance(text, str) else None


def _cut(text: str) -> str | None:
    """Free text within its width, the cut marked; names and codes are never cut."""
    return None if not text else text if len(text) <= _EXPLAIN else text[: _EXPLAIN - 1] + "…"


def _clean(text: str) -> str:
    return storable(text).strip()


def _moment(at_ms: int) -> datetime:
    """Civil time in China to the second, as every table of the exchange has it; raises `ValueError` beyond it."""
    return civil_time(at_ms).replace(microsecond=0, tzinfo=None)
