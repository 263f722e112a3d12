"""A one-time notice (一次性告知书) that was given: what the paper said, so that it can be opened again on return.

    notice/NUMBER   notice.given        what was asked about, which answers, which materials the paper names
                    notice.item_added   a material that was not on it is asked for after all, for a supervisor's
                                        reason: the 办不成事 record

The stream names no person: of the answers only those are kept that decide what is asked, none of them free text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from clerk_app.domain.conditions import NOT_ASKED
from clerk_app.domain.fold import Fact, StreamType, Unlawful
from clerk_app.domain.merged_parts import MergedMaterial
from clerk_app.domain.needs import MaterialNeed
from clerk_app.domain.notice_materials import named_materials
from clerk_app.domain.one_thing import OneThing
from clerk_app.errors import UnlawfulStep

SubjectKind = Literal["matter", "package"]


@dataclass(frozen=True, slots=True)
class NoticeSubject:
    """What a notice is about: one matter or one package of a version of the catalogue."""

    kind: SubjectKind
    code: str
    version: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedMaterial:
    """A material by code and by the name the paper gives it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class AddedItems:
    """Materials that were not on the notice and are asked for after all (办不成事): why, and who answers for it.

    `supervisor` is the number of the person who allowed it, `clerk` of the one who recorded it.
    """

    items: tuple[NamedMaterial, ...]
    reason: str
    supervisor: str
    clerk: str
    added_at: int


@dataclass(frozen=True, slots=True)
class GivenNotice:
    """State of a notice. `subject` is None until it was given.

    `answers` by code, `without` the optional children that were left out, `items` every material the paper asks for,
    also those that depend on an open question; `visit` is empty for a notice outside any visit; `given_at` UTC in ms.
    """

    number: str
    subject: NoticeSubject | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    items: tuple[NamedMaterial, ...] = ()
    large: bool = False
    visit: str = ""
    clerk: str = ""
    given_at: int = 0
    added: tuple[AddedItems, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The codes of all materials the citizen was told of, on the paper or by a supervisor's word."""
        told = (item.code for added in self.added for item in added.items)
        return frozenset((*(item.code for item in self.items), *told))


def given_body(
    one: OneThing, subject: NoticeSubject, *, without: Sequence[str], large: bool, session: str, visit: str
) -> dict[str, Any]:
    """The body of `notice.given`."""
    return {
        "session": session,
        "visit": visit,
        "subject": {
            "kind": subject.kind,
            "code": subject.code,
            "version": subject.version,
            "name": subject.name,
        },
        "answers": deciding_answers(one),
        "without": sorted(without),
        "items": [{"code": item.need.code, "name": item.need.name} for item in named_materials(one)],
        "large": large,
    }


def deciding_answers(one: OneThing) -> dict[str, str]:
    """The answers that belong to the notice: to its questions, and to elements with choices on which a material hangs.

    Whatever a person types freely stays out: the notice says what is needed, not who needs it.
    """
    asked = {situation.code for situation in one.package.situations}
    for step in one.steps:
        asked |= {situation.code for situation in step.matter.situations}
        fields = {field.code for field in step.matter.fields if field.type == "choice" and not field.sensitive}
        asked |= {code for need in step.matter.materials if need.when is not None for code in need.when.asked & fields}
    for child in one.package.children:
        asked |= {code for code in (child.when.asked if child.when else ()) if code.startswith("q.")}
    counted = {code: answer for code, answer in sorted(one.answers.items()) if code in asked}
    return {code: answer for code, answer in counted.items() if answer and answer != NOT_ASKED}


def not_on_notice(notice: GivenNotice, needs: Iterable[MaterialNeed]) -> tuple[MaterialNeed, ...]:
    """What is asked for now and was not on the notice, each once.

    `needs` are those for the answers of the notice: what a changed answer brings in is nobody's fault. Voluntary
    materials do not count. Each of these needs a supervisor's reason and writes a 办不成事 record.
    """
    known = notice.known
    fresh = {need.code: need for need in needs if need.required and need.code not in known}
    return tuple(fresh.values())


def added_body(
    notice: GivenNotice, items: Sequence[MergedMaterial | MaterialNeed], *, reason: str, supervisor: str, clerk: str
) -> dict[str, Any]:
    """The body of `notice.item_added`.

    Raises `UnlawfulStep` without a reason, without a supervisor, or where the clerk would be his own supervisor.
    """
    needs = [item.need if isinstance(item, MergedMaterial) else item for item in items]
    if not reason.strip():
        raise UnlawfulStep(reason="reason_missing")
    if not supervisor.strip() or supervisor.strip() == clerk:
        raise UnlawfulStep(reason="supervisor_missing")
    if not needs or any(need.code in notice.known for need in needs):
        raise UnlawfulStep(reason="on_the_notice")
    return {
        "items": [{"code": need.code, "name": need.name} for need in needs],
        "reason": reason.strip(),
        "supervisor": supervisor.strip(),
    }


def _given(notice: GivenNotice, fact: Fact) -> GivenNotice:
    if notice.subject is not None:
        raise Unlawful("notice_already_given")
    subject, body = fact.body["subject"], fact.body
    if subject["kind"] not in get_args(SubjectKind):
        raise ValueError(subject["kind"])
    return replace(
        notice,
        subject=NoticeSubject(subject["kind"], str(subject["code"]), str(subject["version"]), str(subject["name"])),
        answers={str(code): str(answer) for code, answer in body["answers"].items()},
        without=tuple(str(code) for code in body["without"]),
        items=_materials(body["items"]),
        large=body["large"] is True,
        visit=str(body["visit"]),
        clerk=fact.clerk,
        given_at=fact.recorded_at,
    )


def _item_added(notice: GivenNotice, fact: Fact) -> GivenNotice:
    if notice.subject is None:
        raise Unlawful("notice_not_given")
    items = _materials(fact.body["items"])
    if all(item.code in notice.known for item in items):
        raise Unlawful("on_the_notice")
    added = AddedItems(items, str(fact.body["reason"]), str(fact.body["supervisor"]), fact.clerk, fact.recorded_at)
    return replace(notice, added=(*notice.added, added))


def _materials(rows: Iterable[Mapping[str, Any]]) -> tuple[NamedMaterial, ...]:
    return tuple(NamedMaterial(str(row["code"]), str(row["name"])) for row in rows)


NOTICE = StreamType(
    "notice",
    lambda stream: GivenNotice(stream.partition("/")[2]),
    {"notice.given": _given, "notice.item_added": _item_added},
)
