"""A published catalogue on its way to the desk: named by the digest, downloaded in pieces, put in force."""

from __future__ import annotations

from clerk_app.errors import BadPublished, PlatformRefused
from clerk_app.failpoints import failpoint
from clerk_app.journal.published import Published, read_published
from sync.catalogues import Catalogues
from sync.client import HubClient
from sync.crew import Errand
from sync.plan import TakeCatalogue
from sync.run.state import RunState
from sync.schemas import PublishedCatalogue


class CatalogueRun:
    """The part of a sync that takes in a catalogue. A bad one is told of and holds up nothing else."""

    def __init__(self, state: RunState, client: HubClient, catalogues: Catalogues) -> None:
        self._state, self._client, self._catalogues = state, client, catalogues
        self._published: Published | None = None
        self._refused = 0

    def told(self, named: PublishedCatalogue | None) -> None:
        """Look at what the digest names; only what the hub's catalogue key signed is downloaded at all."""
        if named is None:
            self._state.know(catalogue=None)
            return
        try:
            published = read_published(named.content.encode())
            keys = self._state.lane.session.keys
            if keys is None or not keys.verifies_catalogue(published, bytes.fromhex(named.signature)):
                raise ValueError("not signed")
        except ValueError:
            self._give_up(BadPublished(version="", reason="没有平台的签名，或签名不对"))
            return
        if published.serial == self._refused:
            return
        self._published = published
        try:
            self._state.know(catalogue=self._catalogues.offset(published))
        except BadPublished as error:
            self._give_up(error)

    def begin(self, operation: TakeCatalogue) -> Errand | None:
        """The call for the next piece; none where everything is here, which is put in force at once."""
        published = self._published
        assert published is not None
        if operation.offset >= published.size:
            self._finish(published)
            return None
        content, client = published.content.hex(), self._client
        return Errand(operation, lambda: client.catalogue_piece(content, operation.offset))

    def piece_came(self, operation: TakeCatalogue, errand: Errand) -> None:
        """Keep a piece."""
        published = self._published
        assert published is not None
        try:
            piece: bytes = errand.answer()
        except PlatformRefused:
            # The hub was put back, or has published another one since: the next digest names what there is.
            self._state.know(catalogue=None, compared=False)
            return
        failpoint("download.piece")
        if not piece:
            self._give_up(BadPublished(version=published.version, reason="平台上的内容不完整"))
            return
        self._state.know(catalogue=self._catalogues.add(published, operation.offset, piece))

    def _finish(self, published: Published) -> None:
        try:
            self._catalogues.finish(published)
        except BadPublished as error:
            self._give_up(error)
        else:
            failpoint("download.taken")
            self._state.know(catalogue=None, compared=False)

    def _give_up(self, error: BadPublished) -> None:
        self._refused = self._published.serial if self._published else 0
        self._state.problem = error
        self._state.know(catalogue=None)
