"""What frames every page: where we stand, who is signed in, devices, line, sections, and the status line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ui.tokens import Tone
from ui.viewmodels.parts import NO_CHIP, ChipView

SectionKey = Literal["intake", "cases", "delivery", "outreach", "appeals", "statistics", "devices"]


@dataclass(frozen=True, slots=True)
class SectionItem:
    """One entry of the rail. `badge` counts what needs the clerk there."""

    key: SectionKey
    label: str
    badge: int = 0


@dataclass(frozen=True, slots=True)
class StatusView:
    """The line at the foot of the window. Times as the clerk says them; empty parts are left out.

    `offline_for`: how long there has been no line, empty while there is one. `exported`: when waiting work was last
    written to a stick; `carried` hand-overs of other devices to be delivered.
    """

    offline_for: str = ""
    last_sync: str = ""
    drafts: int = 0
    waiting: int = 0
    oldest: str = ""
    exported: str = ""
    carried: int = 0
    catalogue: str = ""
    now: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class FrameState:
    """The frame as it is shown. `mark`: 演示, 练习 or nothing. `line` says how sync stands, in words."""

    place: str
    clerk: str
    mark: str = ""
    devices: tuple[ChipView, ...] = ()
    line: ChipView = NO_CHIP
    sections: tuple[SectionItem, ...] = ()
    current: SectionKey = "intake"
    status: StatusView = field(default_factory=StatusView)

    @property
    def is_offline(self) -> bool:
        """Whether the frame takes the calm violet."""
        return self.line.tone is Tone.OFFLINE
