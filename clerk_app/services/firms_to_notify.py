"""Firms to notify (惠企名单): whom of a licence library a policy hint concerns, with the reason, unasked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.domain.hints import Told, hints, told
from clerk_app.domain.known import NOT_HELD, held, licence_facts
from clerk_app.domain.licences import LicenceFinding

BUSINESS_LICENCE = "business_licence"
"""The kind of licence that makes its holder a firm."""


@dataclass(frozen=True, slots=True)
class LibraryLicence:
    """One licence of a library: its holder, under what the library keeps it, and how it stands today."""

    holder: str
    kept_as: str
    finding: LicenceFinding


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm with what concerns it; sensitive hints are only counted."""

    holder: str
    name: str
    told: Told


def firms_to_notify(catalogue: Catalogue, library: Iterable[LibraryLicence], today: date) -> tuple[int, list[Firm]]:
    """How many firms of the library were looked at, and those with a hint, by their holder's number.

    A firm is who holds a good business licence. That a firm lacks a licence counts only for the kinds the library holds
    at all: from a kind that nobody delivered nothing follows.
    """
    by_holder: dict[str, dict[str, LicenceFinding]] = defaultdict(dict)
    for licence in library:
        by_holder[licence.holder][catalogue.licence_kind(licence.kept_as)] = licence.finding
    delivered = {held(kind): NOT_HELD for findings in by_holder.values() for kind in findings}
    firms = {
        holder: findings
        for holder, findings in sorted(by_holder.items())
        if (business := findings.get(BUSINESS_LICENCE)) is not None and business.state == "valid"
    }
    found = []
    for holder, findings in firms.items():
        known = dict(delivered)
        for kind, finding in findings.items():
            known |= licence_facts(kind, finding)
        shown = told(hints(known, catalogue.hints, today))
        if shown.open or shown.closed:
            found.append(Firm(holder, findings[BUSINESS_LICENCE].name, shown))
    return len(firms), found
