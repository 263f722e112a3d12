"""Who is shown what: the devices of a region that follow a stream, and the lines of their feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, Executable, bindparam, select, union

from sync.hub.judge import QUARANTINED
from sync.hub.order import FeedLine, append_to_feed
from sync.hub.schema import chains, entries, follows
from sync.hub.store import parts_of

TAKING_PART = (entries.c.hub_seq.is_not(None), entries.c.verdict != QUARANTINED)
"""What has its place in the order, and is not in quarantine."""
_REGION: BindParameter[str] = bindparam("hall")
_PART: BindParameter[str] = bindparam("part", expanding=True)
_TAKERS = select(follows.c.stream, follows.c.device).where(follows.c.region == _REGION, follows.c.stream.in_(_PART))
_WRITERS = (
    select(entries.c.stream, chains.c.device)
    .join(chains, (chains.c.region == entries.c.region) & (chains.c.chain == entries.c.chain))
    .where(entries.c.region == _REGION, entries.c.stream.in_(_PART), *TAKING_PART)
)
_FOLLOWERS = union(_WRITERS, _TAKERS)
"""Asked for every batch, so they are built and compiled once."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry, fact or copy as a feed names it: its number in the region's order, its stream and its first line."""

    hub_seq: int
    stream: str
    line: bytes


def followers(connection: Connection, region: str, streams: Iterable[str]) -> dict[str, set[str]]:
    """The devices of a region that follow each of these streams, by what has its place in the order."""
    return _devices(connection, region, streams, _FOLLOWERS)


def takers(connection: Connection, region: str, streams: Iterable[str]) -> dict[str, set[str]]:
    """The devices of a region that were shown, or are to be shown, what others write to each of these streams."""
    return _devices(connection, region, streams, _TAKERS)


def _devices(connection: Connection, region: str, streams: Iterable[str], statement: Executable) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {stream: set() for stream in streams}
    for part in parts_of(list(found)):
        for row in connection.execute(statement, {"hall": region, "part": part}):
            found[row.stream].add(row.device)
    return found


def show(connection: Connection, region: str, items: Sequence[Numbered]) -> None:
    """Show what has just been numbered to everybody of the region who follows its stream; call under its lock."""
    audience = followers(connection, region, {item.stream for item in items})
    for device in sorted(set[str]().union(*audience.values())):
        theirs = [item for item in items if device in audience[item.stream]]
        lines = [FeedLine(item.hub_seq, item.line, shows=item.hub_seq) for item in theirs]
        append_to_feed(connection, region, device, lines)
