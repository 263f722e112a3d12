"""Devices and sync in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.viewmodels.basic import ProblemView
from ui.viewmodels.parts import NO_CHIP, ChipView


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device. `action`: what its button says, empty for none; `busy`: it is being tried."""

    key: str
    name: str
    note: str
    chip: ChipView
    action: str = ""
    busy: bool = False


@dataclass(frozen=True, slots=True)
class SyncRow:
    """One line about sync: what, in words, with a chip. `alarming`: the clerk must look at it.

    `action`: what its button says, empty for none; `leads_to`: what a person must look at, or hand-overs by stick.
    """

    heading: str
    note: str
    chip: ChipView = NO_CHIP
    alarming: bool = False
    action: str = ""
    leads_to: Literal["attention", "handover"] = "attention"


@dataclass(frozen=True, slots=True)
class TransferView:
    """An upload that is running: what, how far (0 to 1), and the amount in words."""

    text: str
    amount: str
    part: float


@dataclass(frozen=True, slots=True)
class DevicesState:
    """The page. `details`: what a maintainer asks for, shown on demand."""

    devices: tuple[DeviceView, ...] = ()
    transfer: TransferView | None = None
    rows: tuple[SyncRow, ...] = ()
    syncing: bool = False
    can_sync: bool = True
    details: tuple[tuple[str, str], ...] = ()
    problem: ProblemView | None = None
