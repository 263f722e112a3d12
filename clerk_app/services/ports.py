"""Protocols that adapters implement; `bootstrap` joins them. Services know nothing else of the world outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from clerk_app.domain.identity import IdentityDocument
from clerk_app.domain.notices import Notice
from clerk_app.domain.ratings import Grade, PadAnswer, SealedAnswer


class CardReader(Protocol):
    """A reader of identity cards. Used from its own device lane only; nobody keeps it, ask the registry each time."""

    def read_card(self, timeout_s: float) -> IdentityDocument:
        """Wait for a card and read it; raise a `DeviceError`, `CardNotFound` when none was laid down in time."""


class RatingPad(Protocol):
    """A pad on which a citizen rates."""

    def ask(self, timeout_s: float) -> PadAnswer:
        """Device test only: show the prompt and wait for one key; silence and failure are answers, never exceptions."""

    def invite(self, timeout_s: float, seal: Callable[[Grade], bytes]) -> SealedAnswer:
        """Ask for a real rating. The grade passes through `seal` inside the driver and never leaves it in the clear."""


class NoticeRenderer(Protocol):
    """Sets a notice as a document."""

    def render(self, notice: Notice) -> bytes:
        """The finished PDF; raise `MissingGlyph` if a character cannot be drawn."""

    def missing_glyphs(self, text: str) -> str:
        """The characters of `text` that no vendored font can draw, each once, in order."""


class Printer(Protocol):
    """Takes finished pages."""

    def print_pdf(self, pdf: bytes, *, name: str) -> None:
        """Hand over one document under an ASCII `name`; raise `PrintError`."""
