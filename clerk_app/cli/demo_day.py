"""A clerk's day without a window: whole cases through the same services and wires, and a ledger of what was told."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from clerk_app.catalogue.people import invented_person
from clerk_app.domain.civil import civil_date
from clerk_app.domain.draft import Draft
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.matter import Matter
from clerk_app.domain.ratings import Grade
from clerk_app.errors import BugError, ClerkError
from clerk_app.services import drafts, papers, rate, take_in, visits
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.workplace import Workplace

MATTERS = ("P31", "P14")
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

    told: list[Told] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


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
        matter = desk.catalogue.matter(MATTERS[position % len(MATTERS)])
        try:
            day.told.append(_one_visit(desk, me, workplace, visitors, person, matter, chance))
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
    matter: Matter,
    chance: Random,
) -> Told:
    visit = visits.open_visit(desk, me)
    visitors.lay_card(person)
    document = workplace.read_card(CARD_TIMEOUT_S)
    visitors.lift_card()
    visits.read_applicant(desk, me, visit, document, source="card", present=True)
    draft = _complete(desk, me, drafts.open_draft(desk, me, visit, matter.code), matter, chance)
    taken = take_in.take_in(desk, me, draft, take_in.primary_outcome(desk, me, draft))
    printed = sum(1 for _ in _print_all(desk, me, workplace))
    is_rated = _rate(desk, me, workplace, visitors, visit, chance.choice(GRADES))
    visits.close_visit(desk, me, visit)
    return Told(taken.number, taken.digest, printed, sum(len(item.blobs) for item in draft.materials), is_rated)


def _complete(desk: Desk, me: SignedIn, draft: Draft, matter: Matter, chance: Random) -> Draft:
    """Answer what only a person can answer, and bring what must be brought."""
    draft = drafts.fill_fields(desk, me, draft, _answers(matter, chance))
    for item in draft.materials:
        if item.state == "missing":
            draft = drafts.attach_scan(
                desk, me, draft, item.code, demo_scan(chance), media_type="image/png", name=f"{item.name}（演示）.png"
            )
    return draft


def _answers(matter: Matter, chance: Random) -> dict[str, str]:
    answers = {
        field.code: chance.choice(field.choices)
        for field in matter.typed_fields
        if field.required and field.type == "choice"
    }
    texts = {
        "g.P3.area": "例新街道例湖社区",
        "g.P3.detail": f"例湖路 {chance.randrange(1, 200)} 号 {chance.randrange(101, 999)} 室",
        "g.P4.phone": "无手机" if chance.random() < 0.3 else f"130{chance.randrange(10**8):08d}",
        "g.R2.since": "2026-04-01",
        "g.P9.address": "例州市例新街道例湖路 18 号",
    }
    known = {field.code for field in matter.typed_fields}
    return answers | {code: text for code, text in texts.items() if code in known}


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
