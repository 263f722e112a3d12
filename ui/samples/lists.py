"""Sample states of the case list, the device page, the pickers and the second screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.domain import case_number
from clerk_app.domain.case_state import STATE_LABELS, CaseState
from clerk_app.domain.civil import civil_date, short_time
from clerk_app.errors import CaseElsewhere, PlatformRefused, PrinterOffline, StoreError
from clerk_app.messages import describe
from clerk_app.services.cases import CaseView, HistoryItem
from clerk_app.services.rows import Backlog, CaseRow, PrintJob, RepairRow
from ui.presenters.cases import case_detail, case_line, filter_views, not_taken_up_view
from ui.presenters.citizen import CitizenFacts, Shown, citizen_state
from ui.presenters.counter_facts import VisitFacts
from ui.presenters.devices import DeviceFacts, devices_state
from ui.presenters.filters import EVERYTHING, Filter, picker_filters
from ui.presenters.hits import grouped_hits, matter_hits
from ui.presenters.words import problem_view
from ui.samples import desk, frames, packages
from ui.viewmodels.cases import CaseDetail, CasesState
from ui.viewmodels.search_state import SearchState

if TYPE_CHECKING:
    from ui.viewmodels.citizen_state import CitizenState
    from ui.viewmodels.devices_state import DevicesState

_RETURN_REASON = "租赁合同缺出租人签字"


def _row(count: int, on: date, name: str, code: str, state: CaseState, due: str | None, *, uploaded: bool) -> CaseRow:
    subject = desk.matter(code)
    return CaseRow(
        number=case_number.make(desk.HALL, desk.DEVICE, on, count),
        official_number=None,
        state=state.value,
        matter=code,
        matter_name=subject.name,
        department=subject.department,
        applicant=name,
        taken_in_at=desk.at(10, 9, on),
        due_on=due,
        due_estimated=False,
        needs_clerk=state is CaseState.RETURNED or count == _CONFLICT,
        uploaded=uploaded,
        visit="v1",
        device=desk.HALL + desk.DEVICE,
        own=True,
    )


_CONFLICT = 19


@cache
def rows() -> tuple[CaseRow, ...]:
    """Six cases, what needs the clerk first."""
    monday = desk.TODAY
    state = CaseState
    return (
        _row(37, date(2026, 11, 17), "吴例宁", "P31", state.RETURNED, "2026-12-01", uploaded=True),
        _row(_CONFLICT, monday, "郑例和", "P31", state.ACCEPTED, "2026-12-07", uploaded=True),
        _row(21, monday, "周例安", "P31", state.ACCEPTED, "2026-12-07", uploaded=True),
        _row(22, monday, "林例秀", "P14", state.RECEIVED, None, uploaded=False),
        _row(12, date(2026, 11, 10), "冯例立", "P31", state.ACCEPTED, "2026-11-24", uploaded=True),
        _row(8, date(2026, 11, 9), "何例江", "P31", state.DECIDED, "2026-11-23", uploaded=True),
    )


@cache
def case_list() -> CasesState:
    """The list with the returned case in detail."""
    calendar = desk.around().calendar
    lines = tuple(case_line(row, calendar, desk.TODAY, is_online=True) for row in rows())
    filters = filter_views({"todo": 2, "open": 5, "owed": 2})
    return CasesState(lines, filters, selected=rows()[0].number, detail=_detail())


@cache
def case_list_owed() -> CasesState:
    """What citizens still owe: a paper whose day is over, one that comes tomorrow, a promise."""
    calendar, (_, _, soon, promise, late, _) = desk.around().calendar, rows()
    owed = (
        replace(late, owed_papers=1, owed_until="2026-11-20"),
        replace(soon, owed_papers=2, owed_until="2026-11-24"),
        replace(promise, owed_promises=1),
    )
    lines = tuple(case_line(row, calendar, desk.TODAY, is_online=True) for row in owed)
    return CasesState(lines, filter_views({"todo": 1, "open": 5, "owed": 3}), current="owed")


@cache
def case_list_loading() -> CasesState:
    """The first rows are on their way."""
    return CasesState(filters=filter_views({}), loading=True)


@cache
def case_list_empty() -> CasesState:
    """No case was ever taken in here."""
    return CasesState(filters=filter_views({"todo": 0, "open": 0, "owed": 0}), current="all")


@cache
def case_list_not_arrived() -> CasesState:
    """A case of another desk that the platform does not hold yet."""
    number = case_number.make(desk.HALL, "005", desk.TODAY, 3)
    notice = not_taken_up_view(number, CaseElsewhere(number=number, reason="not_arrived"))
    return replace(case_list(), rows=(), current="all", text=number, selected=None, detail=None, notice=notice)


@cache
def case_list_broken() -> CasesState:
    """The store could not be read."""
    return CasesState(filters=filter_views({}), problem=problem_view(StoreError()))


@cache
def devices_syncing() -> DevicesState:
    """An upload is running; the printer is off; a record needs a look."""
    line = replace(frames.SYNCED, phase="syncing", done=62, total=100, pending=38, conflicts=1)
    facts = _device_facts()
    problem = problem_view(PrinterOffline(printer=desk.PRINTER))
    return devices_state(
        replace(facts, line=line, devices=frames.PRINTER_OFF, waiting=_waiting(), print_problem=problem)
    )


@cache
def devices_unplugged() -> DevicesState:
    """No reader, no pad, no line."""
    reader, pad, printer = frames.READY
    gone = (
        replace(reader, state="not_connected", reason="device_not_found"),
        replace(pad, state="not_connected", reason="device_not_found"),
        printer,
    )
    backlog = Backlog(31, frames.OFFLINE.oldest_ms, 7, 3, 2_400_000)
    return devices_state(replace(_device_facts(), devices=gone, line=frames.OFFLINE, backlog=backlog))


@cache
def devices_repaired() -> DevicesState:
    """A quiet desk after its records were put right; the platform does not know it."""
    line = replace(frames.SYNCED, phase="refused", problem=describe(PlatformRefused(reason="unknown_device")))
    repairs = (RepairRow(desk.at(9, 12), "taken_back", 0, 0, 2), RepairRow(desk.at(9, 12), "rolled_back", 3, 0, 0))
    return devices_state(replace(_device_facts(), line=line, repairs=repairs))


@cache
def devices_practice() -> DevicesState:
    """A practice store."""
    return devices_state(replace(_device_facts(), practice=True))


@cache
def all_matters() -> SearchState:
    """Every matter there is."""
    return SearchState(hits=grouped_hits(desk.every_matter(), desk.around()), filters=picker_filters(EVERYTHING))


@cache
def matters_of_elders() -> SearchState:
    """The menu of elders, of what is done at home."""
    hits = matter_hits(
        (one for one in desk.every_matter() if "old" in one.audiences and "home" in one.channels), desk.around()
    )
    return SearchState(hits=hits, filters=picker_filters(Filter("old", "home")))


@cache
def two_matters() -> SearchState:
    """One matter with a notice under seal and one that is done at once."""
    return SearchState(hits=matter_hits((desk.matter("P31"), desk.matter("P14")), desk.around()))


@cache
def nothing_found() -> SearchState:
    """Words that find nothing."""
    return SearchState(text="海关报关", filters=picker_filters(EVERYTHING))


@cache
def citizen_idle() -> CitizenState:
    """Nobody at the counter."""
    return citizen_state(_citizen_facts())


@cache
def citizen_check() -> CitizenState:
    """What was typed, to be checked."""
    draft = desk.draft_of("P31", desk.WORKER, desk.RESIDENCE)
    return citizen_state(replace(_citizen_facts(), visit=desk.at_work("check", draft)))


@cache
def citizen_check_package() -> CitizenState:
    """Two pages of answers of one thing, and what it spares."""
    return citizen_state(replace(_citizen_facts(), visit=desk.at_work("check", packages.whole())))


@cache
def citizen_rating() -> CitizenState:
    """The rating page."""
    number = case_number.make(desk.HALL, desk.DEVICE, desk.TODAY, 21)
    shown = Shown(desk.matter("P31").name, number, "https://例.invalid/p/AAECAwQFBgcICQ")
    return citizen_state(replace(_citizen_facts(), rating=shown))


@cache
def citizen_rating_long() -> CitizenState:
    """The rating page with more time and without a page to look at."""
    return citizen_state(replace(_citizen_facts(), rating=Shown(desk.matter("P14").name), timeout_s=120))


@cache
def citizen_thanks() -> CitizenState:
    """After an answer."""
    return citizen_state(replace(_citizen_facts(), thanks="answered"))


@cache
def citizen_not_rated() -> CitizenState:
    """After no answer."""
    return citizen_state(replace(_citizen_facts(), thanks="timed_out"))


def _citizen_facts() -> CitizenFacts:
    return CitizenFacts(desk.HALL_NAME, desk.WINDOW_NAME, desk.CLERK_NAME, desk.CLERK, desk.MARK, VisitFacts())


def _device_facts() -> DeviceFacts:
    details = (("设备号", f"{desk.HALL} {desk.DEVICE}"), ("本机办件", "128 件"))
    return DeviceFacts(desk.NOW, frames.READY, frames.SYNCED, second_screen_shown=True, details=details)


def _waiting() -> tuple[PrintJob, ...]:
    draft = desk.draft_of("P14", desk.ELDER, desk.PENSION)
    return desk.jobs_of(desk.case_of(draft, 22, online=True), "failed")


def _detail() -> CaseDetail:
    row = rows()[0]
    on = civil_date(row.taken_in_at)
    person = replace(desk.WORKER, name=row.applicant)
    draft = desk.draft_of("P31", person, desk.RESIDENCE)
    for code in ("M10", "M06", "M17"):
        draft = desk.with_material(draft, code, "received", "original_seen", copies=1, pages=1)
    case = desk.case_of(draft, 37, online=True, on=on)
    intake = case.intake
    assert intake is not None
    view = CaseView(
        number=row.number,
        official_number=None,
        state=row.state,
        state_label=STATE_LABELS[CaseState(row.state)],
        matter=row.matter,
        matter_name=row.matter_name,
        department=row.department,
        applicant=row.applicant,
        received_at=row.taken_in_at,
        accepted_on=on.isoformat(),
        due_on=row.due_on,
        due_estimated=False,
        in_force=intake.effect.in_force,
        not_yet=intake.effect.not_yet,
        returned_reason=_RETURN_REASON,
        conflicts=(),
        read_only=False,
        history=_history(on),
    )
    return case_detail(view, desk.jobs_of(case, "printed"), desk.TODAY, uploaded=True, is_online=True)


def _history(on: date) -> tuple[HistoryItem, ...]:
    lines = (
        ("读身份证，本人在场", desk.at(10, 3, on), desk.CLERK_NAME),
        ("受理，打印受理通知书 2 份", desk.at(10, 9, on), desk.CLERK_NAME),
        ("评价已完成", desk.at(10, 10, on), ""),
        (f"部门退回：{_RETURN_REASON}", desk.at(15, 2, date(2026, 11, 20)), "平台"),
    )
    return tuple(HistoryItem(text, short_time(when), when, by) for text, when, by in lines)
