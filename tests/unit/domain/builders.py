"""Invented people, filled drafts and facts for the tests of the domain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from clerk_app.catalogue.calendar import load_calendar
from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.loader import load_catalogue
from clerk_app.domain import case_number
from clerk_app.domain.applicant import Applicant, ReadSource
from clerk_app.domain.civil import CHINA, civil_date
from clerk_app.domain.draft import Draft, new_draft, with_applicant
from clerk_app.domain.fold import Fact
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.materials import MaterialItem
from clerk_app.domain.matter import Matter
from clerk_app.domain.outcomes import ACCEPTED, Outcome
from clerk_app.domain.taking_in import Counter, take_in
from clerk_app.domain.workdays import Calendar

T = TypeVar("T")

ANSWERS: Mapping[str, str] = {
    "g.I6.benefit": "城乡居民",
    "g.I6.method": "窗口核验",
    "g.P3.area": "例新街道 例湖社区",
    "g.P3.detail": "例湖路 18 号 3 栋 502",
    "g.P4.phone": "无手机",
    "g.R2.reason": "务工",
    "g.R2.since": "2026-04-01",
    "g.R2.housing": "租赁房屋",
    "g.P9.pickup": "窗口",
}


def at(moment: str) -> int:
    """UTC milliseconds of a Chinese wall-clock time, e.g. `2026-11-23 10:09`."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=CHINA).timestamp() * 1000)


NOW = at("2026-11-23 10:09")
TODAY = civil_date(NOW)


@cache
def catalogue() -> Catalogue:
    """The shipped sample catalogue."""
    return load_catalogue()


@cache
def calendar() -> Calendar:
    """The shipped calendar."""
    return load_calendar()


def matter(code: str) -> Matter:
    """A matter of the sample catalogue."""
    return catalogue().matter(code)


def person(**changes: Any) -> IdentityDocument:
    """周例安, with changes."""
    document = IdentityDocument(
        document="resident_id",
        name="周例安",
        sex="male",
        ethnicity_code="01",
        ethnicity="汉",
        birth_date="1992-02-16",
        address="例省例州市甲县乙镇丙村 12 号",
        number="999999199202160010",
        number_valid=True,
        issuer="例州市公安局",
        valid_from="2014-05-08",
        valid_until="2034-05-08",
    )
    return replace(document, **changes)


def other_person() -> IdentityDocument:
    """林例秀."""
    return person(name="林例秀", sex="female", number="999999194102150023", birth_date="1941-02-15")


def there(value: T | None) -> T:
    """The value, which the test knows to be there."""
    assert value is not None
    return value


def item(draft: Draft, code: str) -> MaterialItem:
    """A material of the draft."""
    return there(draft.material(code))


def read(
    draft: Draft,
    document: IdentityDocument | None = None,
    *,
    source: ReadSource = "card",
    present: bool = True,
) -> Draft:
    """The draft after a document was read."""
    return with_applicant(draft, matter(draft.matter), Applicant(document or person(), source, present, NOW), NOW)


def empty_draft(code: str) -> Draft:
    """A draft before anything was read."""
    return new_draft("d" * 16, "a" * 16, matter(code), owner="1001", at_ms=NOW)


def typed_in(draft: Draft, answers: Mapping[str, str] = ANSWERS) -> Draft:
    """The draft with those answers that its form asks for."""
    for code, text in answers.items():
        if matter(draft.matter).field(code):
            draft = draft.typing(code, text, NOW)
    return draft


def all_received(draft: Draft) -> Draft:
    """The draft with every material that was still missing handed in, one sheet of two pages each."""
    for known in draft.materials:
        if known.state == "missing":
            received = replace(known, state="received", form="original_seen", copies=1, pages=2)
            draft = draft.with_material(received, NOW)
    return draft


def full_draft(code: str) -> Draft:
    """A draft with nothing missing, the applicant present and the card read."""
    return all_received(typed_in(read(empty_draft(code))))


def counter(*, seal: bool = True, online: bool = True, today: date = TODAY, count: int = 37) -> Counter:
    """The circumstances of an act on `today`."""
    number = case_number.make("340399", "031", today, count)
    return Counter(number, "b" * 16, online, seal, today, calendar())


def taken_in(draft: Draft, outcome: Outcome = ACCEPTED, circumstances: Counter | None = None) -> Fact:
    """The acknowledged fact of taking a draft in, its body as it comes back from the journal."""
    circumstances = circumstances or counter()
    body = take_in(draft, matter(draft.matter), outcome, circumstances)
    recorded_at = at(f"{circumstances.today} 10:09")
    fact = desk_fact(f"case/{circumstances.number}", "case.taken_in", json.loads(json.dumps(body)), recorded_at)
    return replace(fact, hub_seq=7)


def desk_fact(stream: str, kind: str, body: Mapping[str, Any], recorded_at: int = NOW, seq: int = 1) -> Fact:
    """A fact of clerk 1001 on our chain."""
    return Fact(stream, kind, body, recorded_at, clerk="1001", chain="c" * 16, seq=seq)


def hub_fact(stream: str, kind: str, body: Mapping[str, Any], recorded_at: int = NOW, hub_seq: int = 100) -> Fact:
    """A fact of the platform."""
    return Fact(stream, kind, body, recorded_at, hub_seq=hub_seq)


def folded_case(*facts: Fact) -> Any:
    """The `Case` these facts belong to; they must all be lawful. Any, so that a test may look into what can be None."""
    folded = fold_stream(facts[0].stream, facts)
    assert folded.conflicts == ()
    assert not folded.read_only
    return folded.state
