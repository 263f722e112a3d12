"""A case: one matter or one package of one applicant, from intake to decision, folded from its facts.

The legal instant of intake is `received_at`, the moment the desk recorded the fact. What the desk promised (dates,
power, effect) is taken from the fact as it was printed and never computed again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, get_args

from clerk_app.domain import case_number
from clerk_app.domain.applicant import document_from_body
from clerk_app.domain.case_parts import (
    CaseMatter,
    CaseResult,
    Decision,
    Effect,
    IssuedDocument,
    Return,
    SpecialProcedure,
    known,
    read_document,
    read_due,
    read_effect,
    read_matter,
)
from clerk_app.domain.case_state import ENDED, GRANTED, CaseState
from clerk_app.domain.child_case import (
    STATE_BY_POWER,
    ChildCase,
    child_named,
    package_state,
    read_children,
    with_child,
    with_papers,
)
from clerk_app.domain.civil import civil_date, optional_date
from clerk_app.domain.consents import Consent, consent_from_body
from clerk_app.domain.deferrals import NOTHING_OWED, Deferral, Owed, deferrals_of, open_codes
from clerk_app.domain.fold import Fact, Handler, StreamType, Unlawful
from clerk_app.domain.form import FieldValue, value_from_body
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.materials import MaterialItem, material_from_body
from clerk_app.domain.matter import Power
from clerk_app.domain.one_thing import Count
from clerk_app.domain.rechecks import (
    DOCUMENT,
    DOCUMENT_NAME,
    Recheck,
    RecheckReason,
    RecheckResult,
    RecheckState,
)
from clerk_app.domain.results import Awaited, brought_values, read_awaited
from clerk_app.domain.rulings import RULINGS, Step, enter, result_registered, stopped
from clerk_app.domain.workdays import Due, Running

TAKEN_IN = ("case.taken_in", "case.package_taken_in")
"""The kinds of fact that begin a case, of a matter and of a package."""


@dataclass(frozen=True, slots=True)
class PackageIntake:
    """What the desk recorded of a package beside what it records of a matter.

    `answers` are those to its questions, `without` the children the citizen left out; together they give the same one
    thing again. `saved` are the figures before and after (fields, materials, days, visits). The children of one entry
    of `site_checks`, by ordinal, are looked at together (联合踏勘). `awaited` are the elements that results bring.
    """

    answers: Mapping[str, str]
    without: tuple[str, ...]
    saved: Mapping[str, Count]
    site_checks: tuple[tuple[int, ...], ...]
    awaited: tuple[Awaited, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything the desk recorded when it took the case in.

    `due` and `legal_due`: last day of the promised and the legal limit, which run from acceptance. `notice_due`: last
    day on which the citizen must hear whether a received application is accepted. `rechecks`: what the act relied on
    and nobody could check at the counter. `consent`: what of an earlier visit was used with the
    person's consent. `package` is None for a matter.
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
    consent: Consent | None = None
    package: PackageIntake | None = None

    @property
    def phone(self) -> str:
        """The number under which the applicant can be called; empty where none was given."""
        given = (value.value for code, value in self.fields.items() if code.endswith(".phone"))
        return next((number for number in given if number.replace(" ", "").isdigit()), "")


@dataclass(frozen=True, slots=True)
class Case:
    """State of a case. `intake` is None only before the first fact (then `state` is DRAFT).

    `running`: the stretches in which the promised limit ran. `official_number`: the platform's 办件编号, once bound.
    `rechecks`: how each thing stands that could not be checked at the counter (待复核). `deferrals`: the papers that
    come later (容缺). `children` are those of a package, by ordinal, none of a matter: decided and returned are they
    and not the whole, whose state follows theirs.
    """

    number: str
    state: CaseState = CaseState.DRAFT
    intake: Intake | None = None
    running: tuple[Running, ...] = field(default=())
    decision: Decision | None = None
    result: CaseResult | None = None
    returned: Return | None = None
    official_number: str | None = None
    rechecks: tuple[Recheck, ...] = ()
    special: tuple[SpecialProcedure, ...] = ()
    renewed_due: Due | None = None
    children: tuple[ChildCase, ...] = ()
    deferrals: tuple[Deferral, ...] = ()

    @property
    def due(self) -> Due | None:
        """The last day of the promised limit: the department's new one after a special procedure, else as printed."""
        return self.renewed_due or (self.intake.due if self.intake else None)

    @property
    def is_granted(self) -> bool:
        """Whether its result is there; of a package it is the children that are granted."""
        return self.state in GRANTED or (self.decision is not None and self.decision.result == "grant")

    @property
    def brought(self) -> Mapping[str, FieldValue]:
        """What results of children have brought to the form of a package by now, by element."""
        package = self.intake.package if self.intake else None
        return brought_values(package.awaited, self.children) if package else {}

    @property
    def owed(self) -> Owed:
        """What the citizen still owes while it is open."""
        if self.intake is None or self.state in ENDED:
            return NOTHING_OWED
        papers = tuple(known for known in self.deferrals if known.is_open)
        return Owed(papers, tuple(item.name for item in self.intake.materials if item.state == "promised"))

    @property
    def received_at(self) -> int:
        """The legal instant of intake, UTC in milliseconds; 0 before it."""
        return self.intake.received_at if self.intake else 0


def _taken_in(case: Case, fact: Fact) -> Case:
    intake = _read_intake(case, fact)
    started = intake.accepted_on if intake.power == "accept" else None
    deferrals = deferrals_of(intake.materials)
    target = CaseState.ACCEPTED_DEFICIT if deferrals and started else STATE_BY_POWER[intake.power]
    return replace(
        case,
        state=enter(case.state, target),
        deferrals=deferrals,
        intake=intake,
        running=(Running(started),) if started else (),
        rechecks=tuple(Recheck(subject, _subject_name(intake, subject)) for subject in intake.rechecks),
    )


def _package_taken_in(case: Case, fact: Fact) -> Case:
    taken = _taken_in(case, fact)
    children = read_children(case.number, fact.body["children"], open_codes(taken.deferrals))
    assert taken.intake is not None
    package = _read_package(fact.body)
    if any(not 0 < ordinal <= len(children) for visit in package.site_checks for ordinal in visit):
        raise ValueError("a site check is of children")
    intake = replace(taken.intake, package=package)
    return replace(taken, intake=intake, children=children, state=package_state(children))


def _ruling(step: Step) -> Handler:
    """A department's word: on the case, or on the child of a package that it names."""

    def ruled(case: Case, fact: Fact) -> Case:
        _require_platform(case, fact)
        number = fact.body.get("child")
        if not case.children:
            if number is not None:
                raise Unlawful("no_such_child")
            _require_papers(fact, open_codes(case.deferrals))
            ruled: Case = step(case, fact)
            return ruled
        child = child_named(case.children, number)
        _require_papers(fact, child.deferred)
        children = with_child(case.children, step(child, fact), fact)
        state = package_state(children)
        on = civil_date(fact.recorded_at)
        running = stopped(case.running, on) if state in ENDED else case.running
        return replace(case, state=state, children=children, running=running)

    return ruled


def _result_registered(case: Case, fact: Fact) -> Case:
    """Of what was decided the department may say it, of what was done at the counter the desk: both know the result."""
    if case.intake is None:
        raise Unlawful("not_taken_in")
    if not case.children:
        if fact.body.get("child") is not None:
            raise Unlawful("no_such_child")
        return result_registered(case, fact)
    child = child_named(case.children, fact.body.get("child"))
    return replace(case, children=with_child(case.children, result_registered(child, fact), fact))


def _require_papers(fact: Fact, missing: Collection[str]) -> None:
    """Nothing is granted before the deferred papers are in."""
    if fact.kind == "case.decided" and fact.body["result"] == "grant" and missing:
        raise Unlawful("papers_missing")


def _material_supplied(case: Case, fact: Fact) -> Case:
    if case.intake is None:
        raise Unlawful("not_taken_in")
    if case.state in ENDED:
        raise Unlawful("case_ended")
    items = [material_from_body(item) for item in fact.body["materials"]]
    codes = {item.code for item in items}
    if not items or any(item.state != "received" for item in items):
        raise ValueError("what was supplied has come")
    if not codes <= open_codes(case.deferrals):
        raise Unlawful("not_deferred")
    on = civil_date(fact.recorded_at)
    deferrals = tuple(replace(known, supplied_on=on) if known.code in codes else known for known in case.deferrals)
    left = open_codes(deferrals)
    if case.children:
        children = tuple(with_papers(child, left) for child in case.children)
        return replace(case, deferrals=deferrals, children=children, state=package_state(children))
    complete = case.state is CaseState.ACCEPTED_DEFICIT and not left
    return replace(case, deferrals=deferrals, state=CaseState.ACCEPTED if complete else case.state)


def _rechecked(case: Case, fact: Fact) -> Case:
    _require_platform(case, fact)
    result, reason = known(fact.body["result"], get_args(RecheckResult)), fact.body["reason"]
    return _with_recheck(case, fact, "pending", state=result, reason=known(reason, get_args(RecheckReason)))


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


def _require_platform(case: Case, fact: Fact) -> None:
    if not fact.by_hub:
        raise Unlawful("only_the_platform")
    if case.intake is None:
        raise Unlawful("not_taken_in")


def _read_intake(case: Case, fact: Fact) -> Intake:
    body = fact.body
    if case.state is not CaseState.DRAFT:
        raise Unlawful("already_taken_in")
    if body["number"] != case.number or not case_number.check(case.number):
        raise Unlawful("number_differs")
    agent = body["agent"]
    return Intake(
        visit=str(body["visit"]),
        session=str(body["session"]),
        clerk=fact.clerk,
        matter=read_matter(body["matter"]),
        power=known(body["power"], get_args(Power)),
        online=bool(body["online"]),
        seal_at_hand=bool(body["seal_at_hand"]),
        received_at=fact.recorded_at,
        clock=fact.clock,
        received_on=date.fromisoformat(body["received_on"]),
        accepted_on=optional_date(body["accepted_on"]),
        effect=read_effect(body["effect"]),
        due=read_due(body, "due"),
        legal_due=read_due(body, "legal_due"),
        notice_due=read_due(body, "notice_due"),
        applicant=document_from_body(body["applicant"]),
        agent=document_from_body(agent) if agent is not None else None,
        present=bool(body["present"]),
        fields={str(code): value_from_body(value) for code, value in body["fields"].items()},
        materials=tuple(material_from_body(item) for item in body["materials"]),
        documents=tuple(read_document(item) for item in body["documents"]),
        remarks=tuple(str(code) for code in body["remarks"]),
        rechecks=tuple(dict.fromkeys(str(subject) for subject in body.get("rechecks", ()))),
        consent=consent_from_body(body["consent"]) if body.get("consent") else None,
    )


def _read_package(body: Mapping[str, Any]) -> PackageIntake:
    return PackageIntake(
        answers={str(code): str(answer) for code, answer in body["answers"].items()},
        without=tuple(str(code) for code in body["without"]),
        saved={str(name): Count(int(before), int(after)) for name, (before, after) in body["saved"].items()},
        site_checks=tuple(tuple(int(ordinal) for ordinal in visit) for visit in body["site_checks"]),
        awaited=tuple(read_awaited(item) for item in body.get("awaited", ())),
    )


CASE = StreamType(
    "case",
    lambda stream: Case(stream.partition("/")[2]),
    {
        "case.taken_in": _taken_in,
        "case.package_taken_in": _package_taken_in,
        **{kind: _ruling(step) for kind, step in RULINGS.items()},
        "case.material_supplied": _material_supplied,
        "case.result_registered": _result_registered,
        "case.rechecked": _rechecked,
        "case.recheck_settled": _recheck_settled,
    },
)
