"""A person's document as a keyed hash (证件散列码), for finding cases without keeping one more copy of a number."""

from __future__ import annotations

import hmac

from clerk_app.domain.identity import IdentityDocument
from sync.hub.keys import HubKeys

_PURPOSE = b"window-clerk\x00persons"


def person_hash(keys: HubKeys, document: str, number: str) -> str:
    """64 hex digits that stand for one document of one person on this hub; empty where there is no number."""
    if not number:
        return ""
    # The identity key is the one that no rotation changes.
    key = hmac.digest(keys.identity, _PURPOSE, "sha256")
    return hmac.new(key, f"{document}\x00{number.upper()}".encode(errors="replace"), "sha256").hexdigest()


def hash_of(keys: HubKeys, applicant: IdentityDocument) -> str:
    """The hash of an applicant's document."""
    return person_hash(keys, applicant.document, applicant.number or "")
