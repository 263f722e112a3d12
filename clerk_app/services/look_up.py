"""A case of another desk: looked up by its number, or by whose it is, when there is a line, and followed from then on.

Looking at another desk's case is lawful use of personal data and leaves a trace: an entry of the session says who
looked up what, before the platform is asked, and the platform keeps the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clerk_app.domain import case_number, notice_number
from clerk_app.domain.identity import IdentityDocument
from clerk_app.errors import CaseElsewhere, NoDocumentNumber, NoSuchCase, PlatformUnreachable, PracticeStore
from clerk_app.services.acts import append_lawful
from clerk_app.services.desk import Desk, SignedIn
from clerk_app.services.rows import FoundCase

_DOCUMENT_NUMBER = re.compile(r"[0-9A-Z]{6,40}")


def find_case(desk: Desk, number: str) -> str | None:
    """The stream of a case that is here, by our number (as typed or read out) or the platform's; None if it is not."""
    return desk.journal.reads.case_stream(_plain(number))


def want_case(desk: Desk, me: SignedIn, number: str) -> str:
    """Note, and record, that the clerk looks up a case that is not here; return the number as it will be asked for.

    Writes only; `fetch` of the desk's directory then asks. Raises `NoSuchCase` for what cannot be a number,
    `PracticeStore`, and `CaseElsewhere` where there is no line.
    """
    wanted = _plain(number)
    if not wanted or len(wanted) > 64:
        raise NoSuchCase(number=wanted)
    if desk.journal.practice:
        raise PracticeStore
    if desk.directory is None:
        raise CaseElsewhere(number=wanted, reason="no_line")
    with desk.journal.write(me.clerk) as unit:
        append_lawful(unit, me.stream, "session.case_looked_up", {"number": wanted})
        unit.want_case(wanted)
        unit.commit()
    return wanted


def wanted_case(desk: Desk, wanted: str) -> str:
    """The stream of a case that was looked up, after the platform was asked.

    Raises `CaseElsewhere` if the platform does not hold or may not show it, or while it is not all here yet.
    """
    found = desk.journal.reads.look_up(wanted)
    if found is not None and found.refused == "unknown_case":
        raise CaseElsewhere(number=wanted, reason="not_arrived")
    if found is not None and found.refused:
        raise CaseElsewhere(number=wanted, reason="other_platform")
    if found is None or not found.shown or found.stream is None:
        raise CaseElsewhere(number=wanted, reason="no_line")
    return found.stream


def follow_case(desk: Desk, me: SignedIn, number: str) -> str:
    """The stream of a case, here already or taken up from the platform now; it is followed from then on.

    Takes as long as the line. Raises what `want_case` and `wanted_case` raise, and a `PlatformError` from a line that
    is there and does not do. What was looked up without a line comes with the next sync.
    """
    here = find_case(desk, number)
    if here is not None:
        return here
    return fetch_case(desk, want_case(desk, me, number))


def fetch_case(desk: Desk, wanted: str) -> str:
    """The stream of a case that `want_case` noted, asked of the platform now; raises as `follow_case` does."""
    assert desk.directory is not None
    try:
        desk.directory.fetch()
    except PlatformUnreachable:
        raise CaseElsewhere(number=wanted, reason="no_line") from None
    return wanted_case(desk, wanted)


def find_person(desk: Desk, me: SignedIn, document: IdentityDocument) -> Sequence[FoundCase]:
    """The cases of the person whose document was read: of this hall, and open ones of other halls.

    Who asked is recorded here before the platform is asked, and there. Takes as long as the line. Raises
    `NoDocumentNumber`, `PracticeStore`, and a `PlatformError` where the platform cannot be asked.
    """
    number = (document.number or "").strip().upper()
    if not _DOCUMENT_NUMBER.fullmatch(number):
        raise NoDocumentNumber
    if desk.journal.practice:
        raise PracticeStore
    if desk.finder is None:
        raise PlatformUnreachable
    with desk.journal.write(me.clerk) as unit:
        append_lawful(
            unit, me.stream, "session.person_looked_up", {"document": document.document, "ending": number[-4:]}
        )
        unit.commit()
    return desk.finder.find(document.document, number, me.clerk)


def _plain(number: str) -> str:
    return case_number.parse(number) or notice_number.parse(number) or number.strip()
