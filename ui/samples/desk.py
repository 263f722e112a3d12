"""The invented morning all samples are of: its people, matters, drafts and cases.

Everything goes through the domain and the presenters, so that a picture shows no word the program would not say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.domain import case_number
from clerk_app.domain.applicant import Applicant
from clerk_app.domain.case import CASE, Case
from clerk_app.domain.civil import CHINA
from clerk_app.domain.draft import Draft, filled, new_draft, with_applicant, with_materials_of
from clerk_app.domain.fold import Fact, fold
from clerk_app.domain.form import FieldValue, plain
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.merge import merge
from clerk_app.domain.merged_matter import merged_matter
from clerk_app.domain.package_taking_in import take_in_package
from clerk_app.domain.packages import is_package
from clerk_app.domain.taking_in import Counter, take_in
from clerk_app.services.find import Finder
from clerk_app.services.rows import PrintJob
from clerk_app.services.shipped import shipped_calendar, shipped_catalogue
from ui.presenters.counter_facts import (
    CounterFacts,
    Finished,
    HintRules,
    Preparing,
    Surroundings,
    VisitFacts,
    outcome_now,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from clerk_app.domain.conditions import Answers
    from clerk_app.domain.materials import MaterialCheck, MaterialForm, MaterialState
    from clerk_app.domain.matter import Matter
    from clerk_app.domain.one_thing import OneThing
    from clerk_app.domain.packages import Package
    from ui.viewmodels.counter_state import Stage

MARK = "演示"
CLERK, CLERK_NAME = "0312", "王例"
HALL, DEVICE = "999999", "031"
HALL_NAME, WINDOW_NAME = "例州区政务服务中心", "3 号窗口"
PRINTER = "A4-1"
TODAY = date(2026, 11, 23)

WORKER = IdentityDocument(
    "resident_id",
    name="周例安",
    sex="male",
    ethnicity_code="01",
    ethnicity="汉",
    birth_date="1992-02-16",
    address="例省例州市甲县乙镇丙村 12 号",
    number="999999199202160010",
    number_valid=True,
    valid_from="2014-05-08",
    valid_until="2034-05-08",
)
ELDER = IdentityDocument(
    "resident_id",
    name="林例秀",
    sex="female",
    ethnicity_code="01",
    ethnicity="汉",
    birth_date="1941-02-15",
    address="例省例州市甲县乙镇丁村 3 号",
    number="999999194102150023",
    number_valid=True,
    valid_from="2010-05-08",
    valid_until="long_term",
)
EXPIRED = replace(ELDER, valid_from="2004-02-15", valid_until="2024-02-15")

RESIDENCE = {
    "g.P3.area": "例新街道 例湖社区",
    "g.P3.detail": "例湖路 18 号 3 栋 502",
    "g.P4.phone": "13000000001",
    "g.R2.reason": "务工",
    "g.R2.since": "2026-04-01",
    "g.R2.housing": "租赁房屋",
    "g.P9.pickup": "邮寄",
    "g.P9.address": "例湖路 18 号 3 栋 502",
}
PENSION = {"g.I6.benefit": "城乡居民", "g.I6.payment": "社保卡", "g.I6.method": "窗口核验", "g.P4.phone": "无手机"}


def at(hour: int, minute: int, day: date = TODAY) -> int:
    """An instant in UTC milliseconds by its civil time."""
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA).timestamp() * 1000)


NOW = at(9, 42)


@cache
def matter(code: str) -> Matter:
    """A matter of the shipped sample catalogue."""
    return shipped_catalogue().matter(code)


@cache
def every_matter() -> tuple[Matter | Package, ...]:
    """What the shipped sample catalogue holds as a desk that mostly takes in three of them finds it."""
    finder = Finder(shipped_catalogue, readings=dict, uses=lambda: {"P31": 12, "P14": 9, "PK01": 5})
    return tuple(finder.things(""))


@cache
def catalogue_edition() -> tuple[str, str]:
    """Version and label of the shipped sample catalogue."""
    catalogue = shipped_catalogue()
    return catalogue.version, catalogue.label


@cache
def around(*, online: bool = True, seal: bool = True) -> Surroundings:
    """The circumstances of the morning."""
    return Surroundings(TODAY, shipped_calendar(), is_online=online, seal_at_hand=seal)


def draft_of(
    code: str,
    person: IdentityDocument,
    answers: Mapping[str, str],
    *,
    present: bool = True,
    earlier: Mapping[str, str] | None = None,
) -> Draft:
    """A draft of a matter for a person whose card was read, with these answers."""
    subject = matter(code) if not is_package(code) else merged_matter(one_thing(code))
    draft = new_draft("d1", "v1", subject, owner=CLERK, at_ms=NOW)
    draft = with_applicant(draft, subject, Applicant(person, "card", present, NOW), NOW)
    for field, text in answers.items():
        draft = draft.typing(field, text, NOW)
    known = {field: FieldValue(text, "earlier") for field, text in (earlier or {}).items()}
    return replace(draft, values={**draft.values, **known})


def one_thing(code: str, answers: Answers | None = None, without: Collection[str] = ()) -> OneThing:
    """A package of the shipped sample catalogue for these answers."""
    package = shipped_catalogue().package(code)
    chosen = [child.matter for child in package.children if child.matter not in without]
    return merge(package, shipped_catalogue().children(package), answers or {}, chosen)


def prepared(draft: Draft) -> Preparing:
    """A draft with what its answers and choices make of its matter or package."""
    if not is_package(draft.matter):
        return Preparing(draft, matter(draft.matter))
    one = one_thing(draft.matter, plain(draft.values), draft.without)
    whole = merged_matter(one)
    names = {child.matter: matter(child.matter).name for child in one.package.children}
    return Preparing(with_materials_of(filled(draft, whole, NOW), whole), whole, one, names)


def with_licence(draft: Draft, code: str, check: MaterialCheck) -> Draft:
    """The draft with a material that an electronic licence replaces."""
    item = draft.material(code)
    assert item is not None
    return draft.with_material(replace(item, state="exempt", form="none", check=check), NOW)


def with_material(
    draft: Draft, code: str, state: MaterialState, form: MaterialForm = "none", *, copies: int = 0, pages: int = 0
) -> Draft:
    """The draft with a material standing so."""
    item = draft.material(code)
    assert item is not None
    return draft.with_material(replace(item, state=state, form=form, copies=copies, pages=pages), NOW)


def at_work(stage: Stage, draft: Draft, *, ticket: str | None = None) -> VisitFacts:
    """The visit of a draft being worked at."""
    return VisitFacts(
        stage=stage,
        id="v1",
        document=draft.document,
        present=draft.present,
        ticket=ticket,
        preparing=(prepared(draft),),
        current=draft.id,
    )


def case_of(draft: Draft, count: int, *, online: bool, on: date = TODAY) -> Case:
    """The case that taking in `draft` makes."""
    circumstances = replace(around(online=online), today=on)
    work = prepared(draft)
    outcome = outcome_now(work, circumstances)
    counter = Counter(case_number.make(HALL, DEVICE, on, count), "s1", online, True, on, circumstances.calendar)
    if work.one is None:
        kind, body = "case.taken_in", take_in(work.draft, work.matter, outcome, counter)
    else:
        kind, body = "case.package_taken_in", take_in_package(work.draft, work.one, outcome, counter)
    fact = Fact(f"case/{counter.number}", kind, body, at(9, 40, on), CLERK, chain="c1", seq=count)
    case: Case = fold(fact.stream, [fact], {CASE.name: CASE}).state
    return case


def finished(draft: Draft, case: Case, way: tuple[Stage, ...], *, online: bool) -> Finished:
    """A matter of the visit that ended in `case`."""
    work = prepared(draft)
    return Finished(work.matter.name, outcome_now(work, around(online=online)), case, way)


def jobs_of(case: Case, state: str) -> tuple[PrintJob, ...]:
    """The copies of a case's papers, all in one state."""
    assert case.intake is not None
    return tuple(
        PrintJob(copy, case.number, paper.kind, copy, False, state, "", NOW)
        for paper in case.intake.documents
        for copy in range(1, paper.copies + 1)
    )


def facts(visit: VisitFacts, *, online: bool = True) -> CounterFacts:
    """What the counter knows of a visit, with everything typed saved."""
    catalogue = shipped_catalogue()
    rules = HintRules(catalogue.hints, catalogue.label)
    return CounterFacts(around(online=online), visit, saved="saved", rules=rules)
