"""The hub as one function from request to answer. HTTP and the simulation call the same one, from any thread."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from clerk_app.journal.signature import CHALLENGE, verify
from sync import capabilities, wire
from sync.batch import decode_batch
from sync.blobs import is_blob_id
from sync.hub import health, refusal
from sync.hub.acks import signed_acks
from sync.hub.auth import NONCE_SIZE, TOKEN_S, TokenKey
from sync.hub.blobs import standing, standings, take_piece, take_pieces
from sync.hub.carried import expect, take
from sync.hub.desk_clock import clock_offset
from sync.hub.devices import Device, find_device, register, registered_device
from sync.hub.feed import compare, read_feed
from sync.hub.follows import take_up
from sync.hub.give_back import take_entries_back
from sync.hub.hub import Hub
from sync.hub.licences.ask import ask_library
from sync.hub.persons import find_cases
from sync.hub.progress_page import progress_page
from sync.hub.publish import piece as catalogue_piece
from sync.hub.push import push
from sync.hub.refusal import Refused
from sync.hub.repair import own_entries, take_facts_back
from sync.hub.store import is_full, retried
from sync.pieces import Piece, decode_pieces
from sync.schemas import (
    AckMessage,
    AcksAnswer,
    AcksAsk,
    BlobsAnswer,
    BlobsAsk,
    EntriesAnswer,
    EntriesAsk,
    ErrorAnswer,
    FactsAnswer,
    FactsAsk,
    FeedAnswer,
    FeedItem,
    HandoverAnswer,
    HandoverAsk,
    HelloAnswer,
    HelloAsk,
    KeyListMessage,
    LicenceAnswer,
    LicenceAsk,
    Message,
    PersonAnswer,
    PersonAsk,
    PieceAnswer,
    Problem,
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
from sync.wire import Malformed, Request, Response

logger = logging.getLogger(__name__)

RETRY_FULL_S = 60
RETRY_BUSY_S = 2


class HubService:
    """Answers requests for one hub; keeps nothing between them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tokens = TokenKey(hub.keys.token)
        self._keys = KeyListMessage.of(hub.key_list, hub.key_list_signature)

    def handle(self, request: Request) -> Response:
        """The answer to any request whatever, signed if it is one of the protocol's."""
        if request.route.startswith("/p/"):
            return progress_page(self._hub, request)
        if request.route == health.ROUTE and request.method == "GET":
            return health.health(self._hub)
        response = self._answer(request)
        return self._signed(request, response)

    def busy(self, request: Request, retry_after_s: int) -> Response:
        """The answer when there is no room."""
        headers = {wire.RETRY_AFTER: str(retry_after_s)}
        if request.route.startswith("/p/"):
            return Response(503, headers)
        return self._signed(request, self._refuse(Refused(*refusal.BUSY, headers)))

    def _signed(self, request: Request, response: Response) -> Response:
        if request.method == "HEAD":
            response = Response(response.status, response.headers)
        return self._hub.keys.sign_answer(request, response)

    def device_code(self, request: Request) -> str:
        """The nine digits of the device whose token the request carries; empty if it carries none that is good."""
        scheme, _, token = request.headers.get(wire.AUTHORIZATION, "").partition(" ")
        code = self._tokens.device_of(token, self._hub.clock.now_ms()) if scheme == "Bearer" else None
        return code or ""

    def _answer(self, request: Request) -> Response:
        try:
            # Every call may be repeated (docs/sync.md), so we may repeat it too.
            return retried(lambda: self._route(request), repeatable=True)
        except Refused as refused:
            return self._refuse(refused)
        except Malformed:
            return self._refuse(Refused(*refusal.MALFORMED))
        except (OSError, SQLAlchemyError) as error:
            return self._refuse(_storage_refusal(error))
        except Exception:
            # The boundary: whatever a client can send, the hub goes on and the client learns that it was not stored.
            logger.exception("unexpected error at %s", request.route)
            return self._refuse(Refused(*refusal.INTERNAL))

    def _route(self, request: Request) -> Response:
        route = ROUTES.get((request.method, request.route))
        if route is not None:
            made = route.handler(self, request)
            return made if isinstance(made, Response) else _json(made)
        kind, _, blob = request.route.rpartition("/")
        if kind == BLOB_ROUTE and is_blob_id(blob) and request.method in ("HEAD", "PATCH"):
            return self._blob_head(request, blob) if request.method == "HEAD" else self._blob_piece(request, blob)
        known = any(path == request.route for _method, path in ROUTES) or kind == BLOB_ROUTE
        raise Refused(*(refusal.NOT_ALLOWED if known else refusal.NOT_FOUND))

    def _refuse(self, refused: Refused) -> Response:
        problem = Problem(code=refused.code)
        order = None if refused.order is None else FeedItem.of_order(refused.order)
        answer = ErrorAnswer(error=problem, keys=self._keys, order=order)
        return wire.json_response(refused.status, answer.model_dump_json(exclude_none=True), headers=refused.headers)

    def _device(self, request: Request) -> Device:
        """Whose token it is; refuse any other request."""
        code = self.device_code(request)
        if not code:
            raise Refused(*refusal.BAD_TOKEN)
        with self._hub.store.reading() as connection:
            return registered_device(connection, code)

    # ---- access -------------------------------------------------------------------------------------------------

    def hello(self, request: Request) -> HelloAnswer:
        """Working keys, and a challenge for a registered device."""
        ask, hub = read_message(HelloAsk, request), self._hub
        if wire.PROTOCOL not in ask.protocols:
            raise Refused(*refusal.OTHER_PROTOCOL)
        with hub.store.reading() as connection:
            public = find_device(connection, ask.device).public_key
        same = public == bytes.fromhex(ask.public_key)
        now = hub.clock.now_ms()
        return HelloAnswer(
            protocol=wire.PROTOCOL,
            keys=self._keys,
            registered="yes" if same else "no" if public is None else "other",
            challenge=self._tokens.challenge(ask.device, hub.rng.token(NONCE_SIZE), now) if same else "",
            now_ms=now,
            capabilities=list(capabilities.ALL),
        )

    def register(self, request: Request) -> RegisterAnswer:
        """Register a device's key."""
        register(self._hub, read_message(RegisterAsk, request))
        return RegisterAnswer(registered=True)

    def token(self, request: Request) -> TokenAnswer:
        """A token for a signed challenge."""
        ask, now = read_message(TokenAsk, request), self._hub.clock.now_ms()
        with self._hub.store.reading() as connection:
            device = registered_device(connection, ask.device)
        issued_at = self._tokens.issued_at(ask.challenge, ask.device, now)
        signature = bytes.fromhex(ask.signature)
        if issued_at is None or not verify(device.public_key, CHALLENGE, ask.challenge.encode(), signature):
            raise Refused(*refusal.BAD_CHALLENGE)
        return TokenAnswer(token=self._tokens.token(ask.device, issued_at), valid_s=TOKEN_S)

    # ---- digests, entries, feed ---------------------------------------------------------------------------------

    def state(self, request: Request) -> StateAnswer:
        """Compare digests."""
        return compare(self._hub, self._device(request), read_message(StateAsk, request))

    def push(self, request: Request) -> PushAnswer:
        """Store a batch."""
        offset = clock_offset(request, self._hub.clock.now_ms())
        return push(self._hub, self._device(request), decode_batch(request.body), clock_offset=offset)

    def acks(self, request: Request) -> AcksAnswer:
        """Acks of what is stored already."""
        device, ask, hub = self._device(request), read_message(AcksAsk, request), self._hub
        with hub.store.reading() as connection:
            found = [
                signed
                for wanted in ask.ranges
                for signed in signed_acks(connection, hub, device.region, device.device, wanted)
            ]
        return AcksAnswer(acks=[AckMessage.of(signed) for signed in found])

    def feed(self, request: Request) -> FeedAnswer:
        """A page of the feed."""
        device = self._device(request)
        return read_feed(
            self._hub, device, _number(request.query("after", "0")), _number(request.query("limit", "500"))
        )

    def streams(self, request: Request) -> StreamsAnswer:
        """Follow cases by their numbers."""
        return take_up(self._hub, self._device(request), read_message(StreamsAsk, request))

    def persons(self, request: Request) -> PersonAnswer:
        """Find the cases of a person by the document in hand."""
        ask = read_message(PersonAsk, request)
        return find_cases(self._hub, self._device(request), ask, request.headers.get(wire.REQUEST_ID, ""))

    # ---- licences -----------------------------------------------------------------------------------------------

    def licences(self, request: Request) -> LicenceAnswer:
        """Ask the licence library."""
        ask = read_message(LicenceAsk, request)
        return ask_library(self._hub, self._device(request), ask, request.headers.get(wire.REQUEST_ID, ""))

    # ---- catalogues ---------------------------------------------------------------------------------------------

    def catalogue(self, request: Request) -> Response:
        """A piece of a published catalogue, by the SHA-256 of its content."""
        device, offset = self._device(request), _number(request.query("offset", "0"))
        content = catalogue_piece(self._hub, device, request.query("content", ""), offset)
        return Response(200, {wire.CONTENT_TYPE: wire.OCTETS}, content)

    # ---- repair -------------------------------------------------------------------------------------------------

    def own_entries(self, request: Request) -> Response:
        """A device's own entries, as a batch."""
        device = self._device(request)
        batch = own_entries(self._hub, device, request.query("chain", ""), _number(request.query("after", "0")))
        return Response(200, {wire.CONTENT_TYPE: wire.BATCH}, batch)

    def facts(self, request: Request) -> FactsAnswer:
        """Take facts of this hub back that an older copy of it does not have."""
        return take_facts_back(self._hub, self._device(request), read_message(FactsAsk, request))

    def take_entries(self, request: Request) -> EntriesAnswer:
        """Take entries of other devices back that an older copy of this hub does not have."""
        return take_entries_back(self._hub, self._device(request), read_message(EntriesAsk, request))

    # ---- blobs --------------------------------------------------------------------------------------------------

    def blobs(self, request: Request) -> BlobsAnswer:
        """How much is here of each blob."""
        return standings(self._hub, self._device(request), read_message(BlobsAsk, request).ids)

    def pieces(self, request: Request) -> BlobsAnswer:
        """Add pieces of several blobs, each at the hub's offset."""
        return take_pieces(self._hub, self._device(request), decode_pieces(request.parts))

    def _blob_head(self, request: Request, blob: str) -> Response:
        found = standing(self._hub, self._device(request), blob)
        return Response(200, {wire.UPLOAD_OFFSET: str(found.offset)})

    def _blob_piece(self, request: Request, blob: str) -> Response:
        device, headers = self._device(request), request.headers
        offset, length = _number(headers.get(wire.UPLOAD_OFFSET, "")), _number(headers.get(wire.UPLOAD_LENGTH, ""))
        return _json(take_piece(self._hub, device, Piece(blob, offset, length, request.body)))

    # ---- hand-overs brought by a carrier ------------------------------------------------------------------------

    def handover(self, request: Request) -> HandoverAnswer:
        """Announce the hand-over of another device; its bytes follow as those of a blob."""
        return expect(self._hub, self._device(request), read_message(HandoverAsk, request))

    def take_handover(self, request: Request) -> HandoverAnswer:
        """Take in an uploaded hand-over."""
        return take(self._hub, self._device(request), read_message(TakeAsk, request))


@dataclass(frozen=True, slots=True)
class Route:
    """One call of the protocol: its handler, and the messages that describe it.

    Without `answer` it is answered with a batch, or with plain bytes where `octets` says so.
    """

    handler: Callable[[HubService, Request], Message | Response]
    answer: type[Message] | None
    ask: type[Message] | None = None
    query: tuple[str, ...] = ()
    octets: bool = False


BLOB_ROUTE = "/v1/blobs"
ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/v1/hello"): Route(HubService.hello, HelloAnswer, HelloAsk),
    ("POST", "/v1/register"): Route(HubService.register, RegisterAnswer, RegisterAsk),
    ("POST", "/v1/token"): Route(HubService.token, TokenAnswer, TokenAsk),
    ("POST", "/v1/state"): Route(HubService.state, StateAnswer, StateAsk),
    ("POST", "/v1/push"): Route(HubService.push, PushAnswer),
    ("POST", "/v1/acks"): Route(HubService.acks, AcksAnswer, AcksAsk),
    ("GET", "/v1/feed"): Route(HubService.feed, FeedAnswer, query=("after", "limit")),
    ("POST", "/v1/handovers"): Route(HubService.handover, HandoverAnswer, HandoverAsk),
    ("POST", "/v1/handovers/take"): Route(HubService.take_handover, HandoverAnswer, TakeAsk),
    ("POST", "/v1/streams"): Route(HubService.streams, StreamsAnswer, StreamsAsk),
    ("POST", "/v1/persons"): Route(HubService.persons, PersonAnswer, PersonAsk),
    ("POST", "/v1/licences"): Route(HubService.licences, LicenceAnswer, LicenceAsk),
    ("GET", "/v1/catalogue"): Route(HubService.catalogue, None, query=("content", "offset"), octets=True),
    ("GET", "/v1/entries"): Route(HubService.own_entries, None, query=("chain", "after")),
    ("POST", "/v1/entries"): Route(HubService.take_entries, EntriesAnswer, EntriesAsk),
    ("POST", "/v1/facts"): Route(HubService.facts, FactsAnswer, FactsAsk),
    ("POST", BLOB_ROUTE): Route(HubService.blobs, BlobsAnswer, BlobsAsk),
    ("PATCH", BLOB_ROUTE): Route(HubService.pieces, BlobsAnswer),
}
"""The calls with a fixed path; a blob itself is `HEAD` and `PATCH` below `BLOB_ROUTE` (answer: `PieceAnswer`)."""
PIECE = PieceAnswer


def _json(answer: Message) -> Response:
    return wire.json_response(200, answer.model_dump_json(exclude_none=True))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Refused(*refusal.MALFORMED)
    return int(text)


def _storage_refusal(error: OSError | SQLAlchemyError) -> Refused:
    if is_full(error) or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)):
        return Refused(*refusal.STORAGE_FULL, {wire.RETRY_AFTER: str(RETRY_FULL_S)})
    if isinstance(error, OperationalError | NoConnection):
        return Refused(*refusal.BUSY, {wire.RETRY_AFTER: str(RETRY_BUSY_S)})
    logger.error("storage failed", exc_info=error)
    return Refused(*refusal.INTERNAL)
