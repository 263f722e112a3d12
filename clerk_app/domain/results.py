"""What results of earlier matters bring (果): to the one form of a package, and to what the same person asks for later.

The fact of a package's intake names the elements that wait, each with the results that can fill it; the department's
decision brings the data of its result, or whoever registers the result of what was done at the counter. Until then an
element is 由前序事项产生.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clerk_app.domain.form import FieldValue
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.sources import source_of

if TYPE_CHECKING:
    from clerk_app.domain.case import Case
    from clerk_app.domain.child_case import ChildCase

TO_COME = "由前序事项产生"
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST = 200


def read_pair(text: str) -> tuple[str, str]:
    """One item of a result's data as commands write it, `KEY=VALUE`; raise `ValueError` with the key."""
    key, found, value = text.partition("=")
    if not found or not is_item(key, value):
        raise ValueError(key)
    return key, value.strip()


def is_item(key: str, value: str) -> bool:
    """Whether a result's data can hold this: a plain key, and a value of 1 to 200 characters."""
    return _KEY.fullmatch(key) is not None and 0 < len(value.strip()) <= _LONGEST


@dataclass(frozen=True, slots=True)
class Awaited:
    """An element nobody is asked for. `sources` are the results that bring it, as the catalogue writes them."""

    code: str
    label: str
    sources: tuple[str, ...]


def awaited_body(one: OneThing) -> list[dict[str, Any]]:
    """The elements of a package that wait, as the fact of its intake says it."""
    dictionary = {field.code: field for step in one.steps for field in step.matter.fields}
    waiting = [dictionary[product.code] for product in one.products if product.is_field]
    return [
        {
            "code": field.code,
            "label": field.label,
            "sources": [source.text for source in field.sources if source.origin == "result"],
        }
        for field in waiting
    ]


def read_awaited(body: Mapping[str, Any]) -> Awaited:
    """Read one of them back; raises `KeyError`, or `ValueError` for a source that is no result."""
    sources = tuple(str(text) for text in body["sources"])
    if any(source_of(text).origin != "result" for text in sources):
        raise ValueError("an awaited element comes from results")
    return Awaited(str(body["code"]), str(body["label"]), sources)


def brought_values(awaited: Collection[Awaited], children: Collection[ChildCase]) -> dict[str, FieldValue]:
    """What results have brought by now, by element; of several results the best that says anything."""
    said = {child.matter.code: child.result.brings for child in children if child.result is not None}
    found: dict[str, FieldValue] = {}
    for one in awaited:
        for text in one.sources:
            source = source_of(text)
            if value := said.get(source.of, {}).get(source.key, ""):
                found[one.code] = FieldValue(value, "result", said_by=text)
                break
    return found


def results_of(cases: Iterable[Case]) -> dict[str, dict[str, str]]:
    """The data of the results of these cases by matter, for what their applicant asks for later.

    Of two results of one matter that say different things nobody knows which is meant: they say nothing.
    """
    said: dict[str, list[dict[str, str]]] = {}
    for case in cases:
        own = [(case.intake.matter.code, case.result)] if case.intake else []
        for code, result in (*own, *((child.matter.code, child.result) for child in case.children)):
            if result is not None and result.brings:
                said.setdefault(code, []).append(dict(result.brings))
    return {code: found[0] for code, found in said.items() if all(other == found[0] for other in found)}
