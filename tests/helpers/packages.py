"""Packages of the sample catalogue, filled so that nothing is lacking, without a store."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from clerk_app.domain.applicant import Applicant
from clerk_app.domain.case_number import check
from clerk_app.domain.draft import Draft, answered, filled, new_draft, with_applicant, with_materials_of
from clerk_app.domain.elements import Field
from clerk_app.domain.form import plain, visible_fields
from clerk_app.domain.matter import Matter
from clerk_app.domain.merge import merge
from clerk_app.domain.merged_matter import merged_matter
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.outcomes import ACCEPTED, Outcome
from clerk_app.domain.package_taking_in import take_in_package
from clerk_app.domain.situations import asked_now
from clerk_app.domain.taking_in import Counter
from tests.unit.domain.builders import NOW, TODAY, all_received, calendar, catalogue, person

SHOP = {"q.subject": "个体工商户"}
COMPANY = {"q.subject": "公司"}


def one_thing(code: str, answers: Mapping[str, str], without: Collection[str] = ()) -> OneThing:
    """A package of the sample for these answers."""
    package = catalogue().package(code)
    chosen = [child.matter for child in package.children if child.matter not in without]
    return merge(package, catalogue().children(package), answers, chosen)


def full_package(code: str, answers: Mapping[str, str], without: Collection[str] = ()) -> tuple[Draft, OneThing]:
    """A draft that lacks nothing, the questions not in `answers` answered by their first choice."""
    one = one_thing(code, answers, without)
    draft = new_draft("d" * 16, "a" * 16, merged_matter(one), owner="1001", at_ms=NOW)
    draft = with_applicant(draft, merged_matter(one), Applicant(person(), "card", True, NOW), NOW)
    todo = dict(answers)
    while todo:
        for field, text in todo.items():
            draft = answered(draft, merged_matter(one), field, text, NOW)
        one = one_thing(code, plain(draft.values), without)
        draft = filled(draft, merged_matter(one), NOW)
        todo = unanswered(merged_matter(one), draft)
    return all_received(with_materials_of(draft, merged_matter(one))), one


def package_taken_in(
    number: str,
    code: str = "PK01",
    answers: Mapping[str, str] = COMPANY,
    *,
    without: Collection[str] = (),
    outcome: Outcome = ACCEPTED,
    missing: Collection[str] = (),
    online: bool = True,
    seal: bool = True,
) -> dict[str, Any]:
    """The body of `case.package_taken_in` under this number, as it comes back from the journal."""
    assert check(number)
    draft, one = full_package(code, answers, without)
    lost = (replace(item, state="missing") if item.code in missing else item for item in draft.materials)
    draft = replace(draft, materials=tuple(lost))
    counter = Counter(number, "b" * 16, online, seal, TODAY, calendar())
    body: dict[str, Any] = json.loads(json.dumps(take_in_package(draft, one, outcome, counter)))
    return body


def unanswered(matter: Matter, draft: Draft) -> dict[str, str]:
    """Good answers to what the form still asks."""
    questions = asked_now(matter.situations, plain(draft.values))
    found = {one.code: one.choices[0] for one in questions if one.code not in draft.values}
    shown = (field for field in visible_fields(matter, draft.values) if field.code not in draft.values)
    return found | {field.code: _any_answer(field) for field in shown}


def _any_answer(field: Field) -> str:
    if field.type == "table":
        row = {column.key: _ANY.get(column.type, "例") for column in field.columns}
        row |= {column.key: column.choices[0] for column in field.columns if column.choices}
        return json.dumps([row] * max(field.min_rows, 1), ensure_ascii=False)
    if field.choices:
        return field.choices[0]
    return str(field.at_least) if field.at_least is not None else _ANY.get(field.type, "例")


_ANY = {
    "date": "2026-01-05",
    "number": "3",
    "phone": "13000000001",
    "id": "999999199202160010",
    "credit_code": "91999999MA0EXAMP0F",
}
