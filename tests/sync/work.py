"""What desks do in tests: lawful bodies of real kinds, for invented people of the impossible area 999999."""

from __future__ import annotations

from datetime import date
from typing import Any

from clerk_app.domain import case_number
from clerk_app.journal.exchange import NamedBlob

HALL = "999999"
DAY = date(2026, 11, 17)
APPLICANT = {"document": "resident_id", "name": "周例安", "number": "999999199202160010"}


def case_number_of(device: str, counter: int, hall: str = HALL) -> str:
    return case_number.make(hall, device, DAY, counter)


def taken_in(number: str, *blobs: dict[str, Any], power: str = "accept") -> dict[str, Any]:
    """The body of `case.taken_in` for an acceptance of P31, with these blobs as scans of one material."""
    return {
        "number": number,
        "visit": "00112233aabbccdd",
        "session": "ffeeddccbbaa0011",
        "matter": {
            "code": "P31",
            "version": "2026-11-20",
            "name": "居住登记及居住证申领",
            "department": "例州区公安局",
            "procedure": "registration",
        },
        "power": power,
        "online": False,
        "seal_at_hand": True,
        "received_on": DAY.isoformat(),
        "accepted_on": DAY.isoformat() if power == "accept" else None,
        "effect": {"when": "on_site", "in_force": "居住登记今天起生效。", "not_yet": "居住证 10 个工作日内制发。"},
        "due_on": "2026-12-01",
        "due_estimated": False,
        "legal_due_on": None,
        "applicant": APPLICANT,
        "agent": None,
        "present": True,
        "fields": {"g.P1.name": {"value": "周例安", "source": "card"}},
        "materials": [
            {
                "code": "M05",
                "name": "居住证明",
                "state": "received",
                "form": "copy_kept",
                "copies": 1,
                "pages": 1,
                "blobs": list(blobs),
            }
        ],
        "documents": [{"kind": "receipt", "document_number": "例州服受〔2026〕第 0001 号", "copies": 2}],
        "remarks": [],
    }


def scan(blob: NamedBlob) -> dict[str, Any]:
    return {"id": blob.id, "key": "AAAA", "size": blob.size, "media_type": "image/jpeg", "name": "scan.jpg"}


def logged_in() -> dict[str, Any]:
    return {"name": "林例秀", "seal_at_hand": True}
