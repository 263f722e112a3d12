"""A clerk's day without a window: whole cases through the same services and wires, and a ledger of what was told."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, timedelta
from random import Random
from typing import Protocol

from clerk_app.catalogue.people import invented_person
from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft
from clerk_app.domain.elements import Field
from clerk_app.domain.form import plain, visible_fields
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.matter import Matter
from clerk_app.domain.ratings import Grade
from clerk_app.domain.situations import asked_now
from clerk_app.errors import BugError, ClerkError
from clerk_app.services import drafts, papers, rate, take_in, visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.scans import Scan
from clerk_app.services.workplace import Workplace

MATTERS = ("P31", "P14", "P31", "P14", "PK15")
"""What people come for in turn; the last is a package, with a child that waits for another one's result."""
CARD_TIMEOUT_S = 10.0
RATING_TIMEOUT_S = 20.0
GRADES: tuple[Grade, ...] = ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied")


class Visitors(Protocol):
    """The people in front of the simulated devices."""

    def lay_card(self, document: IdentityDocument) -> None:
        """Put a card on the reader."""

    def lift_card(self) -> None:
        """Take it away."""

    def will_rate(self, grade: Grade) -> None:
        """Press this grade at the next invitation."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the clerk was told about one case; the ledger is made of these."""

    number: str
    digest: str
    papers: int
    blobs: int
    is_rated: bool


@dataclass(slots=True)
class Day:
    """The day's ledger."""

    told: list[Told] = attribute(default_factory=list)
    problems: list[str] = attribute(default_factory=list)


def work_through(
    desk: Desk,
    me: SignedIn,
    workplace: Workplace,
    visitors: Visitors,
    *,
    cases: int,
    seed: int,
    done: Callable[[int], None] = lambda _count: None,
) -> Day:
    """Take in `cases` cases, one visit each; the same seed brings the same people, matters and answers."""
    day = Day()
    chance = Random(seed)  # noqa: S311 - a demo must repeat
    today = civil_date(desk.clock.now_ms())
    for position in range(cases):
        person = invented_person(seed, position, today, at_least=60 if position % 2 else 18)
        code = MATTERS[position % len(MATTERS)]
        try:
            day.told.append(_one_visit(desk, me, workplace, visitors, person, code, chance))
        except ClerkError as problem:
            if isinstance(problem, BugError):
                raise
            day.problems.append(problem.code)
        done(position + 1)
    return day


def _one_visit(
    desk: Desk,
    me: SignedIn,
    workplace: Workplace,
    visitors: Visitors,
    person: IdentityDocument,
    code: str,
    chance: Random,
) -> Told:
    visit = visits.open_visit(desk, me)
    visitors.lay_card(person)
    document = workplace.read_card(CARD_TIMEOUT_S)
    visitors.lift_card()
    visits.read_applicant(desk, me, visit, document, source="card", present=True)
    draft = _complete(desk, me, drafts.open_draft(desk, me, visit, code), chance)
    taken = take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft))
    printed = sum(1 for _ in _print_all(desk, me, workplace))
    is_rated = _rate(desk, me, workplace, visitors, visit, chance.choice(GRADES))
    visits.close_visit(desk, me, visit)
    return Told(taken.number, taken.digest, printed, sum(len(item.blobs) for item in draft.materials), is_rated)


def _complete(desk: Desk, me: SignedIn, draft: Draft, chance: Random) -> Draft:
    """Answer what only a person can answer, and bring what must be brought."""
    today = civil_date(desk.clock.now_ms())
    while answers := _answers(drafts.matter_of(desk, draft), draft, chance, today):
        draft = drafts.fill_fields(desk, me, draft, answers)
    for item in draft.materials:
        if item.state == "missing":
            scan = Scan(demo_scan(chance), "image/png", f"{item.name}（演示）.png")
            draft = drafts.attach_scan(desk, me, draft, item.code, scan)
    return draft


def _answers(matter: Matter, draft: Draft, chance: Random, today: date) -> dict[str, str]:
    """Answers to the questions and required elements that are open now; one answer may open the next."""
    questions = asked_now(matter.situations, plain(draft.values))
    found = {question.code: question.choices[0] for question in questions if question.code not in draft.values}
    open_now = (one for one in visible_fields(matter, draft.values) if one.required and one.code not in draft.values)
    return found | {one.code: _answer(one, chance, today) for one in open_now}


def _answer(field: Field, chance: Random, today: date) -> str:
    texts = {
        "g.P3.area": "例新街道例湖社区",
        "g.P3.detail": f"例湖路 {chance.randrange(1, 200)} 号 {chance.randrange(101, 999)} 室",
        "g.P4.phone": "无手机" if chance.random() < 0.3 else f"130{chance.randrange(10**8):08d}",
        "g.P9.address": "例州市例新街道例湖路 18 号",
    }
    if field.code in texts:
        return texts[field.code]
    if field.choices:
        return chance.choice(field.choices)
    if field.type == "date":
        days = chance.randrange(30, 300)
        return (today + timedelta(days=days if field.may_be_future else -days)).isoformat()
    return str(field.at_least or chance.randrange(1, 9)) if field.type == "number" else "例"


def _print_all(desk: Desk, me: SignedIn, workplace: Workplace) -> Iterator[papers.Printed]:
    printer = workplace.printer()
    while (printed := papers.print_next(desk, me, printer)) is not None:
        if printed.problem is not None:
            raise printed.problem
        yield printed


def _rate(desk: Desk, me: SignedIn, workplace: Workplace, visitors: Visitors, visit: str, grade: Grade) -> bool:
    visitors.will_rate(grade)
    invitation = rate.invite_rating(desk, me, visit, device="rating_pad", timeout_s=RATING_TIMEOUT_S)
    seal = rate.sealer(desk, invitation, device_limited=workplace.is_pad_limited)
    answer = workplace.ask_rating(RATING_TIMEOUT_S, seal)
    rate.settle_rating(desk, me, invitation, answer)
    return answer.state == "answered"


def demo_scan(chance: Random, *, width: int = 160, height: int = 226) -> bytes:
    """A small grey PNG of random paper grain, standing in for a scanned page."""
    rows = b"".join(b"\0" + bytes(chance.choices(range(180, 256), k=width)) for _ in range(height))
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
