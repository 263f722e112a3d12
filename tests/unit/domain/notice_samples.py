"""One-time notices of the shipped catalogue, for the tests of their words and of their paper."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import cache

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.loader import load_catalogue
from clerk_app.domain import notice_number
from clerk_app.domain.fold import Fact
from clerk_app.domain.given_notice import GivenNotice, NoticeSubject, SubjectKind, given_body
from clerk_app.domain.kinds import fold_stream
from clerk_app.domain.merge import merge
from clerk_app.domain.notice_for import NoticeFrame
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.one_time_notice import OneTimeKind, OneTimeNotice
from clerk_app.domain.one_time_notice_for import one_time_notice
from clerk_app.domain.packages import alone

NUMBER = notice_number.make("999999", "031", date(2026, 11, 17), 37)
GIVEN_AT = 1_794_882_720_000
"""2026-11-17 10:32 in China."""

URL = (
    "https://hub.example.invalid/p/"
    "OTk5OTk5MDMxMjYxMTE3MDM3ODAwMzFavXcJ2p0Qb1kX9sL7uVtR4wYzE6hGfDmN8aBcKjPoIuYtReWqAsDfGhJkLzXcVbNmQwErTyUiOpLkJhGfDsA"
)
FRAME = NoticeFrame(
    hall_name="示例市例安区政务服务中心",
    window_name="综合窗口 12",
    device="031",
    clerk_name="例小周",
    clerk_number="0312",
    consult_phone="0999-1234567",
    complaint_phone="0999-7654321",
    progress_url=URL,
    digest="7F3A 91C2 04BE",
    printed_at=GIVEN_AT,
    copy=1,
    reprint=False,
    mark="",
)

RESTAURANT = {
    "q.subject": "公司",
    "q.signboard": "不挂",
    "q.area": "不是",
    "q.tobacco": "卖",
    "q.sewer": "不排入",
    "q.public_place": "不提供",
}


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


def thing(code: str, answers: Mapping[str, str] | None = None, without: Collection[str] = ()) -> OneThing:
    """A matter or package of the sample for these answers."""
    known = catalogue()
    if not code.startswith("PK"):
        matter = known.matter(code)
        return merge(alone(matter), {code: matter}, answers)
    package = known.package(code)
    chosen = {child.matter for child in package.children if child.optional} - set(without)
    return merge(package, known.children(package), answers, chosen)


def given(one: OneThing, without: Collection[str] = ()) -> GivenNotice:
    """The notice about it, given on the day of the samples."""
    package = one.package
    kind: SubjectKind = "package" if package.code.startswith("PK") else "matter"
    subject = NoticeSubject(kind, package.code, package.version, package.name)
    body = given_body(one, subject, without=tuple(without), large=False, session="s", visit="")
    fact = Fact(f"notice/{NUMBER}", "notice.given", body, GIVEN_AT, "0312")
    state: GivenNotice = fold_stream(fact.stream, [fact]).state
    return state


def notice(
    code: str,
    answers: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    kind: OneTimeKind = "one_time_notice",
    **frame: object,
) -> OneTimeNotice:
    """The paper of it."""
    one = thing(code, answers, without)
    names = {matter.code: matter.name for matter in catalogue().matters}
    return one_time_notice(one, given(one, without), kind, replace(FRAME, **frame), names)  # type: ignore[arg-type]
