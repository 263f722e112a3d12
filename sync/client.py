"""The desk's side of every call: builds the request, proves the answer, returns values. Knows no order of calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from clerk_app.errors import CaptivePortal, PlatformBusy, PlatformRefused, PlatformUnreachable, ProtocolMismatch
from clerk_app.journal.exchange import (
    BlobId,
    CaseAnswer,
    FeedPlace,
    OwnChain,
    ReceivedEntry,
    ReceivedFact,
    Registration,
    WantedCase,
)
from clerk_app.journal.hub_keys import ACK_USE, KeyList, read_key_list
from clerk_app.journal.orders import SignedOrder
from sync import capabilities, wire
from sync.answer import ANSWER, answer_message
from sync.batch import Batch, decode_batch
from sync.entry_item import entry_item
from sync.feed_page import order_to_leave, read_signed_order
from sync.registration import registration_proof, verifier_of
from sync.schemas import (
    AcksAnswer,
    AcksAsk,
    AnyMessage,
    BlobsAnswer,
    BlobsAsk,
    BlobStanding,
    CaseWish,
    ChainPlace,
    EntriesAnswer,
    EntriesAsk,
    EntryRange,
    ErrorAnswer,
    FactsAnswer,
    FactsAsk,
    FeedAnswer,
    FeedItem,
    FeedMark,
    HandoverAnswer,
    HandoverAsk,
    HelloAnswer,
    HelloAsk,
    KeysBrought,
    LicenceAnswer,
    LicenceAsk,
    Message,
    PersonAnswer,
    PersonAsk,
    PieceAnswer,
    PushAnswer,
    RegisterAnswer,
    RegisterAsk,
    StateAnswer,
    StateAsk,
    StreamsAnswer,
    StreamsAsk,
    TakeAsk,
    TokenAnswer,
    TokenAsk,
    read_message,
)
from sync.transport import Transport
from sync.wire import Content, Malformed, Request, Response

FEED_PAGE = 500
UNSIGNED_PAUSE_S = 60
REQUEST_ID_SIZE = 8
_NONE: Mapping[str, str] = MappingProxyType({})
_GATEWAY = (502, 503, 504)


class TokenExpired(Exception):
    """The hub no longer takes the token; ask for another."""


class Ordered(Exception):
    """The hub refuses this device, and gives it its signed order to leave."""

    def __init__(self, order: SignedOrder) -> None:
        super().__init__("the hub ordered this device to leave")
        self.order = order


class OffsetDiffers(Exception):
    """The hub has another part of this blob than we thought, or threw a spoilt one away; ask and go on from there."""


@dataclass(slots=True)
class HubSession:
    """What is kept between syncs of one process. Losing it costs two round trips.

    `oldest_serial`: a key list with a smaller serial is refused. `capabilities`: what the hub can do.
    `hub_zero_ms`: the hub's clock at the moment this machine's `running_s` was 0; None before the first hello.
    """

    keys: KeyList | None = None
    keys_signature: bytes = b""
    token: str = ""
    oldest_serial: int = 0
    capabilities: frozenset[str] = frozenset()
    hub_zero_ms: int | None = None


class HubClient:
    """Calls to one hub."""

    def __init__(
        self, registration: Registration, transport: Transport, session: HubSession, new_id: Callable[[], str]
    ) -> None:
        """`new_id` makes the id of a request, so that no recorded answer fits another one."""
        self._registration = registration
        self._transport = transport
        self._session = session
        self._new_id = new_id

    # ---- access -------------------------------------------------------------------------------------------------

    def hello(self) -> HelloAnswer:
        """Get working keys and a challenge."""
        ask = HelloAsk(
            protocols=[wire.PROTOCOL],
            device=self._registration.code,
            public_key=self._registration.device_public.hex(),
            capabilities=list(capabilities.ALL),
        )
        answer = self._post_for_keys("/v1/hello", ask, HelloAnswer)
        if answer.protocol != wire.PROTOCOL:
            raise ProtocolMismatch
        if answer.registered == "other":
            raise PlatformRefused(reason="other_key")
        self._session.capabilities = frozenset(answer.capabilities)
        return answer

    def register(self) -> None:
        """Register the device's key with the one-time secret."""
        registration = self._registration
        proof = registration_proof(verifier_of(registration.secret), registration)
        ask = RegisterAsk(device=registration.code, public_key=registration.device_public.hex(), proof=proof.hex())
        self._read(self._post("/v1/register", ask), RegisterAnswer)

    def authenticate(self, challenge: str, signature: bytes) -> None:
        """Turn a signed challenge into a token."""
        ask = TokenAsk(device=self._registration.code, challenge=challenge, signature=signature.hex())
        self._session.token = self._read(self._post("/v1/token", ask), TokenAnswer).token

    # ---- digests, entries, feed ---------------------------------------------------------------------------------

    def compare(self, chains: Sequence[OwnChain], place: FeedPlace, catalogue: int | None = None) -> StateAnswer:
        """Exchange digests; the working keys come first in the answer. `catalogue`: the newest one taken in."""
        ask = StateAsk(
            chains=[ChainPlace(chain=chain.chain, seq=chain.seq, head=chain.head.hex()) for chain in chains],
            feed=FeedMark(after=place.hub_seq, mark=place.mark.hex()),
            catalogue=catalogue,
        )
        return self._post_for_keys("/v1/state", ask, StateAnswer)

    def push(self, batch: bytes, now_ms: int) -> PushAnswer:
        """Send a batch at `now_ms` by the desk's clock."""
        headers = {wire.CONTENT_TYPE: wire.BATCH, wire.DESK_TIME: str(now_ms)}
        return self._read(self._call("POST", "/v1/push", headers, batch), PushAnswer)

    def acks(self, ranges: Sequence[tuple[str, int, int]]) -> AcksAnswer:
        """Fetch acks of what the hub has already."""
        ask = AcksAsk(ranges=[EntryRange(chain=chain, first=first, last=last) for chain, first, last in ranges])
        return self._read(self._post("/v1/acks", ask), AcksAnswer)

    def feed(self, place: FeedPlace) -> FeedAnswer:
        """The next page of the feed."""
        return self._read(self._call("GET", f"/v1/feed?after={place.hub_seq}&limit={FEED_PAGE}"), FeedAnswer)

    def take_up(self, cases: Sequence[WantedCase]) -> Sequence[CaseAnswer]:
        """Ask to follow cases of other desks."""
        ask = StreamsAsk(cases=[CaseWish(number=case.number, clerk=case.clerk, stream=case.stream) for case in cases])
        answer = self._read(self._post("/v1/streams", ask), StreamsAnswer)
        return [CaseAnswer(case.number, case.stream, case.hub_seq, case.refused) for case in answer.cases]

    def person(self, ask: PersonAsk) -> PersonAnswer:
        """Ask for the cases of a person."""
        return self._read(self._post("/v1/persons", ask), PersonAnswer)

    def licence(self, ask: LicenceAsk) -> LicenceAnswer:
        """Ask the licence library."""
        return self._read(self._post("/v1/licences", ask), LicenceAnswer)

    # ---- repair -------------------------------------------------------------------------------------------------

    def own_entries(self, chain: str, after: int) -> Batch:
        """Entries of this device as the hub has them, those that follow `after`."""
        answer = self._call("GET", f"/v1/entries?chain={chain}&after={after}")
        self._raise_for(answer)
        try:
            return decode_batch(answer.body)
        except Malformed as error:
            raise ProtocolMismatch from error

    def offer_facts(self, facts: Sequence[ReceivedFact]) -> FactsAnswer:
        """Give the hub facts of its own back."""
        items = [
            FeedItem(content=received.fact.to_bytes().decode(), signature=received.signature.hex())
            for received in facts
        ]
        return self._read(self._post("/v1/facts", FactsAsk(facts=items)), FactsAnswer)

    def offer_entries(self, entries: Sequence[ReceivedEntry]) -> EntriesAnswer:
        """Give the hub entries of other devices back that it once showed."""
        items = [entry_item(received.attested, received.signature) for received in entries]
        return self._read(self._post("/v1/entries", EntriesAsk(entries=items)), EntriesAnswer)

    def catalogue_piece(self, content: str, offset: int) -> bytes:
        """The next bytes of a published catalogue."""
        answer = self._call("GET", f"/v1/catalogue?content={content}&offset={offset}")
        self._raise_for(answer)
        return answer.body

    # ---- blobs --------------------------------------------------------------------------------------------------

    def ask_blobs(self, ids: Sequence[BlobId]) -> Sequence[BlobStanding]:
        """How much the hub has of each."""
        return self._read(self._post("/v1/blobs", BlobsAsk(ids=list(ids))), BlobsAnswer).blobs

    def blob_offset(self, blob: BlobId) -> int:
        """How much the hub has of one blob, after a piece was refused."""
        answer = self._call("HEAD", f"/v1/blobs/{blob}")
        self._raise_for(answer)
        return int(answer.headers.get(wire.UPLOAD_OFFSET, "0"))

    def send_piece(self, blob: BlobId, offset: int, length: int, piece: bytes) -> PieceAnswer:
        """Send one piece of a blob of `length` bytes; raise `OffsetDiffers` if the hub is elsewhere."""
        headers = {
            wire.CONTENT_TYPE: wire.OCTETS,
            wire.UPLOAD_OFFSET: str(offset),
            wire.UPLOAD_LENGTH: str(length),
        }
        answer = self._call("PATCH", f"/v1/blobs/{blob}", headers, piece)
        if answer.status in (409, 422):
            raise OffsetDiffers
        return self._read(answer, PieceAnswer)

    def send_pieces(self, pieces: tuple[bytes, ...]) -> Sequence[BlobStanding]:
        """Send encoded pieces of several blobs; how much the hub has of each then."""
        by_heads = capabilities.SIGNS_BY_HEADS in self._session.capabilities
        kind = wire.PIECES_BY_HEADS if by_heads else wire.PIECES
        answer = self._call("PATCH", "/v1/blobs", {wire.CONTENT_TYPE: kind}, pieces)
        return self._read(answer, BlobsAnswer).blobs

    # ---- hand-overs of other devices ----------------------------------------------------------------------------

    def announce_handover(self, handover: BlobId) -> HandoverAnswer:
        """Say that a hand-over is coming; how much of it the hub has."""
        return self._read(self._post("/v1/handovers", HandoverAsk(id=handover)), HandoverAnswer)

    def take_handover(self, handover: BlobId, after: int) -> HandoverAnswer:
        """Let the hub take in records of an uploaded hand-over from `after` on."""
        return self._read(self._post("/v1/handovers/take", TakeAsk(id=handover, after=after)), HandoverAnswer)

    # ---- the exchange -------------------------------------------------------------------------------------------

    def _post(self, path: str, ask: Message) -> Response:
        return self._call("POST", path, {wire.CONTENT_TYPE: wire.JSON}, ask.model_dump_json().encode())

    def _call(self, method: str, path: str, headers: Mapping[str, str] = _NONE, content: Content = b"") -> Response:
        request = self._request(method, path, headers, content)
        answer = self._transport.send(request)
        if not _holds(request, answer, self._session.keys):
            # Damaged on the way, or signed with keys that are newer than this sync's: hello brings the newest.
            self.hello()
            _prove(request, answer, self._session.keys)
        return answer

    def _post_for_keys(self, path: str, ask: Message, kind: type[AnyMessage]) -> AnyMessage:
        """A call whose answer begins with the working keys: verify those first, then the answer by them."""
        request = self._request("POST", path, {wire.CONTENT_TYPE: wire.JSON}, ask.model_dump_json().encode())
        answer = self._transport.send(request)
        brought = self._keys_in(answer)
        _prove(request, answer, brought[0] if brought else self._session.keys)
        if brought:
            self._remember(*brought)
        return self._read(answer, kind)

    def _request(self, method: str, path: str, headers: Mapping[str, str], content: Content) -> Request:
        carried = {wire.REQUEST_ID: self._new_id(), **headers}
        if self._session.token:
            carried[wire.AUTHORIZATION] = f"Bearer {self._session.token}"
        return Request(method, path, carried, content)

    def _keys_in(self, answer: Response) -> tuple[KeyList, bytes] | None:
        """The key list that an answer brings, if the identity key signed it."""
        try:
            brought = read_message(KeysBrought, answer).keys
            if brought is None:
                return None
            signature = bytes.fromhex(brought.signature)
            return read_key_list(brought.content.encode(), signature, hub=self._registration.hub), signature
        except ValueError:
            return None

    def _remember(self, keys: KeyList, signature: bytes) -> None:
        session = self._session
        if keys.serial < session.oldest_serial:
            raise PlatformRefused(reason="old_keys")
        session.keys, session.keys_signature, session.oldest_serial = keys, signature, keys.serial

    def _read(self, answer: Response, kind: type[AnyMessage]) -> AnyMessage:
        self._raise_for(answer)
        try:
            return read_message(kind, answer)
        except Malformed as error:
            # Signed by the hub and yet not understood: a newer hub that broke its own protocol.
            raise ProtocolMismatch from error

    def _raise_for(self, answer: Response) -> None:
        if answer.status < 400:
            return
        code = _problem(answer)
        if answer.status == 401:
            raise TokenExpired
        if answer.status in (429, 503):
            raise PlatformBusy(f"the hub cannot now: {code}", retry_after_s=_retry_after(answer))
        if answer.status == 507:
            raise PlatformUnreachable(f"the hub cannot now: {code}", retry_after_s=_retry_after(answer))
        if answer.status == 426:
            raise ProtocolMismatch
        if (answer.status, code) == (403, "revoked"):
            self._raise_order(answer)
        raise PlatformRefused(reason=code)

    def _raise_order(self, answer: Response) -> None:
        """Raise `Ordered` if a refusal brings an order to us that holds; an older hub brings none."""
        brought, keys = read_message(ErrorAnswer, answer).order, self._session.keys
        if brought is None or keys is None:
            return
        order = order_to_leave([read_signed_order(brought, keys)], self._registration.code)
        if order is not None:
            raise Ordered(order)


def _holds(request: Request, answer: Response, keys: KeyList | None) -> bool:
    """Whether the hub signed exactly this answer to exactly this request; raise if it does not even say so."""
    signature = answer.headers.get(wire.SIGNATURE)
    if signature is None:
        raise _not_the_hub(answer)
    try:
        made = bytes.fromhex(signature)
    except ValueError:
        made = b""
    return keys is not None and keys.verifies(ACK_USE, ANSWER, answer_message(request, answer), made)


def _prove(request: Request, answer: Response, keys: KeyList | None) -> None:
    """Raise unless the hub signed exactly this answer to exactly this request."""
    if not _holds(request, answer, keys):
        # It carries the hub's mark but does not hold: damaged on the way. Nothing of it is used.
        raise PlatformUnreachable("an answer was damaged on the way")


def _not_the_hub(answer: Response) -> CaptivePortal | PlatformUnreachable:
    """Who answered without the hub's signature: a gateway that cannot reach the hub, or a portal."""
    if answer.status in _GATEWAY:
        # Nobody vouches for this number, so it may not silence a desk for long.
        pause = min(_retry_after(answer), UNSIGNED_PAUSE_S)
        return PlatformUnreachable("a gateway answers, the hub does not", retry_after_s=pause)
    return CaptivePortal(f"status {answer.status} without the hub's signature")


def _problem(answer: Response) -> str:
    try:
        return read_message(ErrorAnswer, answer).error.code
    except Malformed:
        return f"status_{answer.status}"


def _retry_after(answer: Response) -> int:
    text = answer.headers.get(wire.RETRY_AFTER, "")
    return min(int(text), 3600) if text.isascii() and text.isdigit() else 0
