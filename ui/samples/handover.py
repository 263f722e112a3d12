"""Sample states of hand-overs by stick."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from clerk_app.errors import StickFull
from clerk_app.services.handover import (
    Answer,
    Carried,
    Export,
    ParcelFile,
    ParcelKind,
    Standing,
    Stick,
    TakenIn,
    parcel_name,
)
from clerk_app.services.rows import Backlog
from ui.presenters.handover import HandoverFacts, exported_words, handover_state, taken_words
from ui.presenters.words import problem_view
from ui.samples import desk
from ui.say import say
from ui.viewmodels.handover_state import HandoverState

_OURS, _OTHERS = desk.HALL + desk.DEVICE, desk.HALL + "005"
_STICK = Stick("例州交接", Path("/media/stick"), 14_200_000_000)
_BACKLOG = Backlog(38, desk.at(9, 14), 7, 6, 2_400_000)


@cache
def waiting() -> HandoverState:
    """Work that waits, and an empty stick."""
    return handover_state(_facts())


@cache
def writing() -> HandoverState:
    """A hand-over is being written."""
    return handover_state(_facts(busy=say("正在写到 U 盘，请不要拔…"), written=3, to_write=6))


@cache
def written() -> HandoverState:
    """It was written and read back."""
    export = Export("00", desk.at(9, 42), 38, 6, 0, 2_600_000)
    standing = Standing(export.made_at, 38)
    said = exported_words(export, _STICK.name)
    return handover_state(_facts(standing=standing, files=(_file("handover", _OURS, desk.at(9, 42)),), said=said))


@cache
def full() -> HandoverState:
    """The stick is full."""
    return handover_state(_facts(sticks=(replace(_STICK, free=40_000),), problem=problem_view(StickFull())))


@cache
def no_stick() -> HandoverState:
    """Nothing is plugged in."""
    return handover_state(_facts(sticks=()))


@cache
def carrying() -> HandoverState:
    """At the hall's desk: a stick with another laptop's work, and what was carried before."""
    standing = Standing(
        carried=(
            Carried("01", _OTHERS, desk.at(8, 2), 1_200_000, desk.at(8, 30), "delivered", "", desk.at(8, 31)),
            Carried("02", desk.HALL + "009", desk.at(8, 5), 300_000, desk.at(8, 30), "refused", "unknown_device"),
        )
    )
    files = (
        _file("handover", _OTHERS, desk.at(9, 30)),
        _file("return", _OURS, desk.at(9, 20)),
        ParcelFile(_STICK.path / "照片.parcel", 12, reason="foreign"),
    )
    nothing = Backlog(0, None, 0, 0, 0)
    return handover_state(_facts(standing=standing, files=files, backlog=nothing))


@cache
def taken() -> HandoverState:
    """Both were taken in."""
    carried = Carried("03", _OTHERS, desk.at(9, 30), 1_200_000, desk.at(9, 42))
    said = taken_words((TakenIn(answer=Answer(38, 2, 0, 0, 0)), TakenIn(carried=carried)))
    files = (_file("handover", _OTHERS, desk.at(9, 30)), _file("return", _OURS, desk.at(9, 20)))
    return handover_state(
        _facts(
            standing=Standing(carried=(carried,)),
            files=files,
            taken=frozenset(files),
            backlog=Backlog(0, None, 0, 0, 0),
            said=said,
        )
    )


def _file(kind: ParcelKind, device: str, made_at: int) -> ParcelFile:
    path = _STICK.path / parcel_name(kind, device)
    return ParcelFile(path, 1_200_000, kind, device, made_at, is_ours=device == _OURS)


def _facts(**changes: object) -> HandoverFacts:
    given: dict[str, object] = {"sticks": (_STICK,), "backlog": _BACKLOG, "loading": False, **changes}
    return HandoverFacts(desk.NOW, **given)  # type: ignore[arg-type]
