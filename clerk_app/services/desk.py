"""The desk: everything a use case needs, joined by `bootstrap`; and who is signed in at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from clerk_app.catalogue.catalogue import Catalogue
from clerk_app.catalogue.shelf import Catalogues
from clerk_app.domain.matter import Channel
from clerk_app.domain.workdays import Calendar
from clerk_app.seams import Clock, Rng
from clerk_app.services.find import Finder
from clerk_app.services.no_library import NoLibrary
from clerk_app.services.ports import CaseDirectory, CaseFinder, Journal, LicenceLibrary, NoticeRenderer
from clerk_app.settings import DeskSettings


@dataclass(frozen=True, slots=True)
class Place:
    """Where this device stands in the platform's books: hall 6 digits, device 3, and the base of its QR codes."""

    hall: str
    device: str
    hall_name: str
    device_name: str
    progress_base: str
    rating_public: bytes


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case is given. `is_online` tells whether the platform answered last time it was asked.

    `catalogues` are the one in force and those of earlier work; `search` finds in the one in force. `mark` is printed
    on every paper and shown on every page: 演示, 练习 or nothing.
    `directory` leads to cases of other desks, `finder` to those of a person; None where this process has no line.
    """

    journal: Journal
    catalogues: Catalogues
    search: Finder
    calendar: Calendar
    renderer: NoticeRenderer
    clock: Clock
    rng: Rng
    place: Callable[[], Place | None]
    is_online: Callable[[], bool]
    settings: DeskSettings
    mark: str = ""
    directory: CaseDirectory | None = None
    finder: CaseFinder | None = None
    licences: LicenceLibrary = field(default_factory=NoLibrary)

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in force: what begins now begins with it."""
        return self.catalogues.current()

    @property
    def channel(self) -> Channel:
        """Where this desk serves: in the hall, on the round or at home."""
        return cast("Channel", self.settings.service_point)

    def new_id(self) -> str:
        """An id for a new stream or draft: 16 hex digits."""
        return self.rng.token(8).hex()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The clerk at this desk and the session that attests it."""

    session: str
    clerk: str
    name: str
    seal_at_hand: bool
    since_ms: int

    @property
    def stream(self) -> str:
        """The session's stream."""
        return f"session/{self.session}"
