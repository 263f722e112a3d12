"""The JSON of the wire, both ends (docs/sync.md). Unknown fields are ignored, so that either end may be newer."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clerk_app.journal.exchange import GivenStanding
from clerk_app.journal.hub_facts import Ack, SignedAck
from clerk_app.journal.hub_keys import KeyList
from clerk_app.journal.orders import SignedOrder
from sync.wire import Malformed, Request, Response, json_content

_Hex16 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
_Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
_Device = Annotated[str, Field(pattern=r"^[0-9]{9}$")]
_Place = Annotated[int, Field(ge=0, lt=2**53)]
_Seq = Annotated[int, Field(ge=1, lt=2**53)]


class Message(BaseModel):
    """Base of every JSON object on the wire."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class KeyListMessage(Message):
    """The signed list of working keys: its exact bytes as text, and the identity key's signature."""

    content: str
    signature: _Hex64

    @classmethod
    def of(cls, keys: KeyList, signature: bytes) -> KeyListMessage:
        """From a list and its signature."""
        return cls(content=keys.to_bytes().decode(), signature=signature.hex())


class KeysBrought(Message):
    """The part of an answer that is read before anything in it is believed."""

    keys: KeyListMessage | None = None


class HelloAsk(Message):
    """Who calls, which protocols it speaks and what it can do. Needs no token."""

    protocols: list[int]
    device: _Device
    public_key: _Hex32
    capabilities: list[str] = []


class HelloAnswer(Message):
    """The protocol chosen, the working keys, whether this device's key is registered, and a challenge if it is.

    `capabilities`: what this hub can do; whatever it does not name is left out.
    """

    protocol: int
    keys: KeyListMessage
    registered: Literal["no", "yes", "other"]
    challenge: str
    now_ms: int
    capabilities: list[str] = []


class RegisterAsk(Message):
    """Register a device's public key. `proof` is HMAC-SHA256 under SHA-256(secret) over the registration message."""

    device: _Device
    public_key: _Hex32
    proof: _Hex32


class RegisterAnswer(Message):
    """The key is registered, now or since earlier."""

    registered: bool


class TokenAsk(Message):
    """A challenge signed by the device."""

    device: _Device
    challenge: str
    signature: _Hex64


class TokenAnswer(Message):
    """A bearer token; `valid_s` seconds by the hub's clock."""

    token: str
    valid_s: int


class ChainPlace(Message):
    """How far one end has a chain: `head` is the hash at `seq` (the cited one at 0)."""

    chain: _Hex16
    seq: _Place
    head: _Hex32


class FeedMark(Message):
    """How far the feed was read."""

    after: _Place
    mark: _Hex32


class StateAsk(Message):
    """The digest of a desk: its chains, its place in the feed, and the newest published catalogue it has taken in.

    `catalogue` is a serial, 0 for none; without it nothing is said of catalogues.
    """

    chains: list[ChainPlace] = Field(max_length=1000)
    feed: FeedMark
    catalogue: _Place | None = None


Standing = Literal["equal", "behind", "ahead", "fork", "stopped"]
"""How the hub's chain stands against the desk's: `behind`: the hub has less; `ahead`: it has more, and agrees."""


MAX_WAITING = 500


class ChainStanding(Message):
    """What the hub has of a chain, and how that stands against what the desk said.

    `waiting`: seqs of stored entries some of whose blobs the hub lacks, oldest first, at most `MAX_WAITING`.
    """

    chain: _Hex16
    seq: _Place
    head: _Hex32
    standing: Standing
    reason: str = ""
    waiting: list[_Place] = []


class FeedStanding(Message):
    """Whether the hub knows the desk's place in the feed, and whether there is more after it."""

    known: bool
    more: bool


class PublishedCatalogue(Message):
    """A published catalogue: the statement (`clerk_app.journal.published`) and the catalogue key's signature."""

    content: str
    signature: _Hex64


class StateAnswer(Message):
    """The digest of the hub, for this device. Chains the desk did not name are listed too.

    `catalogue`: a newer one than the desk has taken in.
    """

    protocol: int
    keys: KeyListMessage
    chains: list[ChainStanding]
    feed: FeedStanding
    catalogue: PublishedCatalogue | None = None


class AckMessage(Message):
    """A signed ack (`clerk_app.journal.hub_facts`)."""

    hub: _Hex32
    chain: _Hex16
    first: _Seq
    seq: _Seq
    head: _Hex32
    hub_seq: _Seq
    blobs_complete: bool
    signature: _Hex64

    @classmethod
    def of(cls, signed: SignedAck) -> AckMessage:
        """From a signed ack."""
        ack = signed.ack
        return cls(
            hub=ack.hub.hex(),
            chain=ack.chain,
            first=ack.first,
            seq=ack.seq,
            head=ack.head.hex(),
            hub_seq=ack.hub_seq,
            blobs_complete=ack.blobs_complete,
            signature=signed.signature.hex(),
        )

    def signed(self) -> SignedAck:
        """The signed ack, not yet trusted."""
        ack = Ack(
            bytes.fromhex(self.hub),
            self.chain,
            self.first,
            self.seq,
            bytes.fromhex(self.head),
            self.hub_seq,
            self.blobs_complete,
        )
        return SignedAck(ack, bytes.fromhex(self.signature))


class StoppedMessage(Message):
    """The hub takes no more entries of this chain. `reason`: hash, signature or fork."""

    chain: _Hex16
    seq: _Place
    reason: str


class PushAnswer(Message):
    """Acks for what is stored, or the chain that was stopped.

    `early`: the batch overtook the one it follows; it is kept, not stored, and acked with that one.
    """

    acks: list[AckMessage]
    stopped: StoppedMessage | None = None
    early: bool = False


class EntryRange(Message):
    """Entries `first`..`last` of a chain."""

    chain: _Hex16
    first: _Seq
    last: _Seq


class AcksAsk(Message):
    """Ask again for the acks of entries the hub has already."""

    ranges: list[EntryRange] = Field(max_length=1000)


class AcksAnswer(Message):
    """Acks of what is stored of the ranges asked for; what is not stored is left out."""

    acks: list[AckMessage]


class FeedItem(Message):
    """One item: its exact bytes as text. The first line is what the mark runs over; facts and orders are signed."""

    content: str
    signature: _Hex64 | None = None

    @classmethod
    def of_order(cls, signed: SignedOrder) -> FeedItem:
        """From an order."""
        return cls(content=signed.order.message().decode(), signature=signed.signature.hex())


class FeedAnswer(Message):
    """A page of the feed; `after` and `mark` are the place after its last item."""

    items: list[FeedItem]
    after: _Place
    mark: _Hex32
    more: bool


class CaseWish(Message):
    """A case to take up: its number as on paper, or the platform's; `clerk` asks for it.

    `stream`: what the hub once said it is; a hub that was put back may not have it again yet.
    """

    number: str = Field(min_length=1, max_length=64)
    clerk: str = Field(max_length=64)
    stream: str = Field(default="", max_length=200)


class StreamsAsk(Message):
    """Follow these cases from now on."""

    cases: list[CaseWish] = Field(max_length=100)


class CaseFollowed(Message):
    """What became of a wish.

    `hub_seq` is the place in the feed up to which all there was of `stream` is shown; 0 if the device has all of it.
    """

    number: str
    stream: str = ""
    hub_seq: _Place = 0
    refused: Literal["", "unknown_case", "other_region"] = ""


class StreamsAnswer(Message):
    """One answer per wish."""

    cases: list[CaseFollowed]


class PersonAsk(Message):
    """Find the cases of a person by the document in hand; `clerk` asks. Every question is logged."""

    document: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    number: str = Field(pattern=r"^[0-9A-Z]{6,40}$")
    clerk: str = Field(pattern=r"^[0-9A-Za-z_-]{1,40}$")


class PersonCase(Message):
    """A case of that person: enough to choose it, and no more."""

    number: str
    state: str
    matter_name: str
    received_on: str


class PersonAnswer(Message):
    """Cases of the asking hall, and open ones of others, the newest first."""

    cases: list[PersonCase]


class LicenceAsk(Message):
    """Ask the licence library about one holder and one type. Who asks, for what and in which visit is logged."""

    holder: str = Field(pattern=r"^[0-9A-Z]{6,40}$")
    type: str = Field(pattern=r"^([A-Z][0-9]{2}|[a-z][a-z_]{2,39})$")
    clerk: str = Field(pattern=r"^[0-9A-Za-z_-]{1,40}$")
    purpose: Literal["exempt", "prefill"]
    matter: str = Field(pattern=r"^[0-9A-Za-z_-]{1,40}$")
    visit: str = Field(pattern=r"^[0-9a-f]{16}$")


class LicenceMessage(Message):
    """What a good licence says. Dates are ISO, empty where unknown, `long_term` where it never ends."""

    number: str
    name: str
    issuer: str
    valid_from: str
    valid_until: str
    fields: dict[str, str]


class LicenceAnswer(Message):
    """Whether the holder has such a licence and it is good today; only then what it says."""

    state: Literal["valid", "expired", "revoked", "none"]
    licence: LicenceMessage | None = None


class FactsAsk(Message):
    """Facts of the hub that it has lost: each its exact bytes and the hub's own signature."""

    facts: list[FeedItem] = Field(max_length=1000)


class FactsAnswer(Message):
    """The facts that the hub has now, each at its present place; one it cannot place yet is left out."""

    facts: list[FeedItem]


class EntriesAsk(Message):
    """Entries of other devices that this hub showed and has lost: each its exact bytes, and the hub's own signature."""

    entries: list[FeedItem] = Field(max_length=1000)


class EntryStanding(Message):
    """How an entry that was offered stands, by its hash.

    `lost`: the hub had lost it, and has it again. `known`: it had it. `quarantined`: a supervisor keeps it there, and
    it takes part in nothing.
    """

    hash: _Hex32
    standing: GivenStanding


class EntriesAnswer(Message):
    """How each entry stands now; one that the hub never signed for is left out."""

    entries: list[EntryStanding]


class BlobsAsk(Message):
    """Ask how much of each blob the hub has."""

    ids: list[_Hex32] = Field(max_length=1000)


class BlobStanding(Message):
    """How much the hub has of a blob: `offset` bytes so far, or all of it, checked."""

    id: _Hex32
    offset: _Place
    complete: bool


class BlobsAnswer(Message):
    """One standing per blob asked for; an unknown one stands at 0."""

    blobs: list[BlobStanding]


class PieceAnswer(Message):
    """How much of the blob the hub has after this piece."""

    offset: _Place
    complete: bool


class HandoverAsk(Message):
    """Announce the hand-over of another device: `id` is SHA-256 of the file."""

    id: _Hex32


class TakeAsk(Message):
    """Take in an uploaded hand-over, from where the last answer said (0 at first)."""

    id: _Hex32
    after: _Place


class HandoverAnswer(Message):
    """How a hand-over stands.

    `arriving`: `offset` bytes are here. `whole`: all bytes are here, and records before `offset` are taken in.
    `taken`: done; `parcel` is the return, in base64. `refused`: nothing is kept of it, for this `reason`.
    """

    state: Literal["arriving", "whole", "taken", "refused"]
    offset: _Place
    reason: str = ""
    parcel: str | None = None


class ReturnPart(Message):
    """One answer in a return: the hub's digest, acks, or a page of the feed.

    `missing` comes with the digest: entries before those handed over that the hub lacks, so that it stored none.
    """

    state: StateAnswer | None = None
    missing: _Place = 0
    acks: list[AckMessage] = []
    feed: FeedAnswer | None = None


class Problem(Message):
    """Why a request was refused: a stable code, and a sentence for whoever debugs a client."""

    code: str
    message: str = ""


class ErrorAnswer(Message):
    """The body of every refusal; it brings the working keys, since a refusal may be the first answer of all.

    `order`: why, where the device was ordered to work no more; the item as it stands in its feed.
    """

    error: Problem
    keys: KeyListMessage | None = None
    order: FeedItem | None = None


AnyMessage = TypeVar("AnyMessage", bound=Message)


def read_message(kind: type[AnyMessage], message: Request | Response) -> AnyMessage:
    """Parse a body; raise `Malformed` if it is not a `kind`."""
    try:
        return kind.model_validate_json(json_content(message))
    except ValidationError as error:
        raise Malformed(f"not a {kind.__name__}") from error
