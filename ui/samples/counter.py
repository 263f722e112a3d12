"""Sample states of the counter: a residence card on the full one, a pension check on the short one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.domain.changes import changed
from clerk_app.domain.materials import MaterialCheck
from clerk_app.errors import CardNotRead, DeviceNotFound, DiskFull, PrinterOffline
from ui.presenters.counter import counter_state
from ui.presenters.counter_facts import CounterFacts, ParkedVisit, VisitFacts, way_of
from ui.presenters.form import change_view
from ui.presenters.words import problem_view
from ui.samples import desk

if TYPE_CHECKING:
    from clerk_app.domain.draft import Draft
    from ui.viewmodels.counter_state import ChangeView, CounterState

_TICKET = "A037"
_ADDRESS = "g.P2.registered_address"


@cache
def idle() -> CounterState:
    """Nobody at the counter."""
    return _shown(desk.facts(VisitFacts()))


@cache
def idle_parked() -> CounterState:
    """Nobody at the counter, two visits wait."""
    residence, pension = desk.matter("P31").name, desk.matter("P14").name
    parked = (
        ParkedVisit("a1", "周例安", (residence,), desk.at(9, 31)),
        ParkedVisit("a2", "林例秀", (pension,), desk.at(9, 38)),
    )
    return _shown(replace(desk.facts(VisitFacts()), parked=parked))


@cache
def reading() -> CounterState:
    """A card is being waited for."""
    return _shown(replace(desk.facts(VisitFacts()), act="reading"))


@cache
def read_failed() -> CounterState:
    """A card that could not be read."""
    return _shown(replace(desk.facts(VisitFacts()), problem=problem_view(CardNotRead())))


@cache
def no_reader() -> CounterState:
    """No reader to be found."""
    return _shown(replace(desk.facts(VisitFacts()), problem=problem_view(DeviceNotFound())))


@cache
def asking() -> CounterState:
    """The card is read, its owner not yet seen."""
    return _shown(desk.facts(VisitFacts("person", document=desk.WORKER, ticket=_TICKET)))


@cache
def choosing() -> CounterState:
    """The person is known, the matter is not."""
    return _shown(desk.facts(VisitFacts("matter", "v1", desk.WORKER, present=True, ticket=_TICKET)))


@cache
def on_materials() -> CounterState:
    """The materials, none of them answered yet."""
    return _shown(desk.facts(desk.at_work("materials", _begun(), ticket=_TICKET)))


@cache
def on_form() -> CounterState:
    """The form, two things missing and a contract that was not brought."""
    return _shown(_filling())


@cache
def on_form_offline() -> CounterState:
    """The same without a line."""
    return _shown(replace(_filling("pending"), around=desk.around(online=False)))


@cache
def form_not_saved() -> CounterState:
    """What was typed could not be saved."""
    return _shown(replace(_filling(), saved="failed", problem=problem_view(DiskFull())))


@cache
def on_check() -> CounterState:
    """Everything there, to be checked and signed."""
    return _shown(desk.facts(desk.at_work("check", _whole(), ticket=_TICKET)))


@cache
def taking_in() -> CounterState:
    """The act is being written."""
    return _shown(replace(desk.facts(desk.at_work("check", _whole(), ticket=_TICKET)), act="taking_in"))


@cache
def done() -> CounterState:
    """Taken in, printed, rating invited, uploaded."""
    return _shown(replace(_ended(_whole(), 21, "printed", online=True), rating="invited", uploaded=True))


@cache
def done_no_paper() -> CounterState:
    """Taken in, but the printer is off and there is no line."""
    ended = _ended(_whole(), 21, "failed", online=False)
    return _shown(replace(ended, rating="invited", problem=problem_view(PrinterOffline(printer=desk.PRINTER))))


@cache
def short() -> CounterState:
    """The short page without a line, two questions still open."""
    return _shown(desk.facts(desk.at_work("form", _pension()), online=False))


@cache
def short_not_present() -> CounterState:
    """The short page when the applicant does not stand here."""
    return _shown(desk.facts(desk.at_work("form", _pension(present=False)), online=False))


@cache
def short_expired_card() -> CounterState:
    """The short page with a card past its validity."""
    draft = desk.draft_of("P14", desk.EXPIRED, desk.PENSION)
    return _shown(desk.facts(desk.at_work("form", draft)))


@cache
def short_done() -> CounterState:
    """The short page's case is taken in, without a line."""
    draft = desk.draft_of("P14", desk.ELDER, desk.PENSION)
    ended = _ended(draft, 22, "printed", online=False)
    return _shown(replace(ended, rating="answered"))


@cache
def with_hints() -> CounterState:
    """An elder at a carer's allowance: three hints, and one that is closed."""
    return _shown(_hinted())


@cache
def with_hints_opened() -> CounterState:
    """The same after the clerk opened it."""
    facts = _hinted()
    return _shown(replace(facts, visit=replace(facts.visit, opened_hints=frozenset({"h.disabled_service"}))))


def _hinted() -> CounterFacts:
    draft = desk.draft_of("P09", desk.ELDER, {"g.P4.phone": "无手机", "g.D1.grade": "一级"})
    draft = desk.with_material(draft, "M13", "received", "original_seen", copies=1, pages=1)
    return desk.facts(desk.at_work("form", draft, ticket=_TICKET))


@cache
def with_change() -> CounterState:
    """An address that has changed since the card was made."""
    return _shown(desk.facts(desk.at_work("form", _changed(), ticket=_TICKET)))


@cache
def change() -> ChangeView:
    """The same, taken up again."""
    draft = _changed()
    field = desk.matter("P31").field(_ADDRESS)
    assert field is not None
    return change_view(field, draft.values[_ADDRESS])


def _changed() -> Draft:
    work = _filling().visit.work
    assert work is not None
    return changed(work.draft, work.matter, _ADDRESS, "例省例州市例江县例村 5 号", "户口 2024 年迁到例江县", desk.NOW)


def _shown(facts: CounterFacts) -> CounterState:
    return counter_state(facts, has_second_screen=True)


def _begun() -> Draft:
    return desk.draft_of("P31", desk.WORKER, {})


def _filling(check: MaterialCheck = "confirmed") -> CounterFacts:
    answers = {code: text for code, text in desk.RESIDENCE.items() if code not in ("g.R2.reason", "g.P4.phone")}
    draft = desk.draft_of(
        "P31",
        desk.WORKER,
        answers | {"g.R2.since": date(2026, 12, 1).isoformat()},
        earlier={"g.P4.phone": desk.RESIDENCE["g.P4.phone"]},
    )
    draft = desk.with_material(draft, "M10", "received", "original_seen", copies=1, pages=3)
    return desk.facts(desk.at_work("form", desk.with_licence(draft, "M06", check), ticket=_TICKET))


def _whole() -> Draft:
    draft = desk.draft_of("P31", desk.WORKER, desk.RESIDENCE)
    draft = desk.with_material(draft, "M10", "received", "original_seen", copies=1, pages=3)
    draft = desk.with_material(draft, "M17", "received", "copy_kept", copies=1, pages=1)
    return desk.with_licence(draft, "M06", "confirmed")


def _pension(*, present: bool = True) -> Draft:
    answers = {code: text for code, text in desk.PENSION.items() if code not in ("g.I6.payment", "g.I6.method")}
    return desk.draft_of("P14", desk.ELDER, answers, present=present)


def _ended(draft: Draft, count: int, printed: str, *, online: bool) -> CounterFacts:
    case = desk.case_of(draft, count, online=online)
    work = desk.at_work("form", draft).work
    assert work is not None
    ended = desk.finished(draft, case, way_of(work), online=online)
    ticket = _TICKET if draft.matter == "P31" else None
    visit = VisitFacts("done", "v1", draft.document, present=True, ticket=ticket, finished=(ended,))
    return replace(desk.facts(visit, online=online), prints=desk.jobs_of(case, printed))
