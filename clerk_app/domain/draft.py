"""A draft: a matter or a package being prepared for one applicant. Keystrokes are no facts; confirming it makes one.

It is autosaved, survives a crash, has an owner and can be handed over; it has no number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
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
from clerk_app.domain.blobs import BlobRef
from clerk_app.domain.checking import check_field
from clerk_app.domain.civil import civil_date
from clerk_app.domain.consents import Consent, consent_body, consent_from_body
from clerk_app.domain.earlier import NOTHING_EARLIER, Earlier
from clerk_app.domain.elements import Field
from clerk_app.domain.filling import Evidence, ReadDocument, fill, found
from clerk_app.domain.form import FieldSource, FieldValue, plain, typed, value_body, value_from_body, with_blob
from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.licences import LicenceFinding, finding_body, finding_from_body
from clerk_app.domain.materials import MaterialItem, first_materials, material_body, material_from_body
from clerk_app.domain.matter import Matter
from clerk_app.domain.sources import APPLICANT
from clerk_app.errors import UnlawfulStep

FORMAT = 1
"""Version of the JSON form; a later version reads the earlier ones."""

_OF_EARLIER_CASES: tuple[FieldSource, ...] = ("earlier", "result")
"""Sources that are told only to the person whose cases they come from."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft. `owner` is a clerk number, `updated_at` UTC in milliseconds.

    `present`: the answer to 本人在场?, None while it was not asked. `read_by`: how the document was read. `values` hold
    the answers to situations (`q.…`) beside those to form elements. `others`: other people's documents by role;
    `licences`: good electronic licences by kind; `results`: the data of results of the same person's earlier cases, by
    matter; `earlier`: the answers of an earlier visit that may stand again, by element. `without`: the optional
    children of a package that the citizen leaves out, by code; `matter` is then the package's code. `consent`: the
    question about sensitive answers of an earlier visit, None where there are none.
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
    others: Mapping[str, ReadDocument] = field(default_factory=dict)
    licences: Mapping[str, LicenceFinding] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    results: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    consent: Consent | None = None
    earlier: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def evidence(self) -> Evidence:
        """What was read and found so far."""
        documents = self.others
        if self.document is not None and self.read_by is not None:
            documents = {APPLICANT: ReadDocument(self.document, self.read_by), **self.others}
        return Evidence(documents, self.licences, self.results, self.earlier)

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

    def attaching(self, code: str, blob: BlobRef, at_ms: int) -> Draft:
        """The draft after a file was attached to element `code`, in place of another."""
        return replace(self, values={**self.values, code: with_blob(blob)}, updated_at=at_ms)

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


def with_materials_of(draft: Draft, matter: Matter) -> Draft:
    """The draft with the materials that `matter` asks for now, which answers and choices of a package change.

    A material that is not asked any more stays if something was handed in, so that nothing is lost with an answer that
    is taken back.
    """
    held = {item.code: item for item in draft.materials}
    asked = {item.code: item for item in first_materials(matter, draft.read_by)}
    renamed = (replace(held[code], name=item.name) if code in held else item for code, item in asked.items())
    kept = (item for code, item in held.items() if code not in asked and (item.state == "received" or item.blobs))
    return replace(draft, materials=(*renamed, *kept))


def with_applicant(draft: Draft, matter: Matter, applicant: Applicant, at_ms: int) -> Draft:
    """The draft after a document was read: its fields filled, its material satisfied.

    What was typed and handed in before stays, but for the fields the document fills. Another person's document begins
    the draft afresh: nothing of the first person may end in the papers of the second.
    """
    if draft.document is not None and not same_person(draft.document, applicant.document):
        fresh = new_draft(draft.id, draft.visit, matter, owner=draft.owner, at_ms=at_ms)
        draft = replace(fresh, without=draft.without)
    first = {item.code: item for item in first_materials(matter, applicant.source)}
    by_card = {need.code for need in matter.materials if need.by_card}
    read = replace(
        draft,
        document=applicant.document,
        read_by=applicant.source,
        present=applicant.present,
        values=_without_card(draft, matter, APPLICANT),
        materials=tuple(first[item.code] if item.code in by_card else item for item in draft.materials),
        updated_at=at_ms,
    )
    return filled(read, matter, at_ms)


def with_other(draft: Draft, matter: Matter, role: str, read: ReadDocument, at_ms: int) -> Draft:
    """The draft after another person's document was read: that of the agent, of the legal representative, ….

    One person may have several roles, and the applicant's own document may be read for one of them.
    """
    values = _without_card(draft, matter, role)
    return filled(replace(draft, others={**draft.others, role: read}, values=values), matter, at_ms)


def with_licence(draft: Draft, matter: Matter, kind: str, found: LicenceFinding, at_ms: int) -> Draft:
    """The draft after the licence library was asked for this kind; the same draft if it could not be asked.

    A valid licence fills the form. Without one what an earlier holder's licence filled is taken back.
    """
    if found.state == "unavailable":
        return draft
    if found.state == "valid":
        return filled(replace(draft, licences={**draft.licences, kind: found}), matter, at_ms)
    if kind not in draft.licences:
        return draft
    left = {known: finding for known, finding in draft.licences.items() if known != kind}
    values = {code: value for code, value in draft.values.items() if not _rests_on(value, kind)}
    return filled(replace(draft, licences=left, values=values, updated_at=at_ms), matter, at_ms)


def _rests_on(value: FieldValue, kind: str) -> bool:
    """Whether a licence of this kind says the value as it is; what a person added to a table or changed stays."""
    spoken = (text.partition(":")[2].partition(".")[0] for text in value.said_by.split())
    return value.source == "licence" and value.original is None and kind in spoken


def filled(draft: Draft, matter: Matter, at_ms: int) -> Draft:
    """The draft after its sources filled all they can of the matter's form; the same draft if that is nothing new."""
    return _filled(draft, matter.fields, at_ms)


def answered(draft: Draft, matter: Matter, code: str, text: str, at_ms: int) -> Draft:
    """The draft after a person answered `code`, with everything that is worked out from it."""
    draft = draft.typing(code, text, at_ms)
    follow = [one for one in matter.fields if one.is_computed or (one.code == code and code in draft.values)]
    return _filled(draft, follow, at_ms)


def _filled(draft: Draft, fields: Sequence[Field], at_ms: int) -> Draft:
    values = fill(fields, draft.values, draft.evidence, civil_date(at_ms))
    return draft if values == draft.values else replace(draft, values=values, updated_at=at_ms)


def _without_card(draft: Draft, matter: Matter, role: str) -> dict[str, FieldValue]:
    """The values without those of elements that the document of this role fills: read again, it says them anew."""
    its = {
        one.code for one in matter.fields if any(known.origin == "card" and known.of == role for known in one.sources)
    }
    return {code: value for code, value in draft.values.items() if code not in its}


def for_applicant(
    draft: Draft, matter: Matter, applicant: Applicant, before: Earlier, at_ms: int, *, offered: Sequence[Field]
) -> Draft:
    """The draft of who stands here: what the document and the person's earlier cases fill, and nothing else of them.

    It comes out the same whether the document was read before the draft was begun or after, and however often. Whoever
    does not stand here is told nothing of earlier cases: what they had filled goes, what was typed stays. `offered` are
    the elements that the matter can ask for whatever is answered, those of `matter` at least.
    """
    if (draft.document, draft.read_by) != (applicant.document, applicant.source):
        draft = with_applicant(draft, matter, applicant, at_ms)
    known = before if applicant.present else NOTHING_EARLIER
    consent = draft.consent if applicant.present else None
    told = replace(
        draft,
        present=applicant.present,
        consent=consent,
        results=known.results,
        earlier=_to_stand_again(offered, known.answers, consent, at_ms),
        updated_at=at_ms,
    )
    told = filled(replace(told, values=_still_said(told, matter, at_ms)), matter, at_ms)
    return _to_consent(told, offered, known.answers, at_ms)


def _to_stand_again(
    offered: Iterable[Field], answers: Mapping[str, str], consent: Consent | None, at_ms: int
) -> dict[str, str]:
    """The earlier answers that may stand again: name, document, address, phone; what is sensitive after a yes only."""
    agreed = consent.codes if consent is not None and consent.given else ()
    again = _said_before(offered, answers, at_ms)
    return {one.code: answers[one.code] for one in again if not one.sensitive or one.code in agreed}


def _still_said(draft: Draft, matter: Matter, at_ms: int) -> dict[str, FieldValue]:
    """The values without what earlier cases said and say no more; of what was typed over it only the typing stays."""
    fields, answers, today = {one.code: one for one in matter.fields}, plain(draft.values), civil_date(at_ms)
    values: dict[str, FieldValue] = {}
    for code, value in draft.values.items():
        one = fields.get(code)
        gone = (value.overrules or value.source) in _OF_EARLIER_CASES and (
            one is None or found(one, draft.evidence, answers, today) is None
        )
        left = (typed(None, value.value) if value.source == "typed" else None) if gone else value
        if left is not None:
            values[code] = left
    return values


def _to_consent(draft: Draft, offered: Iterable[Field], answers: Mapping[str, str], at_ms: int) -> Draft:
    """The draft with the question whether sensitive answers of an earlier visit may be used again, if there are any."""
    if draft.consent is not None:
        return draft
    again = _said_before(offered, answers, at_ms)
    codes = tuple(one.code for one in again if one.sensitive and one.code not in draft.values)
    return replace(draft, consent=Consent(codes)) if codes else draft


def with_consent(draft: Draft, matter: Matter, answers: Mapping[str, str], at_ms: int, *, given: bool) -> Draft:
    """The draft after the person was asked: with a yes these answers stand again, with a no nothing of them is used.

    Raises `UnlawfulStep` where there is nothing to ask, or it was asked.
    """
    consent = draft.consent
    if consent is None or not consent.is_open or draft.present is not True:
        raise UnlawfulStep(reason="nothing_to_consent")
    asked = consent.answered(given=given, at_ms=at_ms)
    agreed = {code: answers[code] for code in consent.codes if code in answers} if given else {}
    told = replace(draft, earlier={**draft.earlier, **agreed}, consent=asked, updated_at=at_ms)
    return filled(told, matter, at_ms)


def consent_used(draft: Draft) -> Consent | None:
    """The consent that was given and is still used: for the elements whose earlier answer stands."""
    consent = draft.consent
    if consent is None or not consent.given:
        return None
    codes = tuple(code for code in consent.codes if code in draft.values and draft.values[code].source == "earlier")
    return replace(consent, codes=codes) if codes else None


def _said_before(offered: Iterable[Field], answers: Mapping[str, str], at_ms: int) -> tuple[Field, ...]:
    """The elements that an earlier visit has a good answer to."""
    today = civil_date(at_ms)
    return tuple(
        one
        for one in offered
        if one.earlier and answers.get(one.code) and check_field(one, answers[one.code], today) is None
    )


def with_shared(
    draft: Draft, matter: Matter, values: Mapping[str, FieldValue], materials: tuple[MaterialItem, ...], at_ms: int
) -> Draft:
    """The draft with what was typed and handed in for another matter of the same visit: asked once, used for all.

    What the draft holds already stays.
    """
    asked = {field.code for field in matter.fields}
    typed_there = {
        code: replace(value, original=None, overrules=None)
        for code, value in values.items()
        if code in asked and _may_share(draft.values.get(code), value)
    }
    received = {item.code: item for item in materials if item.state == "received"}
    shared = tuple(
        replace(received[item.code], name=item.name) if item.state == "missing" and item.code in received else item
        for item in draft.materials
    )
    if not typed_there and shared == draft.materials:
        return draft
    together = replace(draft, values={**draft.values, **typed_there}, materials=shared, updated_at=at_ms)
    return filled(together, matter, at_ms)


def _may_share(here: FieldValue | None, there: FieldValue) -> bool:
    """What was typed today stands over what an earlier visit says, here and there, and over nothing else."""
    said_today = (
        there.source == "typed" and bool(there.value) and (not there.is_changed or there.overrules == "earlier")
    )
    return said_today and (here is None or here.source == "earlier")


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
            "others": {
                role: {"document": document_body(read.document), "read_by": read.read_by}
                for role, read in draft.others.items()
            },
            "licences": {kind: finding_body(found) for kind, found in draft.licences.items()},
            "without": list(draft.without),
            "consent": consent_body(draft.consent) if draft.consent else None,
            "results": {matter: dict(data) for matter, data in draft.results.items()},
            "earlier": dict(draft.earlier),
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
        others={
            role: ReadDocument(document_from_body(read["document"]), read_source(read["read_by"]))
            for role, read in body.get("others", {}).items()
        },
        licences={kind: finding_from_body(found) for kind, found in body.get("licences", {}).items()},
        without=tuple(body.get("without", ())),
        consent=consent_from_body(body["consent"]) if body.get("consent") else None,
        results={str(matter): dict(data) for matter, data in body.get("results", {}).items()},
        earlier={str(code): str(value) for code, value in body.get("earlier", {}).items()},
    )
