"""A document copied by hand, where the reader cannot read it. What follows from the number is computed, not asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication

from clerk_app.domain import id_number
from clerk_app.domain.document_words import LONG_TERM_LABEL
from clerk_app.domain.identity import LONG_TERM, IdentityDocument


@dataclass(frozen=True, slots=True)
class ManualEntry:
    """What the clerk copied. `valid_until` is an ISO date or 长期."""

    name: str
    number: str
    address: str
    valid_until: str


@dataclass(frozen=True, slots=True)
class ManualFault:
    """What is wrong with one line of it."""

    key: str
    text: str


def manual_faults(entry: ManualEntry) -> tuple[ManualFault, ...]:
    """Everything that is wrong, in the order of the sheet; empty if it can be used."""
    say = QCoreApplication.translate
    faults = []
    if not entry.name.strip():
        faults.append(ManualFault("name", say("manual", "请填姓名")))
    if not id_number.is_valid(normal_number(entry.number)):
        faults.append(ManualFault("number", say("manual", "号码不对，请照证件再核对一遍")))
    if valid_until(entry) is None:
        faults.append(ManualFault("valid_until", say("manual", "请填日期；长期有效填“长期”")))
    return tuple(faults)


def manual_document(entry: ManualEntry) -> IdentityDocument:
    """The document; call it only without faults. Sex and birth date come from the number."""
    number = normal_number(entry.number)
    born = id_number.birth_date(number)
    return IdentityDocument(
        "resident_id",
        name=entry.name.strip(),
        sex=id_number.sex(number),
        birth_date=born.isoformat() if born else None,
        address=entry.address.strip() or None,
        number=number,
        number_valid=True,
        valid_until=valid_until(entry),
    )


def valid_until(entry: ManualEntry) -> str | None:
    """The last day as a document carries it, or None if it is neither a date nor 长期."""
    until = entry.valid_until.strip()
    if until == LONG_TERM_LABEL:
        return LONG_TERM
    try:
        return date.fromisoformat(until).isoformat()
    except ValueError:
        return None


def normal_number(text: str) -> str:
    """The number without spaces, x as X."""
    return "".join(text.split()).upper()
