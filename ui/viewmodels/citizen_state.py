"""What the citizen sees on the second screen. Only their own visit, numbers masked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ui.viewmodels.parts import TextRow

CitizenPageName = Literal["idle", "check", "rating", "thanks"]
ThanksKind = Literal["answered", "timed_out", "device_failed"]


@dataclass(frozen=True, slots=True)
class CitizenState:
    """The second screen. `window`: 3 号窗口 · 王例 · 工号 0312. `number` is grouped, `timeout_s` of the invitation.

    `progress_url` is drawn as a QR code where it is given. `leaf` of `leaves` pages of rows is shown; `saved` is what
    one thing spares the citizen.
    """

    page: CitizenPageName = "idle"
    place: str = ""
    window: str = ""
    mark: str = ""
    matters: str = ""
    number: str = ""
    rows: tuple[TextRow, ...] = ()
    timeout_s: int = 60
    thanks: ThanksKind = "answered"
    progress_url: str = ""
    saved: str = ""
    leaf: int = 1
    leaves: int = 1
