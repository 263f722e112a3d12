"""A case: one matter of one applicant, from intake to decision, folded from its facts.

The legal instant of intake is `received_at`, the moment the desk recorded the fact. What the desk promised (dates,
power, effect) is taken from the fact as it was printed and never computed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, get_args

from clerk_app.domain import case_number
from clerk_app.domain.applicant import document_from_body
from clerk_app.domain.case_state import CaseState, may_become
from clerk_app.domain.civil import civil_date, optional_date
from clerk_app.domain.fold import Fact, StreamType, Unlawful
from clerk_app.domain.form import FieldValue, value_from_body
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.materials import MaterialItem, material_from_body
from clerk_app.domain.matter import EffectWhen, MatterKind, Power
from clerk_app.domain.notices import NoticeKind
from clerk_app.domain.procedure import ProcedureKind
from clerk_app.domain.rechecks import (
    DOCUMENT,
    DOCUMENT_NAME,
    Recheck,
    RecheckReason,
    RecheckResult,
    RecheckState,
)
from clerk_app.domain.workdays import Due, Running

DecisionResult = Literal["grant", "refuse"]

_STATE_BY_POWER: Mapping[Power, CaseState] = {
    "receive": CaseState.RECEIVED,
    "accept": CaseState.ACCEPTED,
    "complete": CaseState.CLOSED,
}


@dataclass(frozen=True, slots=True)
class CaseMatter:
    """The matter as it was when the case was taken in.

    `kind` and `implementation_code` (31-digit 实施编码) are None and empty in facts written before they were kept.
    """

    code: str
    version: str
    name: str
    department: str
    procedure: ProcedureKind
    kind: MatterKind | None = None
    implementation_code: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the paper says is in force and what is not yet; one line each, either may be empty."""

    when: EffectWhen
    in_force: str
    not_yet: str


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document of the case: kind, 文书编号 and how many copies were printed."""

    kind: NoticeKind
    document_number: str
    copies: int


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything the desk recorded when it took the case in.

    `due` and `legal_due`: last day of the promised and the legal limit, which run from acceptance. `notice_due`: last
    day on which the citizen must hear whether a received application is accepted. `rechecks`: what the act relied on
    and nobody could check at the counter.
    """

    visit: str
    session: str
    clerk: str
    matter: CaseMatter
    power: Power
    online: bool
    seal_at_hand: bool
    received_at: int
    clock: str
    received_on: date
    accepted_on: date | None
    effect: Effect
    due: Due | None
    legal_due: Due | None
    notice_due: Due | None
    applicant: IdentityDocument
    agent: IdentityDocument | None
    present: bool
    fields: Mapping[str, FieldValue]
    materials: tuple[MaterialItem, ...]
    documents: tuple[IssuedDocument, ...]
    remarks: tuple[str, ...]
    rechecks: tuple[str, ...] = ()

    @property
    def phone(self) -> str:
        """The number under which the applicant can be called; empty where none was given."""
        given = (value.value for code, value in self.fields.items() if code.endswith(".phone"))
        return next((number for number in given if number.replace(" ", "").isdigit()), "")


@dataclass(frozen=True, slots=True)
class Decision:
    """The department's decision. `decided_on` is the civil date of the platform's fact."""

    result: DecisionResult
    reason: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Return:
    """The department sent the case back, with its reason."""

    reason: str
    returned_on: date


SpecialKind = Literal["extension", "other"]
"""特别程序种类: 延长审批, or anything else whose time does not count (听证, 检验, 鉴定, 专家评审 …)."""


@dataclass(frozen=True, slots=True)
class SpecialProcedure:
    """A special procedure of the department. Times are UTC in milliseconds; `ended_at` is None while it goes on."""

    kind: SpecialKind
    name: str
    reason: str
    began_at: int
    ended_at: int | None = None
    result: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """State of a case. `intake` is None only before the first fact (then `state` is DRAFT).

    `running`: the stretches in which the promised limit ran. `official_number`: the platform's 办件编号, once bound.
    `rechecks`: how each thing stands that could not be checked at the counter (待复核).
    """

    number: str
    state: CaseState = CaseState.DRAFT
    intake: Intake | None = None
    running: tuple[Running, ...] = field(default=())
    decision: Decision | None = None
    returned: Return | None = None
    official_number: str | None = None
    rechecks: tuple[Recheck, ...] = ()
    special: tuple[SpecialProcedure, ...] = ()
    renewed_due: Due | None = None

    @property
    def due(self) -> Due | None:
        """The last day of the promised limit: the department's new one after a special procedure, else as printed."""
        return self.renewed_due or (self.intake.due if self.intake else None)

    @property
    def received_at(self) -> int:
        """The legal instant of intake, UTC in milliseconds; 0 before it."""
        return self.intake.received_at if self.intake else 0


def _taken_in(case: Case, fact: Fact) -> Case:
    if case.state is not CaseState.DRAFT:
        raise Unlawful("already_taken_in")
    if fact.body["number"] != case.number or not case_number.check(case.number):
        raise Unlawful("number_differs")
    intake = _read_intake(fact)
    started = intake.accepted_on if intake.power == "accept" else None
    return replace(
        case,
        state=_enter(case, _STATE_BY_POWER[intake.power]),
        intake=intake,
        running=(Running(started),) if started else (),
        rechecks=tuple(Recheck(subject, _subject_name(intake, subject)) for subject in intake.rechecks),
    )


def _decided(case: Case, fact: Fact) -> Case:
    _require_platform(case, fact)
    result = fact.body["result"]
    if result not in get_args(DecisionResult):
        raise ValueError(result)
    official = fact.body.get("official_number")
    decided_on = civil_date(fact.recorded_at)
    return replace(
        case,
        state=_enter(case, CaseState.DECIDED),
        decision=Decision(result, str(fact.body.get("reason") or ""), decided_on),
        running=_stopped(case.running, decided_on),
        official_number=case.official_number if official is None else str(official),
    )


def _returned(case: Case, fact: Fact) -> Case:
    _require_platform(case, fact)
    # The clock runs on: whether a return stops it is the region's rule, and a shorter promise harms nobody.
    return replace(
        case,
        state=_enter(case, CaseState.RETURNED),
        returned=Return(str(fact.body.get("reason") or ""), civil_date(fact.recorded_at)),
    )


def _suspended(case: Case, fact: Fact) -> Case:
    _require_platform(case, fact)
    began = SpecialProcedure("other", str(fact.body["name"]), str(fact.body["reason"]), fact.recorded_at)
    return replace(
        case,
        state=_enter(case, CaseState.SUSPENDED),
        running=_stopped(case.running, civil_date(fact.recorded_at)),
        special=(*case.special, began),
    )


def _resumed(case: Case, fact: Fact) -> Case:
    _require_platform(case, fact)
    if case.state is not CaseState.SUSPENDED:
        raise Unlawful("not_suspended")
    ended = replace(case.special[-1], ended_at=fact.recorded_at, result=str(fact.body["result"]))
    return replace(
        case,
        state=CaseState.REVIEW,
        running=(*case.running, Running(civil_date(fact.recorded_at))) if case.running else (),
        special=(*case.special[:-1], ended),
        renewed_due=_renewed(case, fact),
    )


def _extended(case: Case, fact: Fact) -> Case:
    _require_platform(case, fact)
    if any(known.kind == "extension" for known in case.special):
        raise Unlawful("already_extended")
    at = fact.recorded_at
    extension = SpecialProcedure("extension", "延长审批期限", str(fact.body["reason"]), at, at)
    return replace(
        case,
        state=_enter(case, CaseState.EXTENDED),
        special=(*case.special, extension),
        renewed_due=_renewed(case, fact),
    )


def _renewed(case: Case, fact: Fact) -> Due | None:
    """The department's new last day; without one the old day stands."""
    on = optional_date(fact.body["due_on"])
    return Due(on, estimated=False) if on is not None else case.renewed_due


def _rechecked(case: Case, fact: Fact) -> Case:
    _require_platform(case, fact)
    result, reason = _known(fact.body["result"], get_args(RecheckResult)), fact.body["reason"]
    return _with_recheck(case, fact, "pending", state=result, reason=_known(reason, get_args(RecheckReason)))


def _recheck_settled(case: Case, fact: Fact) -> Case:
    if not str(fact.body["note"]).strip():
        raise ValueError("a settled re-check says how")
    return _with_recheck(case, fact, "differs", state="settled")


def _with_recheck(case: Case, fact: Fact, before: RecheckState, **changes: Any) -> Case:
    subject = fact.body["subject"]
    found = next((recheck for recheck in case.rechecks if recheck.subject == subject), None)
    if found is None:
        raise Unlawful("no_such_recheck")
    if found.state != before:
        raise Unlawful(f"recheck_is_{found.state}")
    rechecks = tuple(replace(known, **changes) if known is found else known for known in case.rechecks)
    return replace(case, rechecks=rechecks)


def _subject_name(intake: Intake, subject: str) -> str:
    named = {item.code: item.name for item in intake.materials}
    return DOCUMENT_NAME if subject == DOCUMENT else named[subject]


def _enter(case: Case, target: CaseState) -> CaseState:
    if not may_become(case.state, target):
        raise Unlawful(f"{case.state}_to_{target}")
    return target


def _require_platform(case: Case, fact: Fact) -> None:
    if not fact.by_hub:
        raise Unlawful("only_the_platform")
    if case.intake is None:
        raise Unlawful("not_taken_in")
    if fact.body.get("child") is not None:
        raise Unlawful("no_such_child")


def _stopped(running: tuple[Running, ...], on: date) -> tuple[Running, ...]:
    return tuple(replace(run, end=on) if run.end is None else run for run in running)


def _read_intake(fact: Fact) -> Intake:
    body = fact.body
    agent = body["agent"]
    return Intake(
        visit=str(body["visit"]),
        session=str(body["session"]),
        clerk=fact.clerk,
        matter=_read_matter(body["matter"]),
        power=_known(body["power"], get_args(Power)),
        online=bool(body["online"]),
        seal_at_hand=bool(body["seal_at_hand"]),
        received_at=fact.recorded_at,
        clock=fact.clock,
        received_on=date.fromisoformat(body["received_on"]),
        accepted_on=optional_date(body["accepted_on"]),
        effect=_read_effect(body["effect"]),
        due=_read_due(body, "due"),
        legal_due=_read_due(body, "legal_due"),
        notice_due=_read_due(body, "notice_due"),
        applicant=document_from_body(body["applicant"]),
        agent=document_from_body(agent) if agent is not None else None,
        present=bool(body["present"]),
        fields={str(code): value_from_body(value) for code, value in body["fields"].items()},
        materials=tuple(material_from_body(item) for item in body["materials"]),
        documents=tuple(_read_document(item) for item in body["documents"]),
        remarks=tuple(str(code) for code in body["remarks"]),
        rechecks=tuple(dict.fromkeys(str(subject) for subject in body.get("rechecks", ()))),
    )


def _read_due(body: Mapping[str, Any], name: str) -> Due | None:
    on = optional_date(body.get(f"{name}_on"))
    return Due(on, bool(body.get(f"{name}_estimated", False))) if on else None


def _read_matter(body: Mapping[str, Any]) -> CaseMatter:
    return CaseMatter(
        code=str(body["code"]),
        version=str(body["version"]),
        name=str(body["name"]),
        department=str(body["department"]),
        procedure=_known(body["procedure"], get_args(ProcedureKind)),
        kind=None if body.get("kind") is None else _known(body["kind"], get_args(MatterKind)),
        implementation_code=str(body.get("implementation_code", "")),
    )


def _read_effect(body: Mapping[str, Any]) -> Effect:
    return Effect(_known(body["when"], get_args(EffectWhen)), str(body["in_force"]), str(body["not_yet"]))


def _read_document(body: Mapping[str, Any]) -> IssuedDocument:
    return IssuedDocument(_known(body["kind"], get_args(NoticeKind)), str(body["document_number"]), int(body["copies"]))


def _known(value: Any, values: tuple[Any, ...]) -> Any:
    if value not in values:
        raise ValueError(value)
    return value


CASE = StreamType(
    "case",
    lambda stream: Case(stream.partition("/")[2]),
    {
        "case.taken_in": _taken_in,
        "case.decided": _decided,
        "case.returned": _returned,
        "case.suspended": _suspended,
        "case.resumed": _resumed,
        "case.extended": _extended,
        "case.rechecked": _rechecked,
        "case.recheck_settled": _recheck_settled,
    },
)
