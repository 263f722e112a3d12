"""A department's word on a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from sqlalchemy import Connection, select

from clerk_app.domain.case_number import HALL
from clerk_app.domain.case_parts import result_body
from clerk_app.domain.child_case import starting
from clerk_app.domain.civil import civil_date
from clerk_app.domain.kinds import fold_stream
from clerk_app.errors import NoSuchCase, NotDecidable
from clerk_app.failpoints import failpoint
from clerk_app.journal.hub_facts import HubFact, HubWord
from clerk_app.services.shipped import shipped_calendar
from sync.hub.hub import Hub
from sync.hub.judge import load_facts
from sync.hub.schema import cases
from sync.hub.sharing import lock_holders
from sync.hub.speak import speak
from sync.hub.store import retried

DecideResult = Literal["grant", "refuse", "return", "suspend", "resume", "extend", "register"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a department says: grant or refuse a case (or one child of a package), return it, or stop its clock.

    `child` is the child's number, 24 digits. `name` is the special procedure that begins (鉴定, 听证 …); `due_on` is
    the new last day (ISO) after one or by extension. The result of a grant comes with it or is registered later:
    `document` and `number` are the name of its document and the number on it, `brings` its data by key. `corrects`: it
    takes the place of the one that was said before.
    """

    case: str
    result: DecideResult
    reason: str = ""
    child: str | None = None
    name: str = ""
    due_on: str | None = None
    brings: Mapping[str, str] = field(default_factory=dict)
    document: str = ""
    number: str = ""
    corrects: bool = False

    @property
    def says_result(self) -> bool:
        """Whether it says anything of the result."""
        return bool(self.brings or self.document or self.number)

    def word(self, now_ms: int) -> HubWord:
        """As a fact of the hub, before it has its place."""
        told: dict[str, Any] = {"reason": self.reason, "child": self.child}
        words: dict[DecideResult, tuple[str, dict[str, Any]]] = {
            "return": ("case.returned", told),
            "suspend": ("case.suspended", {"name": self.name, **told}),
            "resume": ("case.resumed", {"result": self.reason, "due_on": self.due_on, "child": self.child}),
            "extend": ("case.extended", {"due_on": self.due_on, **told}),
            "register": (
                "case.result_registered",
                {"child": self.child, **self._document(), "corrects": self.corrects},
            ),
        }
        kind, body = words.get(self.result, ("case.decided", {"result": self.result, **told, **self._granted()}))
        return HubWord(f"case/{self.case}", kind, body, now_ms)

    def _granted(self) -> dict[str, Any]:
        return self._document() if self.result == "grant" and self.says_result else {}

    def _document(self) -> dict[str, Any]:
        return result_body(self.document, self.number, self.brings)


def decide(hub: Hub, ruling: Ruling) -> HubFact:
    """Decide or return a case; raise `NoSuchCase`, or `NotDecidable` if its state does not allow that."""
    return retried(lambda: _decide(hub, ruling))


def _decide(hub: Hub, ruling: Ruling) -> HubFact:
    with hub.store.writing() as connection:
        region = _region_of(connection, ruling.case)
        fact = speak(hub, connection, region, _word(hub, connection, region, ruling))
        if fact is None:
            raise NotDecidable
        failpoint("hub.decide.before_commit")
    failpoint("hub.decide.after_commit")
    return fact


def _word(hub: Hub, connection: Connection, region: str, ruling: Ruling) -> HubWord:
    """The ruling as a fact; of a child with its name, and with the dates of those that begin because of it.

    Raises `NotDecidable` for a package of which no child is named.
    """
    word = ruling.word(hub.clock.now_ms())
    # Under the lock no other decision can come between this look and the fact that rests on it.
    lock_holders(connection, region, [word.stream])
    case = fold_stream(word.stream, load_facts(connection, region, [word.stream])[word.stream]).state
    if not case.children:
        return word
    if ruling.child is None:
        raise NotDecidable(reason="child_not_named")
    child = next((one for one in case.children if one.number == ruling.child), None)
    if child is None:
        raise NotDecidable(reason="no_such_child")
    body = {**word.body, "child_name": child.matter.name}
    if ruling.result == "grant":
        begin = starting(case.children, child, civil_date(word.recorded_at), shipped_calendar())
        body["started"] = [begun for _, begun in begin]
    return replace(word, body=body)


def _region_of(connection: Connection, number: str) -> str:
    region = number[:HALL]
    found = select(cases.c.number).where(cases.c.region == region, cases.c.number == number)
    if connection.execute(found).one_or_none() is None:
        raise NoSuchCase(number=number)
    return region
