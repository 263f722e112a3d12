"""An entry as an item of an answer: the one form in which the hub shows what desks wrote, wherever it shows it."""

from __future__ import annotations

from dataclasses import replace

from clerk_app.errors import ProtocolMismatch
from clerk_app.journal.attested import AttestedEntry, read_attested_entry
from clerk_app.journal.exchange import ReceivedEntry
from clerk_app.journal.hub_keys import KeyList
from sync.schemas import FeedItem


def entry_item(attested: AttestedEntry, signature: bytes) -> FeedItem:
    """The item that shows an entry."""
    return FeedItem(content=showable(attested).to_bytes().decode(), signature=signature.hex())


def read_entry_item(item: FeedItem, keys: KeyList) -> ReceivedEntry:
    """Read and verify an item; raise `ProtocolMismatch` unless the hub signed it and its hashes hold."""
    try:
        attested, signature = read_attested_entry(item.content.encode()), bytes.fromhex(item.signature or "")
    except ValueError as error:
        raise ProtocolMismatch("an entry out of form") from error
    if not keys.verifies_entry(attested, signature):
        raise ProtocolMismatch("an entry that the hub did not sign")
    return ReceivedEntry(attested, signature)


def showable(attested: AttestedEntry) -> AttestedEntry:
    """A body that is no text is left out like an erased one: both fold as an empty one, and the hash still holds."""
    try:
        (attested.entry.body or b"").decode()
    except UnicodeDecodeError:
        return replace(attested, entry=replace(attested.entry, body=None, salt=None))
    return attested
