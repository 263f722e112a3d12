"""A draft: a matter being prepared for one applicant. Keystrokes are not facts; confirming the draft makes one.

It is autosaved, survives a crash, has an owner and can be handed over; it has no number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clerk_app.domain.applicant import (
    Applicant,
    ReadSource,
    document_body,
    document_from_body,
    read_source,
    same_person,
)
from clerk_app.domain.form import FieldValue, prefill, typed, value_body, value_from_body
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.materials import MaterialItem, first_materials, material_body, material_from_body
from clerk_app.domain.matter import Matter

FORMAT = 1
"""Version of the JSON form; a later version reads the earlier ones."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft. `owner` is a clerk number, `updated_at` UTC in milliseconds.

    `present`: the answer to 本人在场?, None while it was not asked. `read_by`: how the document was read.
    """

    id: str
    visit: str
    matter: str
    matter_version: str
    owner: str
    updated_at: int
    document: IdentityDocument | None = None
    read_by: ReadSource | None = None
    present: bool | None = None
    values: Mapping[str, FieldValue] = field(default_factory=dict)
    materials: tuple[MaterialItem, ...] = ()

    def material(self, code: str) -> MaterialItem | None:
        """The material with this code, or None."""
        return next((item for item in self.materials if item.code == code), None)

    def typing(self, code: str, text: str, at_ms: int) -> Draft:
        """The draft after a person typed `text` into field `code`."""
        value = typed(self.values.get(code), text)
        values = {key: kept for key, kept in self.values.items() if key != code}
        if value is not None:
            values[code] = value
        return replace(self, values=values, updated_at=at_ms)

    def with_material(self, item: MaterialItem, at_ms: int) -> Draft:
        """The draft with `item` in place of the material of the same code."""
        materials = tuple(item if known.code == item.code else known for known in self.materials)
        return replace(self, materials=materials, updated_at=at_ms)


def new_draft(draft_id: str, visit: str, matter: Matter, *, owner: str, at_ms: int) -> Draft:
    """An empty draft for `matter`, before anybody's document was read."""
    return Draft(
        id=draft_id,
        visit=visit,
        matter=matter.code,
        matter_version=matter.version,
        owner=owner,
        updated_at=at_ms,
        materials=first_materials(matter, None),
    )


def with_applicant(draft: Draft, matter: Matter, applicant: Applicant, at_ms: int) -> Draft:
    """The draft after a document was read: its fields filled, its material satisfied.

    What was typed and handed in before stays, but for the fields the document fills. Another person's document begins
    the draft afresh: nothing of the first person may end in the papers of the second.
    """
    if draft.document is not None and not same_person(draft.document, applicant.document):
        draft = new_draft(draft.id, draft.visit, matter, owner=draft.owner, at_ms=at_ms)
    from_document = {field.code for field in matter.fields if field.card_key is not None}
    kept = {code: value for code, value in draft.values.items() if code not in from_document}
    first = {item.code: item for item in first_materials(matter, applicant.source)}
    by_card = {need.code for need in matter.materials if need.by_card}
    return replace(
        draft,
        document=applicant.document,
        read_by=applicant.source,
        present=applicant.present,
        values={**kept, **prefill(matter, applicant.document, applicant.source)},
        materials=tuple(first[item.code] if item.code in by_card else item for item in draft.materials),
        updated_at=at_ms,
    )


def with_shared(
    draft: Draft, matter: Matter, values: Mapping[str, FieldValue], materials: tuple[MaterialItem, ...], at_ms: int
) -> Draft:
    """The draft with what was typed and handed in for another matter of the same visit: asked once, used for all.

    What the draft holds already stays.
    """
    asked = {field.code for field in matter.fields}
    typed_there = {
        code: value
        for code, value in values.items()
        if code in asked and code not in draft.values and value.source == "typed" and not value.is_changed
    }
    received = {item.code: item for item in materials if item.state == "received"}
    shared = tuple(
        replace(received[item.code], name=item.name) if item.state == "missing" and item.code in received else item
        for item in draft.materials
    )
    if not typed_there and shared == draft.materials:
        return draft
    return replace(draft, values={**draft.values, **typed_there}, materials=shared, updated_at=at_ms)


def draft_to_json(draft: Draft) -> str:
    """The draft as JSON text, for the store and for a hand-over."""
    return json.dumps(
        {
            "format": FORMAT,
            "id": draft.id,
            "visit": draft.visit,
            "matter": draft.matter,
            "matter_version": draft.matter_version,
            "owner": draft.owner,
            "updated_at": draft.updated_at,
            "document": document_body(draft.document) if draft.document else None,
            "read_by": draft.read_by,
            "present": draft.present,
            "values": {code: value_body(value) for code, value in draft.values.items()},
            "materials": [material_body(item) for item in draft.materials],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def draft_from_json(text: str) -> Draft:
    """Read `draft_to_json` back; raises `ValueError` or `KeyError` for anything else, also for a later format."""
    body: dict[str, Any] = json.loads(text)
    if body["format"] != FORMAT:
        raise ValueError(f"draft format {body['format']}")
    return Draft(
        id=body["id"],
        visit=body["visit"],
        matter=body["matter"],
        matter_version=body["matter_version"],
        owner=body["owner"],
        updated_at=body["updated_at"],
        document=document_from_body(body["document"]) if body["document"] else None,
        read_by=read_source(body["read_by"]) if body["read_by"] else None,
        present=body["present"],
        values={code: value_from_body(value) for code, value in body["values"].items()},
        materials=tuple(material_from_body(item) for item in body["materials"]),
    )
