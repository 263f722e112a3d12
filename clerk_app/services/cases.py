"""Looking at cases: one case with its history, told from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from clerk_app.domain.case import Case
from clerk_app.domain.case_state import STATE_LABELS
from clerk_app.domain.child_case import ChildCase
from clerk_app.domain.civil import civil_date, short_time
from clerk_app.domain.deferrals import Deferral
from clerk_app.domain.fold import once_each
from clerk_app.domain.form import SOURCE_LABELS
from clerk_app.domain.history import history_line
from clerk_app.domain.results import TO_COME
from clerk_app.domain.sources import source_of
from clerk_app.errors import CaseTextsElsewhere, CatalogueDamaged
from clerk_app.services.desk import Desk
from clerk_app.services.papers import catalogue_of, load_case
from clerk_app.services.results import ResultToRegister, results_to_register


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One plain line of a case's history."""

    text: str
    when: str
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class RecheckView:
    """One thing that could not be checked at the counter (待复核). `sentence` is empty unless it differs."""

    subject: str
    name: str
    state: str
    sentence: str
    next_step: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """A result as it was registered: its document, the number on it, and its data as labels with values."""

    document: str
    number: str
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ToRegisterView:
    """A result that can be registered now. `waiting`: something else waits for what it says."""

    number: str
    matter_name: str
    waiting: bool


@dataclass(frozen=True, slots=True)
class ChildView:
    """One child of a package. Dates are ISO; `after` are the names of what it waits or waited for.

    `sentence` is what became of it at the counter or by its department, in one line, empty where the state says all.
    `ended_on` is the day of its decision, `granted` whether its result is there. `result` is what was registered of it.
    """

    number: str
    state: str
    state_label: str
    matter: str
    matter_name: str
    department: str
    accepted_on: str | None
    due_on: str | None
    due_estimated: bool
    after: tuple[str, ...]
    sentence: str
    ended_on: str | None = None
    granted: bool = False
    result: ResultView | None = None


@dataclass(frozen=True, slots=True)
class ProducedView:
    """An element of a package that a result brings: its value with its mark, 由前序事项产生 until then."""

    code: str
    label: str
    value: str
    mark: str


@dataclass(frozen=True, slots=True)
class DeferralView:
    """One paper that comes later (容缺). Dates are ISO; `is_late`: it was not there on its last day."""

    code: str
    name: str
    until: str
    supplied_on: str | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as lists and commands show it; of a package with its `children`.

    Dates are ISO; `history` newest last; `conflicts` need a person. `catalogue_missing` is the version of the catalogue
    it began with where that one cannot be read at this desk, else empty.
    """

    number: str
    official_number: str | None
    state: str
    state_label: str
    matter: str
    matter_name: str
    department: str
    applicant: str
    received_at: int
    accepted_on: str | None
    due_on: str | None
    due_estimated: bool
    in_force: str
    not_yet: str
    returned_reason: str
    conflicts: tuple[str, ...]
    read_only: bool
    history: tuple[HistoryItem, ...]
    rechecks: tuple[RecheckView, ...] = ()
    children: tuple[ChildView, ...] = ()
    produced: tuple[ProducedView, ...] = ()
    deferrals: tuple[DeferralView, ...] = ()
    promises: tuple[str, ...] = ()
    result: ResultView | None = None
    to_register: tuple[ToRegisterView, ...] = ()
    catalogue_missing: str = ""


def show_case(desk: Desk, number: str) -> CaseView:
    """One case with its history and its visit's rating; raise `NoSuchCase`."""
    case = load_case(desk, number)
    reads = desk.journal.reads
    folded = reads.fold(f"case/{case.number}")
    intake = case.intake
    assert intake is not None
    results = {known.number: known for known in results_to_register(desk, case)}
    return CaseView(
        number=case.number,
        official_number=case.official_number,
        state=case.state.value,
        state_label=STATE_LABELS[case.state],
        matter=intake.matter.code,
        matter_name=intake.matter.name,
        department=intake.matter.department,
        applicant=intake.applicant.name or "",
        received_at=intake.received_at,
        accepted_on=intake.accepted_on.isoformat() if intake.accepted_on else None,
        due_on=case.due.on.isoformat() if case.due else None,
        due_estimated=case.due.estimated if case.due else False,
        in_force=intake.effect.in_force,
        not_yet=intake.effect.not_yet,
        returned_reason=case.returned.reason if case.returned else "",
        conflicts=tuple(conflict.reason for conflict in folded.conflicts),
        read_only=folded.read_only,
        history=_history(desk, case.number, intake.visit),
        rechecks=tuple(
            RecheckView(known.subject, known.name, known.state, known.sentence, known.next_step)
            for known in case.rechecks
        ),
        children=tuple(_child(child, case, results.get(child.number)) for child in case.children),
        produced=_produced(case),
        deferrals=tuple(_deferral(known, civil_date(desk.clock.now_ms())) for known in case.deferrals),
        promises=tuple(item.name for item in intake.materials if item.state == "promised"),
        result=_result(case, intake.matter.code, results.get(case.number)),
        to_register=tuple(
            ToRegisterView(known.number, known.matter_name, known.waiting)
            for known in results.values()
            if known.result is None and known.can_register and not folded.read_only
        ),
        catalogue_missing=_catalogue_missing(desk, intake.matter.version),
    )


def _catalogue_missing(desk: Desk, version: str) -> str:
    try:
        catalogue_of(desk, version)
    except (CaseTextsElsewhere, CatalogueDamaged):
        return version
    return ""


def _result(case: Case, matter: str, known: ResultToRegister | None) -> ResultView | None:
    """A result with its data by their labels; without the catalogue by those of what awaits them, in the entry."""
    if known is None or known.result is None:
        return None
    package = case.intake.package if case.intake else None
    awaited = package.awaited if package else ()
    sources = [(source_of(text), one.label) for one in awaited for text in one.sources]
    of_entry = {source.key: label for source, label in sources if source.of == matter}
    labels = {**of_entry, **{key: field.label for key, field in known.fields.items()}}
    data = tuple((labels.get(key, key), value) for key, value in known.result.brings.items())
    return ResultView(known.result.name or known.document, known.result.number, data)


def _deferral(known: Deferral, today: date) -> DeferralView:
    supplied = known.supplied_on.isoformat() if known.supplied_on else None
    return DeferralView(known.code, known.name, known.until.isoformat(), supplied, known.is_late(today))


def _child(child: ChildCase, case: Case, known: ResultToRegister | None) -> ChildView:
    return ChildView(
        number=child.number,
        state=child.state.value,
        state_label=STATE_LABELS[child.state],
        matter=child.matter.code,
        matter_name=child.matter.name,
        department=child.matter.department,
        accepted_on=child.accepted_on.isoformat() if child.accepted_on else None,
        due_on=child.due.on.isoformat() if child.due else None,
        due_estimated=child.due.estimated if child.due else False,
        after=tuple(before.matter.name for before in case.children if before.ordinal in child.after),
        sentence=child.sentence,
        ended_on=_ended_on(child),
        granted=child.is_granted,
        result=_result(case, child.matter.code, known),
    )


def _ended_on(child: ChildCase) -> str | None:
    """The day of its decision; of what was done at the counter the day it was taken in."""
    day = child.decision.decided_on if child.decision else child.accepted_on if child.is_granted else None
    return day.isoformat() if day else None


def _history(desk: Desk, number: str, visit: str) -> tuple[HistoryItem, ...]:
    reads = desk.journal.reads
    facts = [*once_each(reads.facts(f"case/{number}")), *once_each(reads.facts(f"visit/{visit}"))]
    names: dict[str, str] = {}
    items = []
    for fact in sorted(facts, key=lambda fact: fact.recorded_at):
        line = history_line(fact, _name_of(desk, fact.clerk, names))
        items.append(HistoryItem(line.text, short_time(line.at), line.at, line.by))
    return tuple(items)


def _name_of(desk: Desk, clerk: str, known: dict[str, str]) -> str:
    if clerk and clerk not in known:
        known[clerk] = desk.journal.reads.clerk_name(clerk) or clerk
    return known.get(clerk, "")


def _produced(case: Case) -> tuple[ProducedView, ...]:
    package, brought = case.intake.package if case.intake else None, case.brought
    return tuple(
        ProducedView(one.code, one.label, given.value, SOURCE_LABELS["result"])
        if (given := brought.get(one.code)) is not None
        else ProducedView(one.code, one.label, TO_COME, "")
        for one in (package.awaited if package else ())
    )
