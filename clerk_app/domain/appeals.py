"""The register of what could not be done (办不成事登记): who got nowhere is written down, with who sees to it.

    appeal/NUMBER   appeal.recorded   who (may be absent), about what, why it was not done, what is asked for, who
                                      sees to it until when
                    appeal.handled    what came of it
                    appeal.visited    the return visit (回访): whether it is solved; if not it is open again

It may be linked to a case or to none, and never changes the state of a case. Its number is made as that of a one-time
notice is, from the same running counter of the device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

from clerk_app.domain import case_number, notice_number
from clerk_app.domain.civil import optional_date
from clerk_app.domain.fold import Fact, StreamType, Unlawful
from clerk_app.errors import UnlawfulStep

AppealKind = Literal["citizen", "added_item"]
"""`citizen`: somebody said so. `added_item`: the window asked for what was not on its one-time notice."""

AppealState = Literal["open", "handled", "closed"]

STATE_LABELS: Mapping[AppealState, str] = {"open": "待处理", "handled": "待回访", "closed": "已办结"}
KIND_LABELS: Mapping[AppealKind, str] = {"citizen": "群众反映", "added_item": "告知后加要材料"}
DAYS = 5
"""Working days for an answer where nobody says otherwise; a local rule, and only proposed."""

LONGEST, _MOST_TRIPS = 500, 99


@dataclass(frozen=True, slots=True)
class AppealWords:
    """What is written down. Everything but `why`, `unit` and `due_on` may be empty.

    `case` is the number of the case it is about, `notice` that of the one-time notice. `trips`: how often the person
    came for it, None where nobody said. `unit` sees to it (承办单位) until `due_on`. `supervisor` allowed what was not
    on a notice.
    """

    why: str
    unit: str
    due_on: date
    person: str = ""
    phone: str = ""
    matter: str = ""
    case: str = ""
    notice: str = ""
    trips: int | None = None
    demand: str = ""
    kind: AppealKind = "citizen"
    supervisor: str = ""


@dataclass(frozen=True, slots=True)
class Handling:
    """What came of it, by whom and when (UTC ms)."""

    result: str
    clerk: str
    at: int


@dataclass(frozen=True, slots=True)
class ReturnVisit:
    """What the person said afterwards (回访)."""

    solved: bool
    said: str
    clerk: str
    at: int


@dataclass(frozen=True, slots=True)
class Appeal:
    """State of one record. `words` is None before the first fact; of `handlings` and `visits` the last counts."""

    number: str
    words: AppealWords | None = None
    due_on: date | None = None
    clerk: str = ""
    recorded_at: int = 0
    state: AppealState = "open"
    handlings: tuple[Handling, ...] = ()
    visits: tuple[ReturnVisit, ...] = ()


def recorded_body(words: AppealWords, session: str) -> dict[str, Any]:
    """The body of `appeal.recorded`.

    Raises `UnlawfulStep` where something required is missing, too long, or no number of a case.
    """
    texts = {name: getattr(words, name).strip() for name in ("why", "unit", "person", "phone", "matter", "demand")}
    if not texts["why"] or not texts["unit"]:
        raise UnlawfulStep(reason="appeal_incomplete")
    case = "".join(words.case.split())
    bad_case = bool(case) and not case_number.check(case_number.package_of(case))
    trips = words.trips is not None and not 0 <= words.trips <= _MOST_TRIPS
    if bad_case or trips or any(len(text) > LONGEST for text in texts.values()):
        raise UnlawfulStep(reason="appeal_faulty")
    return {
        "session": session,
        "kind": words.kind,
        **texts,
        "case": case,
        "notice": words.notice,
        "trips": words.trips,
        "due_on": words.due_on.isoformat(),
        "supervisor": words.supervisor.strip(),
    }


def handled_body(result: str) -> dict[str, Any]:
    """The body of `appeal.handled`; raise `UnlawfulStep` without a word on what came of it."""
    if not 0 < len(result.strip()) <= LONGEST:
        raise UnlawfulStep(reason="appeal_incomplete")
    return {"result": result.strip()}


def visited_body(*, solved: bool, said: str, due_on: date | None) -> dict[str, Any]:
    """The body of `appeal.visited`; what is not solved needs a new last day, else `UnlawfulStep`."""
    if (not solved and due_on is None) or len(said.strip()) > LONGEST:
        raise UnlawfulStep(reason="appeal_incomplete")
    return {"solved": solved, "said": said.strip(), "due_on": due_on.isoformat() if due_on and not solved else None}


def _recorded(appeal: Appeal, fact: Fact) -> Appeal:
    if appeal.words is not None:
        raise Unlawful("appeal_already_recorded")
    if not notice_number.check(appeal.number):
        raise Unlawful("number_differs")
    body = fact.body
    if body["kind"] not in get_args(AppealKind):
        raise ValueError(body["kind"])
    words = AppealWords(
        why=str(body["why"]),
        unit=str(body["unit"]),
        due_on=date.fromisoformat(body["due_on"]),
        person=str(body["person"]),
        phone=str(body["phone"]),
        matter=str(body["matter"]),
        case=str(body["case"]),
        notice=str(body["notice"]),
        trips=None if body["trips"] is None else int(body["trips"]),
        demand=str(body["demand"]),
        kind=body["kind"],
        supervisor=str(body["supervisor"]),
    )
    return replace(appeal, words=words, due_on=words.due_on, clerk=fact.clerk, recorded_at=fact.recorded_at)


def _handled(appeal: Appeal, fact: Fact) -> Appeal:
    if appeal.words is None:
        raise Unlawful("appeal_not_recorded")
    if appeal.state != "open":
        raise Unlawful("appeal_not_open")
    handling = Handling(str(fact.body["result"]), fact.clerk, fact.recorded_at)
    return replace(appeal, state="handled", handlings=(*appeal.handlings, handling))


def _visited(appeal: Appeal, fact: Fact) -> Appeal:
    if appeal.state != "handled":
        raise Unlawful("appeal_not_handled")
    solved = fact.body["solved"] is True
    due_on = optional_date(fact.body["due_on"])
    if not solved and due_on is None:
        raise ValueError("what is not solved has a new last day")
    visit = ReturnVisit(solved, str(fact.body["said"]), fact.clerk, fact.recorded_at)
    visits = (*appeal.visits, visit)
    if solved:
        return replace(appeal, state="closed", visits=visits)
    return replace(appeal, state="open", due_on=due_on, visits=visits)


APPEAL = StreamType(
    "appeal",
    lambda stream: Appeal(stream.partition("/")[2]),
    {"appeal.recorded": _recorded, "appeal.handled": _handled, "appeal.visited": _visited},
)
