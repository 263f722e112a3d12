"""What every paper with a number has, whatever stands between its head and its foot."""

from __future__ import annotations

from typing import Protocol


class Framed(Protocol):
    """The frame of a paper: all texts are final, any may be empty but the number."""

    @property
    def title(self) -> str:
        """What the paper is."""

    @property
    def heading(self) -> str:
        """Whose paper: the hall."""

    @property
    def copy_label(self) -> str:
        """For whom this copy is, and whether it was printed again."""

    @property
    def mark(self) -> str:
        """演示, 练习 or empty."""

    @property
    def document_number(self) -> str:
        """The 文书编号."""

    @property
    def number(self) -> str:
        """What the barcode holds: an even number of digits."""

    @property
    def number_text(self) -> str:
        """The same in groups."""

    @property
    def number_name(self) -> str:
        """What the number is called."""

    @property
    def digest(self) -> str:
        """The short digest of the entry."""

    @property
    def footer(self) -> tuple[str, ...]:
        """When and where it was printed."""

    @property
    def progress_url(self) -> str:
        """What the QR code holds."""

    @property
    def caption(self) -> str:
        """What the QR code is good for."""

    @property
    def legal_basis(self) -> str:
        """The rules it rests on."""

    @property
    def seal(self) -> str:
        """The words at the place of the seal."""

    @property
    def signatures(self) -> tuple[str, ...]:
        """Who signs."""

    @property
    def contacts(self) -> tuple[tuple[str, str], ...]:
        """Whom to ask or complain to."""
