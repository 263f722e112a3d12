"""The applicant: whose document was read, how it was read, and whether its owner stood at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal, cast, get_args

from clerk_app.domain.identity import LONG_TERM, IdentityDocument

ReadSource = Literal["card", "manual"]
"""`card`: a reader read the chip. `manual`: the clerk copied it from the document by hand."""

_DOCUMENT_KEYS = tuple(field.name for field in fields(IdentityDocument))


@dataclass(frozen=True, slots=True)
class Applicant:
    """A person as read. `present`: the clerk's answer to 本人在场?; a card may be read in its owner's absence."""

    document: IdentityDocument
    source: ReadSource
    present: bool
    read_at: int


def document_body(document: IdentityDocument) -> dict[str, Any]:
    """A document as it is written into a body or a draft: the keys of `IdentityDocument`, absent items left out."""
    body = {key: value for key, value in asdict(document).items() if value is not None and value != ()}
    if document.truncated:
        body["truncated"] = list(document.truncated)
    return body


def document_from_body(body: Mapping[str, Any]) -> IdentityDocument:
    """Read `document_body` back. Keys this version does not know are ignored; a missing kind raises `KeyError`."""
    known = {key: body[key] for key in _DOCUMENT_KEYS if key in body}
    known["document"] = body["document"]
    known["truncated"] = tuple(body.get("truncated", ()))
    return IdentityDocument(**known)


def read_source(text: str) -> ReadSource:
    """A `ReadSource` from a body; raises `ValueError` for anything else."""
    if text not in get_args(ReadSource):
        raise ValueError(text)
    return cast("ReadSource", text)


def is_expired(document: IdentityDocument, today: date) -> bool:
    """Whether `today` is past the last day of validity.

    Long-term documents never expire, and an end that is absent or no date proves nothing.
    """
    if document.valid_until in (None, LONG_TERM):
        return False
    try:
        return today > date.fromisoformat(document.valid_until)
    except ValueError:
        return False


def same_person(one: IdentityDocument, other: IdentityDocument) -> bool:
    """Whether two documents bear the same number; without a number nobody can say so."""
    return one.number is not None and one.number == other.number
