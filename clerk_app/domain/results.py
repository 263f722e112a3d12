"""What results of earlier children bring to the one form of a package (果), once the departments have decided.

The fact of the intake names the elements that wait, each with the results that can fill it; a decision brings the data
of its result. Until then an element is 由前序事项产生.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clerk_app.domain.form import FieldValue
from clerk_app.domain.one_thing import OneThing
from clerk_app.domain.sources import source_of

if TYPE_CHECKING:
    from clerk_app.domain.child_case import ChildCase

TO_COME = "由前序事项产生"


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
    """What decisions have brought by now, by element; of several results the best that says anything."""
    said = {child.matter.code: child.decision.brings for child in children if child.decision is not None}
    found: dict[str, FieldValue] = {}
    for one in awaited:
        for text in one.sources:
            source = source_of(text)
            if value := said.get(source.of, {}).get(source.key, ""):
                found[one.code] = FieldValue(value, "result", said_by=text)
                break
    return found
