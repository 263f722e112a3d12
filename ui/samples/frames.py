"""Sample frames, sign-in and lock."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from clerk_app.errors import DeviceRevoked, LockedOut, NoStore, StoreRolledBack, WrongPassword
from clerk_app.messages import message
from clerk_app.services.workplace import DeviceLine, SyncLine
from ui.presenters.frame import FrameFacts, catalogue_text, frame_state
from ui.presenters.recovery import put_back_view
from ui.presenters.words import problem_view
from ui.samples import desk
from ui.say import say
from ui.viewmodels.sign_in_state import LockState, SignInState

if TYPE_CHECKING:
    from ui.viewmodels.frame import FrameState, SectionKey

READY = (
    DeviceLine("card_reader", "ready", "/dev/ttyUSB0", last_used_ms=desk.at(9, 36)),
    DeviceLine("rating_pad", "ready", "/dev/ttyUSB1"),
    DeviceLine("printer", "ready"),
)
PRINTER_OFF = (*READY[:2], DeviceLine("printer", "paper_waiting", reason="printer_offline"))

SYNCED = SyncLine(
    phase="idle",
    is_online=True,
    pending=4,
    pending_cases=4,
    oldest_ms=desk.at(9, 14),
    last_sync_ms=desk.at(9, 41),
)
OFFLINE = SyncLine(
    phase="offline",
    pending=31,
    pending_cases=7,
    oldest_ms=desk.at(8, 2),
    offline_since_ms=desk.at(7, 28),
    last_sync_ms=desk.at(7, 28),
    problem=message("platform_unreachable"),
)


@cache
def online(section: SectionKey = "intake") -> FrameState:
    """An ordinary morning; the printer is off."""
    return frame_state(_facts(section))


@cache
def offline(section: SectionKey = "intake") -> FrameState:
    """The same morning without a line."""
    return frame_state(replace(_facts(section), line=OFFLINE, devices=READY, drafts=1))


@cache
def sign_in() -> SignInState:
    """One clerk only can sign in here, so the number is there."""
    return SignInState(mark=desk.MARK, number=desk.CLERK)


@cache
def sign_in_wrong() -> SignInState:
    """A wrong password."""
    return replace(sign_in(), problem=problem_view(WrongPassword()))


@cache
def sign_in_locked_out() -> SignInState:
    """Too many wrong passwords."""
    return replace(sign_in(), locked_for_s=832, problem=problem_view(LockedOut(seconds=832)))


@cache
def sign_in_busy() -> SignInState:
    """The store is being opened."""
    return replace(sign_in(), busy=say("正在打开本机记录…"))


@cache
def sign_in_rolled_back() -> SignInState:
    """The store was put back to an older copy."""
    return replace(sign_in(), problem=put_back_view(StoreRolledBack()), offers_recovery=True)


@cache
def sign_in_revoked() -> SignInState:
    """The platform has revoked this device; its unsent work lies sealed at a long path."""
    file = "C:\\Users\\王例\\AppData\\Local\\window-clerk\\window-clerk\\handover-999999031.parcel"
    error = DeviceRevoked(file=file, why="（电脑报失）", entries=38, blobs=6, drafts=2)
    return replace(sign_in(), problem=problem_view(error), is_revoked=True)


@cache
def sign_in_no_store() -> SignInState:
    """There is nothing to sign in to."""
    return SignInState(mark=desk.MARK, problem=problem_view(NoStore()))


@cache
def locked() -> LockState:
    """The locked desk."""
    return LockState(clerk=say("{name} · 工号 {number}", name=desk.CLERK_NAME, number=desk.CLERK), drafts=2)


def _facts(section: SectionKey) -> FrameFacts:
    return FrameFacts(
        hall=desk.HALL_NAME,
        window=desk.WINDOW_NAME,
        clerk=desk.CLERK_NAME,
        catalogue=catalogue_text(*desk.catalogue_edition()),
        mark=desk.MARK,
        drafts=3,
        to_do=2,
        now_ms=desk.NOW,
        line=SYNCED,
        devices=PRINTER_OFF,
        current=section,
    )
